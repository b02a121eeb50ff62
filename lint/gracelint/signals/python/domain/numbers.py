"""Numbers: arithmetic and conversions of what is known exactly, within bounds, or by a default.

How long a program pauses is such a number (PEP 475: a signal does not shorten it), and it is seldom written as one: ``2 * 30``,
``int(os.getenv("INTERVAL", 60))``, ``random.uniform(1, 3)``, ``max(0, 60 - (time.time() - start))``. Method: bounds (interval arithmetic);
a bound that is not known is infinite. What comes of an assumed value is assumed.
"""

from __future__ import annotations

import math
import operator
from math import inf
from typing import TYPE_CHECKING, Any

from .lattice import assumed, bounds, is_number, join, within
from .values import UNKNOWN, Assumed, Const, Items, Made, Number

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ....source import Text
    from ..interpreter.run import Run
    from ..libraries.special import Special
    from .state import Frame, State
    from .values import Arguments, Value

# Larger ones are not worked out.
_LARGEST = 1e15
_EXACT: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add, "-": operator.sub, "*": operator.mul, "/": operator.truediv, "//": operator.floordiv, "%": operator.mod,
    "**": operator.pow, "|": operator.or_, "&": operator.and_, "^": operator.xor, "<<": operator.lshift, ">>": operator.rshift,
}  # fmt: skip
_MOST_EXPONENT = 100
_CLOCKS = frozenset(
    ("time.time", "time.time_ns", "time.monotonic", "time.monotonic_ns", "time.perf_counter", "time.process_time")
)


def signed(operator_: str, operand: Value) -> Value:
    """The value of ``-x``, ``+x``, ``~x``."""
    if operator_ == "-" and is_number(operand):
        return calculated("-", Const(0), operand)
    return operand if operator_ == "+" and is_number(operand) else UNKNOWN


def calculated(operator_: str, left: Value, right: Value) -> Value:
    """The value of an operator on two numbers; unknown where they are none."""
    if operator_ == "-" and isinstance(left, Made) and isinstance(right, Made):
        # A clock that is read later does not go back.
        later = left.kind == right.kind and left.kind in _CLOCKS and left.number > right.number
        return Number(0, inf) if later else UNKNOWN
    if not is_number(left) or not is_number(right):
        return UNKNOWN
    if isinstance(left, Const) and isinstance(right, Const):
        return _exactly(operator_, left.value, right.value)
    return assumed(_between(operator_, bounds(left), bounds(right)), left, right)


def _exactly(operator_: str, left: Any, right: Any) -> Value:
    try:
        if operator_ not in _EXACT or (operator_ in ("**", "<<") and abs(right) > _MOST_EXPONENT):
            return UNKNOWN
        if abs(left) > _LARGEST or abs(right) > _LARGEST:
            return UNKNOWN
        found = _EXACT[operator_](left, right)
    except (ArithmeticError, ValueError, TypeError):
        return UNKNOWN
    return Const(found) if isinstance(found, int | float) and abs(found) <= _LARGEST else UNKNOWN


def _between(operator_: str, left: tuple[float, float], right: tuple[float, float]) -> Value:
    """The bounds of a result: those of the ends, as each of these operators goes one way only between them."""
    if operator_ in ("/", "//") and right[0] <= 0 <= right[1]:
        return UNKNOWN
    if operator_ == "%":
        return Number(0, right[1]) if right[0] > 0 else UNKNOWN
    if operator_ == "**":
        # ``2 ** attempt``: grows with its exponent.
        if left[0] < 1 or right[0] < 0:
            return UNKNOWN
    elif operator_ not in ("+", "-", "*", "/", "//"):
        return UNKNOWN
    ends = [_end(operator_, one, other) for one in left for other in right]
    known = [one for one in ends if not math.isnan(one)]
    return within(min(known), max(known)) if len(known) == len(ends) else UNKNOWN


def _end(operator_: str, left: float, right: float) -> float:
    if operator_ == "*" and 0 in (left, right):
        return 0.0
    try:
        found = float(_EXACT["/" if operator_ == "//" else operator_](left, right))
    except OverflowError:
        return inf
    except ArithmeticError:
        return math.nan
    return float(math.floor(found)) if operator_ == "//" and math.isfinite(found) else found


# --- functions ---------------------------------------------------------------------------------------------------------


def converted(value: Value, kind: type[int] | type[float]) -> Value:
    """``int(value)``, ``float(value)``; the value itself where it is no number, nor text that is one: ``int(signal.SIGTERM)``."""
    if isinstance(value, Assumed):
        found = converted(value.value, kind)
        return assumed(found, value) if found != value.value or is_number(found) else UNKNOWN
    if isinstance(value, Const) and isinstance(value.value, str | int | float):
        try:
            return Const(kind(value.value))
        except (ValueError, OverflowError):
            return UNKNOWN
    if isinstance(value, Number) and kind is int:
        return within(*(float(math.trunc(one)) if math.isfinite(one) else one for one in bounds(value)))
    return value


def _converting(kind: type[int] | type[float]) -> Special:
    def convert(
        run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
    ) -> Value:
        if arguments.get(1, "base") is not None:
            return UNKNOWN
        return converted(arguments.get(0, "x") or Const(0), kind)

    return convert


def _extreme(least: bool) -> Special:
    """``min`` and ``max``: one bound is known as soon as one of the numbers is."""

    def extreme(
        run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
    ) -> Value:
        from .containers import items_of

        given: tuple[Value, ...] | None = arguments.values
        if len(arguments.values) == 1:
            given = items_of(run, arguments.values[0], state)
        if not given or arguments.more or arguments.get(-1, "key") is not None:
            return UNKNOWN
        choose = min if least else max
        every = [bounds(one) for one in given]
        if least:
            run.ceilings.add(max((high for low, high in every if low == high), default=math.inf))
        return assumed(within(choose(low for low, _ in every), choose(high for _, high in every)), *given)

    return extreme


def _rounded(convert: Callable[[float], float]) -> Special:
    def rounded(
        run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
    ) -> Value:
        given = arguments.get(0, "number") or UNKNOWN
        if not is_number(given) or arguments.get(1, "ndigits") is not None:
            return given if is_number(given) else UNKNOWN
        ends = sorted(float(convert(one)) if math.isfinite(one) else one for one in bounds(given))
        return assumed(within(ends[0], ends[1]), given)

    return rounded


def _absolute(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    least, most = bounds(arguments.get(0, "x") or UNKNOWN)
    lowest = 0.0 if least <= 0 <= most else min(abs(least), abs(most))
    return assumed(within(lowest, max(abs(least), abs(most))), *arguments.values)


def _drawn(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``random.uniform(a, b)``, ``randint(a, b)``: between two numbers, in any order."""
    ends = arguments.values if len(arguments.values) > 1 else (Const(0), *arguments.values)
    every = [bounds(one) for one in ends[:2]]
    return assumed(within(min(low for low, _ in every), max(high for _, high in every)), *ends) if every else UNKNOWN


def _fraction(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    return Number(0, 1)


def _chosen(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``random.choice``."""
    from .containers import items_of

    items = items_of(run, arguments.get(0, "seq") or UNKNOWN, state)
    return _any_of(items) if items else UNKNOWN


def _any_of(values: Iterable[Value]) -> Value:
    found: Value | None = None
    for one in values:
        found = one if found is None else join(found, one)
    return found or UNKNOWN


# --- ranges ------------------------------------------------------------------------------------------------------------

_RANGE = "range"
_LENGTH, _ITEM = "#length", "#item"
_SHORT = 8


def _range(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    made = Made(_RANGE, run.number())
    given = arguments.values
    first, end = (Const(0), *given[:1]) if len(given) < 2 else given[:2]
    step = given[2] if len(given) > 2 else Const(1)
    span = calculated("-", end, first)
    if step == Const(1) and is_number(span):
        state.store[(made.number, _LENGTH)] = span
        state.store[(made.number, _ITEM)] = within(bounds(first)[0], bounds(calculated("-", end, Const(1)))[1])
    return made


def laps(value: Value, state: State) -> float:
    """How often an iteration over a value goes round at the most; infinite where that is not known."""
    if isinstance(value, Made) and value.kind == _RANGE:
        return max(0.0, bounds(state.store.get((value.number, _LENGTH), UNKNOWN))[1])
    return inf


def counted(value: Value, state: State) -> tuple[Value, ...] | None:
    """The numbers of a short range, if it is known how many they are."""
    length = state.store.get((value.number, _LENGTH)) if isinstance(value, Made) and value.kind == _RANGE else None
    if not isinstance(length, Const) or not isinstance(length.value, int) or not 0 <= length.value <= _SHORT:
        return None
    return (item(value, state),) * length.value


def item(value: Value, state: State) -> Value:
    """What an iteration yields: a number between two bounds, of a range."""
    if isinstance(value, Made) and value.kind == _RANGE:
        return state.store.get((value.number, _ITEM), UNKNOWN)
    return UNKNOWN


# --- spans of time -----------------------------------------------------------------------------------------------------

_SECONDS = "#seconds"
_UNITS = {
    "days": 86400.0, "seconds": 1.0, "microseconds": 1e-6, "milliseconds": 1e-3, "minutes": 60.0, "hours": 3600.0, "weeks": 604800.0,
}  # fmt: skip


def _span(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``datetime.timedelta``."""
    made = Made("datetime.timedelta", run.number())
    total: Value = Const(0)
    given = [*zip(_UNITS, arguments.values, strict=False), *arguments.named]
    for unit, amount in given:
        total = calculated("+", total, calculated("*", amount, Const(_UNITS.get(unit, 1.0))))
    state.store[(made.number, _SECONDS)] = total if not arguments.more else UNKNOWN
    return made


def _total(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    return state.store.get((receiver.number, _SECONDS), UNKNOWN) if isinstance(receiver, Made) else UNKNOWN


def length(value: Value, state: State) -> Value:
    """A span of time as a number of seconds: some functions take either."""
    if isinstance(value, Made) and value.kind == "datetime.timedelta":
        return state.store.get((value.number, _SECONDS), UNKNOWN)
    if isinstance(value, Items):
        return UNKNOWN
    return value


SPECIAL: dict[str, Special] = {
    "int": _converting(int),
    "float": _converting(float),
    "range": _range,
    "min": _extreme(True),
    "max": _extreme(False),
    "abs": _absolute,
    "round": _rounded(round),
    "math.ceil": _rounded(math.ceil),
    "math.floor": _rounded(math.floor),
    "math.trunc": _rounded(math.trunc),
    "random.uniform": _drawn,
    "random.randint": _drawn,
    "random.randrange": _drawn,
    "random.triangular": _drawn,
    "random.random": _fraction,
    "random.choice": _chosen,
    "secrets.choice": _chosen,
    "datetime.timedelta": _span,
    "datetime.timedelta.total_seconds": _total,
}
