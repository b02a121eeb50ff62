"""One interpretation of a program: what all its parts share, and what it found out.

An application is interpreted twice. The first run goes through it until nothing more happens, and notes every place where it can be *at
rest*: a call that waits, a pause in a loop. The second run goes to one such place, lets the signal arrive there, runs the handler that is
in force, and goes on: does the program come to its end, or to rest again? Nothing else decides what it does with the signal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import dataclass, field
from ..domain.state import IGNORE, INTERRUPT, PROCESS, State
from ..domain.values import NONE, Bound, Box, Const, Function, Items, Module, Scope
from .facts import Closing, Ending, Hook, Pause, Registration, Thread, Visit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ....parsers.python import model as syntax
    from ....source import Text
    from ..concurrency.backlogs import Use
    from ..delivery.lasting import Arrival, Begun
    from ..delivery.pauses import Delay
    from ..domain.state import Guard
    from ..domain.values import Made, Value
    from ..libraries.policies import Policy
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


class OutOfBoundsError(Exception):
    """The program is too large to be followed to its end; the argument says so."""


@dataclass(eq=False)
class Run:
    """An interpretation."""

    # --- what is interpreted, and how ---
    sources: Sources
    argv: tuple[str, ...] = ()
    env: Mapping[str, str | None] = field(default_factory=dict)
    # Signals that the program is started to ignore.
    ignored: frozenset[str] = frozenset()
    pid1: bool = True
    # The signal, and the number of the visit at which it arrives (None: the first run).
    signal: str = "SIGTERM"
    deliver: int | None = None

    # --- what is found out ---
    visits: list[Visit] = field(default_factory=list)
    # Loops that never end by themselves, and loops that may be left: the numbers of the first visit in them and of the first one behind them.
    endless: list[tuple[int, int]] = field(default_factory=list)
    tentative: list[tuple[int, int]] = field(default_factory=list)
    registrations: list[Registration] = field(default_factory=list)
    atexit: list[Guard] = field(default_factory=list)
    threads: list[Thread] = field(default_factory=list)
    endings: list[Ending] = field(default_factory=list)
    # Foreign calls that nobody measured, and that may be where the program stays.
    foreign: list[tuple[Text, str]] = field(default_factory=list)
    hooks: list[Hook] = field(default_factory=list)
    closings: list[Closing] = field(default_factory=list)
    # Where one of them waits when the server ends.
    unfinished: Text | None = None
    # Where the coroutines begin that an event loop was started with.
    mains: list[Text] = field(default_factory=list)
    # The statements and calls that were reached, by buffer and place.
    executed: set[tuple[object, int]] = field(default_factory=set)
    # The numbers that ``min`` was given: how far a growing delay may go.
    ceilings: set[float] = field(default_factory=set)
    # The packages from outside the image's own files that were imported before the signal.
    packages: set[str] = field(default_factory=set)
    # What the image's Python does not know, or a container does not have.
    lacking: list[str] = field(default_factory=list)
    # What is not known, and would have to be: the answer is unknown.
    doubts: list[str] = field(default_factory=list)
    # The program is larger than the bound.
    exhausted: bool = False

    # --- other programs, by their numbers ---
    # Those that it minds: it waits for them, looks after them, or misses them at its end.
    children: list[tuple[int, Text]] = field(default_factory=list)
    # Programs that it starts and does not wait for there and then.
    started: list[tuple[int, Text]] = field(default_factory=list)
    # Those of them that are nobody's child, as the command that started them has ended.
    behind: list[int] = field(default_factory=list)
    # The calls that start a process and do not wait for it.
    left: list[Text] = field(default_factory=list)
    # The child that the main line waits for, and no handler can therefore; whether that is certain.
    locked: tuple[int, str] | None = None

    # --- threads, tasks and processes, by their numbers ---
    # The states in which the thread or task that is being gone through may wait before the signal.
    snapshots: list[State] = field(default_factory=list)
    # The pauses of the thread or task that is being gone through; those of each.
    pausing: list[Pause] = field(default_factory=list)
    paused: dict[int, list[Pause]] = field(default_factory=dict)
    # Where each task waits, in the order in which it gets there.
    places: dict[int, list[Text]] = field(default_factory=dict)
    # What the thread that is being gone through rests for; and each thread.
    waiting: list[Callable[[State], bool | None]] = field(default_factory=list)
    waits: dict[int, list[Callable[[State], bool | None]]] = field(default_factory=dict)
    # The objects that threads and tasks made before the signal, by the thread, the task and the place.
    own_objects: dict[tuple[object, ...], list[int]] = field(default_factory=dict)
    # How threads, tasks and processes began; how long they last, from the signal on and from when the program waits for them.
    begun: dict[int, Begun] = field(default_factory=dict)
    lasted: dict[int, tuple[Delay | None, Delay | None]] = field(default_factory=dict)
    # Which pause of the thread that is gone through again the signal finds it in.
    arriving: Arrival | None = None
    # Where the pauses stand that are noted in states.
    pauses: dict[tuple[int, str], Text] = field(default_factory=dict)
    # The states in which processes began.
    forked: dict[int, State] = field(default_factory=dict)
    # When something is tried again, by the number of what says so.
    policies: dict[int, Policy] = field(default_factory=dict)
    # How queues are used, by their numbers.
    queues: dict[int, Use] = field(default_factory=dict)
    # A process is told to end: the signal arrives where it rests.
    telling: bool = False
    # A task pauses again and again, and so wakes its loop up.
    ticking: bool = False
    # Tasks of event loops, in the order in which they were made; those that end by themselves.
    tasks: list[Made] = field(default_factory=list)
    finished: set[int] = field(default_factory=set)
    # Coroutines that were closed while they waited in their clean-up: the state there, and how many guards were around it.
    abandoned: list[tuple[State, int]] = field(default_factory=list)
    # What wanted to run at its end already when the event loop was entered.
    loop_guards: int = 0

    # --- the signal ---
    # A handler is being gone through; one was called.
    handling: bool = False
    handler_ran: bool = False
    # A wait for the signal itself (`sigwait`) has taken it.
    taken: bool = False
    # What the handler left, where it returned; and however it ended.
    after: State | None = None
    told: State | None = None
    # The event loop has called the handler, and so looks at what it did.
    loop_handled: bool = False
    # An exception of the handler came out of the place where the signal arrived.
    broken_off: bool = False
    # The program sends itself a signal for which it has no handler: PID 1 does not die of it.
    asked_pid1: bool = False
    # Where the program is still there after the signal; whether a thread keeps it; whether each time only if something holds that is not known.
    stays: list[Visit] = field(default_factory=list)
    outlived: bool = False
    uncertain_stays: bool = True
    # The clauses that caught the exit which the handler raised.
    swallowed: list[Text] = field(default_factory=list)
    # What the handler changed; what the program has looked at since; and everything that was looked at, in order.
    written: set[tuple[int, str]] = field(default_factory=set)
    read: set[tuple[int, str]] = field(default_factory=set)
    looked: list[tuple[int, str]] = field(default_factory=list)
    # How many loops are gone through of which it is not known how often they go round.
    repeating: int = 0
    # The handler did something that is not followed.
    opaque: bool = False

    # --- modules and objects ---
    modules: dict[str, Module] = field(default_factory=dict)
    # The full names of the bases of each class of exceptions.
    class_bases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    # Django's applications are set up.
    ready: bool = False
    # The scopes that are classes' bodies; those in which functions were made, which may outlive them.
    types: set[int] = field(default_factory=set)
    captured: set[int] = field(default_factory=set)
    # The object that stands for any child, the event loop, its main task; the last number given.
    nobody: int = PROCESS + 1
    loop_object: int = PROCESS + 2
    main_task: int = PROCESS + 3
    numbers: int = PROCESS + 3

    # --- effort ---
    steps: int = 0
    nesting: int = 0
    # The lowest number of an object that was changed since it was set, by which a call is known to leave everything as it was (`idle`).
    lowest: int = PROCESS + 3
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
