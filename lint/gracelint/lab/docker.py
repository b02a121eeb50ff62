"""The same question through a Docker engine: ``docker run``, ``docker stop``, and what became of everybody.

The engine is driven by its command line client, so contexts, remote engines and their credentials work as the user set them up. Where
the container's processes can be seen in this machine's /proc (a local engine, and the rights to look), they are watched like those
of a lab run, and the report says as much. Else there is only what the engine tells: exit code and time.

The container is always removed, also when the probe is interrupted.
"""

from __future__ import annotations

import contextlib
import json
import math
import secrets
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..signals import names
from . import procfs
from .container import Container
from .keeper import Notes
from .ready import After, Port, Steady
from .report import Process, Report, Status
from .runner import report_of
from .watch import Watch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from types import FrameType

    from .procfs import Seen
    from .ready import Ready


class EngineError(Exception):
    """There is no engine, or it refused; the message says what."""


@dataclass(frozen=True, slots=True)
class Stopped:
    """A container that was stopped. ``blind`` says why its processes could not be seen; empty if they could."""

    report: Report
    blind: str = ""


def stop(
    image: str,
    args: Sequence[str] = (),
    *,
    signal: str | None = None,
    grace: float = 10.0,
    ready: Ready | None = None,
    options: Sequence[str] = (),
) -> Stopped:
    """Run an image (with ``args`` as its command, if there are any), stop it, and report.

    ``signal`` None: the image's; ``grace`` in seconds, whole ones, as the engine takes them; ``options``: more for ``docker run``.
    """
    engine = _Engine()
    engine.ask("version", "--format", "{{.Server.Version}}")
    words = [*options] if signal is None else [*options, "--stop-signal", signal]
    name = f"gracelint-probe-{secrets.token_hex(6)}"
    with _terminable():
        try:
            engine.ask("run", "--detach", "--name", name, *words, image, *args)
            record = engine.inspect(name)
            blind = _out_of_sight(int(record["State"]["Pid"]), record["Id"])
            work = _tell if blind else _watch
            return Stopped(work(engine, record, math.ceil(grace), ready), blind)
        finally:
            engine.call("rm", "--force", "--volumes", name)


@dataclass(frozen=True, slots=True)
class _Engine:
    """The command line client."""

    def call(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a command of it."""
        try:
            return subprocess.run(
                ("docker", *words),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                check=False,
                encoding="utf-8",
                errors="replace",
            )
        except FileNotFoundError:
            raise EngineError("there is no docker command: --image needs Docker's client and an engine") from None

    def ask(self, *words: str) -> str:
        """What a command of it prints. Raises `EngineError` where it fails."""
        done = self.call(*words)
        if done.returncode:
            lines = [line for line in done.stderr.splitlines() if line and not line.startswith("Unable to find image")]
            raise EngineError(f"docker {words[0]}: {lines[0].strip() if lines else f'status {done.returncode}'}")
        return done.stdout

    def inspect(self, name: str) -> dict[str, Any]:
        """The engine's record of a container."""
        record: dict[str, Any] = json.loads(self.ask("inspect", "--type", "container", name))[0]
        return record

    def logs(self, name: str) -> bytes:
        """What a container printed, standard output first."""
        done = self.call("logs", name)
        return (done.stdout + done.stderr).encode()


@dataclass(slots=True)
class _Inside:
    """What readiness conditions may look at; of a container that is out of sight only what it prints."""

    engine: _Engine
    name: str
    watch: Watch | None = None
    _asked: float = 0.0
    _output: bytes = b""

    @property
    def pid1(self) -> int:
        """Its number here."""
        return self.watch.pid1 if self.watch else 0

    @property
    def output(self) -> bytes:
        """The log. Asking is slow: not more than five times a second."""
        if time.monotonic() - self._asked > 0.2:
            self._output = self.engine.logs(self.name)
            self._asked = time.monotonic()
        return self._output

    def look(self) -> tuple[Seen, ...]:
        """The process tree, if it can be seen."""
        return self.watch.look() if self.watch else ()


def _watch(engine: _Engine, record: dict[str, Any], grace: int, ready: Ready | None) -> Report:
    """Stop a container whose processes can be seen."""
    name, pid = record["Id"], int(record["State"]["Pid"])
    begun = time.monotonic()
    watch = Watch(pid)
    waited = watch.settle((ready or Steady(),), _Inside(engine, name, watch))
    sent = time.monotonic() if watch.mark() else None
    with _stopping(name, grace) as client:
        watch.gone_by(time.monotonic() + grace + 30)
        client.wait()
    code = int(engine.inspect(name)["State"]["ExitCode"])
    own = watch.notes[pid]
    ended = own.ended or time.monotonic()
    killed = _killed(code, ended - (sent or begun), grace)
    notes = watch.close()
    if own.status is None:
        own.status = _wait_status(code, killed)
    found = Notes(notes, waited, sent, begun, ended, killed and sent is not None, own.status, engine.logs(name))
    return report_of(Container(_argv(record)), _signal(record), grace, found)


def _tell(engine: _Engine, record: dict[str, Any], grace: int, ready: Ready | None) -> Report:
    """Stop a container whose processes are out of sight: what the engine tells."""
    name = record["Id"]
    condition = After(1.0) if ready is None or isinstance(ready, Steady) else ready
    if isinstance(condition, Port):
        raise EngineError("--ready port: the container's processes, and so its ports, are out of sight here")
    limit = time.monotonic() + condition.limit
    for _ in condition.wait(_Inside(engine, name)):
        if time.monotonic() > limit:
            break
        time.sleep(0.05)
    signalled = bool(engine.inspect(name)["State"]["Running"])
    sent = time.monotonic()
    with _stopping(name, grace) as client:
        client.wait()
    seconds = time.monotonic() - sent
    code = int(engine.inspect(name)["State"]["ExitCode"])
    killed = signalled and _killed(code, seconds, grace)
    pid1 = Process(1, 0, _argv(record), "", 0, 0, 0, signalled, seconds, Status.of(_wait_status(code, killed)))
    return Report(
        argv=_argv(record),
        signal=_signal(record),
        grace_period=grace,
        ready=str(condition),
        signalled=signalled,
        processes=(pid1,),
        exited=not killed,
        seconds=seconds,
        status=Status.of(_wait_status(code, killed)),
        output=engine.logs(name),
        complete=False,
    )


def _argv(record: dict[str, Any]) -> tuple[str, ...]:
    return (record["Path"], *record["Args"])


def _signal(record: dict[str, Any]) -> int:
    return names.number(record["Config"].get("StopSignal") or "SIGTERM") or 15


def _stopping(name: str, grace: int) -> subprocess.Popen[bytes]:
    words = ("docker", "stop", "-t", str(grace), name)  # --time and --timeout: other clients, other names
    return subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def _killed(code: int, seconds: float, grace: int) -> bool:
    """Whether the engine had to kill it: the exit code alone does not tell, a program may leave with 137 as well."""
    return code == 128 + signal.SIGKILL and seconds >= grace


def _wait_status(code: int, killed: bool) -> int:
    return int(signal.SIGKILL) if killed else code << 8


def _out_of_sight(pid: int, container: str) -> str:
    """Why a container's processes cannot be seen here; empty if they can."""
    if pid == 0:
        return "it had already ended"
    try:
        cgroups = procfs.cgroups(pid) if procfs.available() else ""
    except OSError:
        cgroups = ""
    if container not in cgroups:
        return "its processes are not in this machine's /proc (the engine runs in another machine or in a VM)"
    seen = procfs.look(pid)
    if seen is None or (seen.alive and not seen.executable):
        return "/proc shows this user too little of them: it needs root"
    return ""


@contextlib.contextmanager
def _terminable() -> Iterator[None]:
    """Turn SIGTERM into an exception for a while, so that what was begun is undone (Python allows it in the main thread only)."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def leave(number: int, frame: FrameType | None) -> None:
        raise SystemExit(128 + number)

    before = signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
