"""Python modules: ``model`` is what the rest of gracelint sees; ``parse`` imports libcst when it is first called."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...source import Document
    from .model import Module


def parse(document: Document) -> Module:
    """The model of a Python file; never raises: a file that cannot be read has a ``problem``."""
    from .reader import read

    return read(document)
