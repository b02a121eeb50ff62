"""The symbolic links that the steps of a stage may have made, and the other names by which a path is reached through them.

Method: asked about one path, the RUNs that may concern it are read, and what they say about links is followed from name to name. That a link may
stand somewhere is all that is said here; whether it does at some place of the build, the image tells (`gracelint.image.files.before`).
Of the links that a COPY of a folder brings, those give a name that a RUN speaks of, or of what lies behind them: nobody looks through a whole build context for others.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ...regexes import regex
from ..entries import contains, inside
from ..paths import normal
from ..runs.actions import Symlink, Transfer
from ..runs.links import carried, from_where, made, twins
from ..runs.reach import upwards
from ..runs.runs import all_text
from ..stages.steps import Copy, Run
from .before import Place
from .copy_sources import REMOTE, clamped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from ..context.context import Context
    from ..entries import Link
    from ..runs.actions import Action
    from ..stages.steps import Step
    from .effort import Effort
    from .files import ImageFiles
    from .history import History

MOST = 16
"""How many names a path is given, and how many places a link."""
_MAKES = regex(r"\bln\s")


class Links:
    """The links of one stage."""

    def __init__(
        self,
        steps: Sequence[Step],
        context: Context,
        history: History,
        effort: Effort,
        stage: Callable[[int], ImageFiles | None],
    ) -> None:
        """``stage`` gives the files of an earlier stage."""
        self._history, self._context, self._effort, self._stage = history, context, effort, stage
        self._runs = [index for index, step in enumerate(steps) if isinstance(step, Run)]
        self._made = any(_MAKES.search(all_text(step)) for step in steps if isinstance(step, Run))
        self._copies = [(at, step) for at, step in enumerate(steps) if isinstance(step, Copy) and step.destination]
        self._copied: dict[str, str] | None = None
        self._any: bool | None = None
        self.none = not self._copies and not self._made
        """Whether there is none for certain: to be looked at before anything is asked here, as that is so in most images."""
        self._names: dict[str, tuple[str, ...]] = {}
        self._linking: dict[int, list[tuple[Place, Action]]] = {}
        self._twins: set[tuple[str, str]] = set()
        self._standing: dict[str, Place | None] = {}

    @property
    def any(self) -> bool:
        """Whether there may be one."""
        if self._any is None:
            stages = {step.origin for _, step in self._copies if isinstance(step.origin, int)}
            self._any = self._made or bool(self._spoken_of()) or any(self._any_in(each) for each in stages)
            self.none = not self._any
        return self._any

    def _any_in(self, stage: int) -> bool:
        """Whether there may be one in a stage from which something is copied, of its own."""
        other = None if self._effort.spent else self._stage(stage)
        return other is not None and (other.links._made or bool(other.links._spoken_of()))

    def since(self, path: str) -> Place | None:
        """The first place in the build where a link may be put at a path; None where none is."""
        if path not in self._standing:
            self._standing[path] = min(self._put_at(path), default=None)
        return self._standing[path]

    def names(self, path: str) -> tuple[str, ...]:
        """A path and the other names by which it may be reached."""
        if not self.any:
            return (path,)
        if path not in self._names:
            self._names[path] = (path,)  # while its names are looked for
            names = [path]
            for name in names:
                others = {other: self.are_twins(name, path) for other in self._others(name)}
                if self._made:
                    others.update({other: True for _, action in self._actions(name) for other in twins(action, name)})
                for other, by_twin in others.items():
                    if other not in names and len(names) < MOST:
                        names.append(other)
                        if by_twin:
                            self._twins.add((other, path))
            self._names[path] = tuple(names)
        return self._names[path]

    def are_twins(self, name: str, path: str) -> bool:
        """Whether one of the names of a path is that of the same file by a hard link, which may have been made."""
        return (name, path) in self._twins

    # --- where one may stand ---------------------------------------------------------------------------------------

    def _put_at(self, path: str) -> Iterator[Place]:
        """Where links may be put at a path: they are made or copied there, or moved from where they stood."""
        places = [path]
        for place in places:
            yield from (Place(index, 0) for index, _ in self._from_copies(place))
            folder, last = posixpath.split(place)
            for name in [posixpath.join(each, last) for each in self.names(folder)] if self.any and last else ():
                for at, action in self._actions(name):
                    if any(link == name for link, _ in made(action, name)):
                        yield at
                    places += [each for each in from_where(action, name) if each not in places and len(places) < MOST]

    def _from_copies(self, path: str) -> Iterator[tuple[int, str]]:
        """The COPYs that may have put a link at a path, and its text."""
        for index, step in self._copies:
            rest = inside(path, (step.destination or "").rstrip("/") or "/")
            for source in step.sources if rest is not None and not step.parents else ():
                value = source.value
                if value is None or source.is_heredoc or REMOTE.match(value):
                    continue
                if step.origin is None:
                    for match in self._context.matching(clamped(value)):
                        entry = self._context.entry(posixpath.join(match, rest or ""), follow=False)
                        if entry.kind == "link":
                            yield index, entry.target or ""
                elif isinstance(step.origin, int):
                    link = self._link_of_stage(step.origin, normal(posixpath.join("/", value, rest or "")))
                    if link is not None:
                        yield index, link.target

    def _link_of_stage(self, stage: int, path: str) -> Link | None:
        other = None if self._effort.deep else self._stage(stage)
        if other is None:
            return None
        self._effort.depth += 5  # each stage that is asked takes its turn in asking others
        try:
            return other.link(path)
        finally:
            self._effort.depth -= 5

    def _actions(self, path: str) -> Sequence[tuple[Place, Action]]:
        """What the RUNs that may concern a path do that may make or move links, and where."""
        found: list[tuple[Place, Action]] = []
        for index, reading in self._history.concerning(path):
            if index not in self._linking:
                self._linking[index] = [
                    (Place(index, number), action)
                    for number, operation in enumerate(reading.operations)
                    if isinstance(operation.action, (Symlink, Transfer))
                    for action in dict.fromkeys(operation.versions())
                ]
            found += self._linking[index]
        return found

    # --- what leads to a path --------------------------------------------------------------------------------------

    def _others(self, name: str) -> Iterator[str]:
        """Names that lead to what another name leads to, by one link."""
        for place, text in self._leading(name):
            target = normal(posixpath.join(posixpath.dirname(place), text))
            if contains(target, name) and target != "/":
                yield place + name[len(target) :]

    def _leading(self, name: str) -> Iterator[tuple[str, str]]:
        """Links, some of which lead to a name or a folder above it."""
        links = list(self._spoken_of().items())
        if self.any:
            links += [link for _, action in self._actions(name) for link in made(action, name)]
        for place, text in links:
            yield place, text
            places = [place]
            for each in places:
                more = [to for _, action in self._actions(each) for to in carried(action, each) if to not in places]
                places += more[: MOST - len(places)]
                yield from ((to, text) for to in more)

    def _spoken_of(self) -> dict[str, str]:
        """The links out of the build context that a RUN speaks of, and their texts."""
        if self._copied is None:
            self._copied = {}
            for index in self._runs if self._copies else ():
                for path in {way for each in self._history.mentions(index).paths for way in upwards(each)}:
                    self._copied.update((path, text) for _, text in self._from_copies(path))
        return self._copied
