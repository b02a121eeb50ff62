"""What a shell's state is made of: the outcome of a condition, its jobs, why it does not go on, how it ended, what happened on the way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ....records import dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ....image.entries import Kind
    from ....image.model import Argument
    from ....parsers.shell import model as sh
    from ....source import Text
    from ...model import Order
    from ...process import Process
    from .outcome import Command, LostExec, Trap
    from .values import Value

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


@dataclass(frozen=True, slots=True)
class JobState:
    """A background job of this shell. ``told``: it was sent a terminating signal during start-up, so it is gone by the time of a later ``wait``.
    ``members`` are the processes of the pipeline that it belongs to; ``thinned``: others of it have ended at once; ``last``: the number of its last one, if that has."""

    pid: int
    process: Process
    command: Command
    text: Text
    told: bool = False
    variable: str | None = None
    disowned: bool = False
    members: tuple[int, ...] = ()
    thinned: bool = False
    last: int = 0


@dataclass(frozen=True, slots=True)
class Kin:
    """The shells that have started this one, with the users that they run as, the first one first, and their jobs."""

    shells: tuple[tuple[int, str | None], ...] = ()
    jobs: tuple[JobState, ...] = ()


@dataclass(frozen=True, slots=True)
class Block:
    """Why the shell does not go on: it waits for a foreground command, stands in ``wait``, or in a ``read`` from what a process writes.

    ``children`` are the foreground processes, ``pids`` those waited for. ``first``: of ``wait -n``, the jobs of which it waits for one; ``everything``: ``wait`` without words. ``pipeline`` are the members of the pipeline, if it is one. ``status`` is the command's exit status where known. ``again`` is what a ``read`` goes on with behind a trap.
    """

    kind: Literal["foreground", "wait", "read", "loop"]
    command: Command
    pids: tuple[int, ...] = ()
    children: tuple[Process, ...] = ()
    first: tuple[tuple[int, ...], ...] = ()
    everything: bool = False
    status: int | None = None
    pipeline: tuple[Command, ...] = ()
    again: sh.Simple | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """What happened on the way that a rule may want to know. ``failures``: what could not be started, why, and the word that names it; ``orders``: what was told to stop, by which command; ``unread``: files that were read, and are not known; ``locks``: what has locked a file that the script has open (``flock 9``)."""

    before: tuple[Command, ...] = ()
    rejected: tuple[Trap, ...] = ()
    replaced: tuple[Trap, ...] = ()
    lost_execs: tuple[LostExec, ...] = ()
    assigned_execs: tuple[Command, ...] = ()
    daemons: tuple[Command, ...] = ()
    reasons: tuple[str, ...] = ()
    failures: tuple[tuple[str, Argument], ...] = ()
    orders: tuple[tuple[Order, tuple[str, ...], Text], ...] = ()
    unread: tuple[str, ...] = ()
    locks: tuple[Command, ...] = ()


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


@dataclass(frozen=True, slots=True)
class Left:
    """What a shell has changed: files made or removed, those to which it has given an execute bit, and whether programs may have made others; ``slow``: it has waited for something before."""

    made: Mapping[str, Made]
    permitted: frozenset[str]
    restless: bool
    slow: bool


@dataclass(frozen=True, slots=True)
class Coming:
    """What a job in the background leaves, and what is taken for true of these files until then."""

    pid: int
    left: Left
    doubted: Mapping[str, Made]
