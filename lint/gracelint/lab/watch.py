"""Watching a namespace from outside: who is in it, and when and how each of them ends.

Method: `Watch` holds a pidfd of every process it has seen, so it hears of each end at once, and looks at the tree every few milliseconds
for new ones. How a process ended is read where it has not been reaped yet, else the kernel is asked through the pidfd (Linux 6.15 on), or
it announced it through the process connector.

Hazards: a process that starts and ends between two looks is not seen. PID 1's pidfd becomes readable *after* those of the processes that its
exit killed, since the kernel waits for them first: the order of ends does not tell who left by itself, only their status does.
"""

from __future__ import annotations

import os
import select
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from . import kernel, procfs
from .connector import Ends
from .ready import STEP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .procfs import Seen
    from .ready import Inside, Ready

_OUTPUT_KEPT = 1 << 16
# How long an end may take to be announced, in seconds.
_ANNOUNCED = 0.2
# Ends are heard of at once; new processes are looked for ever more rarely, a tenth of the time that has passed.
_HASTE, _LONGEST_STEP = 0.1, 0.05


class AbandonedError(Exception):
    """Whoever wanted to know is gone."""


@dataclass(slots=True)
class Note:
    """What is known of one process: as last seen alive, when it ended (monotonic clock), with which wait status."""

    seen: Seen
    pidfd: int
    ended: float | None = None
    status: int | None = None
    present: bool = False


@dataclass(slots=True)
class Watch:
    """The watch over a namespace. ``pid1`` is its PID 1's number here.

    ``control`` is a pipe whose other end's closing means that nobody wants to know any more; ``out`` one that the namespace prints to.
    """

    pid1: int
    control: int | None = None
    out: int | None = None
    output: bytes = b""
    notes: dict[int, Note] = field(default_factory=dict)
    _ends: Ends | None = None
    _by_pidfd: dict[int, Note] = field(default_factory=dict)
    _poll: select.poll = field(default_factory=select.poll)

    def __post_init__(self) -> None:
        if self.control is not None:
            self._poll.register(self.control, select.POLLHUP)
        if self.out is not None:
            os.set_blocking(self.out, False)
            self._poll.register(self.out, select.POLLIN)
        if not kernel.tells_ends():
            self._ends = Ends.listen()
        self.look()

    @property
    def gone(self) -> bool:
        """Whether PID 1 has ended."""
        return self.pid1 not in self.notes or self.notes[self.pid1].ended is not None

    def look(self) -> tuple[Seen, ...]:
        """Look at the tree; take note of everybody in it."""
        tree = procfs.tree(self.pid1)
        for seen in tree:
            note = self.notes.get(seen.host)
            if note is None:
                self._meet(seen)
            elif seen.alive and not note.present:  # who was there when the signal came is kept as it was then
                note.seen = seen
        return tree

    def _meet(self, seen: Seen) -> None:
        try:
            pidfd = os.pidfd_open(seen.host)
        except ProcessLookupError:
            return
        self.notes[seen.host] = self._by_pidfd[pidfd] = Note(seen, pidfd)
        self._poll.register(pidfd, select.POLLIN)

    def tick(self, seconds: float) -> None:
        """Wait, at most this long, until something happens, and note it."""
        for fd, event in self._poll.poll(seconds * 1000):
            if fd == self.control:
                raise AbandonedError
            if fd == self.out:
                if not self.drain() and event & select.POLLHUP:
                    self._poll.unregister(fd)
                continue
            note = self._by_pidfd[fd]
            note.ended = time.monotonic()
            note.status = procfs.zombie_status(note.seen.host)
            self._poll.unregister(fd)

    def drain(self) -> bool:
        """Read what was printed, keep its beginning; False if there was nothing."""
        if self.out is None:
            return False
        try:
            data = os.read(self.out, _OUTPUT_KEPT)
        except BlockingIOError:
            return False
        self.output = (self.output + data)[:_OUTPUT_KEPT]
        return bool(data)

    def settle(self, ready: Sequence[Ready], inside: Inside | None = None) -> str:
        """Wait for the conditions, one after the other; in words, what came of it."""
        words = []
        for condition in ready:
            limit = time.monotonic() + condition.limit
            came = ""
            for _ in condition.wait(inside or self):
                if self.gone or time.monotonic() > limit:
                    came = ": PID 1 ended first" if self.gone else f": not within {condition.limit:g} s"
                    break
                self.tick(STEP)
            words.append(f"{condition}{came}")
        return ", ".join(words)

    def mark(self) -> bool:
        """Note who is present, as they are now: the signal is about to be sent. False if PID 1 is gone."""
        self.look()
        self.tick(0)
        for note in self.notes.values():
            note.present = note.ended is None
        return not self.gone

    def gone_by(self, deadline: float) -> bool:
        """Watch until PID 1 is gone or the time is over (monotonic clock); whether it is gone."""
        begun = time.monotonic()
        while not self.gone:
            now = time.monotonic()
            if now >= deadline:
                return False
            step = min(max(STEP, (now - begun) * _HASTE), _LONGEST_STEP)
            self.tick(min(step, deadline - now))
            self.look()
        return True

    def _hear(self) -> None:
        """Take the announced ends. They come a moment after the end itself."""
        deadline = time.monotonic() + _ANNOUNCED
        while self._ends is not None and any(note.status is None and note.ended for note in self.notes.values()):
            for pid, status in self._ends.read():
                if pid in self.notes and self.notes[pid].status is None:
                    self.notes[pid].status = status
            if time.monotonic() > deadline:
                return
            time.sleep(STEP)

    def close(self) -> tuple[Note, ...]:
        """The notes; how the ended ones ended is asked for now, when all are reaped, and the pidfds are given back."""
        for note in self.notes.values():
            if note.status is None and note.ended is not None:
                note.status = kernel.wait_status(note.pidfd)
        if self._ends is not None:
            self._hear()
            self._ends.socket.close()
        for note in self.notes.values():
            os.close(note.pidfd)
        return tuple(self.notes.values())
