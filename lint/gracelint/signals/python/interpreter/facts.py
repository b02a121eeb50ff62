"""What one interpretation finds out of a program: where it can be at rest, what it registers and starts, how it ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import dataclass

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ....source import Text
    from ..domain.state import Guard, State
    from ..domain.values import Value


@dataclass(frozen=True, slots=True)
class Visit:
    """A time the program was at a place where it can be at rest."""

    number: int
    # A ``rest`` lasts until something happens, a ``pause`` ends by itself, ``perhaps`` may do either, a ``loop`` just runs.
    kind: str
    text: Text
    # What it calls there.
    name: str
    # The handlers in force, by signal.
    handlers: Mapping[str, Value]
    # What wants to run when this is left.
    guards: tuple[Guard, ...]
    # Signals that are held back here.
    blocked: frozenset[str] = frozenset()
    # It waits for another program that it has started.
    launches: bool = False
    # An event loop runs there.
    loop: bool = False
    # It is another task of the event loop than the main one that waits.
    task: bool = False
    # How long a pause lasts, where it is told.
    seconds: Value | None = None
    # Something else than time may end it.
    ended: bool = False
    # The calls that led there, the first one first.
    way: tuple[Text, ...] = ()


@dataclass(frozen=True, slots=True)
class Registration:
    """A call that installs a handler; ``refused``: it raises ValueError, because this is not the main thread."""

    text: Text
    signal: str
    handler: Value
    refused: bool = False


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread, executor or process that was started."""

    # Its number.
    object: int
    kind: str
    target: Value | None
    arguments: tuple[Value, ...]
    text: Text
    # The program's end does not wait for it.
    daemon: bool


@dataclass(frozen=True, slots=True)
class Ending:
    """How the main line came to its end."""

    state: State
    # ``end``, ``exit`` (SystemExit), ``interrupt`` (KeyboardInterrupt), ``error``, ``_exit``, ``exec``, ``died`` (of a signal).
    how: str
    text: Text | None
    # What it becomes by ``exec``, None where that is not known.
    argv: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """A pause in which a thread or a task may be when the signal arrives. ``over`` tells whether it was ended (None: nothing else ends it)."""

    text: Text
    seconds: Value
    over: Callable[[State], bool | None] | None


@dataclass(frozen=True, slots=True)
class Hook:
    """A function that foreign code was given, to be called some time; ``name`` says for what (the decorator, or the call and its argument)."""

    name: str
    text: Text
    function: Value


@dataclass(frozen=True, slots=True)
class Closing:
    """A generator that foreign code goes through as far as its ``yield``, and to its end when it ends itself; its names are those of a ``scope``."""

    function: Value
    text: Text
    scope: int
