"""Reading an application takes work in proportion to its length, and no more than so much: counted in calls, which are the same on every machine."""

from __future__ import annotations

import ast
import cProfile
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
    from gracelint.signals.model import Program

pytestmark = pytest.mark.usefixtures("unwatched")

APPLICATION, WORKER = ("python", "-m", "service"), ("python", "-m", "service.worker")
LOOP = "import time\nwhile True:\n    time.sleep(1)\n"
MOST_CALLS = 10_000_000
EXIT = "import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n"


def work(folder: Path, command: tuple[str, ...]) -> tuple[int, Program]:
    """Calls of Python's functions and built in ones that reading takes, and what was read."""
    image = python_lab.image_of(folder, command)
    with cProfile.Profile() as counted:
        program = python_lab.of_image(image)
    calls = sum(entry.callcount for entry in counted.getstats())
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


@pytest.mark.slow
def test_work_grows_with_the_text(tmp_path: Path) -> None:
    counts = []
    for subjects in (3, 8):
        folder = tmp_path / str(subjects)
        python_lab.write(service(subjects), folder)
        counts.append(work(folder, APPLICATION)[0])
    print(counts)
    assert counts[1] < 3 * counts[0]


@pytest.mark.slow
def test_time_beside_that_of_python_itself(tmp_path: Path) -> None:
    """Reading and following take some twenty times as long as `ast` needs for the same text, measured in turn; far more would be a slip."""
    files = service()
    python_lab.write(files, tmp_path)
    image = python_lab.image_of(tmp_path, APPLICATION)
    python_lab.of_image(image)
    ratios = []
    gc.collect()
    gc.disable()  # what other tests have left behind is gone through at every collection
    try:
        for _ in range(2):
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
        pytest.param({"app.py": "import a, b\n" + LOOP, "a.py": filler(800_000), "b.py": filler(800_000)}, "unknown", "too large ones", marks=pytest.mark.slow),
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


FETCHING = """
import logging, random, requests, signal, sys, time

log = logging.getLogger(__name__)

def proxy(session):
    rows = list(session.execute("SELECT host FROM proxies"))
    if not rows:
        raise RuntimeError("none left")
    row = random.choice(rows)
    log.debug("using %s", row.host)
    return row

def fetch(url, session, retries=5):
    last = None
    for attempt in range(1, retries + 1):
        row = proxy(session)
        try:
            answer = requests.get(url, proxies={"http": row.host}, timeout=30)
            answer.raise_for_status()
            if "error" in answer.text:
                raise ValueError("blocked")
            return answer
        except requests.exceptions.ConnectionError as error:
            log.warning("attempt %d of %d: %s", attempt, retries, error)
            session.execute("DELETE FROM proxies WHERE host = %s", (row.host,))
            last = error
            time.sleep(attempt / 10)
        except (requests.exceptions.HTTPError, ValueError) as error:
            log.warning("attempt %d of %d: %s", attempt, retries, error)
            last = error
    raise RuntimeError(f"gave up: {last}")

def detail(item, session):
    for place in (item["page"], item["image"], item["box"]):
        try:
            answer = fetch(place, session)
            item[place] = answer.text
        except RuntimeError as error:
            log.warning("no %s: %s", place, error)
        if not item.get(place):
            fetch(place + "?again", session)

def page(number, session):
    answer = fetch(f"https://example.org/{number}", session)
    for line in answer.text.splitlines():
        item = {"page": line, "image": line, "box": line}
        for section in item:
            detail(item, session)
        for other in answer.links:
            detail(item, session)
    for late in session.execute("SELECT id FROM late"):
        detail(late, session)

def cycle(session):
    for year in range(2000, 2030):
        for kind in ("set", "part", "figure"):
            for number in range(answer_count(year, session)):
                page(number, session)
                time.sleep(1)

def answer_count(year, session):
    return len(fetch(f"https://example.org/{year}", session).links)

def main():
    session = requests.Session()
    while running:
        try:
            cycle(session)
        except Exception:
            log.exception("failed")
        time.sleep(PAUSE)

running = True
"""


@pytest.mark.parametrize(
    ("handler", "pause", "expected"),
    [
        ("", 60, "killed"),
        ("signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n", 60, "graceful"),
        ("signal.signal(signal.SIGTERM, lambda *_: log.info('later'))\n", 1, "killed"),
    ],
)
def test_calls_within_calls_within_loops(handler: str, pause: int, expected: str, tmp_path: Path) -> None:
    """A function that pauses and raises is gone through once for its kind of arguments, however often it is called."""
    python_lab.write({"app.py": FETCHING + f"PAUSE = {pause}\n" + handler + "main()\n"}, tmp_path)
    calls, program = work(tmp_path, ("python", "app.py"))
    assert python_lab.predicted(program) == expected
    print(calls)
    assert calls < MOST_CALLS
