"""The variables of a build stage, as they stand at each of its instructions."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING, TypeAlias

from ...records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

# A variable's value: a string, or None where it is not known. Absence from the mapping: not set.
Value: TypeAlias = "str | None"
_Change: TypeAlias = "tuple[int, Value, bool]"  # the version, the value, and whether it is for whoever builds to give


@dataclass(frozen=True, slots=True)
class Variables:
    """The variables in force at one place of a stage: ``ARG`` and ``ENV`` so far, and the base image's.

    An immutable view on a shared, append-only history, so that every instruction can keep its own view for nothing.
    ``open`` says that the base image may set more than is known.
    """

    open: bool
    version: int = 0
    _history: dict[str, list[_Change]] = field(default_factory=dict, repr=False)

    def get(self, name: str) -> tuple[bool, Value]:
        """Whether the variable is set, and to what; ``(True, None)`` where that is not known.

        Image variables are upper-case by custom: a name with a lower-case letter that nobody sets counts as unset,
        and so do the shell's own parameters (``$@``, ``$1``), which BuildKit looks up like any other name.
        """
        last = self._last(name)
        return (self.open and name.isupper(), None) if last is None else (True, last[1])

    def is_asked_for(self, name: str) -> bool:
        """Whether the variable is a build argument without a value (``ARG name``), which who builds may give."""
        last = self._last(name)
        return last is not None and last[2]

    def set(self, name: str, value: Value, *, asked_for: bool = False) -> Variables:
        """The view after ``name`` was set; may be called on the newest view of a history only."""
        version = self.version + 1
        self._history.setdefault(name, []).append((version, value, asked_for))
        return Variables(self.open, version, self._history)

    def with_all(self, values: Mapping[str, Value]) -> Variables:
        """The view after all of these were set at once; as `set`."""
        version = self.version + 1
        if not self._history:
            return Variables(self.open, version, {name: [(version, value, False)] for name, value in values.items()})
        for name, value in values.items():
            self._history.setdefault(name, []).append((version, value, False))
        return Variables(self.open, version, self._history)

    def fork(self) -> Variables:
        """The same values with a history of their own, for a stage built on this one."""
        ends = ((name, self._last(name)) for name in self._history)
        return Variables(self.open, 1, {name: [(1, *end[1:])] for name, end in ends if end is not None})

    def _last(self, name: str) -> _Change | None:
        changes = self._history.get(name, [])
        at = bisect_right(changes, self.version, key=_version)
        return changes[at - 1] if at else None


def _version(change: _Change) -> int:
    return change[0]
