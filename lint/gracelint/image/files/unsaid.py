"""Commands that no step of a build says anything about: they are the base image's, or a package's, and nobody has to look through the steps.

Most launches name such a command (``gunicorn``, ``sh``), and a look into each folder of PATH, under each of its names, is dear. Method: what the
steps say about those folders is worked out once; of a command it is then asked only whether a step names it. An answer that errs on the side
of "something is said".
"""

from __future__ import annotations

import posixpath
from functools import lru_cache
from typing import TYPE_CHECKING

from ..bases.base_files import held_by_base, other_names
from ..entries import Vague
from ..model import Unknown
from ..runs.runs import mentions
from ..stages.steps import Copy, Run
from .copy_sources import puts_a_file

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..context.context import Context
    from ..model import BaseImage
    from ..runs.runs import Mentions
    from ..stages.steps import Step


# With so many steps the question is as dear as the look-up, whose work is bounded.
_MANY = 200
_FOLDERS = frozenset(("", ".", ".."))


class Unsaid:
    """A search path, and what the steps of one stage say about its folders."""

    def __init__(self, folders: tuple[str, ...], base: BaseImage, steps: Sequence[Step], context: Context) -> None:
        """``folders`` are absolute."""
        self._first, self._base = folders[0], base
        self._folders, self._beginnings, self._above = _searched(folders)
        self._named = {
            word.rpartition("/")[2]
            for words in (base.entrypoint, base.cmd)
            for word in (words or ())[:1]
            if "/" in word
        }
        self._mentions: list[Mentions] = []
        self._open = "/" in self._folders or len(steps) > _MANY
        for step in steps if not self._open else ():
            if isinstance(step, Run):
                self._run(mentions(step))
            elif isinstance(step, Copy):
                self._copy(step, context)
            elif step.path is not None:
                self._destination(step.path)

    def _destination(self, path: str) -> None:
        """A step makes a path, and the folders above it."""
        while path not in ("", "/"):
            folder, _, name = path.rpartition("/")
            if folder in self._folders:
                self._named.add(name)
            path = folder

    def _copy(self, step: Copy, context: Context) -> None:
        if step.destination is None:
            self._open = True
            return
        destination = step.destination.rstrip("/")
        self._destination(destination)
        if (destination or "/") in self._above:
            # A folder's contents may be anything, a file keeps its name.
            files = [source for source in step.sources if puts_a_file(step, source, context)]
            self._named.update(posixpath.basename(source.value or "") for source in files)
            self._open = self._open or len(files) < len(step.sources)

    def _run(self, named: Mentions) -> None:
        self._mentions.append(named)
        self._named.update(path.rpartition("/")[2] for path in named.paths if path.rpartition("/")[0] in self._folders)
        for start in named.beginnings:
            folder, slash, _ = start.rpartition("/")
            self._open = self._open or (slash != "" and folder in self._folders) or start in self._beginnings

    def answer(self, command: str) -> Unknown | None:
        """What stands for a command that only the base image can hold; None where a step, or what is known of the base, may tell more."""
        if (
            self._open
            or command in _FOLDERS
            or command in self._named
            or any(_names(each, command) for each in self._mentions)
        ):
            return None
        path = f"{self._first}/{command}"
        entry = held_by_base(path, self._base)
        return Unknown(path, entry.reason) if isinstance(entry, Vague) else None


@lru_cache(maxsize=64)
def _searched(folders: tuple[str, ...]) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """These folders under each of their names; everything that their names, with a slash behind, begin with; and they with the folders above them."""
    every = frozenset((*folders, *(name[:-2] for folder in folders for name in other_names(f"{folder}/-"))))
    beginnings = frozenset(f"{folder}/"[:end] for folder in every for end in range(len(folder) + 2))
    above = frozenset(folder[:at] or "/" for folder in every for at, each in enumerate(f"{folder}/") if each == "/")
    return every, beginnings, above


def _names(named: Mentions, command: str) -> bool:
    """Whether a RUN names a command in some folder."""
    path = f"/{command}"
    return (
        command in named.names
        or ("." in command and command in named.text)
        or any(path.endswith(end) or end.endswith(path) for end in named.ends)
    )
