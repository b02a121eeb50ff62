"""Absolute paths of an image, always with ``/``, whatever machine lints."""

from __future__ import annotations

import posixpath

from ..regexes import regex

DEFAULT_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""PATH where no image sets one (BuildKit's util/system/path.go, DefaultPathEnvUnix)."""

SOMEWHERE = "/$PWD"
"""A folder of which nobody knows where it is: in it, and above it, no file is known to be there or not to be."""

_DESCRIPTOR = regex(r"(?:/dev|/proc/self)/fd/([0-9]+)\Z")


def descriptor(path: str) -> str | None:
    """The number of the descriptor that a file stands for, as ``/dev/stdin`` and ``/dev/fd/3`` do (proc(5)); None of any other."""
    found = _DESCRIPTOR.match(path)
    return found[1] if found else "0" if path == "/dev/stdin" else None


def normal(path: str) -> str:
    """An absolute path without ``.``, ``..`` and doubled slashes."""
    if path.startswith("/") and "//" not in path and "/." not in path and not path.endswith("/"):
        return path
    if path.startswith(f"{SOMEWHERE}/") and ".." in path:
        return SOMEWHERE
    return "/" + posixpath.normpath("/" + path).lstrip("/")
