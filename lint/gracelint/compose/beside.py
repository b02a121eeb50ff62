"""What compose files lay over an image that they start and do not build: ``image: ours/app`` with the project's folder mounted."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .. import disk
from ..discovery import LARGEST
from . import NAMES
from .loading import load
from .reading import mounted

if TYPE_CHECKING:
    from collections.abc import Iterator


def mounts(dockerfile: str, root: str) -> tuple[str, ...]:
    """Paths in the container over which a service without ``build`` lays files of the host, of the compose files from a Dockerfile's folder
    up to ``root``.

    Which image such a service starts cannot be told from its name for certain: this says what may be there, never what is.
    """
    top, folder = os.path.abspath(root), os.path.dirname(os.path.abspath(dockerfile))
    found: list[str] = []
    while True:
        for name in NAMES:
            found += _of_file(os.path.join(folder, name))
        parent = os.path.dirname(folder)
        if folder == top or parent == folder or not folder.startswith(top.rstrip(os.sep) + os.sep):
            return tuple(found)
        folder = parent


def _of_file(path: str) -> Iterator[str]:
    data = disk.content(path, LARGEST)
    if data is None or b"volumes" not in data:
        return
    table, _ = load(data.decode("utf-8", "replace"))
    entries = table.get("services") if isinstance(table, dict) else None
    for entry in entries.values() if isinstance(entries, dict) else ():
        if isinstance(entry, dict) and "build" not in entry:
            yield from mounted(entry.get("volumes"))
