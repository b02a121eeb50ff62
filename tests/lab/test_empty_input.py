"""Interpreters without a program read their input, which is empty in a container (/dev/null), and so end: predicted and measured."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from gracelint.image.build import build_image
from gracelint.image.context.context import Context
from gracelint.lab import Steady, run
from gracelint.parsers.dockerfile import parse
from gracelint.signals.trace import ENDS, follow
from gracelint.source import Document

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path
    from typing import NoReturn

    from gracelint.signals.model import Trace

WITHOUT_PROGRAM = [
    ["perl"],
    ["perl", "-de0"],
    ["python3"],
    ["python3", "-i"],
    ["node"],
    ["node", "-i"],
    ["php", "-a"],
    ["ruby"],
    ["lua5.4"],
    ["tclsh"],
]
WITH_PROGRAM = [
    ["perl", "-e", "sleep"],
    ["python3", "-c", "import time; time.sleep(100)"],
    ["node", "-e", "setInterval(() => 0, 1000)"],
    ["php", "-r", "sleep(100);"],
    ["node", "--watch", "app.js"],
    ["php", "-S", "127.0.0.1:0"],
]


def trace_of(argv: list[str], tmp_path: Path) -> Trace:
    words = ", ".join(f'"{word}"' for word in argv)
    return follow(
        build_image(parse(Document("Dockerfile", f"FROM debian:12\nCMD [{words}]\n")), Context(str(tmp_path)))
    )


@pytest.mark.parametrize("argv", WITHOUT_PROGRAM, ids=" ".join)
def test_it_is_said_to_end(argv: list[str], tmp_path: Path) -> None:
    trace = trace_of(argv, tmp_path)
    assert trace.verdict == "unknown"
    assert ENDS in trace.missing
    assert any("reads its input" in reason for reason in trace.missing)


@pytest.mark.parametrize("argv", WITH_PROGRAM, ids=" ".join)
def test_with_a_program_it_is_not(argv: list[str], tmp_path: Path) -> None:
    assert ENDS not in trace_of(argv, tmp_path).missing


@pytest.mark.lab
@pytest.mark.parametrize("argv", WITHOUT_PROGRAM, ids=" ".join)
def test_it_ends(argv: list[str], lab: None, missing: Callable[[str], NoReturn]) -> None:
    program = shutil.which(argv[0])
    if program is None:
        missing(f"{argv[0]} is not installed")
    report = run([program, *argv[1:]], ready=Steady(0.5, limit=20.0), grace=1.0)
    assert not report.signalled
