"""Fixes of Python applications, proven: killed before, graceful after, and the program's own clean-up is seen to run."""

from __future__ import annotations

import io
import sys
from collections import Counter
from pathlib import Path

import archive
import pytest

from gracelint.cli.main import main
from gracelint.cli.streams import Streams
from gracelint.lab import After, Report, Steady, run

pytestmark = pytest.mark.lab

FIXTURES = Path(__file__).parents[1] / "rules" / "fixtures"
PROGRAMS = Path(__file__).parents[1] / "fixtures" / "python-fixes"
SINCE = {"taskgroup": (3, 11), "runner": (3, 11)}
"""The first Python that runs a program."""
CASES = [
    ("absent-sigterm-handler", "loop", b""),
    ("absent-sigterm-handler", "asyncio-event", b"bye"),
    ("absent-sigterm-handler", "keyboard-interrupt-only", b"bye"),
    ("exit-swallowed", "bare", b""),
    ("handler-not-installed", "late", b""),
]


def programs(kind: str) -> dict[str, str]:
    """The programs of a folder, by name, with their line ends and byte order marks. All have something to clean up, and say ``CLEANED``
    when they do."""
    found = {path.stem: path.read_bytes().decode() for path in sorted((PROGRAMS / kind).glob("*.py"))}
    assert found, f"{PROGRAMS / kind} is empty"
    return found


DEAF = programs("deaf")
DEAF_LEFT_ALONE = programs("deaf-left-alone")
LAUNCHERS = programs("launcher")
LAUNCHERS_LEFT_ALONE = programs("launcher-left-alone")
HANDLERS = programs("handler")
HANDLERS_LEFT_ALONE = programs("handler-left-alone")
NOT_AWAITED = programs("child-not-awaited")
CHILD = programs(".")["child"]


def report(kind: str, rule: str, name: str, folder: Path) -> Report:
    archive.unpack(archive.read(FIXTURES / rule / kind / f"{name}.txt"), folder)
    return run([sys.executable, "-u", "app.py"], cwd=str(folder), grace=2.5, ready=(After(0.8), Steady()))


@pytest.mark.parametrize(("rule", "name", "says"), CASES)
def test_fix_is_proven(rule: str, name: str, says: bytes, tmp_path: Path) -> None:
    assert report("bad", rule, name, tmp_path).verdict == "killed"
    after = report("fixed", rule, name, tmp_path)
    assert after.verdict == "graceful"
    assert says in after.output


def mended(text: str, folder: Path) -> bytes:
    """What ``--fix --unsafe-fixes`` makes of a program."""
    (folder / "Dockerfile").write_text('FROM python:3.11-slim\nCOPY . /\nCMD ["python", "app.py"]\n', encoding="utf-8")
    (folder / "app.py").write_bytes(text.encode())
    streams = Streams(io.StringIO(), io.StringIO(), io.StringIO(), {})
    main(["check", "--isolated", "--fix", "--unsafe-fixes", str(folder / "Dockerfile")], streams)
    return (folder / "app.py").read_bytes()


def verdict(folder: Path) -> tuple[str, bool]:
    """As PID 1: what becomes of it, and whether it cleaned up."""
    found = run([sys.executable, "-u", "app.py"], cwd=str(folder), grace=1.2, ready=(After(0.6), Steady()))
    return found.verdict, b"CLEANED" in found.output


@pytest.mark.parametrize("name", [name for name in DEAF if sys.version_info >= SINCE.get(name, ())])
def test_shape_is_mended(name: str, tmp_path: Path) -> None:
    """Killed before; the program's own clean-up runs after."""
    text = DEAF[name]
    (tmp_path / "app.py").write_bytes(text.encode())
    assert verdict(tmp_path) == ("killed", False)
    fixed = mended(text, tmp_path)
    assert fixed != text.encode()
    assert verdict(tmp_path) == ("graceful", True)


@pytest.mark.parametrize("name", DEAF)
def test_formatting_is_kept(name: str, tmp_path: Path) -> None:
    """Lines are added, one is moved, or a clause names what it catches; line ends, indentation, the byte order mark and all else stay."""
    before = DEAF[name].encode()
    after = mended(DEAF[name], tmp_path)
    assert after.startswith(b"\xef\xbb\xbf") == before.startswith(b"\xef\xbb\xbf")
    assert (b"\r\n" in before) == (b"\r\n" in after)
    assert after.count(b"\n") == after.count(b"\r\n") or b"\r" not in before
    lost = Counter(before.removeprefix(b"\xef\xbb\xbf").splitlines()) - Counter(
        after.removeprefix(b"\xef\xbb\xbf").splitlines()
    )
    assert all(line.strip().startswith(b"except") for line in lost.elements()), lost
    assert len(after.splitlines()) - len(before.splitlines()) <= 4


@pytest.mark.parametrize("name", DEAF_LEFT_ALONE)
def test_nothing_is_written_that_would_not_do(name: str, tmp_path: Path) -> None:
    assert mended(DEAF_LEFT_ALONE[name], tmp_path) == DEAF_LEFT_ALONE[name].encode()


@pytest.mark.parametrize("name", LAUNCHERS)
def test_launcher_becomes_what_it_starts(name: str, tmp_path: Path) -> None:
    """Killed before; what it starts cleans up after, and what was printed is not lost."""
    (tmp_path / "child.py").write_text(CHILD)
    (tmp_path / "app.py").write_text(LAUNCHERS[name])
    assert verdict(tmp_path) == ("killed", False)
    assert mended(LAUNCHERS[name], tmp_path) != LAUNCHERS[name].encode()
    found = run([sys.executable, "app.py"], cwd=str(tmp_path), grace=1.2, ready=(After(0.6), Steady()))
    assert (found.verdict, b"CLEANED" in found.output) == ("graceful", True)
    assert (b"starting" in found.output) == ("starting" in LAUNCHERS[name])


@pytest.mark.parametrize("name", LAUNCHERS_LEFT_ALONE)
def test_launcher_that_has_more_to_do_is_left_alone(name: str, tmp_path: Path) -> None:
    (tmp_path / "child.py").write_text(CHILD)
    assert mended(LAUNCHERS_LEFT_ALONE[name], tmp_path) == LAUNCHERS_LEFT_ALONE[name].encode()


@pytest.mark.parametrize("name", HANDLERS)
def test_handler_ends_the_program(name: str, tmp_path: Path) -> None:
    """Killed before, in spite of its handler; its clean-up runs after."""
    (tmp_path / "app.py").write_text(HANDLERS[name])
    assert verdict(tmp_path) == ("killed", False)
    assert mended(HANDLERS[name], tmp_path) != HANDLERS[name].encode()
    assert verdict(tmp_path) == ("graceful", True)


@pytest.mark.parametrize("name", HANDLERS_LEFT_ALONE)
def test_handler_that_does_something_else_is_left_alone(name: str, tmp_path: Path) -> None:
    assert mended(HANDLERS_LEFT_ALONE[name], tmp_path) == HANDLERS_LEFT_ALONE[name].encode()


@pytest.mark.parametrize("name", NOT_AWAITED)
def test_told_child_is_waited_for(name: str, tmp_path: Path) -> None:
    """Killed with PID 1 before; its clean-up runs after."""
    (tmp_path / "child.py").write_text(CHILD.replace("finally:", "finally:\n    time.sleep(0.3)"))
    (tmp_path / "app.py").write_text(NOT_AWAITED[name])
    _, cleaned = verdict(tmp_path)
    assert not cleaned
    assert mended(NOT_AWAITED[name], tmp_path) != NOT_AWAITED[name].encode()
    assert verdict(tmp_path) == ("graceful", True)
