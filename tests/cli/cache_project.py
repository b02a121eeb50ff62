"""A project that is linted again and again, and what was kept of it."""

from __future__ import annotations

import io
import os
import shutil
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from gracelint.cli.main import main
from gracelint.cli.streams import Streams

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = ".gracelint_cache"
DOCKERFILE = 'FROM debian\nWORKDIR /app\nCOPY . /app\nENTRYPOINT ["./start.sh"]\nCMD ["python3", "app.py"]\n'
SCRIPT = '#!/bin/sh\n. ./lib.sh\n"$@"\n'
APP = "import time\nwhile True:\n    time.sleep(1)\n"
PROJECT = {
    "Dockerfile": DOCKERFILE,
    "start.sh": SCRIPT,
    "lib.sh": "x=1\n",
    "app.py": APP,
    "sub/Dockerfile": 'FROM node\nCOPY package.json ./\nCMD ["npm", "start"]\n',
    "sub/package.json": '{"scripts": {"start": "node server.js"}}\n',
}


def run(*argv: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    status = main(["check", "--format", "json", *argv], Streams(io.StringIO(), out, err, {}))
    return status, out.getvalue(), err.getvalue()


def write(path: str, text: str) -> None:
    file = Path(path)
    if file.is_symlink() or file.exists():
        shutil.rmtree(file) if file.is_dir() and not file.is_symlink() else file.unlink()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())
    file.chmod(0o755 if text.startswith("#!") else 0o644)


@contextmanager
def project(files: dict[str, str] = PROJECT) -> Iterator[Path]:
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            for path, text in files.items():
                write(path, text)
            yield Path(folder)
        finally:
            os.chdir(before)


def entries() -> list[Path]:
    return sorted(Path(FOLDER).glob("*.json"))
