"""What a lap of a loop changes, and so is not known at the top of its later laps."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from ..domain.lattice import bounds, is_number, join, within
from ..domain.state import differing
from ..domain.values import UNKNOWN, Const, Number

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..domain.state import State


def widened(before: State, after: State, ceilings: Iterable[float] = ()) -> State:
    """The state at the top of a loop's later laps: what a lap changes is no longer known, of a number not how far it goes on in the
    direction in which it went: to the next of the ``ceilings``, perhaps, which the next lap shows (`escaped`)."""
    for key, value in differing(before.store, after.store):
        old = before.store.get(key)
        if old is not None and old != value:
            if is_number(old) and is_number(value):
                (least, most), (lower, upper) = bounds(old), bounds(value)
                highest = most if upper <= most else min((one for one in ceilings if one >= upper), default=inf)
                after.store[key] = within(least if lower >= least else -inf, highest)
            else:
                both = join(old, value)
                after.store[key] = UNKNOWN if isinstance(old, Const) or isinstance(value, Const) else both
    return after


def escaped(start: State, after: State) -> bool:
    """Whether a lap leads a number beyond the ceiling at which it was taken to stop: nobody knows how far it goes then."""
    found = False
    for key, value in differing(start.store, after.store):
        old = start.store.get(key)
        if isinstance(old, Number) and old.most < inf and bounds(value)[1] > old.most:
            after.store[key] = within(min(old.least, bounds(value)[0]), inf)
            found = True
    return found


def narrowed(first: State, start: State, after: State) -> bool:
    """Whether a lap has shown how far a number goes, of which that was not known at the ``start`` of the lap
    (``delay = min(2 * delay, 60)``): it is then what it was at the ``first``, or what the lap made of it."""
    found = False
    for key, value in differing(start.store, after.store):
        old, initial = start.store.get(key), first.store.get(key)
        if isinstance(old, Number) and initial is not None and is_number(value) and is_number(initial):
            after.store[key] = join(initial, value)
            found = found or bounds(old) != bounds(after.store[key])
    return found
