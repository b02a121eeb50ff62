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
    """One process.

    ``adopted`` are children that it did not start itself: background jobs of the shell that it was.

    ``program`` is what the catalogue knows (None: nothing, then ``shell`` or unknown). ``shell`` is the suspended state of a shell. ``before`` is what the
    process was before it exec'ed, oldest first. ``ignored`` are signals it ignores from birth; ``own_group`` and
    ``setsid`` say whether it leads a process group of its own, ``joins`` is the leader of another one than its parent's that it belongs to. ``stays``: runs until told (None: not known); ``duration`` seconds that a finite one lasts (None: not
    known). ``reads``: it ends when the process in front of it in a pipeline has ended. ``pipe``: the named pipe that it reads from, and ends with all that write to it. ``stop_signal``, ``to_group``, ``kills_after`` and ``turn`` are how its supervisor stops it. ``stopped``: by SIGSTOP. ``user``: as whom it runs, as an image or a command names it (None: root).
    """

    pid: int
    argv: tuple[str, ...]
    how: How
    text: Text | None
    program: Program | None = None
    shell: State | None = None
    children: tuple[Process, ...] = ()
    adopted: tuple[Process, ...] = ()
    before: tuple[Process, ...] = ()
    ignored: frozenset[str] = frozenset()
    own_group: bool = False
    joins: int | None = None
    stays: bool | None = None
    duration: float | None = None
    reads: int | None = None
    pipe: str | None = None
    stop_signal: str | None = None
    to_group: bool = False
    kills_after: float | None = None
    turn: int = 0
    stopped: bool = False
    user: str | None = None
    missing: tuple[str, ...] = ()

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
        """Whether it is a program of the application's own, of which the source was read, or one that runs such (``timeout 3600 python work.py``): where that ends, nobody knows how long it takes."""
        read = self.program is not None and self.program.python is not None
        return read or any(child.own for child in self.children)

    @property
    def filters(self) -> bool:
        """Whether it ends with what it reads: a helper that is no shell, or a shell that runs nothing else."""
        return self.helper and (self.shell is None or all(child.filters for child in self.children))


@dataclass(frozen=True, slots=True)
class Alternative:
    """One way a command line can turn out: ``process`` holds on (None: it ended, with ``status`` if that is known, or
    could not start: ``failed`` says why, and ``culprit`` is the word that names it). ``shell`` is the shell that ended. ``settled``: what a shell has found the launch to decide (`State.settled`). ``leaving``: a shell on this way may as well have ended before, by what nobody knows."""

    process: Process | None
    status: int | None = None
    conditions: tuple[str, ...] = ()
    default: bool = True
    reasons: tuple[str, ...] = ()
    failed: str | None = None
    shell: State | None = None
    culprit: Argument | None = None
    settled: Mapping[str, str] = field(default_factory=dict)
    leaving: bool = False

    @property
    def stays(self) -> bool | None:
        """Whether it runs until told to stop."""
        return self.process.stays if self.process is not None else False


@dataclass(frozen=True, slots=True)
class Environment:
    """What a process inherits that matters here. ``leads``: it leads a process group. ``made``: files that the scripts before it have made or
    removed, ``permitted``: those that they have made executable, ``commands``: what they have run; ``assumed`` is what the script takes for true or false, in words. ``given``: what can be
    read from its standard input: a text, something that is not known (True), or nothing. ``closed``: it has no standard input (``<&-``). ``watched``: BusyBox's timeout has become this process, and left it a child that counts the time. ``exported`` tells its variables, which only shells ask for, if a shell has started it (None: the image's). ``child``: it is not what the launch has become, or supervises. ``aside``: it was started in the background. ``descriptors`` are open beside the first three (None: not known). ``kin`` are the shells that have started it (None: no shell has). ``live``: a signal has come, so a script is not followed to where it stays, but runs."""

    workdir: str
    search: str
    user: str | None = None
    ignored: frozenset[str] = frozenset()
    pid1: bool = True
    depth: int = 0
    leads: bool = False
    made: Mapping[str, Made] = field(default_factory=dict)
    permitted: frozenset[str] = frozenset()
    commands: tuple[Command, ...] = ()
    assumed: Mapping[str, bool] = field(default_factory=dict)
    given: Text | bool = False
    closed: bool = False
    watched: bool = False
    exported: Callable[[], Exported] | None = None
    child: bool = False
    aside: bool = False
    live: bool = False
    descriptors: frozenset[str] | None = frozenset()
    kin: Kin | None = None

    def deeper(self) -> Environment:
        """The same for what such a process starts."""
        return Environment(
            self.workdir,
            self.search,
            self.user,
            self.ignored,
            self.pid1,
            self.depth + 1,
            self.leads,
            self.made,
            self.permitted,
            self.commands,
            self.assumed,
            self.given,
            self.closed,
            self.watched,
            self.exported,
            self.child,
            self.aside,
            self.live,
            self.descriptors,
            self.kin,
        )


def with_before(process: Process, earlier: Process) -> Process:
    """The process, remembering what it was before."""
    return replace(process, before=(earlier, *process.before))
