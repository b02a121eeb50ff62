"""Commands that run only if something holds, and what is known behind them of the working folder and the variables."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from .conditions import all_of, holds

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .conditions import Condition
    from .surroundings import Surroundings


class Fork:
    """A way that may be taken, step by step: what is done on it is certain for its own later steps, and may not be done for what stands behind it."""

    def __init__(self, around: Surroundings) -> None:
        self._around = around
        self._begin()

    def _begin(self) -> None:
        self._assigned = dict(self._around.assigned)
        self._went: Condition = True
        self._sure = True

    @contextmanager
    def taken(self, condition: Condition) -> Iterator[None]:
        """One step, which runs if something holds."""
        around = self._around
        when, workdir, where = around.when, around.workdir, around.where
        around.when = all_of(when, condition)
        yield
        around.when = when
        if around.workdir != workdir or around.where is not where:
            self._went = condition
        self._sure = self._sure and holds(condition) is True

    def settle(self) -> None:
        """What holds whether the way was taken or not."""
        around, before = self._around, self._assigned
        if self._went is not True:
            around.where = all_of(self._went, around.where)
        if not self._sure:
            around.assigned = {
                name: value if before.get(name, value) == value else None for name, value in around.assigned.items()
            }
        self._begin()
