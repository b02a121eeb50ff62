"""What a lab run saw, and what it makes of it.

The verdict is in gracelint's words. Its *basis* says what it rests on:

``witness``     The application is a `witness`: it wrote down which signal it got and that it finished its clean-up. This is proof:
                ``graceful`` if every witness that was there got a signal and finished (and PID 1 did not crash meanwhile),
                ``abrupt`` if one did not.
``ends``        Any program: how each process ended. ``abrupt`` if one was ended by a signal (the default action of the stop signal, or
                the kernel's SIGKILL because PID 1 left), since nobody who dies of a signal has cleaned up; ``graceful`` if each left by
                itself. This is weaker: a program may leave by itself and drop its work all the same (nginx on SIGTERM), and a helper
                that has nothing to clean up (``sleep``) counts like the application.
``grace``       PID 1 was still there after the grace period: ``killed``, whatever the others did. It needs no interpretation.
``unobserved``  PID 1 left before the signal, or the kernel does not tell how the others ended (Linux before
                6.15, without the rights for the process connector): ``unknown``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from ..records import NamedTuple
from ..signals import names

if TYPE_CHECKING:
    from ..signals.model import Verdict

Basis = Literal["witness", "ends", "grace", "unobserved"]

SIGKILL = 9
# PID 1's exit kills the rest and waits for it, so they end together with it; a supervisor's own SIGKILL comes earlier.
_TOGETHER = 0.05


class Status(NamedTuple):
    """How a process ended: an exit code, or the number of the signal that ended it."""

    code: int | None
    signal: int | None

    @classmethod
    def of(cls, status: int) -> Status:
        """Of a wait status as wait(2) gives it."""
        number = status & 0x7F
        return cls(None, number) if number else cls(status >> 8 & 0xFF, None)

    def __str__(self) -> str:
        return f"status {self.code}" if self.signal is None else names.name(self.signal)


@dataclass(frozen=True, slots=True)
class Process:
    """A process of the namespace: numbers as its inhabitants see them, masks as in proc_pid_status(5).

    ``executable`` is the program's file ("" if it was not seen alive), ``present``: it was there when the signal was sent (else it came
    later). ``ended`` is in seconds after the signal, negative if it ended before, None if it was never seen to end. ``status`` is None
    where the kernel did not tell.
    """

    pid: int
    parent: int
    argv: tuple[str, ...]
    executable: str
    caught: int
    ignored: int
    blocked: int
    present: bool
    ended: float | None = None
    status: Status | None = None


@dataclass(frozen=True, slots=True)
class Testimony:
    """What a witness wrote down: the signals it got, in order, and whether it finished its clean-up. Times are not kept."""

    name: str
    pid: int
    signals: tuple[int, ...] = ()
    finished: bool = False


@dataclass(frozen=True, slots=True)
class Report:
    """One run. ``seconds`` and ``grace_period`` count from the signal; ``status`` is PID 1's end.

    ``exited``: PID 1 was gone before the grace period was over. ``ready`` says in words what was waited for and whether it came.
    ``complete`` is False where nobody but PID 1 could be seen, and of PID 1 no masks. ``signalled`` is False when PID 1 had ended before
    anybody sent it anything. ``output`` is the beginning of what was printed.
    """

    argv: tuple[str, ...]
    signal: int
    grace_period: float
    ready: str
    signalled: bool
    processes: tuple[Process, ...]
    exited: bool
    seconds: float
    status: Status
    output: bytes = b""
    testimonies: tuple[Testimony, ...] = ()
    complete: bool = True

    @property
    def tree(self) -> tuple[Process, ...]:
        """The processes that were there when the signal was sent, PID 1 first."""
        return tuple(process for process in self.processes if process.present)

    @property
    def pid1(self) -> Process:
        """PID 1 as it was when the signal was sent."""
        return next(process for process in self.processes if process.pid == 1)

    @property
    def torn_down(self) -> tuple[Process, ...]:
        """Who was killed by the kernel because PID 1 left (or was killed)."""
        return tuple(
            process
            for process in self.processes
            if process.pid != 1
            and process.status == Status(None, SIGKILL)
            and process.ended is not None
            and process.ended > self.seconds - _TOGETHER
        )

    @property
    def judgement(self) -> tuple[Verdict, Basis, str]:
        """Verdict, what it rests on (see above), and a sentence that says why."""
        if not self.signalled:
            return "unknown", "unobserved", f"PID 1 ended by itself ({self.status}) before the signal was sent"
        if not self.exited:
            return "killed", "grace", f"PID 1 was still there after {self.grace_period:g} s and was killed"
        if self.testimonies:
            return self._by_witness()
        return self._by_ends()

    @property
    def verdict(self) -> Verdict:
        """The verdict alone."""
        return self.judgement[0]

    def _by_witness(self) -> tuple[Verdict, Basis, str]:
        if self.status.signal is not None:
            return "abrupt", "ends", f"PID 1 itself was ended by {self.status}"
        for testimony in self.testimonies:
            if not testimony.signals:
                return "abrupt", "witness", f"{testimony.name} was killed without notice"
            if not testimony.finished:
                return "abrupt", "witness", f"{testimony.name} was killed in the middle of its clean-up"
        return "graceful", "witness", "every witness was told and finished its clean-up"

    def _by_ends(self) -> tuple[Verdict, Basis, str]:
        concerned = [process for process in self.processes if process.ended is None or process.ended >= 0]
        torn_down = self.torn_down
        for process in concerned:
            if process.status is None or process.status.signal is None:
                continue
            who = "PID 1" if process.pid == 1 else " ".join(process.argv)
            if process in torn_down:
                return "abrupt", "ends", f"{who} was killed by the kernel, without notice, when PID 1 left"
            return "abrupt", "ends", f"{who} was ended by {process.status}, with no chance to clean up"
        if not self.complete:
            return "unknown", "unobserved", "PID 1 left in time; how the processes below it ended could not be seen"
        if any(process.status is None for process in concerned):
            return "unknown", "unobserved", "this kernel does not tell how the processes besides PID 1 ended"
        return "graceful", "ends", "every process left by itself"
