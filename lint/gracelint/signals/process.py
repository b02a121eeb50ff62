"""The processes of a container in the steady state, as a tree: what the evaluation hands to the kernel's semantics.

A `Process` is a description, not a running thing: its argv as the kernel shows it, what it does with signals (a catalogue's
`Program`, or a shell that can be resumed), and its children. `Alternative` is one way a command line can turn out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..records import dataclass, field, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..image.model import Argument
    from ..source import Text
    from .model import How, Program
    from .shell.builtins.exporting import Exported
    from .shell.model.outcome import Command
    from .shell.model.parts import Kin, Made
    from .shell.model.state import State


class Bound(str):
    """A reason that says: a bound was hit, so nothing that depends on it is known."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, eq=False)
class Process:
    """One process of the container."""

    pid: int
    argv: tuple[str, ...]
    how: How
    text: Text | None
    program: Program | None = None
    """What the catalogue knows of it (None: nothing; then it is a shell, or unknown)."""
    shell: State | None = None
    """The suspended state of a shell."""
    children: tuple[Process, ...] = ()
    adopted: tuple[Process, ...] = ()
    """Children that it did not start itself: background jobs of the shell that it was."""
    before: tuple[Process, ...] = ()
    """What the process was before it exec'ed, oldest first."""
    ignored: frozenset[str] = frozenset()
    """The signals that it ignores from birth."""
    own_group: bool = False
    """It leads a process group of its own."""
    joins: int | None = None
    """The leader of the process group that it belongs to, where that is not its parent's."""
    stays: bool | None = None
    """It runs until it is told to stop (None: not known)."""
    duration: float | None = None
    """How many seconds a finite one lasts (None: not known)."""
    reads: int | None = None
    """The process in front of it in a pipeline: when that has ended, it ends too."""
    pipe: str | None = None
    """The named pipe that it reads from: it ends with all that write to it."""
    stop_signal: str | None = None
    """What its supervisor sends it; the next four also say how the supervisor stops it."""
    to_group: bool = False
    kills_group: bool = False
    kills_after: float | None = None
    turn: int = 0
    stopped: bool = False
    """It stands still, because of SIGSTOP."""
    user: str | None = None
    """As whom it runs, as an image or a command names it (None: root)."""
    missing: tuple[str, ...] = ()
    """What would have to be known, in words."""

    @property
    def name(self) -> str:
        """The program's name, without its folder."""
        return self.argv[0].rpartition("/")[2] if self.argv else ""

    @property
    def helper(self) -> bool:
        """Whether it has nothing to lose: a small tool, a command that has another program stop, or a shell with nothing of its own."""
        if self.program is not None:
            small = self.program.kind == "tools" and not self.children
            return small or self.program.order is not None or "expendable" in self.program.traits
        return self.shell is not None

    @property
    def own(self) -> bool:
        """Whether it is a program of the application's own, of which the source was read, or one that runs such
        (``timeout 3600 python work.py``): where that ends, nobody knows how long it takes."""
        read = self.program is not None and self.program.python is not None
        return read or any(child.own for child in self.children)

    @property
    def filters(self) -> bool:
        """Whether it ends with what it reads: a helper that is no shell, or a shell that runs nothing else."""
        return self.helper and (self.shell is None or all(child.filters for child in self.children))


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way a command line can turn out."""

    process: Process | None
    """What holds on (None: it ended, or could not start)."""
    status: int | None = None
    """Its exit status, if it ended and that is known."""
    conditions: tuple[str, ...] = ()
    """What was assumed on this way, in words."""
    default: bool = True
    """It is the way that the launch takes as it is."""
    reasons: tuple[str, ...] = ()
    """Why not all is known."""
    failed: str | None = None
    """Why it could not start."""
    shell: State | None = None
    """The shell that ended."""
    culprit: Argument | None = None
    """The word that names what could not start."""
    settled: Mapping[str, str] = field(default_factory=dict)
    """What a shell has found the launch to decide (`State.settled`)."""
    leaving: bool = False
    """A shell on this way may as well have ended before, by what nobody knows."""

    @property
    def stays(self) -> bool | None:
        """Whether it runs until told to stop."""
        return self.process.stays if self.process is not None else False


@dataclass(frozen=True, slots=True)
class Environment:
    """What a process inherits that matters here."""

    workdir: str
    search: str
    """PATH."""
    user: str | None = None
    ignored: frozenset[str] = frozenset()
    """The signals that it ignores."""
    pid1: bool = True
    depth: int = 0
    """How many starts led here: bounded, as a script may start itself."""
    leads: bool = False
    """It leads a process group."""
    made: Mapping[str, Made] = field(default_factory=dict)
    """Files that the scripts before it have made or removed."""
    permitted: frozenset[str] = frozenset()
    """Files that they have made executable."""
    commands: tuple[Command, ...] = ()
    """What they have run."""
    assumed: Mapping[str, bool] = field(default_factory=dict)
    """What the script takes for true or false, in words."""
    given: Text | bool = False
    """What can be read from its standard input: a text, something that is not known (True), or nothing."""
    closed: bool = False
    """It has no standard input (``<&-``)."""
    watched: bool = False
    """BusyBox's timeout has become this process, and left it a child that counts the time."""
    exported: Callable[[], Exported] | None = None
    """Tells its variables, which only shells ask for, if a shell has started it (None: they are the image's)."""
    child: bool = False
    """It is not what the launch has become, or supervises."""
    aside: bool = False
    """It was started in the background."""
    live: bool = False
    """A signal has come, so a script is not followed to where it stays, but runs."""
    descriptors: frozenset[str] | None = frozenset()
    """Those that are open beside the first three (None: not known)."""
    kin: Kin | None = None
    """The shells that have started it (None: no shell has)."""

    def deeper(self) -> Environment:
        """The same for what such a process starts."""
        return replace(self, depth=self.depth + 1)


def with_before(process: Process, earlier: Process) -> Process:
    """The process, remembering what it was before."""
    return replace(process, before=(earlier, *process.before))
