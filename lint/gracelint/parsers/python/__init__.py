"""Python modules: ``model`` is what the rest of gracelint sees; ``parse`` reads a file, see `reading` for how."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...source import Text
    from .model import Module


# Of a program up to 200 are read (`MOST_MODULES`): as many again, so that those of the next one do not drive out what they have in common.
@lru_cache(maxsize=400)
def parse(text: Text) -> Module:
    """The model of a Python file (a whole document, a heredoc, the argument of ``-c``); never raises: what cannot be read has a
    ``problem``. The last ones are kept: an image's programs import the same modules."""
    from .reading import read

    return read(text)
