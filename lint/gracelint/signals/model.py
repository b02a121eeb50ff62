"""The words of the signal path: programs and their reactions, hops, paths, verdicts.

Everything that decides "who is PID 1 and does the application hear the signal" speaks in these types, and rules and
reports read them. They hold facts, not syntax.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ..records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ..image.model import Argument, Image, StopSignal
    from ..source import Text
    from .python.behaviour import Behaviour
    from .shell.model.outcome import Outcome

Verdict = Literal["graceful", "abrupt", "killed", "unknown"]
Disposition = Literal["handles", "terminates", "ignores", "forwards", "defers", "misreads", "unknown"]
How = Literal["exec-form", "shell-form", "exec", "fork", "background", "init", "supervisor", "source"]

# Worst first: the verdict of several paths is the worst of them. "unknown" ranks below what is known to be bad.
VERDICTS: tuple[Verdict, ...] = ("killed", "abrupt", "unknown", "graceful")

Fate = Literal["graceful", "abrupt", "killed", "unknown", "ends", "fails"]
"""What becomes of a container on one way: it stays and is stopped with a verdict, or it ends before anybody stops it, or it cannot start."""
# Worst first.
FATES: tuple[Fate, ...] = ("fails", "ends", *VERDICTS)


# Why nothing is known of a shell that was given neither a script nor a command.
READS_ITS_INPUT = "a shell without a script reads its input"


@dataclass(frozen=True, slots=True)
class Reaction:
    """What a program does with one signal.

    ``disposition`` is the word for it. For ``forwards``: ``to`` whom, ``signal`` what is sent on (None: the same),
    ``waits`` whether it stays until they are gone, ``kills_after`` seconds until it SIGKILLs them (None: never).
    For ``misreads``: ``ends`` whether the process leaves all the same (nginx does, its requests dropped; uWSGI reloads
    and stays). ``after``: seconds that pass, at the longest, before a program that ``handles`` the signal begins to stop.
    ``looks_every``: how often one that ``forwards`` looks whether a child's time is over, and whether it is gone, in seconds (0: at once). ``why`` is a sentence fragment in plain words ("gunicorn finishes its requests and exits").
    """

    disposition: Disposition
    why: str
    to: Literal["child", "children", "group", "everyone"] | None = None
    signal: str | None = None
    waits: bool = True
    kills_after: float | None = None
    ends: bool = False
    after: float = 0.0
    looks_every: float = 0.0


@dataclass(frozen=True, slots=True)
class Started:
    """A command line that a program starts, or becomes.

    ``how`` ``exec``: the program replaces itself by it; ``init``/``supervisor``/``fork``: it is a child. ``text`` is where the command is
    written (an argument, a line of package.json, a ``command=`` of supervisord.conf). A supervisor's own settings for this child:
    ``stop_signal``, ``to_group`` (it goes to the child's process group), ``kills_after`` seconds until SIGKILL, ``turn``: children of a higher one are stopped
    first, and awaited before the next; ``perhaps``: its name, where it is started only if somebody asks for it. ``folder``: where it is started, absolute (None: where the program is).
    """

    arguments: tuple[Argument, ...]
    how: How
    text: Text | None = None
    shell: bool = False
    stop_signal: str | None = None
    user: str | None = None
    env: Mapping[str, str | None] = field(default_factory=dict)
    to_group: bool = False
    kills_after: float | None = None
    turn: int = 0
    perhaps: str = ""
    folder: str | None = None


@dataclass(frozen=True, slots=True)
class Hosting:
    """The application that a server imports, and how. ``application`` is the word that names it (``pkg.mod:app``), ``folder`` the option that says where it is;
    ``attribute`` is what the server takes of the module where the word does not say, ``factory``: that is called; ``inside`` are modules looked for in a package.
    ``imported``: "before" the server installs its handlers, "after" that ("": that depends on its version), or "aside" in a process that is told to stop by no signal;
    ``loop``: the handlers are its event loop's; ``worker``: in a process of its own;
    ``threads``: requests run in other threads than the main one; ``ends_threads``: it leaves without waiting for the application's threads.
    ``leaves`` is what an exit out of the application's handler comes to (None: it ends in order). ``config`` is a configuration file that is a module, of which the server
    calls the functions ``hooks`` when it has imported the application."""

    application: Argument
    imported: str
    folder: Argument | None = None
    attribute: str = ""
    factory: bool = False
    inside: tuple[str, ...] = ()
    worker: bool = False
    threads: bool = False
    ends_threads: bool = False
    loop: bool = False
    leaves: Reaction | None = None
    config: Text | None = None
    hooks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a program listens, or leaves its number: the options that say so of an ``order`` and of the ``program`` itself, and what either takes where it is not told."""

    order: tuple[str, ...]
    program: tuple[str, ...]
    default: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Order:
    """A command that has another program stop (``nginx -s quit``, ``mysqladmin shutdown``). ``programs`` are the catalogue's entries that it means;
    ``signal`` is what it sends them (None: whatever they stop cleanly on, or no signal at all). ``waits``: it ends when they have. ``own``: it means what the same command line
    has started, with ``start`` in place of its own ``stop`` (``service mysql start``). ``places`` say where it looks for the program; of them the first counts of which it has an option, else the last."""

    programs: tuple[str, ...] = ()
    signal: str | None = None
    own: bool = False
    waits: bool = False
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Program:
    """What the catalogue (or the configuration) knows of one command line.

    ``name`` is the catalogue's entry, ``kind`` its file (runtimes, servers, inits, supervisors, wrappers,
    package-runners, tools). ``starts`` is what it runs: empty for an application. ``as_pid1`` and ``as_child`` map signal
    names to reactions; a signal that is not there has its default action (ignored by PID 1, fatal elsewhere; see `kernel`).
    ``stays``: it runs until told to stop (None: not known). ``daemonizes``: it puts itself in the background and the command
    returns, unless the words ``foreground`` are added. ``clean_signals`` are those on which it stops cleanly, the preferred first; ``timeout`` its own shutdown limit in seconds, ``timeout_text`` where the user set it (None: the program's default) (None:
    none or not known), ``unbounded`` when its drain has no limit, ``drain`` the setting without which it drops its work on whatever signal stops it, with ``{seconds}`` for its time. ``application`` names what a runtime runs (a file, ``-m`` module).
    ``missing`` says in words what would have to be known. ``evidence`` is a lab record's id or an address. ``traits`` are words that
    rules ask for (development, keep-alive, privilege-drop, workers, group-breaks-workers, reaps; see the catalogue's README).
    ``order``: it tells other programs to stop. ``python`` is what its source says, where it is a Python application of the image's own that was read; ``hosts`` the application that a server imports.
    """

    name: str
    kind: str
    starts: tuple[Started, ...] = ()
    as_pid1: Mapping[str, Reaction] = field(default_factory=dict)
    as_child: Mapping[str, Reaction] = field(default_factory=dict)
    stays: bool | None = None
    daemonizes: bool = False
    foreground: tuple[str, ...] = ()
    clean_signals: tuple[str, ...] = ()
    timeout: float | None = None
    timeout_text: Text | None = None
    unbounded: bool = False
    drain: str = ""
    runtime: str | None = None
    application: Argument | None = None
    missing: tuple[str, ...] = ()
    evidence: tuple[str, ...] = ()
    traits: tuple[str, ...] = ()
    python: Behaviour | None = None
    hosts: Hosting | None = None
    order: Order | None = None


@dataclass(frozen=True, slots=True)
class Hop:
    """One process on the signal's way.

    ``argv`` is what the kernel shows (of a script: the interpreter first). ``text`` is where it is started. ``why`` is one
    sentence in plain words. ``shell`` is what the evaluation of a shell found, ``program`` what the catalogue knows; at most one of
    them is set. ``parent`` is the index of the hop that started it (None for PID 1), ``application`` marks the process the container is for.
    ``robbed``: its workers got a signal that only it was to pass on, and died of it with their work.
    ``received``: the signal that it was sent, which an init or a supervisor may have made of another one.
    ``at_stake``: it has work that a kill would cut off. ``notified`` and ``finishes`` (what is at stake comes to its end) are None where that
    hangs on what is not known, though the verdict may not: which of two processes is quicker, what a program does that nobody knows.
    """

    argv: tuple[str, ...]
    pid1: bool
    how: How
    disposition: Disposition
    text: Text | None
    why: str
    parent: int | None = None
    application: bool = False
    program: Program | None = None
    shell: Outcome | None = None
    notified: bool | None = None
    finishes: bool | None = None
    robbed: bool = False
    received: str | None = None
    at_stake: bool = False


@dataclass(frozen=True, slots=True)
class SignalPath:
    """One way through the entrypoint: ``when`` are the conditions assumed, ``seconds`` the time until the container is gone (None: not known).

    ``over``: there is nothing to stop, because the container ends by itself (``ends``) or cannot start (``fails``; then ``culprit`` is the word that
    names what cannot be started). There the verdict is unknown.
    ``default``: the launch takes it as it is, without an environment of the user's own (of the others, only rules speak).
    ``leaving``: it may as well end by itself before that (a test under ``set -e`` of which nobody knows the outcome), which ``when`` does not say.

    ``hops`` begin with PID 1 as it is in the steady state; what it and the others were before (shells that exec'ed, wrappers) stands in ``before``, PID 1's first.
    """

    verdict: Verdict
    why: str
    when: tuple[str, ...]
    before: tuple[Hop, ...]
    hops: tuple[Hop, ...]
    seconds: float | None
    missing: tuple[str, ...] = ()
    default: bool = True
    culprit: Argument | None = None
    over: Literal["ends", "fails"] | None = None
    leaving: bool = False

    @property
    def fate(self) -> Fate:
        """What becomes of the container."""
        return self.over or self.verdict

    @property
    def pid1(self) -> tuple[str, ...]:
        """The argv of PID 1, as the kernel shows it."""
        return self.hops[0].argv if self.hops else ()

    @property
    def app(self) -> Hop | None:
        """The application's hop, if one is known."""
        return next((hop for hop in self.hops if hop.application), None)


@dataclass(frozen=True, slots=True)
class Trace:
    """The signal's way through one image, along every path that its launch can take."""

    image: Image
    stop_signal: StopSignal
    grace_period: float
    verdict: Verdict
    reaches_app: bool | None
    paths: tuple[SignalPath, ...]
    missing: tuple[str, ...] = ()

    @property
    def fates(self) -> dict[Fate, str]:
        """What becomes of the container on the ways that the launch takes as it is, and why."""
        return {path.fate: path.why for path in self.paths if path.default}
