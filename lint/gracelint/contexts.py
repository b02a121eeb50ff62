"""The build context of a Dockerfile for which neither the user nor a compose file names one.

It is the Dockerfile's folder, unless its COPY sources are not there but in the folder that was linted, as with
``docker build -f docker/Dockerfile .``.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .parsers.dockerfile.model import Dockerfile

_NOT_PLAIN = frozenset("*?[$\0\\")


def default_context(dockerfile: Dockerfile, file: str, root: str) -> str:
    """The context of a Dockerfile at ``file`` that was found from ``root``."""
    folder = os.path.dirname(file) or "."
    if not os.path.isdir(root) or os.path.realpath(folder) == os.path.realpath(root):
        return folder
    words = list(_copied(dockerfile))
    here = sum(os.path.exists(os.path.join(folder, word)) for word in words)
    above = sum(os.path.exists(os.path.join(root, word)) for word in words)
    return root if above > here else folder


def _copied(dockerfile: Dockerfile) -> Iterator[str]:
    """The plain sources that a Dockerfile copies from its context."""
    for instruction in dockerfile.instructions:
        if instruction.keyword not in ("COPY", "ADD") or instruction.flag("from") or instruction.heredocs:
            continue
        for text in (instruction.array or instruction.words)[:-1]:
            word = text.value.strip("/")
            if word not in ("", ".") and "://" not in word and not _NOT_PLAIN & set(word):
                yield word
