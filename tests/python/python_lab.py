"""What gracelint predicts of a Python program, and what the kernel says."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from gracelint.image.build import build_image
from gracelint.image.context.context import Context
from gracelint.lab import After, Output, run
from gracelint.parsers.dockerfile import parse
from gracelint.signals.model import Program
from gracelint.signals.python import application
from gracelint.source import Document

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from gracelint.image.model import Image

READY = (Output(b"READY", 20.0), After(0.12))


def write(files: Mapping[str, str], folder: Path) -> None:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def image_of(
    folder: Path, command: Sequence[str] = ("python", "app.py"), extra: str = "", base: str = "python:3.11-slim"
) -> Image:
    """An image that holds a folder in its working directory and starts a command."""
    text = f"FROM {base}\nWORKDIR /app\nCOPY . .\n{extra}CMD {json.dumps(list(command))}\n"
    path = folder / "Dockerfile"
    path.write_text(text, encoding="utf-8")
    return build_image(parse(Document.decode("Dockerfile", text.encode())), Context(str(folder), str(path)))


def read(
    folder: Path,
    command: Sequence[str] = ("python", "app.py"),
    extra: str = "",
    base: str = "python:3.11-slim",
    **options: frozenset[str],
) -> Program:
    """The program that an image of a folder starts, read."""
    return of_image(image_of(folder, command, extra, base), **options)


def of_image(image: Image, **options: frozenset[str]) -> Program:
    """The program that an image starts, read."""
    program = Program("python", "runtimes", runtime="python")
    return application(program, image.launch.arguments, image, workdir=image.workdir, **options)


GRACE = 1.5


def predicted(program: Program, signal: str = "SIGTERM") -> str:
    """The verdict on the program as PID 1."""
    if program.stays is False:
        return "ends"
    reaction = program.as_pid1.get(signal)
    if reaction is None or reaction.after > GRACE:
        return "killed"
    return {"handles": "graceful", "ignores": "killed", "terminates": "abrupt"}.get(reaction.disposition, "unknown")


def measured(
    folder: Path, *, cleans: bool, whole: bool = False, grace: float = GRACE, python: str = sys.executable
) -> str:
    """The kernel's verdict on ``app.py`` as PID 1: abrupt too if it has a clean-up that did not run, or leaves something behind that is
    killed (``whole``)."""
    report = run([python, "-u", "app.py"], cwd=str(folder), grace=grace, ready=READY, env={"PATH": "/usr/bin:/bin"})
    if not report.signalled:
        return "ends"
    if not report.exited:
        return "killed"
    if whole:
        return report.verdict
    if report.status.signal is not None or (cleans and b"CLEANED" not in report.output):
        return "abrupt"
    return "graceful"
