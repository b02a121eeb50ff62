"""Work spread over forked processes: done once, in order, whatever becomes of a child. Each case is a program of its own, as forking asks for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from gracelint import processes

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="processes are forked on Linux only")
HEAD = "import os, time\nfrom gracelint.processes import can_fork, spread\nparent = os.getpid()\n"


def output(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", HEAD + program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stderr == ""
    return done.stdout


@pytest.mark.parametrize("count", [1, 2, 7, 100, 5000])
@pytest.mark.parametrize("jobs", [1, 2, 3, processes.MOST + 1])
def test_in_order(count: int, jobs: int) -> None:
    assert output(f"print(spread(lambda n: n * n, {count}, {jobs}))") == f"{[n * n for n in range(count)]}\n"


def test_all_take_part() -> None:
    program = "print(len(set(spread(lambda n: time.sleep(0.01) or os.getpid(), 90, 3))))"
    assert output(program) == "3\n"


@pytest.mark.parametrize("death", ["os._exit(0)", "os.kill(os.getpid(), 9)", "1 / 0", "raise KeyboardInterrupt"])
def test_what_a_dead_child_leaves_is_done(death: str) -> None:
    program = f"def work(n):\n    time.sleep(0.005)\n    if os.getpid() != parent: {death}\n    return n\nprint(spread(work, 40, 4) == list(range(40)))"
    assert output(program) == "True\n"


def test_what_cannot_be_sent_is_done() -> None:
    assert output("print(len(spread(lambda n: lambda: n, 40, 3)))") == "40\n"


def test_not_with_other_threads() -> None:
    program = "print(can_fork())\nimport threading\nthreading.Thread(target=time.sleep, args=(0.5,)).start()\nprint(can_fork())"
    assert output(program) == "True\nFalse\n"


def test_what_was_not_written_yet_is_written_once() -> None:
    assert output("print('x', end='')\nspread(abs, 9, 3)") == "x"


@pytest.mark.parametrize(
    ("count", "importing", "alone"),
    [
        (200, "", 3),  # three in a row that needed nothing new
        (200, "1 colorsys, 4 quopri", 8),
        (200, "1 colorsys, 9 quopri", 5),  # too late
        (40, "1 colorsys, 3 quopri", 5),  # at most an eighth is judged alone
        (9, "", 1),
    ],
)
def test_the_first_ones_are_judged_before_forking(count: int, importing: str, alone: int) -> None:
    program = f"""
from gracelint import processes
from gracelint.engine import judge_all
processes.spread = lambda work, count, jobs: ["elsewhere"] * count
needs = dict(pair.split() for pair in {importing!r}.split(", ") if pair)
def by(number):
    if str(number) in needs: __import__(needs[str(number)])
    return number
found = judge_all(range({count}), 2, by=by)
print(found == [*range({alone}), *["elsewhere"] * ({count} - {alone})])
"""
    assert output(program) == "True\n"
