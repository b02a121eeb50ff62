"""The process between the lab and PID 1: it starts the container, watches it, signals it and makes sure that nothing is left of it.

The keeper is forked for one run, lives in the lab's PID namespace (so its signals come from the parent namespace, like an engine's)
and in a session of its own. It hands its notes to the lab through a pipe.

Nothing survives: the lab holds the other end of a control pipe, whose end, for whatever reason, makes the keeper kill PID 1, and
with it the kernel kills the namespace. If the keeper itself is killed, PID 1 dies by its parent-death signal.
"""

from __future__ import annotations

import os
import signal
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from .container import Container, become, isolate
from .watch import Note, Watch

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .ready import Ready


class UnavailableError(Exception):
    """The lab cannot run here; the message says what is missing."""


class NotStartedError(Exception):
    """The program could not be started (not found, not executable, no such folder or user)."""


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


def keep(container: Container, control: int, number: int, grace: float, ready: Sequence[Ready]) -> Notes:
    """Start, wait until ready, signal, wait for the end, note everything. ``control``: see `Watch`."""
    begun = time.monotonic()
    pid1, out = _start(container)
    sent = None
    killed = False
    try:
        watch = Watch(pid1, control, out)
        waited = watch.settle(ready)
        if watch.mark():
            sent = time.monotonic()
            os.kill(pid1, number)
            killed = not watch.gone_by(sent + grace)
    finally:
        os.kill(pid1, signal.SIGKILL)  # a zombie at least, as long as it was not waited for
    while not watch.gone:
        watch.tick(1.0)
    _, status = os.waitpid(pid1, 0)
    watch.drain()
    ended = watch.notes[pid1].ended or begun
    watch.notes[pid1].status = status
    return Notes(watch.close(), waited, sent, begun, ended, killed, status, watch.output)


def _start(container: Container) -> tuple[int, int]:
    """Fork PID 1 and wait until it is the program: its number, and the pipe it prints to."""
    try:
        isolate()
    except OSError as error:
        raise UnavailableError(_refusal(f"{error.filename}: {error.strerror}")) from error
    out, output = os.pipe()
    failed, failure = os.pipe()
    pid1 = os.fork()
    if pid1 == 0:
        become(container, output, failure)
    os.close(output)
    os.close(failure)
    with os.fdopen(failed, "rb") as stream:
        reason = stream.read()
    if reason:
        os.waitpid(pid1, 0)
        kind, _, text = reason.decode("utf-8", "surrogateescape").partition(": ")
        raise UnavailableError(_refusal(text)) if kind == "refused" else NotStartedError(text)
    return pid1, out


def _refusal(text: str) -> str:
    """What a refused call means for who wants to use the lab."""
    if os.geteuid() == 0:
        return f"{text} (needs CAP_SYS_ADMIN: in a container, run it with --privileged)"
    return f"{text} (needs root, or unprivileged user namespaces: see sysctl user.max_user_namespaces, kernel.apparmor_restrict_unprivileged_userns)"
