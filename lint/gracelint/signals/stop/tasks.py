"""The processes of the simulated container (`kernel`)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol

from ...records import dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..model import Disposition, Reaction
    from ..process import Process


Ending = Literal["finished", "died", "exited", "killed", "crashed"]
"""How a process ends: after its cleanup, of a signal's action, by itself, by the end of PID 1, of a fault of its own."""


class Driver(Protocol):
    """A task that is a program of its own here: a shell in the middle of a script."""

    def signal(self, signal: str) -> None:
        """A signal arrives."""

    def told_again(self, signal: str) -> None:
        """The same signal comes once more, while it deals with the first."""

    def child_ended(self, pid: int) -> None:
        """A child is gone."""

    @property
    def is_to_act(self) -> bool:
        """Whether it is about to deal with a signal."""

    def act(self) -> None:
        """Do so at once."""

    @property
    def left_with(self) -> int | None:
        """The status that it has exited with (None: not known)."""


@dataclass(slots=True, eq=False)
class Task:
    """A process in the simulation."""

    process: Process
    pid: int
    parent: Task | None
    group: int
    driver: Driver | None = None
    alive: bool = True
    ended: Ending | None = None
    ended_at: float | None = None
    finishes_at: float | None = None
    told_at: float | None = None
    """When it heard the first signal that tells it to stop."""
    notified: bool = False
    """It has heard a signal that tells it to stop."""
    reacted: dict[str, Disposition] = field(default_factory=dict)
    """What it has done on each signal that came to it."""
    orphaned_by: int | None = None
    stopping: bool = False
    robbed: bool = False
    """Its workers got a signal that only it was to pass on, and died of it with their work."""
    others: tuple[int, ...] = ()
    """Those that it has told to stop and waits for, beside its children."""
    stopped: bool = False
    """By SIGSTOP: what comes to it is ``held`` until SIGCONT."""
    held: tuple[str, ...] = ()
    next_turn: Callable[[], None] | None = None
    """Of a supervisor: stops the next of its children, if those it has told are gone."""
    unseen: float = 0.0
    """Seconds until a supervisor sees, at the latest, that it is gone."""
    unbegun: bool = False
    """It died as the shell that was forked for it."""

    @property
    def awaited(self) -> list[int]:
        """Process numbers of those it waits for: the children it was described with, then ``others`` that it has told."""
        return [*(child.pid for child in self.process.children), *self.others]

    def reaction(self, signal: str) -> Reaction | None:
        """What the catalogue says that its program does on a signal; None: the default action, or nothing known."""
        program = self.process.program
        if program is None:
            return None
        return (program.as_pid1 if self.pid == 1 else program.as_child).get(signal)

    @property
    def loses(self) -> bool:
        """Whether it has something to lose when it is killed."""
        process = self.process
        if process.shell is not None or self.driver is not None or self.unbegun:
            return False
        if process.program is None:
            return True
        if process.helper:
            return False
        return process.program.kind in ("servers", "runtimes") or not process.children
