"""What a shell's state is made of: the outcome of a condition, its jobs, why it does not go on, how it ended, what happened on the way."""

from __future__ import annotations

from itertools import compress
from operator import attrgetter
from typing import TYPE_CHECKING, Literal

from ....records import NamedTuple, dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ....image.entries import Kind
    from ....image.model import Argument
    from ....parsers.shell import model as sh
    from ....source import Text
    from ...model import Order
    from ...process import Process
    from .keyed import Keyed, Reference
    from .outcome import Command, LostExec, Trap
    from .values import Array, Field, Value

MOST_FACTS = 50  # of one kind
ALWAYS = -1  # the depth of what stays open whatever the shell leaves
DIED = 128 + 15  # the status of what a signal has ended, whichever it was: what counts is that it is not 0


@dataclass(frozen=True, slots=True)
class Truth:
    """The outcome of a condition."""

    value: bool | None
    """None where it is not known."""
    default: bool | None = None
    """What the default launch makes of one that is not known."""
    yes: str = ""
    """The condition in words."""
    no: str = ""
    """Its opposite."""
    refine: tuple[tuple[bool, str, Value], ...] = ()
    """What an outcome says of a variable, and of its value."""
    error: bool = False
    """It is false because it means nothing, of which ``test`` has a status of its own."""

    @classmethod
    def success(cls, command: str) -> Truth:
        """Whether a command succeeds, of which nothing is known."""
        return cls(None, None, f"{command} succeeds", f"{command} fails")

    def among(self, assumed: Mapping[str, bool]) -> bool | None:
        """What was assumed of it before."""
        known = assumed.get(self.yes)
        return not assumed[self.no] if known is None and self.no in assumed else known

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


class Scope(NamedTuple):
    """What a function, or a file that is read, gives back when it is over."""

    parameters: tuple[Field, ...] | None
    """None: they are the caller's."""
    variables: dict[str, Value | Array | Keyed | Reference | None]
    lent: tuple[tuple[str, tuple[bool | None, ...]], ...] = ()
    """Those among them that stand in front of its call, each with what `State.exports` said of it, if anything."""


@dataclass(frozen=True, slots=True)
class JobState:
    """A background job of this shell."""

    pid: int
    process: Process
    command: Command
    text: Text
    told: bool = False
    """It was sent a terminating signal during start-up, so it is gone by the time of a later ``wait``."""
    variable: str | None = None
    """In which its number was saved."""
    disowned: bool = False
    members: tuple[int, ...] = ()
    """The processes of the pipeline that it belongs to."""
    thinned: bool = False
    """Others of that have ended at once."""
    last: int = 0
    """The number of its last one, if that has."""


@dataclass(frozen=True, slots=True)
class Kin:
    """The shells that have started this one, with the users that they run as, the first one first, and their jobs."""

    shells: tuple[tuple[int, str | None], ...] = ()
    jobs: tuple[JobState, ...] = ()
    newborn: dict[int, Newborn] = field(default_factory=dict)
    """The jobs among them that were forked a moment ago."""


@dataclass(frozen=True, slots=True)
class Newborn:
    """What a job that was forked a moment ago does not hear until it has become its program (`newborn`)."""

    ignored: frozenset[str]
    """By the shell that has forked it."""
    caught: frozenset[str]
    """Those that come before the job has put back their default actions are lost."""
    older: bool = False
    """Something has run since, so that it most likely has become its program."""


@dataclass(frozen=True, slots=True)
class Block:
    """Why the shell does not go on: it waits for a foreground command, stands in ``wait``, or in a ``read`` from what a process writes."""

    kind: Literal["foreground", "wait", "read", "loop"]
    command: Command
    pids: tuple[int, ...] = ()
    """Those that are waited for."""
    children: tuple[Process, ...] = ()
    """The foreground processes."""
    first: tuple[tuple[int, ...], ...] = ()
    """Of ``wait -n``: the jobs of which it waits for one."""
    everything: bool = False
    """``wait`` without words."""
    status: int | None = None
    """The command's exit status, where it is known."""
    pipeline: tuple[Command, ...] = ()
    """The members of the pipeline, if it is one."""
    again: sh.Simple | None = None
    """What a ``read`` goes on with behind a trap."""
    left: tuple[str, ...] = ()
    """What those have assumed who leave the loop."""


@dataclass(frozen=True, slots=True)
class Facts:
    """What happened on the way that a rule may want to know."""

    before: tuple[Command, ...] = ()
    """The commands that ran."""
    rejected: tuple[Trap, ...] = ()
    """As in `Outcome`, like the next ones."""
    replaced: tuple[Trap, ...] = ()
    lost_execs: tuple[LostExec, ...] = ()
    assigned_execs: tuple[Command, ...] = ()
    daemons: tuple[Command, ...] = ()
    reasons: tuple[str, ...] = ()
    failures: tuple[tuple[str, Argument], ...] = ()
    """What could not be started: why, and the word that names it."""
    orders: tuple[tuple[Order, tuple[str, ...], Text], ...] = ()
    """What was told to stop, and by which command."""
    unread: tuple[str, ...] = ()
    """Files that were read, and are not known."""
    locks: tuple[Command, ...] = ()
    """What has locked a file that the script has open (``flock 9``)."""


_said = attrgetter("text.start", "argv")


def holds(items: tuple[object, ...], item: object) -> bool:
    """Whether a fact is among others. Most are commands, and most of these are written elsewhere or have other words: that is the cheap question."""
    argv = getattr(item, "argv", None)
    if argv is None:
        return item in items
    said = item.text.start, argv  # type: ignore[attr-defined]  # what has an argv is a command, which has a text
    return item in compress(items, map(said.__eq__, map(_said, items)))


@dataclass(frozen=True, slots=True)
class Ended:
    """A shell that is a shell no more: it exec'ed, exited, or cannot be followed."""

    kind: Literal["exec", "exits", "unknown"]
    process: Process | None = None
    """What it has become (None: that could not start, and ``failed`` says why)."""
    command: Command | None = None
    implicit: bool = False
    """Nobody wrote the exec."""
    keyword: Text | None = None
    """The word ``exec``."""
    lost: tuple[Trap, ...] = ()
    """The traps that it has taken away."""
    reason: str = ""
    """Why it cannot be followed."""
    status: int | None = None
    failed: str | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """What a script has done to a path."""

    kind: Kind
    """What it has left there."""
    user: str | None
    """As which user (None: not known, or anybody may write to it)."""
    written: bool = False
    """It is a file that a redirection has made."""
    content: str | None = None
    """What is in it by now, where that is known."""
    pipe: bool = False
    """It is, or may be, a named pipe."""
    target: str | None = None
    """It is a link to this path, whatever is there."""
    tail: str | None = None
    """What has been appended to it, where what is in front of that is not known."""


@dataclass(frozen=True, slots=True)
class Left:
    """What a shell has changed."""

    made: Mapping[str, Made]
    """Files made or removed."""
    permitted: frozenset[str]
    """Those to which it has given an execute bit."""
    restless: bool
    """Programs may have made others."""
    slow: bool
    """It has waited for something before."""


@dataclass(frozen=True, slots=True)
class Coming:
    """What a job in the background leaves, and what is taken for true of these files until then."""

    pid: int
    left: Left
    doubted: Mapping[str, Made]


@dataclass(frozen=True, slots=True)
class Input:
    """What a descriptor of the shell reads from."""

    descriptor: str
    rest: str | None
    """What has not been read yet; None of one that is written to."""
    depth: int
    """It is open as long as the shell's stack is deeper than this."""
    pid: int | None = None
    """The process that writes it, if that is one which may last."""
    pipe: bool = False
    """A named pipe that the shell has open for both."""
    silent: bool = False
    """A named pipe, or what is like it, to which nobody else can write."""
    taken: int = 0
    """How many lines of what is not known were read in a trap."""
    closed: bool = False
    """Nothing can be read: ``<&-``."""
    other: str = ""
    """The descriptor by which a coprocess is written to. Shells that its shell forks have neither (`coproc_closeall` in bash's execute_cmd.c)."""
    feeder: Process | None = None
    """Who writes in front of it in a pipeline."""
    origin: int | None = None
    """Its place among the inputs of the shell that has forked this one, with which it shares how far it has been read."""


@dataclass(frozen=True, slots=True)
class Held:
    """A process substitution that the shell keeps open itself (`jobs.held`)."""

    process: Process
    part: sh.ProcessSubstitution
    descriptors: frozenset[str]
    """Those of the shell that lead to it."""
    writes: bool
    """The shell writes, and it reads."""
    depth: int
    """It is open as long as the shell's stack is deeper than this."""

    @property
    def lasts(self) -> bool | None:
        """Whether it runs until it is told to stop, or closed."""
        return True if self.writes else self.process.stays
