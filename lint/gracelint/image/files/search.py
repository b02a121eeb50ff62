"""Commands looked for in the folders of a search path."""

from __future__ import annotations

import posixpath
from functools import lru_cache
from typing import TYPE_CHECKING

from ..model import Absent, ImageFile, Unknown
from ..paths import normal
from .unsaid import Unsaid

if TYPE_CHECKING:
    from .files import ImageFiles


@lru_cache(maxsize=256)
def _folders(workdir: str, search: str) -> tuple[str, ...]:
    """The folders of a search path as seen from a working folder; most images share theirs."""
    return tuple(normal(posixpath.join(workdir, folder)) for folder in search.split(":"))


class Search:
    """PATH as seen from a working folder; each command is looked for once."""

    def __init__(self, files: ImageFiles, workdir: str, search: str) -> None:
        self._files, self._path = files, search
        self._folders = _folders(workdir, search)
        self._unsaid = Unsaid(self._folders, files.base, files.steps, files.context)
        self._known: dict[str, ImageFile | Absent | Unknown] = {}

    def which(self, command: str) -> ImageFile | Absent | Unknown:
        """What ``execvp`` would start for a name without a ``/``."""
        if command not in self._known:
            self._known[command] = self._unsaid.answer(command) or self._found(command)
        return self._known[command]

    def _found(self, command: str) -> ImageFile | Absent | Unknown:
        paths = [normal(f"{folder}/{command}") for folder in self._folders]
        # Whether some RUN may have made it matters only where nothing else leaves it open: reading them all is dear.
        for thorough in (False, True):
            first: ImageFile | Unknown | None = None
            for path in paths:
                found = self._files.answer(path, self._files.entry(path, thorough))
                if isinstance(found, ImageFile):
                    if found.executable is not False:
                        return found
                    first = first if isinstance(first, ImageFile) else found
                elif isinstance(found, Unknown):
                    first = first or found
            if first is not None:
                return first
        return Absent(command, f"{command} is in none of the folders of PATH ({self._path})")
