"""What is known when values meet, and of a value: joins, truth, and the bounds of numbers."""

from __future__ import annotations

from functools import reduce
from math import inf, isnan
from typing import TYPE_CHECKING

from .values import UNKNOWN, Assumed, Box, Const, Items, Made, Method, Number, Ref, Union, Unknown, Value

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST_ALTERNATIVES = 6
# Of larger numbers nothing is worked out.
_LARGEST = 1e15


def join(left: Value, right: Value) -> Value:
    """What is known when it may be either."""
    if left == right:
        return left
    found = tuple(dict.fromkeys((*alternatives(left), *alternatives(right))))
    numeric = [value for value in found if is_number(value)]
    if len(numeric) > 1:
        found = (_either(numeric), *(value for value in found if value not in numeric))
        if len(found) == 1:
            return found[0]
    constants = sum(isinstance(value, Const) and value.value is not None for value in found)
    if UNKNOWN in found or constants > 1 or len(found) > MOST_ALTERNATIVES:
        return UNKNOWN
    return Union(found)


def any_of(values: Sequence[Value]) -> Value:
    """What is known when it may be each of several; nothing where there is none."""
    return reduce(join, values) if values else UNKNOWN


def is_number(value: Value) -> bool:
    """Whether it is a number, known exactly or within bounds."""
    if isinstance(value, Assumed):
        return is_number(value.value)
    number = isinstance(value, Const) and isinstance(value.value, int | float) and not isinstance(value.value, bool)
    return number or isinstance(value, Number)


def bounds(value: Value) -> tuple[float, float]:
    """The least and the most that a number can be; infinite where nothing is known."""
    if isinstance(value, Assumed):
        return bounds(value.value)
    if isinstance(value, Number):
        return value.least, value.most
    if isinstance(value, Union) and all(map(is_number, value.values)):
        every = [bounds(one) for one in value.values]
        return min(least for least, _ in every), max(most for _, most in every)
    exact = value.value if isinstance(value, Const) else None
    if isinstance(exact, int | float) and not isinstance(exact, bool) and abs(exact) < _LARGEST:
        return float(exact), float(exact)
    return -inf, inf


def within(least: float, most: float) -> Value:
    """A number between two bounds."""
    if least == most:
        return Const(int(least) if least.is_integer() else least)
    return UNKNOWN if (least, most) == (-inf, inf) or isnan(least) or isnan(most) else Number(least, most)


def assumed(value: Value, *given: Value) -> Value:
    """What comes of the values given is assumed if one of them is."""
    source = next((one.source for one in given if isinstance(one, Assumed)), None)
    return Assumed(value, source) if source is not None and isinstance(value, Const | Number) else value


def fallen_back(left: Assumed, right: Value) -> Value:
    """``left or right`` where what is assumed is false."""
    return (
        Assumed(right, left.source)
        if isinstance(right, Const | Number)
        else right
        if isinstance(right, Assumed)
        else UNKNOWN
    )


def _either(numbers: list[Value]) -> Value:
    every = [bounds(one) for one in numbers]
    return assumed(within(min(least for least, _ in every), max(most for _, most in every)), *numbers)


def alternatives(value: Value) -> tuple[Value, ...]:
    """The possibilities, in the order in which they were met."""
    return value.values if isinstance(value, Union) else (value,)


# What is never false, though foreign code made it.
_SIGNALS = ("signal.SIG", "signal.Signals.SIG")
_TRUE = frozenset(("signal.struct_siginfo",))


def truth(value: Value) -> bool | None:
    """Whether it is true; None where that is not known."""
    if isinstance(value, Union):
        found = {truth(one) for one in value.values}
        return found.pop() if len(found) == 1 else None
    if isinstance(value, Const):
        return bool(value.value)
    if isinstance(value, Items):
        return bool(value.items)
    if isinstance(value, Made) and value.kind in _TRUE:
        return True
    if isinstance(value, Number):
        return True if value.least > 0 or value.most < 0 else None
    if isinstance(value, Ref) and value.name.startswith(_SIGNALS):
        return not value.name.endswith(".SIG_DFL")
    # An attribute of a foreign object may be anything, though it counts as a method where it is called.
    if isinstance(value, Unknown | Assumed | Made | Method | Box | Ref):
        return None
    return True
