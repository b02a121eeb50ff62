"""The reading itself: what is imported when, where programs are found, what hostile input does."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import python_lab

LINT = (
    "import io, sys; from gracelint.cli.main import main; from gracelint.cli.streams import Streams; "
    "main(['check', '--isolated', 'Dockerfile'], Streams(io.StringIO(), io.StringIO(), io.StringIO(), {}))"
)
EXIT = "import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n"
LOOP = "import time\nwhile True:\n    time.sleep(1)\n"


def verdict(
    files: dict[str, str], folder: Path, command: tuple[str, ...] = ("python", "app.py"), extra: str = ""
) -> str:
    python_lab.write(files, folder)
    return python_lab.predicted(python_lab.read(folder, command, extra))


def test_libcst_is_not_imported_without_python(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text('FROM nginx:1.27\nCMD ["nginx", "-g", "daemon off;"]\n')
    code = f"{LINT}; sys.exit('libcst' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True)


def test_libcst_is_imported_for_a_fix(tmp_path: Path) -> None:
    """It makes the fixes; reading what this Python can read needs none of it."""
    (tmp_path / "Dockerfile").write_text('FROM python:3.12\nCOPY app.py .\nCMD ["python", "app.py"]\n')
    (tmp_path / "app.py").write_text(EXIT + LOOP)
    code = f"{LINT}; sys.exit('libcst' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "app.py").write_text(LOOP)
    code = f"{LINT}; sys.exit('libcst' not in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=True, capture_output=True)


@pytest.mark.parametrize(
    ("files", "command", "extra", "expected"),
    [
        ({"app.py": EXIT + LOOP}, ("python3", "-u", "app.py"), "", "graceful"),
        ({"app.py": EXIT + LOOP}, ("python", "-X", "dev", "/app/app.py", "--flag"), "", "graceful"),
        ({"pkg/__init__.py": "", "pkg/__main__.py": EXIT + LOOP}, ("python", "-m", "pkg"), "", "graceful"),
        ({"pkg/work.py": LOOP}, ("python", "-um", "pkg.work"), "", "killed"),
        ({"pkg/__init__.py": "from .s import on\n", "pkg/s.py": "on = 1\n" + EXIT, "pkg/run.py": LOOP}, ("python", "-m", "pkg.run"), "", "graceful"),
        ({"src/lib/setup.py": EXIT, "app.py": "import lib.setup\n" + LOOP}, ("python", "app.py"), "ENV PYTHONPATH=/app/src\n", "graceful"),
        ({"x": ""}, ("python", "-c", "import time; time.sleep(1000)"), "", "killed"),
        ({"x": ""}, ("python", "-c", "import signal; signal.signal(15, lambda *a: exit()); signal.pause()"), "", "graceful"),
        ({"x": ""}, ("python", "missing.py"), "", "unknown"),
        ({"x": ""}, ("python", "-m", "elsewhere"), "", "unknown"),
        ({"app/__main__.py": EXIT + LOOP}, ("python", "app"), "", "graceful"),
        ({"app.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import handlers\n" + LOOP, "handlers.py": EXIT}, ("python", "app.py"), "", "killed"),
        ({"app.py": "import sys\nif sys.platform == 'linux':\n    import handlers\n" + LOOP, "handlers.py": EXIT}, ("python", "app.py"), "", "graceful"),
        ({"app.py": "from sys import platform\nif platform == 'win32':\n    import handlers\n" + LOOP, "handlers.py": EXIT}, ("python", "app.py"), "", "killed"),
        ({"app.py": "print 'python 2'\n"}, ("python", "app.py"), "", "unknown"),
    ],
)  # fmt: skip
def test_entry(files: dict[str, str], command: tuple[str, ...], extra: str, expected: str, tmp_path: Path) -> None:
    assert verdict(files, tmp_path, command, extra) == expected


@pytest.mark.parametrize(
    "text",
    [
        "from a import *\n" + LOOP,
        "import app\n" + LOOP,
        "def f():\n    f()\nf()\n" + LOOP,
        "x = " + "(" * 150 + ")" * 150 + "\n" + LOOP,
        "x = 1" + " + 1" * 1500 + "\n" + LOOP,
        "".join(f"def f{i}():\n    f{i + 1}()\n    f{i + 1}()\n" for i in range(60)) + "def f60(): pass\nf0()\n" + LOOP,
        "".join("    " * i + "while x:\n" for i in range(25)) + "    " * 25 + "pass\n" + LOOP,
        "class A(A): pass\n" + LOOP,
        "\ufeff" + LOOP,
        "x = [i for i in range(3)]\n" * 500 + LOOP,
        # What a native parser would not survive, or take minutes for.
        "if x:\n    pass\n" + "elif x:\n    pass\n" * 50_000 + LOOP,
        "x = a" + "()" * 300_000 + "\n" + LOOP,
        "x = (a" + "[0]\n" * 9_000 + ")\n" + LOOP,
        "with " + "a, " * 100_000 + "b:\n    pass\n" + LOOP,
    ],
    ids=range(14),
)
@pytest.mark.usefixtures("unwatched")
def test_hostile(text: str, tmp_path: Path) -> None:
    assert verdict({"app.py": text, "a.py": "from app import *\n"}, tmp_path) in ("killed", "unknown", "ends")


def test_ignored_from_birth(tmp_path: Path) -> None:
    """Python installs no handler for SIGINT if it was started to ignore it (measured: shells start background jobs so)."""
    python_lab.write({"app.py": LOOP}, tmp_path)
    assert python_lab.read(tmp_path).as_child["SIGINT"].disposition == "handles"
    assert python_lab.read(tmp_path, ignored=frozenset({"SIGINT"})).as_child["SIGINT"].disposition == "ignores"


def test_facts(tmp_path: Path) -> None:
    """What rests, and what would run at the end."""
    text = "import atexit, time\natexit.register(print)\ntry:\n    while True:\n        time.sleep(1)\nfinally:\n    print('bye')\n"
    python_lab.write({"app.py": text}, tmp_path)
    program = python_lab.read(tmp_path)
    assert program.python is not None and program.stays is True
    response = program.python.responses["SIGTERM"]
    assert response.blocking.value == "time.sleep(1)"
    assert [cleanup.value for cleanup in response.cleanups] == ["print('bye')", "atexit.register(print)"]
