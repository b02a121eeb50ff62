"""The state of an interpretation at one point of the program, and what a block of code makes of it.

Method: one store for everything that can change (names, attributes, items, signal handlers), keyed by object number and name. Branches that
may both be taken run on copies and are joined. Hazard: a state is changed in place; whoever keeps one copies it.
"""

from __future__ import annotations

from itertools import compress
from operator import is_not
from typing import TYPE_CHECKING, Literal, TypeAlias

from ....records import dataclass, field, replace
from ... import names
from .lattice import join
from .values import Const, Ref, Scope, Value

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ....source import Text

    Resume: TypeAlias = Callable[["Frame", Value, "State"], None]


Key: TypeAlias = tuple[int, str]

# The store's object 0 is the process itself: handlers by signal name, and marks.
PROCESS = 0
DEFAULT = Ref("signal.SIG_DFL")
IGNORE = Ref("signal.SIG_IGN")
INTERRUPT = Ref("signal.default_int_handler")
CANCELLED: Key = (PROCESS, "cancelled")
# What serves in the background of the event loop: the full name of the call that began it.
SERVES: Key = (PROCESS, "serves")
# The exception that left the event loop, while its tasks are being cancelled.
LEAVING: Key = (PROCESS, "leaving")
# The framework's own handler was called, and ends the call that the program rests in.
ASKED: Key = (PROCESS, "asked")
# The mark of a child that was waited for.
AWAITED = "#awaited"
# A coroutine was closed in the middle of its clean-up.
LOST: Key = (PROCESS, "lost")
# A task that was cancelled waited once more while it cleaned up, which ended there.
CUT: Key = (PROCESS, "cut")
# One was left to a loop that is not closed (yet).
LEFT: Key = (PROCESS, "left")


class State:
    """What is known at one point of the program.

    ``signalled``: the stop signal has arrived. ``uncertain``: since then a condition was met that is not known. ``dead``: execution does
    not get here.
    """

    __slots__ = ("dead", "signalled", "store", "uncertain")

    def __init__(self, store: dict[Key, Value] | None = None) -> None:
        self.store: dict[Key, Value] = {} if store is None else store
        self.signalled = self.uncertain = self.dead = False

    def copy(self) -> State:
        """An independent copy."""
        other = State(self.store.copy())
        other.signalled, other.uncertain, other.dead = self.signalled, self.uncertain, self.dead
        return other

    def become(self, other: State | None) -> None:
        """Take over another state; None: execution does not get here."""
        if other is None:
            self.dead = True
            return
        self.store, self.signalled, self.uncertain, self.dead = (
            other.store,
            other.signalled,
            other.uncertain,
            other.dead,
        )

    def forget(self, scope: int, known: int) -> None:
        """Drop the names of a scope that is over: they stand behind the ``known`` entries that were there when it began."""
        names = [key for key, _ in zip(reversed(self.store), range(len(self.store) - known), strict=False)]
        for key in names:
            if key[0] == scope:
                del self.store[key]

    def handler(self, signal: str) -> Value:
        """What is in force for a signal."""
        return self.store.get((PROCESS, signal), DEFAULT)


def differing(mine: dict[Key, Value], other: dict[Key, Value]) -> list[tuple[Key, Value]]:
    """What the other store holds otherwise. Stores are large and alike, so they are compared without a step of Python for each entry."""
    return list(compress(other.items(), map(is_not, map(mine.get, other), other.values())))


def joined(states: Iterable[State | None]) -> State | None:
    """One state for several ways to get to a point; None if there is none. Ways on which the signal has arrived go first: the others were
    looked at before."""
    living = [state for state in states if state is not None and not state.dead]
    if any(state.signalled for state in living):
        living = [state for state in living if state.signalled]
    if not living:
        return None
    result = living[0]
    for other in living[1:]:
        if other is result:
            continue
        store = result.store.copy() if result is living[0] else result.store
        for key, value in differing(store, other.store):
            before = store.get(key)
            store[key] = value if before is None else join(before, value)
        merged = State(store)
        merged.signalled = result.signalled
        merged.uncertain = result.uncertain and other.uncertain
        result = merged
    return result


@dataclass(frozen=True, slots=True, eq=False)
class Raised:
    """An exception on its way; ``kind`` is the full name of its class, "" if not known."""

    state: State
    kind: str
    text: Text


@dataclass(frozen=True, slots=True)
class Guard:
    """Something that wants to run when a block is left: ``finally``, ``with``, ``atexit``, ``except KeyboardInterrupt``. ``passing``: what
    it gives back goes with the process."""

    kind: Literal["finally", "with", "atexit", "except"]
    text: Text
    passing: bool = False


@dataclass(slots=True, eq=False)
class Frame:
    """A call under way."""

    scope: Scope
    # What else than the main thread runs this: a thread, a task of an event loop, a process; None in the main line.
    background: Literal["thread", "task", "process"] | None = None
    # The number of the thread or process.
    thread: int = 0
    # An event loop runs it, which cancels its tasks when it is left.
    loop: bool = False
    cancels: bool = False
    # What wants to run when it is left.
    guards: tuple[Guard, ...] = ()
    # The ways out of the block that is being executed.
    raises: list[Raised] = field(default_factory=list)
    breaks: list[State] = field(default_factory=list)
    continues: list[State] = field(default_factory=list)
    returns: list[tuple[State, Value]] = field(default_factory=list)
    # The scopes of names that are ``global`` or ``nonlocal``.
    outer: dict[str, Scope] = field(default_factory=dict)
    # The exception that is being handled, which ``raise`` raises again.
    exception: str = ""
    # The tasks that are awaited here, one inside of the other.
    tasks: tuple[int, ...] = ()
    # The cancel scopes around it, the outermost first.
    scopes: tuple[int, ...] = ()
    # ``self``, and the function that is gone through.
    receiver: Value | None = None
    function: Value | None = None
    # The functions that are gone through, and the calls that led here, the first one first.
    calls: tuple[object, ...] = ()
    way: tuple[Text, ...] = ()
    # What happens at a ``yield`` of this generator, given its frame, what it yields, and the state.
    resume: Resume | None = None
    # Waits end by TimeoutError after so many seconds.
    limited: Value | None = None

    def elsewhere(self, background: Literal["thread", "process"], number: int) -> Frame:
        """The frame in which a thread or a process begins that is started here."""
        return replace(
            self,
            background=background,
            thread=number,
            loop=False,
            guards=(),
            raises=[],
            breaks=[],
            continues=[],
            returns=[],
            tasks=(),
        )


# Stores are large, and signals are few.
_HANDLERS: tuple[Key, ...] = tuple((PROCESS, name) for name in names.every())
_BLOCKED: dict[str, Key] = {name: (PROCESS, f"blocked:{name}") for name in names.every()}


def handlers(state: State) -> dict[str, Value]:
    """The handlers in force, by signal."""
    found = ((key[1], state.store.get(key, DEFAULT)) for key in _HANDLERS)
    return {name: value for name, value in found if value != DEFAULT}


def blocked(state: State) -> frozenset[str]:
    """The signals that are blocked."""
    return frozenset(name for name, key in _BLOCKED.items() if state.store.get(key) == Const(True))
