"""The files of an image, as the rest of gracelint asks for them: a path (`gracelint.image.files.past` looks for it), a command of PATH
(`gracelint.image.files.search`), all that is below a folder (`gracelint.image.files.listing`), where something came from (`gracelint.image.files.origins`).

Certainty: "absent" is claimed only where nobody could plausibly have put the file there: a path outside the system's
own folders (see `gracelint.image.bases.base_files`), on a known base image, with no command in between that makes files of
unknown names. All else is unknown, and so is what takes too much work (`gracelint.image.files.effort`).
"""

from __future__ import annotations

import posixpath
from itertools import count, takewhile
from typing import TYPE_CHECKING

from ..bases.base_files import is_system_folder
from ..entries import Folder, Found, Gone, Link, Vague, contains
from ..model import Absent, ImageFile, Unknown
from ..paths import SOMEWHERE, normal
from ..stages.steps import Copy
from .copy_sources import word_problem
from .effort import Effort
from .listing import Candidates
from .origins import origins
from .past import Past
from .search import Search

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator, Sequence

    from ...source import Text
    from ..context.context import Context
    from ..entries import Entry, Kind
    from ..model import BaseImage
    from ..stages.steps import Step


class ImageFiles:
    """The files of one stage's image (`gracelint.image.model.Files`)."""

    def __init__(
        self,
        steps: Sequence[Step],
        context: Context,
        base: BaseImage,
        stage: Callable[[int], ImageFiles | None],
        effort: Effort | None = None,
    ) -> None:
        """``stage`` gives the files of an earlier stage by its index; None where that is none."""
        self.steps, self.context, self.base, self._stage = steps, context, base, stage
        self._entries: dict[tuple[str, bool], Entry] = {}
        self._searches: dict[tuple[str, str], Search] = {}
        self.effort = effort or Effort()
        self._past = Past(steps, context, base, stage, self.effort)
        self.links = self._past.links
        self.candidates = Candidates(steps, context, self.effort, self._past.history.reading, self._of_stage)
        self._mounts: tuple[str, ...] = ()
        self._perhaps: Callable[[], Sequence[str]] | None = None

    def is_mounted(self, path: str) -> bool:
        """Whether a folder or file of the host is laid over a path of the image."""
        if self._perhaps is not None:
            self._mounts, self._perhaps = (*self._mounts, *(normal(mount) for mount in self._perhaps())), None
        return any(contains(mount, normal(path)) for mount in self._mounts)

    def with_mounts(self, mounts: Sequence[str], perhaps: Callable[[], Sequence[str]] | None = None) -> ImageFiles:
        """These files in a container that has files of the host at these paths: what the image lacks there may come from the host.
        ``perhaps`` gives more such paths, and is called when one is asked for."""
        self._mounts, self._perhaps = tuple(normal(mount) for mount in mounts), perhaps
        return self

    # --- the protocol ----------------------------------------------------------------------------------------------

    def lookup(self, path: str) -> ImageFile | Absent | Unknown:
        """What stands at an absolute path, symbolic links followed."""
        return self.answer(normal(path), self.entry(path))

    def known(self, path: str) -> ImageFile | None:
        """The file at an absolute path, if it is known to be there."""
        entry = self.entry(path, thorough=False)
        return entry.file if isinstance(entry, Found) else None

    def standing(self, path: str) -> Kind:
        """What kind of thing stands at an absolute path, links followed."""
        if is_system_folder(normal(path), self.base):
            return "folder"
        entry = self.entry(path)
        if isinstance(entry, Found):
            return "file" if _is_certain(entry.file) else "unknown"
        if isinstance(entry, Folder):
            return "folder"
        return "none" if isinstance(entry, Gone) and not self.candidates.perhaps_a_folder(normal(path)) else "unknown"

    def answer(self, path: str, entry: Entry) -> ImageFile | Absent | Unknown:
        """An entry in the words of the protocol."""
        if isinstance(entry, Found):
            return entry.file
        if isinstance(entry, Folder):
            reason = f"{path} is a folder"
            return Absent(path, reason) if self.context.certain else Unknown(path, reason)
        if isinstance(entry, Gone):
            return Absent(path, entry.reason, entry.text)
        return Unknown(path, entry.reason if isinstance(entry, Vague) else f"{path} is a link into the unknown")

    def which(self, command: str, workdir: str, search: str) -> ImageFile | Absent | Unknown:
        """What ``execvp`` would start (POSIX ``exec``: a name with a ``/`` is not looked up in PATH)."""
        if "/" in command:
            return self.lookup(posixpath.join(workdir, command))
        key = (workdir, search)
        if key not in self._searches:
            self._searches[key] = Search(self, workdir, search)
        return self._searches[key].which(command)

    def stages(self) -> Iterator[ImageFiles]:
        """These files, then those of the stages they were copied from, each once."""
        waiting: list[ImageFiles] = [self]
        seen: list[ImageFiles] = []
        while waiting:
            files = waiting.pop(0)
            if files in seen:
                continue
            seen.append(files)
            yield files
            origins = (step.origin for step in files.steps if isinstance(step, Copy))
            waiting += [found for one in origins if isinstance(one, int) and (found := files._stage(one)) is not None]

    def link(self, path: str) -> Link | None:
        """The link that stands at an absolute path; None where none does, or too much would have to be asked."""
        if self.effort.deep or self.links.since(path) is None:
            return None
        entry = self._past.at_the_end().entry(path)
        return entry if isinstance(entry, Link) else None

    def stage(self, index: int) -> ImageFiles | None:
        """The files of an earlier stage by its index; None where that is none."""
        return self._stage(index)

    def made_elsewhere(self, path: str) -> bool:
        """Whether another stage of the Dockerfile makes a file at an absolute path."""
        stages = takewhile(lambda one: one is not None, map(self._stage, count()))
        return any(one is not None and one is not self and one.known(path) is not None for one in stages)

    def origins(self, path: str, *, context: bool = False) -> Iterator[tuple[ImageFiles, str]]:
        """An absolute path in these files, then where in the files of other stages it may have been copied from, each once; with ``context`` also where in the build context."""
        return origins(self, normal(path), context=context)

    def runs(self, wanted: re.Pattern[str], words: Sequence[str]) -> bool:
        """Whether a RUN command of their stage holds what is wanted, which has one of ``words`` in it: they are quicker to look for."""
        return self._past.history.runs(wanted, words)

    def listing(self, folder: str, wanted: Callable[[str], bool] | None = None) -> tuple[str, ...]:
        """Absolute paths of the files known directly or deeper under an absolute folder, sorted; with ``wanted``, only of those, and then no
        other is read."""
        folder = normal(folder)
        self.effort.begin()
        self.effort.depth += 1  # the files listed share one effort
        try:
            paths = self.candidates.below(folder)
            return tuple(
                path for path in paths if (wanted is None or wanted(path)) and isinstance(self.entry(path), Found)
            )
        finally:
            self.effort.depth -= 1

    def problem(self, word: Text) -> str | None:
        """What is wrong with a COPY or ADD source word (outside the context, not there), None if nothing."""
        for step in self.steps:
            if isinstance(step, Copy):
                for source in step.sources:
                    if source.word == word:
                        return word_problem(step, source, self.context)
        return None

    # --- looking ---------------------------------------------------------------------------------------------------

    def entry(self, path: str, thorough: bool = True) -> Entry:
        """What stands at an absolute path in the finished image, links followed.

        Unless ``thorough``, what a RUN may have made without naming it counts as not there.
        """
        path = normal(path)
        if contains(SOMEWHERE, path):
            return Vague("the folder that it is looked for in is not known")
        key = (path, thorough)
        if key not in self._entries:
            self.effort.begin()
            found = self._past.followed(path, thorough)
            if isinstance(found, Gone) and self.is_mounted(path):
                found = Vague(f"files of the host are mounted over {path}")
            if self.effort.spent:
                return found  # asked alone, it may be found
            self._entries[key] = found
        return self._entries[key]

    def _of_stage(self, index: int) -> Candidates | None:
        other = None if self.effort.deep else self._stage(index)
        return None if other is None else other.candidates


def _is_certain(file: ImageFile) -> bool:
    """Whether it is no folder either: of what is copied out of another image, or from where nobody looks, neither text nor mode is known."""
    return file.exact or file.content is not None or file.executable is not None
