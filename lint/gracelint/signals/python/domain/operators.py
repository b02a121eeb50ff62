"""Operators on values: what is known of a comparison, a sum, a membership; and which signal a value stands for."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from ...names import name, number
from . import numbers
from .lattice import truth
from .values import NONE, UNKNOWN, Bound, Box, Const, Function, Instance, Items, Made, Number, Ref, Type, Union

if TYPE_CHECKING:
    from collections.abc import Callable

    from .values import Value

_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_MOST_TEXT = 10_000
# Functions of the standard library that return an object.
_OBJECTS = frozenset(
    ("object", "os.pipe", "socket.socket", "socket.create_server", "threading.main_thread", "asyncio.thread")
)


def operate(operator_: str, operands: tuple[Value, ...]) -> Value:
    """The value of an operator on values."""
    if len(operands) == 1:
        return numbers.signed(operator_, operands[0])
    if len(operands) != 2:
        return UNKNOWN
    left, right = operands
    if operator_ in ("is", "is not", "==", "!="):
        same = _same(left, right)
        if operator_[:2] == "is" and isinstance(left, Const) and isinstance(right, Const):
            same = same and type(left.value) is type(right.value)  # 0 is not False
        return UNKNOWN if same is None else Const(same is (operator_ in ("is", "==")))
    if operator_ in ("in", "not in") and isinstance(right, Items):
        found = [_same(left, item) for item in right.items]
        if True in found or None not in found:
            return Const((True in found) is (operator_ == "in"))
        return UNKNOWN
    if isinstance(left, Const) and isinstance(right, Const):
        return _calculated(operator_, left.value, right.value)
    if operator_ in _OPERATORS and isinstance(left, Items) and isinstance(right, Items):
        return _in_order(operator_, left.items, right.items)
    if operator_ == "+" and isinstance(left, Items) and isinstance(right, Items):
        return Items(left.items + right.items)
    return numbers.calculated(operator_, left, right)


def _in_order(operator_: str, left: tuple[Value, ...], right: tuple[Value, ...]) -> Value:
    """The comparison of two tuples: the first items that differ decide."""
    for one, other in zip(left, right, strict=False):
        if not isinstance(one, Const) or not isinstance(other, Const):
            return UNKNOWN
        if one.value != other.value:
            return _calculated(operator_, one.value, other.value)
    return _calculated(operator_, len(left), len(right))


def _calculated(operator_: str, left: Any, right: Any) -> Value:
    try:
        if operator_ in _OPERATORS:
            return Const(bool(_OPERATORS[operator_](left, right)))
        if operator_ == "+" and isinstance(left, str) and len(left) + len(right) < _MOST_TEXT:
            return Const(left + right)
        if operator_ in ("in", "not in") and isinstance(left, str) and isinstance(right, str):
            return Const((left in right) is (operator_ == "in"))
    except (TypeError, ValueError, OverflowError):
        return UNKNOWN
    return numbers.calculated(operator_, Const(left), Const(right))


def _same(left: Value, right: Value) -> bool | None:
    """Whether two values are equal; None where that is not known."""
    one, other = signal_of(left), signal_of(right)
    if one is not None and other is not None:
        return one == other
    if isinstance(left, Const) and isinstance(right, Const):
        return left.value == right.value
    if isinstance(left, Items) and isinstance(right, Items):
        same = [_same(one, other) for one, other in zip(left.items, right.items, strict=False)]
        return False if len(left.items) != len(right.items) or False in same else None if None in same else True
    if UNKNOWN in (left, right) or isinstance(left, Union) or isinstance(right, Union):
        return None
    if NONE in (left, right):
        return False if _is_something(left if right == NONE else right) else None
    return True if left == right and isinstance(left, Ref | Instance | Made | Type) else None


def _is_something(value: Value) -> bool:
    """Whether a value is certainly not None: what a foreign class makes is not, what a foreign function returns may be."""
    if isinstance(value, Made):
        return value.kind.rpartition(".")[2][:1].isupper() or truth(value) is True or value.kind in _OBJECTS
    return isinstance(value, Function | Bound | Instance | Type | Items | Box | Number) or signal_of(value) is not None


def signal_of(found: Value) -> str | None:
    """The signal a value stands for: ``signal.SIGTERM``, ``signal.Signals.SIGTERM``, 15."""
    if isinstance(found, Ref) and found.name.startswith(("signal.SIG", "signal.Signals.SIG")):
        word = found.name.rpartition(".")[2]
        return word if number(word) is not None else None
    if (
        isinstance(found, Const)
        and isinstance(found.value, int)
        and not isinstance(found.value, bool)
        and 0 < found.value < 65
    ):
        return name(found.value)
    return None
