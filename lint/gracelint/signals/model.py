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
Again = Literal["any", "same"]
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
    """What a program does with one signal."""

    disposition: Disposition
    why: str
    """A sentence fragment in plain words ("gunicorn finishes its requests and exits")."""
    to: Literal["child", "children", "group", "everyone"] | None = None
    """Of ``forwards``: to whom."""
    signal: str | None = None
    """Of ``forwards``: what is sent on (None: the same)."""
    waits: bool = True
    """Of ``forwards``: it stays until they are gone."""
    kills_after: float | None = None
    """Of ``forwards``: seconds until it SIGKILLs them (None: never)."""
    ends: bool = False
    """Of ``misreads``: the process leaves all the same (nginx does, its requests dropped; uWSGI reloads and stays)."""
    after: float = 0.0
    """Of ``handles``: seconds that pass, at the longest, before it begins to stop."""
    breaks_off: Again | None = None
    """Of ``handles`` and ``forwards``: where it is at it already, for any signal or the same one, it breaks that off."""
    looks_every: float = 0.0
    """Of ``forwards``: how often it looks whether a child's time is over, and whether it is gone, in seconds (0: at once)."""


@dataclass(frozen=True, slots=True)
class Started:
    """A command line that a program starts, or becomes."""

    arguments: tuple[Argument, ...]
    how: How
    """``exec``: the program replaces itself by it; ``init``, ``supervisor``, ``fork``: it is a child."""
    text: Text | None = None
    """Where it is written: an argument, a line of package.json, a ``command=`` of supervisord.conf."""
    shell: bool = False
    """A shell reads it."""
    stop_signal: str | None = None
    """What a supervisor sends this child to stop it."""
    user: str | None = None
    env: Mapping[str, str | None] = field(default_factory=dict)
    to_group: bool = False
    """The stop signal goes to the child's process group."""
    kills_group: bool = False
    """SIGKILL goes to the child's process group."""
    kills_after: float | None = None
    """Seconds until the supervisor SIGKILLs it."""
    turn: int = 0
    """Children of a higher one are stopped first, and awaited before the next."""
    perhaps: str = ""
    """Its name, where it is started only if somebody asks for it."""
    folder: str | None = None
    """Where it is started, absolute (None: where the program is)."""


@dataclass(frozen=True, slots=True)
class Hosting:
    """The application that a server imports, and how."""

    application: Argument
    """The word that names it (``pkg.mod:app``)."""
    imported: str
    """When: "before" or "after" the server installs its handlers ("": that depends on its version), or "aside", in a process that no signal
    tells to stop."""
    folder: Argument | None = None
    """The option that says where it is."""
    attribute: str = ""
    """What the server takes of the module, where the word does not say."""
    factory: bool = False
    """That is called."""
    inside: tuple[str, ...] = ()
    """Modules that are looked for in a package."""
    worker: bool = False
    """It runs in a process of its own."""
    threads: bool = False
    """Requests run in other threads than the main one."""
    ends_threads: bool = False
    """The server leaves without waiting for the application's threads."""
    loop: bool = False
    """The handlers are those of the server's event loop."""
    leaves: Reaction | None = None
    """What an exit out of the application's handler comes to (None: it ends in order)."""
    config: Text | None = None
    """A configuration file that is a module."""
    hooks: tuple[str, ...] = ()
    """The functions of it that the server calls when it has imported the application."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a program listens, or leaves its number."""

    order: tuple[str, ...]
    """The options of an `Order` that say so."""
    program: tuple[str, ...]
    """Those of the program itself."""
    default: tuple[str, ...] = ()
    """What either takes where it is not told."""


@dataclass(frozen=True, slots=True)
class Order:
    """A command that has another program stop (``nginx -s quit``, ``mysqladmin shutdown``)."""

    programs: tuple[str, ...] = ()
    """The catalogue's entries that it means."""
    signal: str | None = None
    """What it sends them (None: whatever they stop cleanly on, or no signal at all)."""
    own: bool = False
    """It means what the same command line has started, with ``start`` in place of its own ``stop`` (``service mysql start``)."""
    waits: bool = False
    """It ends when they have."""
    places: tuple[Place, ...] = ()
    """Where it looks for the program. The first of which it has an option counts, else the last."""


@dataclass(frozen=True, slots=True)
class Program:
    """What the catalogue (or the configuration) knows of one command line."""

    name: str
    """The catalogue's entry."""
    kind: str
    """Its file: runtimes, servers, inits, supervisors, wrappers, package-runners, tools."""
    starts: tuple[Started, ...] = ()
    """What it runs; empty for an application."""
    as_pid1: Mapping[str, Reaction] = field(default_factory=dict)
    """What it does on each signal. One that is not there has its default action: PID 1 ignores it, others die of it (`kernel`)."""
    as_child: Mapping[str, Reaction] = field(default_factory=dict)
    stays: bool | None = None
    """It runs until it is told to stop (None: not known)."""
    daemonizes: bool = False
    """It puts itself in the background and the command returns, unless the words ``foreground`` are added."""
    foreground: tuple[str, ...] = ()
    clean_signals: tuple[str, ...] = ()
    """Those on which it stops cleanly, the preferred one first."""
    timeout: float | None = None
    """Its own limit for a shutdown in seconds (None: none, or not known)."""
    timeout_text: Text | None = None
    """Where the user has set that (None: it is the program's default)."""
    unbounded: bool = False
    """Its drain has no limit."""
    drain: str = ""
    """The setting without which it drops its work on whatever signal stops it, with ``{seconds}`` for its time."""
    runtime: str | None = None
    application: Argument | None = None
    """What a runtime runs: a file, or the module of ``-m``."""
    missing: tuple[str, ...] = ()
    """What would have to be known, in words."""
    evidence: tuple[str, ...] = ()
    """A lab record's id or an address, each."""
    traits: tuple[str, ...] = ()
    """Words that rules ask for (development, keep-alive, privilege-drop, workers …; see the catalogue's README)."""
    python: Behaviour | None = None
    """What its source says, where it is a Python application of the image's own that was read."""
    hosts: Hosting | None = None
    """The application that a server imports."""
    order: Order | None = None
    """It tells other programs to stop."""


@dataclass(frozen=True, slots=True)
class Hop:
    """One process on the signal's way."""

    argv: tuple[str, ...]
    """What the kernel shows: of a script, the interpreter first."""
    pid1: bool
    how: How
    disposition: Disposition
    text: Text | None
    """Where it is started."""
    why: str
    """One sentence in plain words."""
    parent: int | None = None
    """The index of the hop that started it (None for PID 1)."""
    application: bool = False
    """It is the process that the container is for."""
    program: Program | None = None
    """What the catalogue knows of it. At most one of this and ``shell`` is set."""
    shell: Outcome | None = None
    """What the evaluation of a shell has found."""
    notified: bool | None = None
    """It hears the signal. None, as for ``finishes``, where that hangs on what is not known though the verdict may not: which of two
    processes is quicker, or what a program does that nobody knows."""
    finishes: bool | None = None
    """What is at stake comes to its end."""
    robbed: bool = False
    """Its workers got a signal that only it was to pass on, and died of it with their work."""
    received: str | None = None
    """The signal that it was sent, which an init or a supervisor may have made of another one."""
    at_stake: bool = False
    """It has work that a kill would cut off."""


@dataclass(frozen=True, slots=True)
class SignalPath:
    """One way through the entrypoint."""

    verdict: Verdict
    """Unknown where the way is ``over``."""
    why: str
    when: tuple[str, ...]
    """The conditions that are assumed."""
    before: tuple[Hop, ...]
    """What the hops were before, PID 1's first: shells that exec'ed, wrappers."""
    hops: tuple[Hop, ...]
    """The processes as they are in the steady state, PID 1 first."""
    seconds: float | None
    """The time until the container is gone (None: not known)."""
    missing: tuple[str, ...] = ()
    """What would have to be known, in words."""
    default: bool = True
    """The launch takes it as it is, without an environment of the user's own. Of the other ways, only rules speak."""
    culprit: Argument | None = None
    """The word that names what cannot be started."""
    over: Literal["ends", "fails"] | None = None
    """There is nothing to stop: the container ends by itself, or cannot start."""
    leaving: bool = False
    """It may as well end by itself before that (a test under ``set -e`` of which nobody knows the outcome), which ``when`` does not say."""

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
