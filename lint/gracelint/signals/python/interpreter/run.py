"""One interpretation of a program: what all its parts share, and what it found out.

An application is interpreted twice. The first run goes through it until nothing more happens, and notes every place where it can be *at rest*: a call that
waits, a pause in a loop. The second run goes to one such place, lets the signal arrive there, runs the handler that is in force, and goes on: does the
program come to its end, or to rest again? Nothing else decides what it does with the signal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import dataclass, field
from ..domain.state import DEFAULT, IGNORE, INTERRUPT, PROCESS, State
from ..domain.values import NONE, Bound, Box, Const, Function, Items, Module, Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ....parsers.python import model as syntax
    from ....source import Text
    from ..delivery.lasting import Arrival, Begun
    from ..delivery.pauses import Delay
    from ..domain.state import Guard
    from ..domain.values import Value
    from ..program.sources import Sources
    from .idle import Idle

STEPS = 20_000
DEEPEST = 150
# Ways that meet are compared name by name.
NAMES_A_STEP = 2_000
MOST_CALLS = 24
MOST_HOOKS = 200
# A call of so many steps that nothing else notices is gone through once for its kind of arguments.
LONG_CALL = 40


@dataclass(frozen=True, slots=True)
class Visit:
    """A time the program was at a place where it can be at rest. ``kind``: a ``rest`` lasts until something happens, a ``pause`` ends by itself, a ``loop`` just runs.

    ``handlers`` are those in force, by signal; ``guards`` what wants to run when this is left; ``blocked`` signals are held back here; ``task``: it is another task of the event loop than the main one that waits.
    ``seconds`` is how long a pause lasts, where it is told; ``ended``: something else may end it. ``way`` are the calls that led there, the first one first.
    """

    number: int
    kind: str
    text: Text
    name: str
    handlers: Mapping[str, Value]
    guards: tuple[Guard, ...]
    blocked: frozenset[str] = frozenset()
    launches: bool = False
    loop: bool = False
    task: bool = False
    seconds: Value | None = None
    ended: bool = False
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
    """A thread, executor or process that was started. ``object`` is its number; ``daemon``: the program's end does not wait for it."""

    object: int
    kind: str
    target: Value | None
    arguments: tuple[Value, ...]
    text: Text
    daemon: bool


@dataclass(frozen=True, slots=True)
class Ending:
    """How the main line came to its end. ``how``: ``end``, ``exit`` (SystemExit), ``interrupt`` (KeyboardInterrupt), ``error``, ``_exit``, ``exec``, ``died`` (of a signal).

    ``argv`` is what it becomes by ``exec``, None where that is not known.
    """

    state: State
    how: str
    text: Text | None
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


class OutOfBoundsError(Exception):
    """The program is too large to be followed to its end; the argument says so."""


@dataclass(eq=False)
class Run:
    """An interpretation. ``deliver`` is the number of the visit at which ``signal`` arrives (None: the first run); ``pid1``: it is PID 1.
    ``left`` are the calls that start a process and do not wait for it."""

    sources: Sources
    argv: tuple[str, ...] = ()
    env: Mapping[str, str | None] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    pid1: bool = True
    signal: str = "SIGTERM"
    deliver: int | None = None

    visits: list[Visit] = field(default_factory=list)
    endless: list[tuple[int, int]] = field(default_factory=list)
    tentative: list[tuple[int, int]] = field(default_factory=list)
    registrations: list[Registration] = field(default_factory=list)
    atexit: list[Guard] = field(default_factory=list)
    cleanups: dict[tuple[object, int], Guard] = field(default_factory=dict)
    threads: list[Thread] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)
    stays: list[Visit] = field(default_factory=list)
    swallowed: list[Text] = field(default_factory=list)
    abandoned: list[tuple[State, int]] = field(default_factory=list)
    # The pauses of the thread or task that is being gone through; those of each, by its number.
    pausing: list[Pause] = field(default_factory=list)
    paused: dict[int, list[Pause]] = field(default_factory=dict)
    # What the thread that is being gone through rests for; and each thread, by its number.
    waiting: list[Callable[[State], bool | None]] = field(default_factory=list)
    waits: dict[int, list[Callable[[State], bool | None]]] = field(default_factory=dict)
    # The objects that threads and tasks made before the signal, by the thread, the task and the place.
    own_objects: dict[tuple[object, ...], list[int]] = field(default_factory=dict)
    # How threads, tasks and processes began, by their numbers; how long they last, from the signal on and from when the program waits for them.
    begun: dict[int, Begun] = field(default_factory=dict)
    lasted: dict[int, tuple[Delay | None, Delay | None]] = field(default_factory=dict)
    # Which pause of the thread that is gone through again the signal finds it in.
    arriving: Arrival | None = None
    # Where the pauses stand that are noted in states.
    pauses: dict[tuple[int, str], Text] = field(default_factory=dict)
    foreign: list[tuple[Text, str]] = field(default_factory=list)
    children: list[tuple[int, Text]] = field(default_factory=list)
    # Programs that it starts and does not wait for there and then, by their numbers.
    started: list[tuple[int, Text]] = field(default_factory=list)
    # Those of them that are nobody's child, as the command that started them has ended.
    behind: list[int] = field(default_factory=list)
    left: list[Text] = field(default_factory=list)
    hooks: list[Hook] = field(default_factory=list)
    closings: list[Closing] = field(default_factory=list)
    # Where one of them waits when the server ends.
    unfinished: Text | None = None
    # Where the coroutines begin that an event loop was started with.
    mains: list[Text] = field(default_factory=list)
    snapshots: list[State] = field(default_factory=list)
    modules: dict[str, Module] = field(default_factory=dict)
    class_bases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    executed: set[tuple[object, int]] = field(default_factory=set)
    # What the image's Python does not know, or a container does not have.
    lacking: list[str] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)
    # The states in which processes began, by their numbers.
    forked: dict[int, State] = field(default_factory=dict)
    # A process is told to end: the signal arrives where it rests.
    telling: bool = False
    # The child that the main line waits for, and no handler can therefore; whether that is certain.
    locked: tuple[int, str] | None = None
    handling: bool = False
    handler_ran: bool = False
    taken: bool = False
    exhausted: bool = False
    # What the handler left, where it returned; and however it ended.
    after: State | None = None
    told: State | None = None
    outlived: bool = False
    uncertain_stays: bool = True
    loop_handled: bool = False
    # An exception of the handler came out of the place where the signal arrived.
    broken_off: bool = False
    written: set[tuple[int, str]] = field(default_factory=set)
    read: set[tuple[int, str]] = field(default_factory=set)
    looked: list[tuple[int, str]] = field(default_factory=list)
    opaque: bool = False
    asked_pid1: bool = False
    # What wanted to run at its end already when the event loop was entered.
    loop_guards: int = 0
    # Django's applications are set up.
    ready: bool = False
    tasks: int = 0
    ticking: bool = False
    # Tasks that end by themselves, by their numbers.
    finished: set[int] = field(default_factory=set)
    steps: int = 0
    nesting: int = 0
    types: set[int] = field(default_factory=set)
    nobody: int = PROCESS + 1
    loop_object: int = PROCESS + 2
    main_task: int = PROCESS + 3
    numbers: int = PROCESS + 3
    lowest: int = PROCESS + 3
    captured: set[int] = field(default_factory=set)
    idle: dict[object, Idle] = field(default_factory=dict)

    def number(self) -> int:
        """A number for a new object."""
        self.numbers += 1
        return self.numbers

    def somewhere(self, text: Text) -> syntax.Expression:
        """An expression that stands at a place: for attributes that are asked for by name."""
        from ....parsers.python.model import Name

        return Name(text, "")

    def step(self, known: int = 0) -> None:
        """Count a step, which costs more the more names are ``known``; raises `OutOfBoundsError` past the bound."""
        self.steps += 1 + known // NAMES_A_STEP
        if self.steps > STEPS:
            raise OutOfBoundsError("the program is too large to follow to its end")

    def begin(self) -> State:
        """The state in which a program begins: what it was started to ignore stays ignored, and then Python installs no KeyboardInterrupt either."""
        state = State()
        state.store[(PROCESS, "SIGINT")] = INTERRUPT
        state.store[(PROCESS, "SIGPIPE")] = IGNORE
        for signal in self.ignored:
            state.store[(PROCESS, signal)] = IGNORE
        return state

    def module(self, name: str, state: State, path: str) -> tuple[Module, Scope]:
        """A new module with its scope."""
        scope = Scope(self.number(), None, name)
        module = self.modules[name] = Module(name, scope.number)
        state.store[(scope.number, "__name__")] = Const(name)
        state.store[(scope.number, "__file__")] = Const(path)
        state.store[(scope.number, "__doc__")] = NONE
        return module, scope

    def write(self, state: State, key: tuple[int, str], value: Value) -> None:
        """Change the store."""
        state.store[key] = value
        self.lowest = min(self.lowest, key[0])
        if self.handling:
            self.written.add(key)

    def hook(self, name: str, text: Text, value: Value, state: State) -> None:
        """Foreign code is given a value: a function of the image's own, perhaps, or several."""
        if len(self.hooks) < MOST_HOOKS:
            several = value.items if isinstance(value, Items) else (value,)
            if isinstance(value, Box):
                several = tuple(found for (number, _), found in state.store.items() if number == value.number)
            for one in several:
                if isinstance(one, Function | Bound):
                    self.hooks.append(Hook(name, text, one))

    def look(self, key: tuple[int, str]) -> None:
        """Something is looked at, on which a way may depend."""
        self.read.add(key)
        self.looked.append(key)

    @property
    def facts(self) -> tuple[int, ...]:
        """How much has been found out of what the judgement looks at; but for visits, and for foreign calls, which need to be met only once."""
        lists = (
            self.registrations,
            self.atexit,
            self.threads,
            self.endings,
            self.children,
            self.doubts,
        )
        return (len(self.modules), *(len(found) for found in lists))

    @property
    def influenced(self) -> bool:
        """Whether what the handler did can have had an effect on a condition that is not known."""
        return self.opaque or bool(self.written & self.read)


def handlers(state: State) -> dict[str, Value]:
    """The handlers in force, by signal."""
    return {
        name: value
        for (number, name), value in state.store.items()
        if number == PROCESS and name.startswith("SIG") and value != DEFAULT
    }


def blocked(state: State) -> frozenset[str]:
    """The signals that are blocked."""
    prefix = "blocked:"
    return frozenset(
        name[len(prefix) :]
        for (number, name), value in state.store.items()
        if number == PROCESS and name.startswith(prefix) and value == Const(True)
    )


def name_of(node: syntax.Function | syntax.Lambda | Function) -> str:
    """What to call a function."""
    node = node.node if isinstance(node, Function) else node
    return getattr(node, "name", "lambda")
