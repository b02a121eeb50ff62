"""The process between the lab and PID 1: it starts the container, watches it, signals it and makes sure that nothing is left of it.

Method: the keeper is forked for one run, lives in the lab's PID namespace (so its signals come from the parent namespace, like an
engine's) and in a session of its own. It holds a pidfd of every process it has seen, so it hears of each end at once, and looks at
the tree every few milliseconds for new ones. It hands its notes to the lab through a pipe.

Nothing survives: the lab holds the other end of a control pipe, whose end, for whatever reason, makes the keeper kill PID 1, and
with it the kernel kills the namespace. If the keeper itself is killed, PID 1 dies by its parent-death signal.

Hazards: a process that starts and ends between two looks is not seen. PID 1's pidfd becomes readable *after* those whom its
exit killed, since the kernel waits for them first: the order of ends does not tell who left by itself, only their status does.
"""

from __future__ import annotations

import os
import select
import signal
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from . import kernel, procfs
from .container import Container, become, isolate
from .ready import STEP

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .procfs import Seen
    from .ready import Ready

_OUTPUT_KEPT = 1 << 16
# Ends are heard of at once; new processes are looked for ever more rarely, a tenth of the time that has passed.
_HASTE, _LONGEST_STEP = 0.1, 0.05


class UnavailableError(Exception):
    """The lab cannot run here; the message says what is missing."""


class NotStartedError(Exception):
    """The program could not be started (not found, not executable, no such folder or user)."""


class _AbandonedError(Exception):
    """The lab is gone."""


@dataclass(slots=True)
class Note:
    """What is known of one process: as last seen alive, when it ended (monotonic clock), with which wait status."""

    seen: Seen
    pidfd: int
    ended: float | None = None
    status: int | None = None
    present: bool = False


@dataclass(frozen=True, slots=True)
class Notes:
    """The keeper's notes of a run. ``sent`` is when the signal was sent (monotonic; None: PID 1 had left), ``ended`` PID 1's end."""

    processes: tuple[Note, ...]
    ready: str
    sent: float | None
    begun: float
    ended: float
    killed: bool
    status: int
    output: bytes


@dataclass(slots=True)
class Keeper:
    """Runs one container; `keep` is all there is to call."""

    container: Container
    control: int
    poll: select.poll = field(default_factory=select.poll)
    notes: dict[int, Note] = field(default_factory=dict)
    by_pidfd: dict[int, Note] = field(default_factory=dict)
    output: bytes = b""
    out: int = -1
    pid1: int = -1

    def keep(self, number: int, grace: float, ready: Sequence[Ready]) -> Notes:
        """Start, wait until ready, signal, wait for the end, note everything."""
        begun = time.monotonic()
        self.start()
        try:
            waited = self.settle(ready)
            sent = self.send(number)
            killed = sent is not None and not self.gone_by(sent + grace)
        finally:
            os.kill(self.pid1, signal.SIGKILL)  # a zombie at least, as long as it was not waited for
        while not self.gone:
            self.tick(1.0)
        ended = self.notes[self.pid1].ended
        _, status = os.waitpid(self.pid1, 0)
        self.drain()
        for note in self.notes.values():
            if note.status is None:
                note.status = kernel.wait_status(note.pidfd)
        self.notes[self.pid1].status = status
        return Notes(tuple(self.notes.values()), waited, sent, begun, ended or begun, killed, status, self.output)

    def start(self) -> None:
        """Fork PID 1 and wait until it is the program."""
        try:
            isolate()
        except OSError as error:
            raise UnavailableError(_refusal(f"{error.filename}: {error.strerror}")) from error
        self.out, output = os.pipe()
        failed, failure = os.pipe()
        self.pid1 = os.fork()
        if self.pid1 == 0:
            become(self.container, output, failure)
        os.close(output)
        os.close(failure)
        reason = b""
        while part := os.read(failed, 4096):
            reason += part
        os.close(failed)
        if reason:
            os.waitpid(self.pid1, 0)
            kind, _, text = reason.decode("utf-8", "surrogateescape").partition(": ")
            raise UnavailableError(_refusal(text)) if kind == "refused" else NotStartedError(text)
        os.set_blocking(self.out, False)
        self.poll.register(self.control, select.POLLHUP)
        self.poll.register(self.out, select.POLLIN)
        self.look()

    @property
    def gone(self) -> bool:
        """Whether PID 1 has ended."""
        return self.notes[self.pid1].ended is not None

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
        note = self.notes[seen.host] = self.by_pidfd[pidfd] = Note(seen, pidfd)
        self.poll.register(note.pidfd, select.POLLIN)

    def tick(self, seconds: float) -> None:
        """Wait, at most this long, until something happens, and note it."""
        for fd, event in self.poll.poll(seconds * 1000):
            if fd == self.control:
                raise _AbandonedError
            if fd == self.out:
                if not self.drain() and event & select.POLLHUP:
                    self.poll.unregister(fd)
                continue
            note = self.by_pidfd[fd]
            note.ended = time.monotonic()
            note.status = procfs.zombie_status(note.seen.host)
            self.poll.unregister(fd)

    def drain(self) -> bool:
        """Read what was printed, keep its beginning; False if there was nothing."""
        try:
            data = os.read(self.out, _OUTPUT_KEPT)
        except BlockingIOError:
            return False
        self.output = (self.output + data)[:_OUTPUT_KEPT]
        return bool(data)

    def settle(self, ready: Sequence[Ready]) -> str:
        """Wait for the conditions, one after the other; in words, what came of it."""
        words = []
        for condition in ready:
            limit = time.monotonic() + condition.limit
            came = ""
            for _ in condition.wait(self):
                if self.gone or time.monotonic() > limit:
                    came = ": PID 1 ended first" if self.gone else f": not within {condition.limit:g} s"
                    break
                self.tick(STEP)
            words.append(f"{condition}{came}")
        return ", ".join(words)

    def send(self, number: int) -> float | None:
        """Send the signal to PID 1; when it was sent, or None if PID 1 has left."""
        self.look()
        self.tick(0)
        for note in self.notes.values():
            note.present = note.ended is None
        if self.gone:
            return None
        sent = time.monotonic()
        os.kill(self.pid1, number)
        return sent

    def gone_by(self, deadline: float) -> bool:
        """Watch until PID 1 is gone or the time is over; whether it is gone."""
        begun = time.monotonic()
        while not self.gone:
            now = time.monotonic()
            if now >= deadline:
                return False
            step = min(max(STEP, (now - begun) * _HASTE), _LONGEST_STEP)
            self.tick(min(step, deadline - now))
            self.look()
        return True


def _refusal(text: str) -> str:
    """What a refused call means for who wants to use the lab."""
    if os.geteuid() == 0:
        return f"{text} (needs CAP_SYS_ADMIN: in a container, run it with --privileged)"
    return f"{text} (needs root, or unprivileged user namespaces: see sysctl user.max_user_namespaces, kernel.apparmor_restrict_unprivileged_userns)"
