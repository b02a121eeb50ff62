"""The image as it was at some place of its build: what a step is told when it asks about another path."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ...records import NamedTuple
from ..entries import Link, Vague, inside
from ..paths import normal

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...source import Text
    from ..context.context import Context
    from ..entries import Entry, Kind
    from .past import Past

MAX_LINKS = 40


class Place(NamedTuple):
    """A place in a build: before an operation of a step (a step that is no RUN has one)."""

    step: int
    operation: int

    @property
    def begun(self) -> int:
        """The number of steps that have begun: of a RUN in hand, other commands may have run before."""
        return self.step + 1


class Before:
    """The image before one of its steps (`gracelint.image.entries.World`)."""

    __slots__ = ("_past", "_place", "has_links")

    def __init__(self, past: Past, place: Place) -> None:
        self._past, self._place = past, place
        self.has_links = not past.links.none

    @property
    def context(self) -> Context:
        """The build context."""
        return self._past.context

    def names(self, path: str) -> Sequence[str]:
        """A path, and the other names by which it may be reached."""
        return self._past.links.names(path)

    def are_twins(self, name: str, path: str) -> bool:
        """Whether a hard link may have made them one file."""
        return self._past.links.are_twins(name, path)

    def real(self, path: str, follow: bool = True) -> str | None:
        """A path as it was without links, one at its end left alone unless ``follow``; None where that is not known."""
        if self._past.links.none or not self._past.links.any:
            return path
        for _ in range(MAX_LINKS):
            place, link = self._first_link(path, follow)
            if link is None:
                return path
            if not isinstance(link, Link):
                return None
            path = normal(posixpath.join(posixpath.dirname(place), link.target, inside(path, place) or ""))
        return None

    def _first_link(self, path: str, follow: bool) -> tuple[str, Entry | None]:
        """The first link on the way to a path, or what may be one."""
        end = path.find("/", 1)
        while end > 0 or (follow and path):
            here = path[:end] if end > 0 else path
            if self._may_be_link(here) and isinstance(entry := self._seen(here), (Link, Vague)):
                return here, entry
            if end < 0:
                break
            end = path.find("/", end + 1)
        return path, None

    def _may_be_link(self, path: str) -> bool:
        since = self._past.links.since(path)
        return since is not None and since < self._place

    def _seen(self, path: str) -> Entry:
        key, seen = (path, self._place), self._past.seen_links
        if key in seen:
            return seen[key]
        entry = self._past.find(path, self._place)
        if not self._past.effort.spent:
            seen[key] = entry
        return entry

    def kind(self, path: str) -> Kind:
        """What kind of thing stood at a path, links followed."""
        real = self.real(path) if self.has_links else path
        return "unknown" if real is None else self._past.kind(real, self._place)

    def is_link(self, path: str) -> bool | None:
        """Whether a link stood at a path."""
        if not self._may_be_link(path):
            return False
        entry = self.entry(path)
        return None if isinstance(entry, Vague) else isinstance(entry, Link)

    def standing(self, path: str) -> Kind:
        """The same, but ``none`` only where no program of the build can have made anything, a folder of its own above all."""
        kind = self.kind(path) if self._past.effort.may_wonder() else "unknown"
        return "unknown" if kind == "none" and self._may_hold(path) else kind

    def _may_hold(self, path: str) -> bool:
        """Whether something may stand at a path that no step names: what a project's own build makes, or what comes with the program that the
        base image is for."""
        past = self._past
        return past.base.entrypoint is not None or past.history.perhaps_built_by(path, self._place.begun)

    def earlier(self, operation: int) -> Before:
        """The image before an operation of the same step."""
        return Before(self._past, Place(self._place.step, operation))

    def entry(self, path: str) -> Entry:
        """What stood at a path; a link at its end is not followed."""
        real = self.real(path, follow=False) if self.has_links else path
        return Vague("a link leads there that is not known") if real is None else self._past.find(real, self._place)

    def stage_entry(self, index: int, path: str, follow: bool = True) -> Entry:
        """What stands at a path of an earlier stage; a link at its end is left alone unless ``follow``."""
        return self._past.stage_entry(index, path, follow)

    def note(self, reason: str, text: Text | None) -> None:
        """Keeps a reason why a path is not there."""
        self._past.note(reason, text)
