"""The image as it was at some place of its build: what a step is told when it asks about another path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...records import NamedTuple

if TYPE_CHECKING:
    from ...source import Text
    from ..context.context import Context
    from ..entries import Entry, Kind
    from .files import ImageFiles


class Place(NamedTuple):
    """A place in a build: before an operation of a step (a step that is no RUN has one)."""

    step: int
    operation: int


class Before:
    """The image before one of its steps (`gracelint.image.entries.World`)."""

    __slots__ = ("_files", "_place")

    def __init__(self, files: ImageFiles, place: Place) -> None:
        self._files, self._place = files, place

    @property
    def context(self) -> Context:
        """The build context."""
        return self._files.context

    def kind(self, path: str) -> Kind:
        """What kind of thing stood at a path."""
        return self._files.kind(path, self._place)

    def entry(self, path: str) -> Entry:
        """What stood at a path; a link is not followed."""
        return self._files.find(path, self._place)

    def stage_entry(self, index: int, path: str) -> Entry:
        """What stands at a path of an earlier stage."""
        return self._files.stage_entry(index, path)

    def note(self, reason: str, text: Text | None) -> None:
        """Keeps a reason why a path is not there."""
        self._files.note(reason, text)
