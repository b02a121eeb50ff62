"""The build context of a Dockerfile for which neither the user nor a compose file names one.

It is the Dockerfile's folder, unless its COPY sources are not there but in a folder above it, as with
``docker build -f docker/Dockerfile .``: in the nearest one up to the folder that was linted, or to the top of the repository around it, that
holds all of them, or at least in the folder that was linted.

Such a context is certain where the Dockerfile lies in the folder that was linted, or its own folder holds what it copies by name. Any other is a good
guess: what it lacks is not known to be missing.
"""

from __future__ import annotations

import os
import posixpath
from itertools import takewhile
from typing import TYPE_CHECKING

from . import disk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .parsers.dockerfile.model import Dockerfile

_NOT_PLAIN = frozenset("*?[$\0\\")


def default_context(dockerfile: Dockerfile, file: str, root: str) -> tuple[str, bool]:
    """The context of a Dockerfile at ``file`` that was found from ``root``, and whether that is certain."""
    folder = os.path.dirname(file) or "."
    if not disk.is_folder(root):
        return folder, True
    below, top = disk.real(folder), disk.real(root)
    words = list(_copied(dockerfile))
    here = _held(folder, words)
    if here == len(words):
        return folder, below == top or words != []
    for above in _above(root, below, top):
        if _held(above, words) == len(words):
            return above, False
    if below == top:
        return folder, True
    return root if _held(root, words) > here else folder, False


def _held(folder: str, words: list[str]) -> int:
    """How many of these paths are in a folder; a link that leads out of it is not followed by a builder."""
    inside = disk.real(folder).rstrip(os.sep) + os.sep
    paths = (os.path.join(folder, word) for word in words)
    return sum(disk.exists(path) and disk.real(path).startswith(inside) for path in paths)


def _above(root: str, below: str, top: str) -> Iterator[str]:
    """The folders above the one whose real path is ``below``, the nearest first: up to ``root``, whose real path is ``top``, and on to the top of the
    repository that it lies in, if it does; none where ``below`` lies elsewhere."""
    prefix = top.rstrip(os.sep) + os.sep
    if below != top and not below.startswith(prefix):
        return
    way = below.removeprefix(prefix).split(os.sep) if below != top else []
    for depth in range(len(way) - 1, 0, -1):
        yield os.path.join(root, *way[:depth])
    if way:
        yield root
    outside: list[str] = []
    while not disk.exists(os.path.join(top, ".git")):
        if os.path.dirname(top) == top:
            return
        top = os.path.dirname(top)
        outside.append(top)
    yield from outside


def _copied(dockerfile: Dockerfile) -> Iterator[str]:
    """The sources that a Dockerfile copies from its context; of a pattern, the folder that it looks in."""
    for instruction in dockerfile.instructions:
        if instruction.keyword not in ("COPY", "ADD") or instruction.flag("from") or instruction.heredocs:
            continue
        for text in (instruction.array or instruction.words)[:-1]:
            parts = posixpath.normpath(f"/{text.value}").strip("/").split("/")  # `..` does not lead out of a context
            word = "/".join(takewhile(_NOT_PLAIN.isdisjoint, parts))
            if word and "://" not in text.value:
                yield word
