"""Fixes of Python applications, proven: killed before, graceful after, and the program's own clean-up is seen to run."""

from __future__ import annotations

import sys
from pathlib import Path

import archive
import pytest

from gracelint.lab import After, Report, Steady, run

pytestmark = pytest.mark.lab

FIXTURES = Path(__file__).parents[1] / "rules" / "fixtures"
CASES = [
    ("absent-sigterm-handler", "loop", b""),
    ("absent-sigterm-handler", "asyncio-event", b"bye"),
    ("absent-sigterm-handler", "keyboard-interrupt-only", b"bye"),
    ("exit-swallowed", "bare", b""),
    ("handler-not-installed", "late", b""),
]


def report(kind: str, rule: str, name: str, folder: Path) -> Report:
    archive.unpack(archive.read(FIXTURES / rule / kind / f"{name}.txt"), folder)
    return run([sys.executable, "-u", "app.py"], cwd=str(folder), grace=2.5, ready=(After(0.8), Steady()))


@pytest.mark.parametrize(("rule", "name", "says"), CASES)
def test_fix_is_proven(rule: str, name: str, says: bytes, tmp_path: Path) -> None:
    assert report("bad", rule, name, tmp_path).verdict == "killed"
    after = report("fixed", rule, name, tmp_path)
    assert after.verdict == "graceful"
    assert says in after.output
