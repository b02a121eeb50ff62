"""What is known of a Python value: the values of the interpretation (`lattice` joins and compares them).

A value is known as far as it matters to signals: constants, functions and classes of the image's own modules, objects, and names
that lead out of the image (``signal.signal``, ``flask.Flask``). Everything else is `UNKNOWN`; several possibilities are a `Union`.
Objects are numbers: what they hold is in the state's store, so that a value never changes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from ....records import dataclass

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....parsers.python import model as syntax
    from ...model import Again, Disposition


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
    """A function or lambda of the image's own, with the scope it was made in. ``manager``: ``contextlib.contextmanager`` makes a context
    manager of it; ``again``: the policy of a decorator that calls it again when it has failed (`retries`)."""

    node: syntax.Function | syntax.Lambda
    scope: Scope
    generator: bool = False
    static: bool = False
    of: Type | None = None
    manager: bool = False
    again: Made | None = None


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
    """``super()``: the object, or in ``__new__`` and class methods the class, looked at from behind a class."""

    receiver: Instance | Type
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
    breaks_off: Again | None = None
    """After which signal it breaks off what it does on that."""


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
# The kind of an iterator that calls a function for each item, until that returns the last one; and the names of both in the store.
CALLS, CALLED, LAST = "builtins.iter", "#called", "#last"
NONE = Const(None)
TRUE, FALSE = Const(True), Const(False)
NOTHING = Arguments()
