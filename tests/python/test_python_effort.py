"""Reading an application takes work in proportion to its length, and no more than so much: counted in calls, which are the same on every machine."""

from __future__ import annotations

import ast
import gc
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import python_lab
from python_service import service

if TYPE_CHECKING:
    from types import FrameType

    from gracelint.signals.model import Program

APPLICATION, WORKER = ("python", "-m", "service"), ("python", "-m", "service.worker")
LOOP = "import time\nwhile True:\n    time.sleep(1)\n"
MOST_CALLS = 10_000_000
EXIT = "import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n"


def work(folder: Path, command: tuple[str, ...]) -> tuple[int, Program]:
    """Calls of Python's functions and built in ones that reading takes, and what was read."""
    image = python_lab.image_of(folder, command)
    calls = 0

    def count(frame: FrameType, event: str, argument: object) -> None:
        nonlocal calls
        calls += event in ("call", "c_call")

    before = sys.getprofile()
    sys.setprofile(count)
    try:
        program = python_lab.of_image(image)
    finally:
        sys.setprofile(before)
    return calls, program


@pytest.mark.parametrize(("command", "verdict"), [(APPLICATION, "graceful"), (WORKER, "graceful")])
def test_an_ordinary_service(command: tuple[str, ...], verdict: str, tmp_path: Path) -> None:
    files = service()
    assert len([text for text in files.values() if text]) >= 25
    assert sum(text.count("\n") for text in files.values()) >= 3_000
    python_lab.write(files, tmp_path)
    calls, program = work(tmp_path, command)
    assert python_lab.predicted(program) == verdict
    print(calls)
    assert calls < MOST_CALLS


def test_work_grows_with_the_text(tmp_path: Path) -> None:
    counts = []
    for subjects in (3, 12):
        folder = tmp_path / str(subjects)
        python_lab.write(service(subjects), folder)
        counts.append(work(folder, APPLICATION)[0])
    print(counts)
    assert counts[1] < 4.5 * counts[0]


def test_time_beside_that_of_python_itself(tmp_path: Path, unwatched: None) -> None:
    """Reading and following take some twenty times as long as `ast` needs for the same text, measured in turn; far more would be a slip."""
    files = service()
    python_lab.write(files, tmp_path)
    image = python_lab.image_of(tmp_path, APPLICATION)
    python_lab.of_image(image)
    ratios = []
    gc.collect()
    gc.disable()  # what other tests have left behind is gone through at every collection
    try:
        for _ in range(3):
            start = time.process_time()
            for text in files.values():
                ast.parse(text)
            between = time.process_time()
            python_lab.of_image(python_lab.image_of(tmp_path, APPLICATION))
            ratios.append((time.process_time() - between) / (between - start))
    finally:
        gc.enable()
    print(ratios)
    assert min(ratios) < 40


def test_libcst_is_not_needed(tmp_path: Path) -> None:
    python_lab.write(service(), tmp_path)
    python_lab.image_of(tmp_path, APPLICATION)
    code = (
        "import io, sys; from gracelint.cli.main import main; from gracelint.cli.streams import Streams\n"
        "main(['trace', '--isolated', 'Dockerfile'], Streams(io.StringIO(), io.StringIO(), io.StringIO(), {}))\n"
        "sys.exit('libcst' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True)


def filler(characters: int) -> str:
    function = "def one(a, b=2):\n" + "    a = b, [a]\n" * 100
    return function * (characters // len(function))


@pytest.mark.parametrize(
    ("files", "expected", "reason"),
    [
        # A table of constants costs no more than its text.
        ({"app.py": EXIT + "import data\n" + LOOP, "data.py": "X = {\n" + "".join(f"  {n}: ('a', {n}, [1, 2]),\n" for n in range(30_000)) + "}\n"}, "graceful", ""),
        # Modules that are too long together, and one that is too long alone.
        ({"app.py": "import a, b\n" + LOOP, "a.py": filler(800_000), "b.py": filler(800_000)}, "unknown", "too large ones"),
        ({"app.py": "import a\n" + EXIT + LOOP, "a.py": filler(1_100_000)}, "unknown", "the module a cannot be read: larger than 1,000,000"),
        ({"app.py": filler(400_000) + "def f(:\n"}, "unknown", "larger than 300,000"),
        ({"app.py": "".join(f"import m{n}\n" for n in range(250)) + LOOP, **{f"m{n}.py": "" for n in range(250)}}, "unknown", "too many modules"),
    ],
    ids=["data", "text", "module", "refused", "modules"],
)  # fmt: skip
def test_bounds(files: dict[str, str], expected: str, reason: str, tmp_path: Path) -> None:
    python_lab.write(files, tmp_path)
    calls, program = work(tmp_path, ("python", "app.py"))
    assert python_lab.predicted(program) == expected
    assert reason in " ".join(program.missing)
    print(calls)
    assert calls < MOST_CALLS
