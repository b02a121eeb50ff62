"""One program, one signal: prepare, start, wait until it is ready, signal, and gather what was seen.

Each run has a folder of its own, which is the program's working directory and home. In the words and files of a table these are replaced:
``{port}`` and ``{port2}`` are free ports, ``{backend}`` that of the slow origin server, ``{dir}`` the folder, ``{work}`` the work folder.
Applications write what happens to them to the file ``record`` there, whose path is in ``GRACELINT_RECORD`` (see `witness`).
"""

from __future__ import annotations

import os
import re
import shutil
import socket
import subprocess
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ..ready import After, Output, Port, Steady, Written
from ..runner import run
from ..witness import build, testimonies
from .beside import START_LIMIT, Beside, await_port
from .install import Packages
from .judge import record

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ..ready import Ready
    from .judge import Record
    from .table import Case

CLEANUP = 0.5
REQUEST_SECONDS = 2.0
# What stands in records in place of the ports that happened to be free, and of the folder.
SHOWN = {"port": "8000", "port2": "8002", "backend": "8001", "dir": ".", "work": "."}
_PORTS = ("port", "port2", "backend")
_PLACE = re.compile(r"\{(port2?|backend|dir|work)\}")


def filled(text: str, values: Mapping[str, str] = SHOWN) -> str:
    """A word or a file of a table with its places filled in."""
    return _PLACE.sub(lambda match: values[match[1]], text)


def shown(word: str) -> str:
    """A word of a table as records show it."""
    return filled(word).replace("./bin/app", "app")


class NotReadyError(Exception):
    """A program did not get as far as being measured; the message holds what it printed."""


@dataclass(frozen=True, slots=True)
class Bench:
    """A work folder to measure in."""

    work: Path

    @classmethod
    def build(cls, work: Path) -> Bench:
        """Make the folder, with the witness ``app`` in its ``bin``."""
        work = work.resolve()
        for folder in (work, work / "bin"):
            folder.mkdir(parents=True, exist_ok=True)
            folder.chmod(0o755)  # users other than the lab's come here too
        if not (work / "bin" / "app").exists():
            build(work / "bin" / "app")
        return cls(work)

    @property
    def packages(self) -> Packages:
        """What is installed here."""
        return Packages(self.work)

    def measure(self, case: Case, signal: str) -> Record:
        """The record of one run. Raises `NotReadyError`, and what `run` raises."""
        version = self.packages.version(case.package)
        if version is None:
            raise NotReadyError(f"{case.package} is not installed")
        # No blanks and commas: configuration files hold the path.
        folder = self.work / "cases" / re.sub(r"\W+", "-", f"{case.name} {signal}")
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        folder.chmod(0o777)
        return _Run(self, case, signal, folder, _free_ports()).measured(version)


def _free_ports() -> dict[str, str]:
    with ExitStack() as held:
        sockets = [held.enter_context(socket.socket()) for _ in _PORTS]
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return {name: str(one.getsockname()[1]) for name, one in zip(_PORTS, sockets, strict=True)}


@dataclass(frozen=True, slots=True)
class _Run:
    """One run of a case in its folder."""

    bench: Bench
    case: Case
    signal: str
    folder: Path
    ports: Mapping[str, str]

    @property
    def witness_record(self) -> Path:
        return self.folder / "record"

    @property
    def environment(self) -> dict[str, str]:
        return {
            "PATH": self.bench.packages.search,
            "HOME": str(self.folder),
            "LANG": "C.UTF-8",
            "GRACELINT_RECORD": str(self.witness_record),
            "GRACELINT_CLEANUP": str(round(CLEANUP * 1000)),
            **{key: self.filled(value) for key, value in self.case.env.items()},
        }

    def filled(self, text: str) -> str:
        """A word or file of the table with the places filled in."""
        return filled(text, {**self.ports, "dir": str(self.folder), "work": str(self.bench.work)})

    def words(self, command: Sequence[str]) -> list[str]:
        return [self.filled(word) for word in command]

    def tidy(self, text: str) -> str:
        """A word without what belongs to this machine and this run."""
        text = shown(text)
        for folder in (self.folder, self.bench.work / "bin", self.bench.work):
            text = text.replace(f"{folder}/", "").replace(str(folder), ".")
        for name, port in self.ports.items():
            text = re.sub(rf"\b{port}\b", SHOWN[name], text)
        return text

    def measured(self, version: str) -> Record:
        self.prepare()
        with ExitStack() as stack:
            for command, port in self.company():
                stack.enter_context(Beside(command, self.folder, self.environment))
                await_port(port)
            asking = self.asking()
            client = None if asking is None else stack.enter_context(Beside(asking, self.folder, self.environment))
            report = run(
                self.words(self.case.argv),
                signal=self.signal,
                grace=self.case.grace,
                ready=self.conditions(),
                env=self.environment,
                cwd=str(self.folder),
            )
            if "PID 1 ended first" in report.ready or "not within" in report.ready or not report.signalled:
                raise NotReadyError(f"{report.ready}\n{report.output.decode('utf-8', 'replace')}")
            answer = None if client is None else client.result()
        told = [one for one in testimonies(self.witness_record.read_text("utf-8")) if one.name != "backend"]
        return record(self.case, version, report, answer, told if self.case.witnesses else [], self.tidy)

    def prepare(self) -> None:
        """Write the case's files, and run what has to be run before it."""
        for name, content in self.case.files.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(self.filled(content), encoding="utf-8")
        for path in self.folder.rglob("*"):
            path.chmod(0o777 if path.is_dir() else 0o755)
        self.witness_record.touch()
        self.witness_record.chmod(0o666)
        # Compilers and the like may live outside the PATH of the programs.
        environment = {**self.environment, "PATH": f"{self.environment['PATH']}:{os.environ.get('PATH', '')}"}
        for key in ("CARGO_HOME", "RUSTUP_HOME"):
            environment[key] = os.environ.get(key, str(Path.home() / f".{key.partition('_')[0].lower()}"))
        for command in self.case.before:
            done = subprocess.run(
                self.words(command),
                cwd=self.folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
            )
            if done.returncode:
                raise NotReadyError(f"{command[0]}: {done.stdout.decode('utf-8', 'replace')}")

    def conditions(self) -> Sequence[Ready]:
        """What to wait for: what the table says, the applications' own word, and that nothing more happens."""
        ready = self.case.ready
        waiting: list[Ready] = []
        if ready.get("port"):
            waiting.append(Port(int(self.ports["port"]), START_LIMIT))
        if "output" in ready:
            waiting.append(Output(ready["output"].encode(), START_LIMIT))
        request = self.case.request
        expected = max(self.case.witnesses, 1 if request is not None and request.client is None else 0)
        if expected:
            waiting.append(Written(str(self.witness_record), b" ready\n", expected, START_LIMIT))
        if "after" in ready:
            waiting.append(After(ready["after"]))
        return (*waiting, Steady(self.case.settle))

    def company(self) -> Iterator[tuple[list[str], str]]:
        """What has to be there before the program starts, and on which port it listens."""
        for command in self.case.beside:
            yield self.words(command), self.ports["port2"]
        if self.case.backend:
            port, seconds = self.ports["backend"], str(REQUEST_SECONDS)
            yield [sys.executable, _script("backend"), port, str(self.witness_record), seconds], port

    def asking(self) -> list[str] | None:
        """The client's command line."""
        request = self.case.request
        if request is None:
            return None
        if request.client is not None:
            return self.words(request.client)
        kind, path = ("http", request.http) if request.http is not None else ("fastcgi", request.fastcgi)
        return [sys.executable, _script("client"), kind, self.ports["port"], self.filled(path or ""), f"{START_LIMIT}"]


def _script(name: str) -> str:
    """A program of this folder that runs by itself."""
    return str(Path(__file__).with_name(f"{name}.py"))
