"""When is a program ready to be stopped? The conditions a lab run can wait for.

``Steady`` is the one that needs nothing from the program: for ``quiet`` seconds nobody started, ended, exec'ed or changed its signal
masks, and nobody was found running or waiting for a disk. On a loaded machine a process that is still starting is runnable, so
load makes the wait longer and not the measurement wrong. Its hazard: a program that waits for the network while it starts looks ready.

Conditions can be given in a row; each has ``limit`` seconds. One that does not come true is no error: the signal is sent all the
same, and the report says so.
"""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from . import procfs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .procfs import Seen

STEP = 0.004
_BUSY = frozenset("RD")


class Inside(Protocol):
    """What a condition may look at."""

    @property
    def pid1(self) -> int:
        """PID 1's number outside."""

    @property
    def output(self) -> bytes:
        """What was printed until now."""

    def look(self) -> tuple[Seen, ...]:
        """The process tree, now."""


class Ready(Protocol):
    """A condition: ``wait`` yields while it is not yet true, and is asked again every few milliseconds."""

    @property
    def limit(self) -> float:
        """Seconds to wait at most."""

    def wait(self, inside: Inside) -> Iterator[None]:
        """Yield until the condition is true."""


@dataclass(frozen=True, slots=True)
class After:
    """A fixed time, in seconds."""

    seconds: float

    @property
    def limit(self) -> float:
        """Never reached."""
        return self.seconds + 1

    def wait(self, inside: Inside) -> Iterator[None]:
        """Yield until the time is over."""
        end = time.monotonic() + self.seconds
        while time.monotonic() < end:
            yield

    def __str__(self) -> str:
        return f"{self.seconds:g} s"


@dataclass(frozen=True, slots=True)
class Steady:
    """A process tree in which nothing happened for ``quiet`` seconds."""

    quiet: float = 0.1
    limit: float = 5.0

    def wait(self, inside: Inside) -> Iterator[None]:
        """Yield until the tree was quiet."""
        before: object = None
        since = time.monotonic()
        while True:
            tree = inside.look()
            now = [(seen.host, seen.argv, seen.caught, seen.ignored, seen.blocked) for seen in tree]
            if now != before or any(seen.state in _BUSY for seen in tree):
                before, since = now, time.monotonic()
            elif time.monotonic() - since >= self.quiet:
                return
            yield

    def __str__(self) -> str:
        return f"a steady process tree ({self.quiet:g} s)"


@dataclass(frozen=True, slots=True)
class Output:
    """A text in what is printed on standard output or standard error."""

    text: bytes
    limit: float = 30.0

    def wait(self, inside: Inside) -> Iterator[None]:
        """Yield until the text was printed."""
        while self.text not in inside.output:
            yield

    def __str__(self) -> str:
        return f"output {self.text!r}"


@dataclass(frozen=True, slots=True)
class Port:
    """Somebody who listens on a TCP port. It is read from the kernel's table: no connection is made."""

    number: int
    limit: float = 30.0

    def wait(self, inside: Inside) -> Iterator[None]:
        """Yield until somebody listens."""
        while not procfs.listens(inside.pid1, self.number):
            yield

    def __str__(self) -> str:
        return f"port {self.number}"


@dataclass(frozen=True, slots=True)
class Written:
    """A file, by its path outside, in which ``text`` stands at least ``count`` times (a witness's record)."""

    path: str
    text: bytes
    count: int = 1
    limit: float = 5.0

    def wait(self, inside: Inside) -> Iterator[None]:
        """Yield until the file holds the text."""
        while self._read().count(self.text) < self.count:
            yield

    def _read(self) -> bytes:
        try:
            fd = os.open(self.path, os.O_RDONLY | os.O_CLOEXEC)
        except FileNotFoundError:
            return b""
        try:
            return os.read(fd, 1 << 16)
        finally:
            os.close(fd)

    def __str__(self) -> str:
        return f"{self.count} × {self.text!r} in {self.path}"
