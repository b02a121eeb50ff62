"""What is known of a Python value: the lattice of the interpretation.

A value is known as far as it matters to signals: constants, functions and classes of the image's own modules, objects, and names
that lead out of the image (``signal.signal``, ``flask.Flask``). Everything else is `UNKNOWN`; several possibilities are a `Union`.
Objects are numbers: what they hold is in the state's store, so that a value never changes.
"""

from __future__ import annotations

from math import inf, isnan
from typing import TYPE_CHECKING, TypeAlias

from ....records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....parsers.python import model as syntax
    from ...model import Disposition

MOST_ALTERNATIVES = 6
# Of larger numbers nothing is worked out.
_LARGEST = 1e15


@dataclass(frozen=True, slots=True)
class Const:
    """A constant."""

    value: str | bytes | int | float | complex | bool | None


@dataclass(frozen=True, slots=True)
class Number:
    """A number that is not known exactly: not below ``least`` and not above ``most`` (infinite where it has no bound)."""

    least: float
    most: float


@dataclass(frozen=True, slots=True)
class Assumed:
    """What a value is unless whoever starts the container says otherwise, by ``source``: an environment variable or an option.

    It tells how long a pause is, and decides no condition: both ways are gone."""

    value: Const | Number
    source: str


@dataclass(frozen=True, slots=True)
class Ref:
    """A name outside the image's own code, in full: ``signal.SIGTERM``."""

    name: str


@dataclass(frozen=True, slots=True)
class Made:
    """An object that foreign code made; ``kind`` is the full name of its class or of the function that returned it."""

    kind: str
    number: int


@dataclass(frozen=True, slots=True)
class Method:
    """A method of a foreign class, bound to an object."""

    receiver: Made | Instance | Box
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class Scope:
    """Where names live: a module, a call of a function, the body of a class."""

    number: int
    parent: Scope | None
    module: str


@dataclass(frozen=True, slots=True)
class Function:
    """A function or lambda of the image's own, with the scope it was made in. ``manager``: ``contextlib.contextmanager`` makes a context manager of it."""

    node: syntax.Function | syntax.Lambda
    scope: Scope
    generator: bool = False
    static: bool = False
    of: Type | None = None
    manager: bool = False


@dataclass(frozen=True, slots=True)
class Bound:
    """A method of the image's own, bound to an object."""

    function: Function
    receiver: Value


@dataclass(frozen=True, slots=True, eq=False)
class Type:
    """A class of the image's own; its members are in the store under its number."""

    node: syntax.Class
    number: int
    bases: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Instance:
    """An object of such a class."""

    type: Type
    number: int


@dataclass(frozen=True, slots=True)
class Super:
    """``super()``: the object, looked at from behind a class."""

    receiver: Instance
    type: Type


@dataclass(frozen=True, slots=True)
class Module:
    """A module of the image's own; its names are in the store under its number."""

    name: str
    number: int


@dataclass(frozen=True, slots=True)
class Items:
    """A tuple, or a list nobody changes."""

    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Box:
    """A dict or list that may change: its items are in the store under its number, by ``repr`` of the key."""

    number: int
    kind: str


@dataclass(frozen=True, slots=True)
class Partial:
    """``functools.partial``, and whatever else calls a function later with these arguments. ``loop``: an event loop calls it."""

    function: Value
    arguments: Arguments
    loop: bool = False


@dataclass(frozen=True, slots=True)
class Coroutine:
    """A call of an ``async def`` that was not awaited yet."""

    function: Value
    arguments: Arguments


@dataclass(frozen=True, slots=True)
class Union:
    """One of these."""

    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Own:
    """A handler that a framework has installed for its own time: what that ``does``, in the catalogue's words, and ``why``."""

    does: Disposition
    why: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """Anything."""


@dataclass(frozen=True, slots=True)
class Arguments:
    """What a function is called with; ``more``: there are arguments that are not known (``*rest``)."""

    values: tuple[Value, ...] = ()
    named: tuple[tuple[str, Value], ...] = ()
    more: bool = False

    def get(self, position: int, name: str) -> Value | None:
        """The argument at a position or of a name; None without it."""
        if 0 <= position < len(self.values):
            return self.values[position]
        return next((value for key, value in self.named if key == name), None)

    def every(self) -> Iterator[Value]:
        """All of them."""
        yield from self.values
        for _, value in self.named:
            yield value


Value: TypeAlias = "Const | Number | Assumed | Ref | Made | Method | Function | Bound | Type | Instance | Super | Module | Items | Box | Partial | Coroutine | Union | Own | Unknown"

UNKNOWN = Unknown()
NONE = Const(None)
TRUE, FALSE = Const(True), Const(False)
NOTHING = Arguments()


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
    if isinstance(value, Const) and is_number(value) and abs(value.value) < _LARGEST:  # type: ignore[arg-type] # a number
        return float(value.value), float(value.value)  # type: ignore[arg-type] # as above
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
    # An attribute of a foreign object may be anything, though it counts as a method where it is called.
    if isinstance(value, Unknown | Assumed | Made | Method | Box | Ref):
        return None
    return True
