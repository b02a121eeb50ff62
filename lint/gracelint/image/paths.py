"""Absolute paths of an image, always with ``/``, whatever machine lints."""

from __future__ import annotations

import posixpath


def normal(path: str) -> str:
    """An absolute path without ``.``, ``..`` and doubled slashes."""
    if path.startswith("/") and "//" not in path and "/." not in path and not path.endswith("/"):
        return path
    return "/" + posixpath.normpath("/" + path).lstrip("/")
