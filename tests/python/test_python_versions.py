"""Which Python an image runs, and what differs by it."""

from __future__ import annotations

import importlib
import sys
import warnings
from pathlib import Path

import pytest
import python_lab

from gracelint.signals.python.program.versions import FIRST, NEVER, NEWEST, lacks, spans, version

# What a join that is left by an exception leaves behind (measured on 3.10.13, 3.11.2, 3.11.7, 3.12.1 and 3.13.0).
JOIN = """
import signal, sys, threading, time
def work():
    while True:
        time.sleep(1)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
worker = threading.Thread(target=work)
worker.start()
"""


@pytest.mark.parametrize(
    ("base", "command", "expected"),
    [
        ("python:3.11-slim", "python", (3, 11)),
        ("docker.io/library/python:3.13.1-alpine3.20", "python3", (3, 13)),
        ("python:3.9@sha256:" + "0" * 64, "python", (3, 9)),
        ("registry.corp:5000/python:3.12", "python", (3, 12)),
        ("python", "python", NEWEST),
        ("python:3", "python", NEWEST),
        ("python:slim-bookworm", "python", NEWEST),
        ("python:3-slim", "/usr/local/bin/python3", NEWEST),
        ("python@sha256:" + "0" * 64, "python", None),
        ("python:2", "python", None),
        ("debian:12", "python3", None),
        ("debian:12", "python3.11", (3, 11)),
        ("debian:12", "/opt/venv/bin/python3.12", (3, 12)),
        ("python:3.11", "python3.10", (3, 10)),
        ("ghcr.io/astral-sh/uv:python3.12-bookworm-slim", "python", (3, 12)),
        ("registry.access.redhat.com/ubi9/python-311", "python3", (3, 11)),
        ("tiangolo/uvicorn-gunicorn:python3.8", "python", (3, 8)),
        ("corp/pytools:1.2", "python", None),
        ("mcr.microsoft.com/playwright/python:v1.50.0-noble", "python", None),
        ("mcr.microsoft.com/azure-functions/python:4-python3.11", "python", (3, 11)),
        ("corp/numpy3.11", "python", None),
    ],
)
def test_version(base: str, command: str, expected: tuple[int, int] | None, tmp_path: Path) -> None:
    image = python_lab.image_of(tmp_path, (command, "app.py"), base=base)
    assert version(image.launch.arguments, image) == expected


@pytest.mark.parametrize(
    ("base", "end", "expected"),
    [
        ("python:3.11", "worker.join()", "graceful"),
        ("python:3.10", "worker.join()", "graceful"),
        ("python:3.12", "while True:\n    worker.join(1)", "graceful"),
        ("python:3.13", "worker.join()", "killed"),
        ("python:3", "worker.join()", "killed"),
        ("python:3.8", "worker.join()", "killed"),
        ("corp/base:1", "worker.join()", "unknown"),
        # Nothing waits for it before the end, or another one is waited for as well.
        ("python:3.11", "time.sleep(1000)", "killed"),
        ("python:3.11", "other = threading.Thread(target=work)\nother.start()\nworker.join()", "killed"),
    ],
)
def test_a_join_that_is_left_forgets_its_thread(base: str, end: str, expected: str, tmp_path: Path) -> None:
    python_lab.write({"app.py": f"{JOIN}{end}\n"}, tmp_path)
    assert python_lab.predicted(python_lab.read(tmp_path, base=base)) == expected


def has(name: str) -> bool:
    """Whether the Python that runs this test has such a name."""
    parts = name.split(".")
    for length in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:length]))
        except ImportError:
            continue
        for part in parts[length:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


def test_names_of_this_python() -> None:
    own = (sys.version_info.major, sys.version_info.minor)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        wrong = [name for name in spans() if has(name) is lacks(own, name)]
    assert wrong == []
    assert all((since == FIRST) is not (until == NEVER) for since, until in spans().values())


@pytest.mark.parametrize(
    ("name", "known", "missing"),
    [
        ("asyncio.Runner", (3, 11), (3, 10)),
        ("tomllib", NEWEST, (3, 8)),
        ("asyncio.coroutine", (3, 10), NEWEST),
        ("asyncio.run", (3, 7), (3, 6)),
    ],
)
def test_names(name: str, known: tuple[int, int], missing: tuple[int, int]) -> None:
    assert not lacks(known, name)
    assert lacks(missing, name)
    assert not lacks(None, name)


@pytest.mark.parametrize(
    ("base", "text", "expected"),
    [
        ("python:3.10-slim", "import asyncio\nwith asyncio.Runner() as runner:\n    pass\n", "asyncio.Runner (AttributeError)"),
        ("python:3.10-slim", "import tomllib\nwhile True:\n    pass\n", "import tomllib (ModuleNotFoundError)"),
        ("python:3.9-slim", "match 1:\n    case 1:\n        pass\n", "SyntaxError"),
        ("python:3.12-slim", "import asyncio\nwith asyncio.Runner() as runner:\n    pass\n", ""),
        ("python:3.10-slim", "try:\n    import tomllib\nexcept ImportError:\n    tomllib = None\n", ""),
    ],
)  # fmt: skip
def test_what_it_dies_of_is_said(base: str, text: str, expected: str, tmp_path: Path) -> None:
    python_lab.write({"app.py": text}, tmp_path)
    program = python_lab.read(tmp_path, base=base)
    assert program.stays is False
    assert expected in " ".join(program.missing) if expected else program.missing == ()
