"""Witnesses: applications that tell *notified* from *killed without notice*.

A program that is gone has either heard the signal and cleaned up, or was killed; from outside both look alike. A witness (`witness.c`)
writes down the signals that it got and, half a second later, that it finished. The half second matters: an application that is told
and then killed in the middle of its clean-up is not stopped gracefully, and one that cleans up in no time would hide that.

`build` compiles it, statically, so that it runs in an empty root folder as well. It may be installed under any name and takes any
arguments. `Stand` is a folder of witnesses with a record for each run.
"""

from __future__ import annotations

import dataclasses
import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from .ready import Steady, Written
from .report import Report, Testimony
from .runner import run

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from .ready import Ready

SOURCE = Path(__file__).with_name("witness.c")


class NoCompilerError(Exception):
    """There is no C compiler to build the witness with."""


def build(target: Path) -> Path:
    """Compile the witness to ``target``, and return it."""
    compiler = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
    if compiler is None:
        raise NoCompilerError("the witness needs a C compiler (cc, gcc or clang)")
    subprocess.run([compiler, "-O1", "-static", "-o", target, SOURCE], check=True, capture_output=True)
    return target


def testimonies(record: str) -> tuple[Testimony, ...]:
    """What the witnesses wrote, in the order in which they appeared."""
    found: dict[tuple[str, int], Testimony] = {}
    for line in record.splitlines():
        name, pid, event, *number = line.split(" ")
        key = (name, int(pid))
        testimony = found.setdefault(key, Testimony(*key))
        if event == "signal":
            testimony = dataclasses.replace(testimony, signals=(*testimony.signals, int(number[0])))
        elif event == "finished":
            testimony = dataclasses.replace(testimony, finished=True)
        found[key] = testimony
    return tuple(found.values())


@dataclass(frozen=True, slots=True)
class Stand:
    """Witnesses under the names of programs, in a folder that is first on the PATH of what runs here.

    ``cleanup`` is how long each takes to clean up, in seconds.
    """

    folder: Path
    cleanup: float = 0.5

    @classmethod
    def build(cls, folder: Path, names: Sequence[str] = ("app",), cleanup: float = 0.5) -> Stand:
        """Compile the witness into a folder, under each of the names."""
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o755)  # users other than the lab's may be witnesses too
        first, *others = (folder / name for name in names)
        build(first)
        for other in others:
            os.link(first, other)
        return cls(folder, cleanup)

    def run(
        self,
        argv: Sequence[str],
        *,
        signal: str | int = "SIGTERM",
        grace: float = 3.0,
        witnesses: int = 1,
        ready: Ready | None = None,
        env: Mapping[str, str] | None = None,
        cwd: str | None = None,
        limit: float = 5.0,
    ) -> Report:
        """`run` with witnesses: when ``witnesses`` of them are there and the tree is steady (or ``ready``), the signal is sent.

        ``limit`` is how long to wait for them, in seconds. The report carries their testimonies; where none appeared, it has none.
        """
        descriptor, record = tempfile.mkstemp(prefix="record-", dir=self.folder)
        os.fchmod(descriptor, 0o666)
        os.close(descriptor)
        environment = dict(os.environ if env is None else env)
        environment["PATH"] = f"{self.folder}:{environment.get('PATH', os.defpath)}"
        environment["GRACELINT_RECORD"] = record
        environment["GRACELINT_CLEANUP"] = str(round(self.cleanup * 1000))
        conditions = (Written(record, b" ready\n", witnesses, limit), ready or Steady(0.03))
        try:
            report = run(argv, signal=signal, grace=grace, ready=conditions, env=environment, cwd=cwd)
            written = Path(record).read_text(encoding="utf-8", errors="replace")
        finally:
            Path(record).unlink()
        return dataclasses.replace(report, testimonies=testimonies(written))
