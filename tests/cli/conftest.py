"""A gracelint command line in a folder of its own, with its environment scrubbed."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gracelint import cache, engine
from gracelint.cli import main
from gracelint.cli.streams import Streams

BROKEN = 'FROM debian:12\nSTOPSIGNAL SIGKILL\nCMD ["/bin/cat"]\n'
CLEAN = "FROM debian:12\nSTOPSIGNAL SIGTERM\nRUN true\n"


@dataclass
class Result:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def codes(self) -> list[str]:
        return [finding["code"] for finding in self.json["findings"]]


class CommandLine:
    """Files to write, and gracelint to run over them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, **files: str | bytes) -> None:
        for name, content in files.items():
            self.put(name, content)

    def put(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def __call__(self, *argv: str, stdin: str | bytes = "", **environ: str) -> Result:
        data = stdin.encode() if isinstance(stdin, str) else stdin
        source = io.TextIOWrapper(io.BytesIO(data), encoding="utf-8")
        raw = io.BytesIO()
        out = io.TextIOWrapper(raw, encoding="utf-8", errors="backslashreplace", newline="")
        err = io.StringIO()
        status = main(argv, Streams(source, out, err, environ))
        out.flush()
        return Result(int(status), raw.getvalue().decode("utf-8", "surrogateescape"), err.getvalue())


@pytest.fixture
def gracelint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    monkeypatch.chdir(tmp_path)
    return CommandLine(tmp_path)


@pytest.fixture
def judgements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the units that are judged anew."""
    found: list[str] = []
    judge = engine.judge

    def counted(unit, overlay=None, every=False, shared=None):
        found.append(unit.path)
        return judge(unit, overlay, every, shared)

    monkeypatch.setattr(cache, "judge", counted)
    return found
