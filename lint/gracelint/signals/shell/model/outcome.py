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
    """A command that was run. ``text`` is the simple command as written; ``words`` the text of its command words alone
    (without assignments in front and redirections), before which ``exec`` can be written.

    ``argv`` is what it expands to, ``known`` False where a word of it is not known. ``calls`` are the texts of the function calls and ``.``/``eval``
    commands that led to it, outermost first (empty at the script's own level). ``around`` are the constructs it stands in.
    ``assignments`` is True for ``A=1 app``. ``program`` is what the catalogue knows of it. ``passes_arguments``: it was written with ``$@``, ``$*``, or a
    positional parameter of the script, so that the launch's CMD decides it.
    """

    text: Text
    words: Text
    argv: tuple[str, ...]
    known: bool = True
    calls: tuple[Text, ...] = ()
    around: tuple[Around, ...] = ()
    assignments: bool = False
    program: Program | None = None
    passes_arguments: bool = False


@dataclass(frozen=True, slots=True)
class Job:
    """A background job. ``command`` is what runs in it (in ``(a; b) &`` the command that holds the subshell), ``text`` includes the ``&``.

    ``pid`` identifies it within the outcome. ``variable`` is the variable that ``$!`` was saved in, if any. ``stays``: runs until told to stop (None: not known; False: it ends
    by itself). ``service``: it may have something to lose (it is no small tool such as sleep or tail, and may still run). ``waited`` is the text of the ``wait`` in the steady state that
    waits for it. ``ignores`` are signals that it ignores because of the way it was started (SIGINT and SIGQUIT, without job control). ``disowned``: by disown or nohup/setsid.
    """

    text: Text
    command: Command
    pid: int
    variable: str | None = None
    stays: bool | None = None
    service: bool = True
    waited: Text | None = None
    ignores: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Trap:
    """A ``trap`` command for one signal (or ``EXIT``). ``signal`` is canonical (``SIGTERM``, ``EXIT``); ``spelled`` the word as written.

    ``action`` is the action's text (its value, quotes removed): empty for ``''`` (ignore), None for ``-`` (reset) and where it is not known.
    ``text`` is the whole trap command, ``word`` the signal's word. ``functions`` are the functions the action calls.
    """

    signal: str
    spelled: str
    action: str | None
    text: Text
    word: Text | None = None
    action_text: Text | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """A signal that the shell sent, on the stop signal. ``to`` says whom: ``job`` (``jobs`` holds its pid), ``group`` (``kill 0``,
    ``kill -- -$$``), ``all`` (``kill -1``), ``self``, ``pid1``, ``name`` (pkill, killall), ``other`` (unknown).

    ``reached`` are the pids of jobs and foreground children that it reached.
    """

    signal: str
    to: Literal["job", "group", "all", "self", "pid1", "name", "other"]
    text: Text
    reached: tuple[int, ...] = ()
    handler: bool = True


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
    """What the shell does when the stop signal comes, interpreted with the same evaluator.

    ``received``: the signal is delivered at all (a trap or an EXIT trap of bash is in force, or it is no PID 1 and dies).
    ``trap`` is the trap that runs (None: none). ``deferred``: it has to wait for the foreground command, which is not told. ``ran``: the action ran before
    the grace period was over. ``ends``: ``exits`` (an exit in the action, or the script came to its end), ``crashes`` (the action signals the shell itself without
    end), ``dies`` (default action of the signal; not PID 1), ``stays`` (still there at the end of the grace period), ``unknown``.
    ``returns``: the action returned (no exit in it), and the script went on. ``seconds`` until the shell was gone.
    ``untold`` are services (jobs, foreground child) that got no signal; ``unfinished`` those that got it and were still running when the shell was gone;
    ``commands`` are external commands that the action ran and whose effect is not known (``nginx -s quit``). ``failed`` is the command of the action at whose failure ``set -e`` has ended the shell.
    """

    signal: str
    received: bool
    trap: Trap | None = None
    deferred: bool = False
    ran: bool = False
    ends: Ends = "stays"
    returns: bool = False
    seconds: float | None = None
    sent: tuple[Sent, ...] = ()
    waited: tuple[Waited, ...] = ()
    untold: tuple[int, ...] = ()
    unfinished: tuple[int, ...] = ()
    commands: tuple[Command, ...] = ()
    failed: Text | None = None


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
    """One way through a script.

    ``shell`` is the family that interprets (``version`` as far as known), ``mode`` how it got the script: ``command`` (``-c``) or ``file`` (also standard input).
    ``source`` is the script's (or command string's) whole text. ``end`` and ``command`` say what holds the process. ``implicit``: an exec that nobody wrote. ``keyword`` is the text of
    the ``exec`` word where one was written.

    ``foreground`` is the pid of the foreground child in ``stop``'s lists. ``before`` are the commands that ran earlier (for "long work before exec"). ``traps`` are in force in the steady state; ``rejected`` were refused by this shell (dash: ``SIGTERM``) or can have no effect (KILL, STOP); ``lost`` were
    in force when exec took them away; ``replaced`` were overwritten or reset. ``ignored`` are the signals ignored and inherited by what is started or exec'ed, with the trap that did it.
    ``lost_execs`` did not replace this process. ``assigned_execs`` are ``exec VAR=1 app``. ``daemons`` are commands that put themselves in the background.
    ``pipeline`` are all members of the pipeline that the command stands in. ``arguments`` says whether the launch's arguments (CMD) reach the command:
    ``all`` (``"$@"``), ``some``, ``none``, or ``absent`` where there are none to pass.
    ``conditions`` were assumed on this way; ``default``: the default launch can take it.
    ``certain``: False where it is only assumed that the command (or the loop) lasts.
    ``unread`` are files that the script has read and that are not known: a command may be a function of theirs. ``reasons`` says what was not known. ``substitutions``: by pid, the commands of process substitutions that the shell keeps open itself.
    """

    shell: Family
    version: str | None
    mode: Mode
    source: Text
    end: End
    command: Command | None = None
    implicit: bool = False
    keyword: Text | None = None
    foreground: int | None = None
    pipeline: tuple[Command, ...] = ()
    jobs: tuple[Job, ...] = ()
    traps: tuple[Trap, ...] = ()
    rejected: tuple[Trap, ...] = ()
    lost: tuple[Trap, ...] = ()
    replaced: tuple[Trap, ...] = ()
    ignored: tuple[Trap, ...] = ()
    lost_execs: tuple[LostExec, ...] = ()
    assigned_execs: tuple[Command, ...] = ()
    daemons: tuple[Command, ...] = ()
    before: tuple[Command, ...] = ()
    loop: Text | None = None
    arguments: Literal["all", "some", "none", "absent"] = "absent"
    conditions: tuple[str, ...] = ()
    default: bool = True
    certain: bool = True
    stop: Stop | None = None
    unread: tuple[str, ...] = ()
    reasons: tuple[str, ...] = ()
    functions: Mapping[str, Text] = field(default_factory=dict)
    substitutions: Mapping[int, Text] = field(default_factory=dict)

    def written(self, command: Command) -> Text:
        """The command that holds the process, as written, with the ``exec`` in front of it if there is one."""
        return command.text if self.keyword is None else self.keyword.until(command.text)

    def job(self, pid: int) -> Job | None:
        """The background job of a pid."""
        return next((job for job in self.jobs if job.pid == pid), None)
