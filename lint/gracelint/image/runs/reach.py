"""Which steps of a build, and which operations of a RUN, could have a say about a path, so that nobody asks the others.

COPY, ADD and WORKDIR say by their destination what they can reach: the destination, what lies below it (COPY), and the
folders above it, which they make. The operations of a RUN say it by their targets (`gracelint.image.runs.actions`). A RUN, a COPY to a
place that is not known, and an operation on a pattern may reach any path.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import lru_cache
from typing import TYPE_CHECKING

from ...records import NamedTuple
from ..stages.steps import Copy, Run

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..stages.steps import Step


class Spread(NamedTuple):
    """The paths that something can reach: those in ``at``, those in ``below`` with all that lies below them, those in ``above`` with the folders
    above them, and those whose base name stands in one of ``words``, which are not understood."""

    at: Sequence[str] = ()
    below: Sequence[str] = ()
    above: Sequence[str] = ()
    words: Sequence[str] = ()


class Reach:
    """An index of things, by their numbers, by the paths that they can reach. ``anywhere`` are those, in order, that may reach any."""

    __slots__ = ("_at", "_below", "_hinting", "_named", "_words", "anywhere")

    def __init__(self, spreads: Iterable[Spread | None]) -> None:
        """``spreads``: what each of them can reach; None for any path."""
        self.anywhere: list[int] = []
        self._at: dict[str, list[int]] = {}
        self._below: dict[str, list[int]] = {}
        self._hinting: list[tuple[int, str]] = []
        for number, spread in enumerate(spreads):
            if spread is None:
                self.anywhere.append(number)
                continue
            for path in spread.at:
                self._at.setdefault(path, []).append(number)
            for path in spread.below:
                self._below.setdefault(path.rstrip("/") or "/", []).append(number)
            for path in spread.above:
                for folder in upwards(path.rstrip("/") or "/"):
                    self._at.setdefault(folder, []).append(number)
            self._hinting += [(number, word) for word in spread.words]
        self._words = "\0".join([word for _, word in self._hinting])
        self._named: dict[str, Sequence[int]] = {}

    def named(self, path: str, limit: int) -> int:
        """The number of the last thing before ``limit`` that has a say about a path by its name; -1 where there is none."""
        numbers = self._named.get(path)
        if numbers is None:
            numbers = self._named[path] = self._naming(path)
        return last(numbers, limit)

    def _naming(self, path: str) -> Sequence[int]:
        """The numbers, in order, of what has a say about a path by its name."""
        found = [*self._at.get(path, ())]
        if self._below:
            for folder in upwards(path):
                found += self._below.get(folder, ())
        return sorted(found) if len(found) > 1 else found

    def any(self, path: str, limit: int) -> int:
        """The number of the last thing before ``limit`` that has, or may have, a say about a path; -1 where there is none."""
        found = max(self.named(path, limit), last(self.anywhere, limit))
        name = path.rpartition("/")[2]
        if name in self._words:
            found = max(
                (number for number, word in self._hinting if found < number < limit and name in word), default=found
            )
        return found


def last(numbers: Sequence[int], limit: int) -> int:
    """The last of some ascending numbers that is smaller than ``limit``; -1 where there is none."""
    at = bisect_left(numbers, limit) if numbers else 0
    return numbers[at - 1] if at else -1


def spread_of_step(step: Step) -> Spread | None:
    """What a step can reach."""
    if isinstance(step, Run):
        return None
    if isinstance(step, Copy):
        return None if step.destination is None else Spread(below=(step.destination,), above=(step.destination,))
    return Spread() if step.path is None else Spread(above=(step.path,))


_SHORT = 200
"""Characters of a path that many images may share; others are not worth remembering."""


def upwards(path: str) -> Sequence[str]:
    """An absolute path and the folders above it."""
    return _upwards_of_short(path) if len(path) <= _SHORT else _all_upwards(path)


@lru_cache(maxsize=1024)
def _upwards_of_short(path: str) -> Sequence[str]:
    return tuple(_all_upwards(path))


def _all_upwards(path: str) -> Sequence[str]:
    found = [path]
    at = path.rfind("/")
    while at > 0:
        found.append(path[:at])
        at = path.rfind("/", 0, at)
    if path != "/":
        found.append("/")
    return found
