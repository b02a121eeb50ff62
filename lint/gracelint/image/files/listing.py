"""Which paths below a folder a step of a build may have made: candidates, which the image then decides on one by one."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ..entries import contains, inside
from ..paths import normal
from ..runs import runs
from ..stages.steps import Copy, MakeFolder, Run
from .copy_sources import clamped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..context.context import Context
    from ..runs.readings import Reading
    from ..stages.steps import Step
    from .effort import Effort

    Listing = Callable[[int, str], tuple[str, ...]]


class Candidates:
    """Paths that may stand below a folder of one stage's image."""

    def __init__(
        self,
        steps: Sequence[Step],
        context: Context,
        effort: Effort,
        reading: Callable[[int, Run], Reading],
        stage: Callable[[int], Candidates | None],
    ) -> None:
        """``reading`` says what a RUN does; ``stage`` gives the candidates of an earlier stage by its index, None where that is none."""
        self._steps, self._context, self._effort, self._reading, self._stage = steps, context, effort, reading, stage
        self._known: dict[str, tuple[str, ...]] = {}

    def below(self, folder: str) -> tuple[str, ...]:
        """Paths that may stand below a folder, sorted; what stands there is for the image to decide."""
        found = self._known.get(folder)
        if found is None:
            self._effort.depth += 1
            try:
                made = {path for index, step in enumerate(self._steps) for path in self._made(index, step, folder)}
            finally:
                self._effort.depth -= 1
            found = tuple(sorted(made))
            if not self._effort.spent:
                self._known[folder] = found
        return found

    def perhaps_a_folder(self, path: str) -> bool:
        """Whether a step may have made a folder here though it makes no file: one that a RUN names, or that comes out of another stage."""
        name = posixpath.basename(path)
        for step in self._steps:
            if isinstance(step, Run):
                if name in runs.all_text(step):
                    return True
            elif isinstance(step, Copy) and step.origin is not None:
                to = None if step.destination is None else step.destination.rstrip("/") or "/"
                if to is None or contains(to, path) or contains(path, to):
                    return True
            elif isinstance(step, MakeFolder) and step.path is None:
                return True
        return bool(self.below(path))  # something may be below it

    def _made(self, index: int, step: Step, folder: str) -> list[str]:
        if not self._effort.spend():
            return []
        if isinstance(step, Run):
            return [path for path in runs.written(self._reading(index, step)) if inside(path, folder) is not None]
        if isinstance(step, Copy):
            return copied_paths(step, folder, self._context, self._of_stage)
        return []

    def _of_stage(self, index: int, folder: str) -> tuple[str, ...]:
        other = self._stage(index)
        return () if other is None else other.below(normal(folder))


def copied_paths(step: Copy, folder: str, context: Context, listing: Listing) -> list[str]:
    """Paths below ``folder`` that COPY or ADD may make; ``listing`` lists a folder of an earlier stage."""
    if step.destination is None:
        return []
    destination = step.destination.rstrip("/") or "/"
    if not (contains(destination, folder) or contains(folder, destination)):
        return []
    paths: list[str] = []
    for source in step.sources:
        names = [""]
        if source.is_heredoc and source.value:
            names = [source.value]
        elif isinstance(step.origin, int) and source.value:
            names = _from_stage(normal(source.value), step.origin, listing)
        elif step.origin is None and source.value:
            names = _from_context(source.value, context, inside(folder, destination) or "")
        paths += [posixpath.join(destination, name) if name else destination for name in (*names, "")]
    return [path for path in paths if inside(path, folder) is not None]


def _from_stage(source: str, index: int, listing: Listing) -> list[str]:
    listed = [name for path in listing(index, source) if (name := inside(path, source)) is not None]
    return [*listed, posixpath.basename(source)]


def _from_context(value: str, context: Context, within: str) -> list[str]:
    """What a source brings, by its names in the destination; of a folder only what is below ``within``: a context may have many files."""
    names: list[str] = []
    for match in context.matching(clamped(value)):
        if context.entry(match).kind == "folder":
            top = posixpath.join(match, within) if within else match
            if top == match or context.entry(top, follow=False).kind == "folder":
                names += [name for path in context.walk(top) if (name := inside("/" + path, "/" + match))]
        else:
            names.append(posixpath.basename(match))
    return names
