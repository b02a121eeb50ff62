"""Which steps of a build could have a say about a path, so that nobody asks the others.

COPY, ADD and WORKDIR say by their destination what they can reach: the destination, what lies below it (COPY), and the
folders above it, which they make. A RUN, and a COPY to a place that is not known, may reach any path.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from .steps import Copy, Run

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .steps import Step


_SHORT = 200
"""Characters of a path that many images may share; others are not worth remembering."""


class Reach:
    """An index of steps by the paths that they can reach. ``anywhere`` are those, in order, that may reach any."""

    def __init__(self, steps: Sequence[Step]) -> None:
        self.anywhere: list[int] = []
        self._at: dict[str, list[int]] = {}
        self._below: dict[str, list[int]] = {}
        self._known: dict[str, Sequence[int]] = {}
        for index, step in enumerate(steps):
            path = None if isinstance(step, Run) else step.destination if isinstance(step, Copy) else step.path
            if path is None:
                self.anywhere.append(index)
                continue
            path = path.rstrip("/") or "/"
            if isinstance(step, Copy):
                self._below.setdefault(path, []).append(index)
            for folder in _upwards(path):
                self._at.setdefault(folder, []).append(index)

    def named(self, path: str) -> Sequence[int]:
        """The steps, in order, that have a say about a path by their destination."""
        if not self._at:
            return ()
        if path not in self._known:
            found = set(self._at.get(path, ()))
            for folder in _upwards(path):
                found.update(self._below.get(folder, ()))
            self._known[path] = sorted(found)
        return self._known[path]


def _upwards(path: str) -> Sequence[str]:
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
