"""What the evaluation of a shell script found: the facts that rules read.

One `Outcome` stands for one way through a script, in the steady state, with what happens when the stop signal comes
already worked out (`Outcome.stop`). Facts, not syntax: every command, trap, signal sent and wait carries the text where it is
written, so a rule only has to look and speak.

Words of a command whose value is not known stand as they are written (``$PORT``, ``$(hostname)``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ....records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ....source import Text
    from ...model import Program

Family = Literal["dash", "ash", "bash"]

# What holds the process in the steady state:
#   exec        it became `command` (written `exec`, or `implicit`: the shell execs the last command of -c by itself)
#   foreground  the shell waits for `command`, its foreground child
#   wait        the shell stands in the `wait` builtin (`command`), for its background jobs
#   loop        an endless loop around commands that end, or around nothing (`command` is the loop's current command)
#   exits       it ends by itself: nothing runs on
#   unknown     not decidable; `reasons` says why
End = Literal["exec", "foreground", "wait", "loop", "exits", "unknown"]

# Constructs between the script and the command, outermost first.
Around = Literal[
    "pipeline",
    "subshell",
    "background",
    "function",
    "loop",
    "condition",
    "and-or",
    "group",
    "eval",
    "source",
    "negation",
    "time",
    "trap",
    "redirection",
]


@dataclass(frozen=True, slots=True)
class Command:
    """A command that was run."""

    text: Text
    """The simple command as written."""
    words: Text
    """Its command words alone, without assignments in front and redirections: ``exec`` can be written before them."""
    argv: tuple[str, ...]
    """What it expands to."""
    known: bool = True
    """False where a word of it is not known."""
    calls: tuple[Text, ...] = ()
    """The function calls and ``.`` or ``eval`` commands that led to it, outermost first (empty at the script's own level)."""
    around: tuple[Around, ...] = ()
    """The constructs it stands in."""
    assignments: bool = False
    """True for ``A=1 app``."""
    program: Program | None = None
    """What the catalogue knows of it."""
    passes_arguments: bool = False
    """It was written with ``$@``, ``$*``, or a positional parameter of the script, so that the launch's CMD decides it."""


@dataclass(frozen=True, slots=True)
class Job:
    """A background job."""

    text: Text
    """With the ``&``."""
    command: Command
    """What runs in it: of ``(a; b) &``, the command that holds the subshell."""
    pid: int
    """Identifies it within the outcome."""
    variable: str | None = None
    """In which ``$!`` was saved, if it was."""
    stays: bool | None = None
    """It runs until it is told to stop (None: not known; False: it ends by itself)."""
    service: bool = True
    """It may have something to lose: it is no small tool such as sleep or tail, and may still run."""
    waited: Text | None = None
    """The ``wait`` of the steady state that waits for it."""
    ignores: tuple[str, ...] = ()
    """Signals that it ignores because of how it was started: SIGINT and SIGQUIT, without job control."""


@dataclass(frozen=True, slots=True)
class Trap:
    """A ``trap`` command for one signal, or for ``EXIT``."""

    signal: str
    """The canonical name: ``SIGTERM``, ``EXIT``."""
    spelled: str
    """The word as written."""
    action: str | None
    """The action's value, quotes removed: empty for ``''`` (ignore), None for ``-`` (reset) and where it is not known."""
    text: Text
    """The whole command."""
    word: Text | None = None
    """The signal's word."""
    action_text: Text | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A signal that the shell sent, on the stop signal."""

    signal: str
    to: Literal["job", "group", "all", "self", "pid1", "name", "other"]
    """To whom: ``group`` is ``kill 0`` and ``kill -- -$$``, ``all`` is ``kill -1``, ``name`` is pkill or killall, ``other`` is not known."""
    text: Text
    reached: tuple[int, ...] = ()
    """The pids of jobs and foreground children that it reached."""
    handler: bool = True
    """A trap sent it."""


@dataclass(frozen=True, slots=True)
class Waited:
    """A ``wait`` (or a loop on ``kill -0``) that the shell entered after the stop signal. ``complete``: it lasted until its targets were gone."""

    text: Text
    pids: tuple[int, ...]
    complete: bool
    handler: bool


Mode = Literal["command", "file"]
Ends = Literal["exits", "crashes", "dies", "stays", "unknown"]


@dataclass(frozen=True, slots=True)
class Stop:
    """What the shell does when the stop signal comes, interpreted with the same evaluator."""

    signal: str
    received: bool
    """The signal is delivered at all: a trap, or an EXIT trap of bash, is in force, or it is no PID 1 and dies."""
    trap: Trap | None = None
    """The trap that runs (None: none)."""
    deferred: bool = False
    """It has to wait for the foreground command, which is not told."""
    ran: bool = False
    """The action ran before the grace period was over."""
    ends: Ends = "stays"
    """``exits``: by an exit in the action, or the end of the script; ``crashes``: the action signals the shell itself without end; ``dies``: of the
    signal's default action (it is not PID 1); ``stays``: still there at the end of the grace period."""
    returns: bool = False
    """The action returned (no exit in it), and the script went on."""
    seconds: float | None = None
    """Until the shell was gone."""
    sent: tuple[Sent, ...] = ()
    waited: tuple[Waited, ...] = ()
    untold: tuple[int, ...] = ()
    """Services (jobs, foreground child) that got no signal."""
    unfinished: tuple[int, ...] = ()
    """Those that got it and were still running when the shell was gone."""
    commands: tuple[Command, ...] = ()
    """External commands that the action ran and whose effect is not known (``nginx -s quit``)."""
    failed: Text | None = None
    """The command of the action at whose failure ``set -e`` has ended the shell."""


@dataclass(frozen=True, slots=True)
class LostExec:
    """An ``exec`` that replaced only a subshell. ``where``: ``pipeline``, ``subshell`` or ``background``; ``keyword`` is the word ``exec``;
    ``construct`` the whole pipeline, subshell or background command."""

    command: Command
    where: Literal["pipeline", "subshell", "background"]
    keyword: Text
    construct: Text


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way through a script."""

    shell: Family
    """Who interprets."""
    version: str | None
    """As far as known."""
    mode: Mode
    """How the shell got the script: ``command`` (``-c``), or ``file`` (also standard input)."""
    source: Text
    """The whole script or command string."""
    end: End
    """What holds the process; with ``command``."""
    command: Command | None = None
    implicit: bool = False
    """An exec that nobody wrote."""
    keyword: Text | None = None
    """The word ``exec``, where it was written."""
    foreground: int | None = None
    """The pid of the foreground child in the lists of ``stop``."""
    pipeline: tuple[Command, ...] = ()
    """All members of the pipeline that the command stands in."""
    jobs: tuple[Job, ...] = ()
    traps: tuple[Trap, ...] = ()
    """In force in the steady state."""
    rejected: tuple[Trap, ...] = ()
    """Refused by this shell (dash: ``SIGTERM``), or without effect (KILL, STOP)."""
    lost: tuple[Trap, ...] = ()
    """In force when exec took them away."""
    replaced: tuple[Trap, ...] = ()
    """Overwritten or reset."""
    ignored: tuple[Trap, ...] = ()
    """The traps that have signals ignored, also by what is started or exec'ed."""
    lost_execs: tuple[LostExec, ...] = ()
    """They did not replace this process."""
    assigned_execs: tuple[Command, ...] = ()
    """``exec VAR=1 app``."""
    daemons: tuple[Command, ...] = ()
    """Commands that put themselves in the background."""
    before: tuple[Command, ...] = ()
    """The commands that ran earlier."""
    loop: Text | None = None
    """The loop that holds it."""
    arguments: Literal["all", "some", "none", "absent"] = "absent"
    """Whether the launch's arguments (CMD) reach the command: ``all`` with ``"$@"``; ``absent`` where there are none to pass."""
    conditions: tuple[str, ...] = ()
    """What was assumed on this way."""
    default: bool = True
    """The default launch can take it."""
    certain: bool = True
    """False where it is only assumed that the command (or the loop) lasts."""
    stop: Stop | None = None
    unread: tuple[str, ...] = ()
    """Files that the script has read and that are not known: a command may be a function of theirs."""
    reasons: tuple[str, ...] = ()
    """What was not known."""
    functions: Mapping[str, Text] = field(default_factory=dict)
    substitutions: Mapping[int, Text] = field(default_factory=dict)
    """By pid, the commands of process substitutions that the shell keeps open itself."""

    def written(self, command: Command) -> Text:
        """The command that holds the process, as written, with the ``exec`` in front of it if there is one."""
        return command.text if self.keyword is None else self.keyword.until(command.text)

    def job(self, pid: int) -> Job | None:
        """The background job of a pid."""
        return next((job for job in self.jobs if job.pid == pid), None)
