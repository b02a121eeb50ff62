"""What a run imports, and how it leaves: in a process of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

HEAVY = {
    "bashlex",
    "tree_sitter",
    "tree_sitter_bash",
    "libcst",
    "yaml",
    "tomllib",
    "tomli",
    "pathspec",
    "concurrent",
    "unicodedata",
}
PLAIN = [
    'FROM debian:12\nRUN apt-get update \\\n && apt-get install -y nginx\nCMD ["nginx", "-g", "daemon off;"]\n',
    'FROM node:22-alpine\nWORKDIR /app\nCOPY . .\nRUN npm ci\nCMD ["node", "server.js"]\n',
    'FROM golang:1.22 AS build\nRUN go build -o /x\nFROM scratch\nCOPY --from=build /x /x\nENTRYPOINT ["/x"]\n',
]
SCRIPT = """
import json, sys
from gracelint.cli import entry
sys.argv[1:] = ["Dockerfile"]
entry()
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""
# What an image without shells on the signal's way, started by a command line without options, has no use for.
FOR_OTHERS = {
    "argparse",
    "gracelint.image.runs.commands",
    "gracelint.parsers.shell",
    "gracelint.signals.shell",
    "gracelint.signals.launch.starting",
    "gracelint_rules.blame.blamed_shells",
    "weakref",
}


def imported(folder: Path, text: str) -> set[str]:
    """The modules that linting a Dockerfile imports."""
    (folder / "Dockerfile").write_text(text)
    run = subprocess.run([sys.executable, "-c", SCRIPT], cwd=folder, capture_output=True, text=True, check=True)
    return set(json.loads(run.stderr.splitlines()[-1]))


@pytest.mark.parametrize("text", PLAIN)
def test_a_plain_dockerfile_imports_nothing_heavy(tmp_path: Path, text: str) -> None:
    assert HEAVY & {name.partition(".")[0] for name in imported(tmp_path, text)} == set()


def test_what_reads_shells_is_imported_where_there_are_some(tmp_path: Path) -> None:
    assert FOR_OTHERS & imported(tmp_path, 'FROM node:22\nCOPY . /app\nCMD ["node", "/app/server.js"]\n') == set()


def test_a_reader_that_leaves_is_no_error(tmp_path: Path) -> None:
    for number in range(300):
        (tmp_path / f"{number}.dockerfile").write_text("FROM debian:12\nSTOPSIGNAL SIGKILL\n")
    command = f"{sys.executable} -m gracelint --select GL110 --jobs 1 | head -n 1"
    run = subprocess.run(["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert run.stdout.count("\n") == 1
    assert run.stderr == ""


def test_an_encoding_without_the_characters(tmp_path: Path) -> None:
    (tmp_path / "Dockerfile").write_text('FROM debian:12\nSTOPSIGNAL SIGKILL\nCMD ["é→", "$X"]\n')
    environment = {"PYTHONIOENCODING": "ascii", "PATH": "/usr/bin:/bin"}
    run = subprocess.run(
        [sys.executable, "-m", "gracelint"], cwd=tmp_path, capture_output=True, env=environment, check=False
    )
    assert run.returncode == 1
    assert run.stderr == b""
    assert run.stdout.isascii()
