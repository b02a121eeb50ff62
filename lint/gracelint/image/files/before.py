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

    @property
    def begun(self) -> int:
        """The number of steps that have begun: of a RUN in hand, other commands may have run before."""
        return self.step + 1


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

    def standing(self, path: str) -> Kind:
        """The same, but ``none`` only where no program of the build can have made anything, a folder of its own above all."""
        kind = self.kind(path) if self._files.effort.may_wonder() else "unknown"
        return "unknown" if kind == "none" and self._may_hold(path) else kind

    def _may_hold(self, path: str) -> bool:
        """Whether something may stand at a path that no step names: what a project's own build makes, or what comes with the program that the
        base image is for."""
        files = self._files
        return files.base.entrypoint is not None or files.history.perhaps_built_by(path, self._place.begun)

    def earlier(self, operation: int) -> Before:
        """The image before an operation of the same step."""
        return Before(self._files, Place(self._place.step, operation))

    def entry(self, path: str) -> Entry:
        """What stood at a path; a link is not followed."""
        return self._files.find(path, self._place)

    def stage_entry(self, index: int, path: str) -> Entry:
        """What stands at a path of an earlier stage."""
        return self._files.stage_entry(index, path)

    def note(self, reason: str, text: Text | None) -> None:
        """Keeps a reason why a path is not there."""
        self._files.note(reason, text)
