"""The verdict, from what was seen."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from gracelint.lab import Process, Report, Status
from gracelint.lab.report import Testimony as Told  # pytest would take its own name for a test

EXIT = Status(0, None)
TERM, KILL, SEGV = (Status(None, number) for number in (15, 9, 11))


def process(pid: int, status: Status | None, ended: float | None = 0.1) -> Process:
    return Process(pid, pid - 1, (f"p{pid}",), f"/bin/p{pid}", 0, 0, 0, True, ended, status)


def report(*others: Process, status: Status = EXIT, **changes: Any) -> Report:
    made = Report(("p1",), 15, 10.0, "", True, (process(1, status), *others), True, 0.1, status)
    return dataclasses.replace(made, **changes)


@pytest.mark.parametrize(
    ("found", "verdict", "basis"),
    [
        (report(), "graceful", "ends"),
        (report(status=Status(143, None)), "graceful", "ends"),
        (report(process(2, EXIT), process(3, Status(1, None))), "graceful", "ends"),
        (report(status=KILL, exited=False, seconds=10.0), "killed", "grace"),
        (report(status=KILL, exited=False, testimonies=(Told("app", 2, (15,), True),)), "killed", "grace"),
        (report(status=SEGV), "abrupt", "ends"),
        (report(process(2, KILL)), "abrupt", "ends"),
        (report(process(2, TERM)), "abrupt", "ends"),
        (report(process(2, EXIT), process(3, TERM)), "abrupt", "ends"),
        # one that ended before the signal says nothing
        (report(process(2, KILL, ended=-0.5)), "graceful", "ends"),
        # what the kernel does not tell
        (report(process(2, None)), "unknown", "unobserved"),
        (report(process(2, None, ended=None)), "unknown", "unobserved"),
        (report(process(2, None), process(3, TERM)), "abrupt", "ends"),
        (report(signalled=False), "unknown", "unobserved"),
        (report(complete=False), "unknown", "unobserved"),
        # witnesses know better than the ends do
        (report(process(2, KILL), testimonies=(Told("app", 2, (15,), True),)), "graceful", "witness"),
        (report(process(2, EXIT), testimonies=(Told("app", 2, (15,), False),)), "abrupt", "witness"),
        (report(testimonies=(Told("app", 2, (15,), True), Told("app", 3))), "abrupt", "witness"),
        (report(status=SEGV, testimonies=(Told("app", 2, (15,), True),)), "abrupt", "ends"),
    ],
)
def test_judgement(found: Report, verdict: str, basis: str) -> None:
    assert found.judgement[:2] == (verdict, basis)
    assert found.verdict == verdict


def test_torn_down_is_who_died_together_with_pid_1() -> None:
    found = report(
        process(2, KILL, ended=0.099), process(3, KILL, ended=0.06), process(4, TERM, ended=0.1), process(5, EXIT)
    )
    assert [one.pid for one in found.torn_down] == [2, 3]
    late = report(process(2, KILL, ended=0.1), seconds=3.0)
    assert late.torn_down == ()
    assert late.verdict == "abrupt"


@pytest.mark.parametrize(
    ("status", "code", "signal"),
    [(0, 0, None), (7 << 8, 7, None), (143 << 8, 143, None), (9, None, 9), (11 | 0x80, None, 11)],
)
def test_wait_statuses(status: int, code: int | None, signal: int | None) -> None:
    assert Status.of(status) == (code, signal)
