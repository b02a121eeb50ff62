"""The state of a shell in the middle of a script, as data: it can be copied where the way splits, compared where ways
meet, and resumed when a signal comes.

What is still to do is a chain of frames (`interpreter.Frame`), so that a suspended shell simply *is* its state.
"""

from __future__ import annotations

from itertools import compress
from operator import attrgetter
from typing import TYPE_CHECKING, Literal

from ...records import dataclass, field, replace
from .keyed import Keyed, Reference
from .values import Unknown

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...image.entries import Kind
    from ...image.model import Argument
    from ...parsers.shell import model as sh
    from ...source import Text
    from ..model import Order
    from ..process import Process
    from .held import Held
    from .inputs import Input
    from .interpreter import Frame, FrameKind, Shell
    from .outcome import Around, Command, LostExec, Trap
    from .values import Array, Field, Value

MOST_FACTS = 50  # of one kind
DIED = 128 + 15  # the status of what a signal has ended, whichever it was: what counts is that it is not 0


@dataclass(frozen=True, slots=True)
class Truth:
    """The outcome of a condition: None where unknown, then ``default`` is what the default launch makes of it.

    ``yes`` and ``no`` say the condition and its opposite in words. ``variable`` and ``becomes`` tell what a known outcome says about a variable. ``error``: it is false because it means nothing, of which ``test`` has a status of its own.
    """

    value: bool | None
    default: bool | None = None
    yes: str = ""
    no: str = ""
    refine: tuple[tuple[bool, str, Value], ...] = ()
    error: bool = False

    @classmethod
    def success(cls, command: str) -> Truth:
        """Whether a command succeeds, of which nothing is known."""
        return cls(None, None, f"{command} succeeds", f"{command} fails")

    def negated(self) -> Truth:
        """Its opposite; of what means nothing there is none."""
        if self.error:
            return self
        return Truth(
            None if self.value is None else not self.value,
            None if self.default is None else not self.default,
            self.no,
            self.yes,
            tuple((not when, name, value) for when, name, value in self.refine),
        )


@dataclass(frozen=True, slots=True)
class JobState:
    """A background job of this shell. ``told``: it was sent a terminating signal during start-up, so it is gone by the time of a later ``wait``.
    ``members`` are the processes of the pipeline that it belongs to; ``thinned``: others of it have ended at once."""

    pid: int
    process: Process
    command: Command
    text: Text
    told: bool = False
    variable: str | None = None
    disowned: bool = False
    members: tuple[int, ...] = ()
    thinned: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """Why the shell does not go on: it waits for a foreground command, stands in ``wait``, or in a ``read`` from what a process writes.

    ``children`` are the foreground processes, ``pids`` those waited for. ``once``: ``wait -n``; ``everything``: ``wait`` without words. ``pipeline`` are the members of the pipeline, if it is one. ``status`` is the command's exit status where known. ``again`` is what a ``read`` goes on with behind a trap.
    """

    kind: Literal["foreground", "wait", "read", "loop"]
    command: Command
    pids: tuple[int, ...] = ()
    children: tuple[Process, ...] = ()
    once: bool = False
    everything: bool = False
    status: int | None = None
    pipeline: tuple[Command, ...] = ()
    again: sh.Simple | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What happened on the way that a rule may want to know. ``failures``: what could not be started, why, and the word that names it; ``orders``: what was told to stop, by which command."""

    before: tuple[Command, ...] = ()
    rejected: tuple[Trap, ...] = ()
    replaced: tuple[Trap, ...] = ()
    lost_execs: tuple[LostExec, ...] = ()
    assigned_execs: tuple[Command, ...] = ()
    daemons: tuple[Command, ...] = ()
    reasons: tuple[str, ...] = ()
    failures: tuple[tuple[str, Argument], ...] = ()
    orders: tuple[tuple[Order, tuple[str, ...], Text], ...] = ()


@dataclass(frozen=True, slots=True)
class Ended:
    """A shell that is a shell no more: it exec'ed (``process``, None if that could not start), exited, or cannot be followed."""

    kind: Literal["exec", "exits", "unknown"]
    process: Process | None = None
    command: Command | None = None
    implicit: bool = False
    keyword: Text | None = None
    lost: tuple[Trap, ...] = ()
    reason: str = ""
    status: int | None = None
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """What a script has done to a path: what kind of thing it has left there, as which user (None: not known, or anybody may write to it). ``written``: a file by a redirection, with what is in it by now where that is known. ``pipe``: it is, or may be, a named pipe. ``target``: it is a link to this path, whatever is there."""

    kind: Kind
    user: str | None
    written: bool = False
    content: str | None = None
    pipe: bool = False
    target: str | None = None


@dataclass(slots=True, eq=False)
class State:
    """A shell in the middle of its work. ``perhaps``: it is not certain that ``block`` lasts. ``over`` are jobs that ended at once, with their status (None: not
    known); ``unclaimed`` those among all jobs that ended and that no ``wait`` has told of yet (``heard``: ``wait -n`` will not; ``doubted``: nobody can say). ``passed``: those that a ``wait`` for all has come by while it stands at another one; they keep their numbers until it is over (or, if they were not ``noticed`` while a foreground command ran, may have lost them). ``newborn`` are the jobs that were forked since the shell last waited for anything, each with the signals that were caught then (`newborn`). ``raised`` are the signals that a forked one has sent to the shell that it was forked from; ``bereaved``: a child has ended, of which the trap of SIGCHLD has not heard. ``required`` are those of the ``conditions`` without which the shell gives up; ``settled`` those that the launch decides once and for all, as a variable that only the user sets, each with its opposite. ``leads``: a forked one leads a process group. ``held``: process substitutions that it keeps open; ``inputs``: what it reads from. ``rounds``: the loop that it has just left, as other ways do after another number of rounds; ``round``: how it stood at the beginning of a round of ``for`` (`repeating`). ``guarded``: whatever would end it is caught, as
    bash does from its first EXIT trap on, also when that is gone again; ``interruptible``: SIGINT ends a ``wait``, and the shell, though it is PID 1, as in bash from its first ``trap`` of INT on, also one that takes it away (measured, bash 5.2). ``made``: files that the script itself has made or removed, by their paths; ``permitted``: those to which chmod may have given an execute bit; ``restless``: programs have run that may have made others; ``enclosed``: this shell was forked in a function; ``trapped``: it has had a trap, also if that is gone. Collections are replaced, never changed in place, unless `copy` says they are copied."""

    shell: Shell
    pid: int
    stack: Frame | None
    variables: dict[str, Value | Array | Keyed | Reference] = field(default_factory=dict)
    parameters: tuple[Field, ...] = ()
    functions: dict[str, sh.Function] = field(default_factory=dict)
    traps: dict[str, Trap] = field(default_factory=dict)
    ignored: frozenset[str] = frozenset()
    options: frozenset[str] = frozenset()
    readonly: frozenset[str] = frozenset()
    status: int | None = 0
    truth: Truth | None = None
    jobs: tuple[JobState, ...] = ()
    over: dict[int, int | None] = field(default_factory=dict)
    unclaimed: tuple[int, ...] = ()
    heard: tuple[int, ...] = ()
    doubted: tuple[int, ...] = ()
    passed: tuple[int, ...] = ()
    noticed: tuple[int, ...] = ()
    newborn: dict[int, frozenset[str]] = field(default_factory=dict)
    raised: tuple[str, ...] = ()
    bereaved: bool = False
    scopes: tuple[tuple[tuple[Field, ...] | None, dict[str, Value | Array | Keyed | Reference | None]], ...] = ()
    workdir: Value = "/"
    last_pid: str = ""
    conditions: tuple[str, ...] = ()
    required: tuple[str, ...] = ()
    default: bool = True
    settled: Mapping[str, str] = field(default_factory=dict)
    assumed: dict[str, bool] = field(default_factory=dict)
    facts: Facts = field(default_factory=Facts)
    candidate: State | None = None
    block: Block | None = None
    ended: Ended | None = None
    around: tuple[Around, ...] = ()
    calls: tuple[Text, ...] = ()
    sequence: int = 0
    perhaps: bool = False
    guarded: bool = False
    leads: bool = False
    rounds: object = None
    held: tuple[Held, ...] = ()
    inputs: tuple[Input, ...] = ()
    permitted: frozenset[str] = frozenset()
    made: dict[str, Made] = field(default_factory=dict)
    restless: bool = False
    interruptible: bool = False
    enclosed: bool = False
    trapped: bool = False
    round: object = None

    def copy(self) -> State:
        """An independent copy."""
        copied = State(*_parts(self))
        copied.variables, copied.assumed = dict(self.variables), dict(self.assumed)
        if self.over:
            copied.over = dict(self.over)
        if self.scopes:
            copied.scopes = tuple([(parameters, dict(saved)) for parameters, saved in self.scopes])
        return copied

    def push(self, kind: FrameKind, node: object = None, index: int = 0, data: object = None, label: str = "") -> None:
        """Put a frame on top."""
        self.stack = self.shell.frame(kind, self.stack, node, index, data, label)

    def pop(self) -> Frame:
        """Take the top frame off."""
        frame = self.stack
        assert frame is not None
        self.stack = frame.parent
        return frame

    def done(self, status: int | None, truth: Truth | None = None) -> None:
        """A command has ended with this status."""
        self.status, self.truth = status, truth if status is None else None

    def note(self, name: str, item: object) -> None:
        """Remember a fact, once."""
        items = getattr(self.facts, name)
        if len(items) < MOST_FACTS and not holds(items, item):
            self.facts = replace(self.facts, **{name: (*items, item)})

    def lookup(self, name: str) -> Value | None:
        """A scalar variable's value; of an array, its first element; None if unset."""
        value = self.variables.get(name)
        if value is None or value.__class__ is str or value.__class__ is Unknown:
            return value
        value = self.variables.get(self.meant(name))
        if isinstance(value, tuple):
            return value[0] if value else None
        if isinstance(value, Keyed):
            return value.get("0")
        return None if isinstance(value, Reference) else value

    def meant(self, name: str) -> str:
        """The variable that a name stands for: itself, but where ``declare -n`` said otherwise."""
        for _ in range(8):
            value = self.variables.get(name)
            if not isinstance(value, Reference):
                break
            name = value.target
        return name

    @property
    def tested(self) -> bool:
        """Whether the last command's status is looked at, so that ``set -e`` does not count it."""
        return self.stack is not None and self.stack.tested

    def positional(self, number: int) -> Value | None:
        """``$1`` and so on; None if there are fewer for certain."""
        if _first_open(self.parameters[:number]) is not None:
            return Unknown(f"${number}")
        return self.parameters[number - 1].value if number <= len(self.parameters) else None

    @property
    def count(self) -> Value:
        """``$#``."""
        return Unknown("$#") if _first_open(self.parameters) is not None else str(len(self.parameters))

    def shift(self, count: int) -> bool:
        """Drop positional parameters from the front; False where there are fewer for certain."""
        rest = _first_open(self.parameters)
        if rest is None and count > len(self.parameters):
            return False
        self.parameters = self.parameters[count if rest is None else min(count, rest) :]
        return True

    def standing(self) -> tuple[object, ...]:
        """What has to agree, jobs and variables apart (those that a function will give back, too), for two ways to become one again."""
        return _standing(self), [parameters for parameters, _ in self.scopes] if self.scopes else None


_said = attrgetter("text.start", "argv")
_parts = attrgetter(*State.__match_args__)
_standing = attrgetter(
    "parameters",
    "functions",
    "traps",
    "ignored",
    "options",
    "block",
    "guarded",
    "interruptible",
    "trapped",
    "readonly",
    "held",
    "inputs",
)


def holds(items: tuple[object, ...], item: object) -> bool:
    """Whether a fact is among others. Most are commands, and most of these are written elsewhere or have other words: that is the cheap question."""
    argv = getattr(item, "argv", None)
    if argv is None:
        return item in items
    said = item.text.start, argv  # type: ignore[attr-defined] # a command
    return item in compress(items, map(said.__eq__, map(_said, items)))


def _first_open(parameters: tuple[Field, ...]) -> int | None:
    """Where the first parameter is that stands for any number of words."""
    for at, each in enumerate(parameters):
        if not isinstance(each.value, str) and each.rest:
            return at
    return None
