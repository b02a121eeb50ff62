"""`run`: an argv as PID 1 of a new PID namespace, a signal from outside, and what became of everybody.

    >>> from gracelint.lab import run
    >>> run(["sh", "-c", "sleep 100"], grace=1).verdict
    'killed'

A run costs about as long as its readiness condition waits. Runs are independent: any number of threads or processes may run at once.
"""

from __future__ import annotations

import os
import pickle
import sys
from typing import TYPE_CHECKING

from ..signals import names
from . import kernel
from .container import Container
from .keeper import Notes, NotStartedError, UnavailableError, keep
from .ready import Steady
from .report import Process, Report, Status

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from .ready import Ready
    from .watch import Note


def run(
    argv: Sequence[str],
    *,
    signal: str | int = "SIGTERM",
    grace: float = 10.0,
    ready: Ready | Sequence[Ready] | None = None,
    root: str | None = None,
    env: Mapping[str, str] | None = None,
    cwd: str | None = None,
    uid: int | None = None,
) -> Report:
    """Run ``argv`` as PID 1 of a new PID namespace, as `container` describes it, and stop it.

    ``signal`` by name or number; ``grace`` in seconds; ``ready``: what to wait for before it is sent (None: a
    steady process tree). Raises `UnavailableError` where the lab cannot run (not Linux, no rights), `NotStartedError` where the program
    cannot, ``ValueError`` for a signal there is not.
    """
    number = names.number(str(signal))
    if number is None:
        raise ValueError(f"no such signal: {signal}")
    if not argv:
        raise NotStartedError("no program was named")
    if not sys.platform.startswith("linux"):
        raise UnavailableError("PID namespaces are a feature of Linux; this is " + sys.platform)
    conditions = ready if isinstance(ready, (list, tuple)) else (ready or Steady(),)
    container = Container(tuple(argv), root, env, cwd, uid)
    kernel.tells_ends()  # remembered, so that not every run has to find out
    notes = _apart(lambda control: keep(container, control, number, grace, conditions))
    return report_of(container, number, grace, notes)


def _apart(work: Callable[[int], Notes]) -> Notes:
    """The result of ``work`` in a process of its own; it is told by the end of the pipe it is given when to give up."""
    result, answer = os.pipe()
    control, hold = os.pipe()
    keeper = os.fork()
    if keeper == 0:
        _answer(work, control, answer)
    os.close(control)
    os.close(answer)
    try:
        with os.fdopen(result, "rb") as stream:
            data = stream.read()
    finally:
        os.close(hold)
        os.waitpid(keeper, 0)
    if not data:
        raise UnavailableError("the process that watches the run was killed")
    outcome = pickle.loads(data)
    if isinstance(outcome, Notes):
        return outcome
    raise outcome


def _answer(work: Callable[[int], Notes], control: int, answer: int) -> None:
    """In the keeper's process: work, and write the result, or the exception, to the pipe."""
    status = 1
    try:
        os.setsid()
        # Pipes of other runs must end when the lab lets go of them; other files are none of the keeper's business.
        low, high = sorted((control, answer))
        for first, last in ((3, low), (low + 1, high), (high + 1, os.sysconf("SC_OPEN_MAX"))):
            os.closerange(first, last)
        try:
            outcome: Notes | Exception = work(control)
        except Exception as error:  # whatever it is, the lab raises it: here nobody would see it
            outcome = error
        with os.fdopen(answer, "wb") as stream:
            stream.write(pickle.dumps(outcome))
        status = 0
    finally:
        os._exit(status)


def report_of(container: Container, number: int, grace: float, notes: Notes) -> Report:
    """The report that the notes of a watched namespace make."""
    zero = notes.begun if notes.sent is None else notes.sent
    level = len(next(note for note in notes.processes if note.seen.pids[-1] == 1).seen.pids) - 1
    inside = {note.seen.host: note.seen.pids[level] for note in notes.processes}

    def process(note: Note) -> Process:
        seen = note.seen
        return Process(
            pid=inside[seen.host],
            parent=inside.get(seen.parent, 0),
            argv=container.argv if inside[seen.host] == 1 and not seen.alive else seen.argv,
            executable=seen.executable,
            caught=seen.caught,
            ignored=seen.ignored,
            blocked=seen.blocked,
            present=note.present,
            ended=None if note.ended is None else note.ended - zero,
            status=None if note.status is None else Status.of(note.status),
        )

    processes = tuple(process(note) for note in notes.processes)
    return Report(
        argv=container.argv,
        signal=number,
        grace_period=grace,
        ready=notes.ready,
        signalled=notes.sent is not None,
        processes=processes,
        exited=not notes.killed,
        seconds=notes.ended - zero,
        status=Status.of(notes.status),
        output=notes.output,
    )
