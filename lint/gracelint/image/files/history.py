"""The steps of a build, gone through backwards for one path: which of them has a say about it, and what each does.

A step that cannot concern the path is passed over without being read (`gracelint.image.runs.reach`); a RUN is read when it may.
"""

from __future__ import annotations

import sys
from bisect import bisect_left
from functools import partial
from typing import TYPE_CHECKING, TypeAlias

from ..entries import Folder, contains
from ..runs import runs
from ..runs.reach import Reach, spread_of_step
from ..stages.steps import Copy, MakeFolder, Run
from .before import Place
from .copies import copied
from .effort import CHARACTERS, READING

if TYPE_CHECKING:
    import re
    from collections.abc import Callable, Iterator, Sequence

    from ..entries import Effect, World
    from ..model import ShellFamily
    from ..runs.readings import Reading
    from ..stages.steps import Step
    from .effort import Effort
    from .links import Links

    Act: TypeAlias = Callable[[str, World], Effect]


class History:
    """The steps that built one stage's image."""

    def __init__(self, steps: Sequence[Step], shell: ShellFamily | None, effort: Effort) -> None:
        """``shell``: the family of the base image's shell, which runs the RUNs; ``effort``: what the question in hand may still cost."""
        self._steps, self._shell, self._effort = steps, shell, effort
        self._reach = Reach(map(spread_of_step, steps))
        self._readings: dict[int, Reading] = {}
        self._mentions: dict[int, runs.Mentions] = {}
        self._concerned: dict[tuple[str, int], bool] = {}
        self._runs: dict[re.Pattern[str], bool] = {}  # whether a RUN holds it
        self.links: Links | None = None  # those that the steps make, for whoever has read these

    def before(self, path: str, place: Place) -> Place | None:
        """The last place before another one that has, or may have, a say about a path; None where there is none, or no effort is left."""
        index, limit = place
        links = self.links
        names = None if links is None or links.none else links.names(path)
        while index >= 0 and self._effort.spend():
            if limit and isinstance(step := self._steps[index], Run):
                reach = self.reading(index, step).reach
                number = reach.any(path, limit) if names is None else max([reach.any(name, limit) for name in names])
                if number >= 0:
                    return Place(index, number)
            index = (
                self._step_before(path, index)
                if names is None
                else max([self._step_before(name, index) for name in names])
            )
            limit = sys.maxsize
            if index >= 0 and not isinstance(self._steps[index], Run):
                return Place(index, 0)
        return None

    def act(self, place: Place) -> Act:
        """What is done at a place."""
        step = self._steps[place.step]
        if isinstance(step, Run):
            return self.reading(place.step, step).operations[place.operation].effect
        return partial(copied, step) if isinstance(step, Copy) else partial(_made_folder, step)

    def concerning(self, path: str) -> Iterator[tuple[int, Reading]]:
        """What the RUNs do that may concern a path, by their numbers."""
        for index, step in enumerate(self._steps):
            if isinstance(step, Run) and self._effort.spend() and self._concerns(index, step, path):
                yield index, self.reading(index, step)

    def mentions(self, index: int) -> runs.Mentions:
        """What the words of a RUN name."""
        step = self._steps[index]
        if index not in self._mentions and isinstance(step, Run):
            self._mentions[index] = runs.mentions(step)
        return self._mentions[index]

    def reading(self, index: int, step: Run) -> Reading:
        """What a RUN does; read once, whoever asks."""
        if index not in self._readings:
            self._effort.spend(READING + runs.size(step) // CHARACTERS)
            self._readings[index] = runs.read(step, self._shell)
        return self._readings[index]

    def perhaps_made_by(self, path: str, before: int) -> Run | None:
        """The first RUN before a step that may have made a path without naming it; None where there is none, or no effort is left."""
        return self._first(before, lambda reading: runs.may_make(reading, path))

    def perhaps_made_behind(self, path: str, place: Place, until: Place) -> Run | None:
        """The first RUN from one that has taken a path away on that may have made it again without naming it, before another place; None where there is none, or no effort is left.
        Of the same RUN, what is written behind that counts (``rm -rf build && cmake -B build``)."""
        step = self._steps[place.step]
        if not isinstance(step, Run):
            return None  # it was never there
        reading = self.reading(place.step, step)
        behind = runs.behind(step, reading, reading.operations[place.operation].text)
        if runs.may_make(behind, path):
            return step
        return self._first(until.begun, lambda reading: runs.may_make(reading, path), place.step + 1)

    def perhaps_built_by(self, path: str, before: int) -> bool:
        """The same of a path that may be a folder, or a file that nothing is started by."""
        return self._first(before, lambda reading: runs.may_build(reading, path)) is not None

    def _first(self, before: int, wanted: Callable[[Reading], bool], since: int = 0) -> Run | None:
        for index, step in enumerate(self._steps[since:before], since):
            if isinstance(step, Run) and wanted(self.reading(index, step)):
                return step
            if self._effort.spent:
                break
        return None

    def runs(self, wanted: re.Pattern[str], words: Sequence[str]) -> bool:
        """Whether a RUN command holds what is wanted, which has one of ``words`` in it: they are quicker to look for."""
        if wanted not in self._runs:
            texts = (runs.all_text(step) for step in self._steps if isinstance(step, Run))
            self._runs[wanted] = any(any(word in text for word in words) and wanted.search(text) for text in texts)
        return self._runs[wanted]

    def _step_before(self, path: str, index: int) -> int:
        """The last step before another one that has, or may have, a say about a path; -1 where there is none, or no effort is left."""
        nearest = self._reach.named(path, index)
        anywhere = self._reach.anywhere
        for at in range(bisect_left(anywhere, index) - 1, -1, -1):
            number = anywhere[at]
            if number < nearest:
                break
            if not self._effort.spend():
                return -1
            step = self._steps[number]
            if not isinstance(step, Run) or self._concerns(number, step, path):
                return number
        return nearest if self._effort.spend() else -1

    def _concerns(self, index: int, step: Run, path: str) -> bool:
        key = (path, index)
        if key not in self._concerned:
            self._concerned[key] = runs.concerns(self.mentions(index), path)
        return self._concerned[key]


def _made_folder(step: MakeFolder, path: str, world: World) -> Effect:
    if not world.has_links:
        return Folder() if step.path is not None and contains(path, step.path) else None
    made = step.path is not None and any(
        contains(name, step.path) and world.real(name) in (path, None) for name in world.names(path)
    )
    return Folder() if made else None
