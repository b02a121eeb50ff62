"""What Python would refuse in an application: only where that is certain."""

from __future__ import annotations

from pathlib import Path

import pytest

from gracelint import cases
from gracelint.config import Settings
from gracelint.source import Document

PYTHON_2 = 'import os\nprint "x"\n'


def problems(folder: Path, content: str, dockerfile: str) -> list[tuple[str, str]]:
    (folder / "app.py").write_text(content)
    (folder / "Dockerfile").write_text(dockerfile)
    unit = cases.Unit("Dockerfile", str(folder / "Dockerfile"), "dockerfile", Settings(), frozenset(), str(folder))
    view = cases.View(unit, Document("Dockerfile", dockerfile), {})
    return [(one.message, one.span.document.text[one.span.start : one.span.end]) for one in view.case.problems]


def launched(base: str, python: str = "python", workdir: str = "/srv", name: str = "app.py") -> str:
    return f'FROM {base}\nWORKDIR {workdir}\nCOPY . .\nCMD ["{python}", "{name}"]\n'


@pytest.mark.parametrize(
    "dockerfile",
    [
        launched("python:3.12"),
        launched("python"),
        launched("python:slim"),
        launched("registry.corp/python:3"),
        launched("debian:12", "python3"),
        launched("debian:12", "/usr/bin/python3.11", name="/srv/app.py"),
    ],
)
def test_an_application_that_python_refuses(tmp_path: Path, dockerfile: str) -> None:
    [(message, line)] = problems(tmp_path, PYTHON_2, dockerfile)
    assert message.startswith("not Python: Missing parentheses")
    assert line == 'print "x"'


@pytest.mark.parametrize(
    ("content", "dockerfile"),
    [
        (PYTHON_2, launched("python:2.7")),
        (PYTHON_2, launched("ubuntu:16.04")),  # whose python is Python 2
        (PYTHON_2, launched("debian:12", "python2")),
        (PYTHON_2, launched("python:3.12", name="other.py")),
        (PYTHON_2, 'FROM python:3.12\nCOPY . .\nCMD ["nginx"]\n'),
        ("print('\\d')\n", launched("python:3.12")),
        ("match x:\n    case 1: pass\n", launched("python:3.12")),
        ("", launched("python:3.12")),
    ],
)
def test_near_misses(tmp_path: Path, content: str, dockerfile: str) -> None:
    assert problems(tmp_path, content, dockerfile) == []


@pytest.mark.parametrize(
    "content",
    ["x = (\n", "(" * 5000, "-" * 100_000 + "1\n", "if 1:\n" * 300, "\x1b[2J"],
)
def test_hostile(tmp_path: Path, content: str) -> None:
    [(message, _)] = problems(tmp_path, content, launched("python:3.12"))
    assert message.startswith("not Python: ")
