"""What is laid over an image by those who start it and do not build it: compose files (``image: ours/app`` with the project's folder mounted),
and the scripts, Makefiles and notes beside a Dockerfile (``docker run -v "$(pwd)":/mnt ours/app``)."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from .. import disk
from ..discovery import LARGEST
from ..regexes import regex
from . import NAMES
from .loading import load
from .reading import mounted

if TYPE_CHECKING:
    from collections.abc import Iterator


# `docker run -v HOST:PATH`, and its long forms.
_VOLUME = regex(
    rb"(?:\s-v[ \t=]*|--volume[ \t=]+)[\"']?[^\s:]+:(/[^\s:\"'`]+)|--mount[ \t=]+\S*(?:target|dst|destination)=(/[^\s,\"'`]+)"
)
_TELLING = (".sh", ".bat", ".cmd", ".ps1", ".md", ".mk", "Makefile", "makefile", "justfile")
_MOST_FILES, _LONGEST = 40, 100_000


def mounts(dockerfile: str, root: str) -> tuple[str, ...]:
    """Paths in the container over which a service without ``build`` lays files of the host, of the compose files from a Dockerfile's folder
    up to ``root``; and those over which a command of a file in that folder does.

    Which image is started there cannot be told from its name for certain: this says what may be there, never what is.
    """
    top, folder = os.path.abspath(root), os.path.dirname(os.path.abspath(dockerfile))
    found = list(_of_commands(folder))
    while True:
        for name in NAMES:
            found += _of_file(os.path.join(folder, name))
        parent = os.path.dirname(folder)
        if folder == top or parent == folder or not folder.startswith(top.rstrip(os.sep) + os.sep):
            return tuple(found)
        folder = parent


def _of_commands(folder: str) -> Iterator[str]:
    telling = [name for name in disk.names(folder) if name.endswith(_TELLING)]
    for name in telling[:_MOST_FILES]:
        for match in _VOLUME.finditer(disk.content(os.path.join(folder, name), _LONGEST) or b""):
            yield (match[1] or match[2]).decode("utf-8", "replace")


def _of_file(path: str) -> Iterator[str]:
    data = disk.content(path, LARGEST)
    if data is None or b"volumes" not in data:
        return
    table, _ = load(data.decode("utf-8", "replace"))
    entries = table.get("services") if isinstance(table, dict) else None
    for entry in entries.values() if isinstance(entries, dict) else ():
        if isinstance(entry, dict) and "build" not in entry:
            yield from mounted(entry.get("volumes"))
