"""Processes outside the container that a run needs: an origin server, a broker, a client with a request in flight."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

START_LIMIT = 40.0
# How long a client may take, in seconds, once the container is gone or was killed.
_PATIENCE = 3.0


class Beside:
    """A process outside the container that is there as long as the run."""

    def __init__(self, command: Sequence[str], folder: Path, environment: Mapping[str, str] | None) -> None:
        # Popen looks for the program on this process's PATH, not on the one it is given.
        program = shutil.which(command[0], path=None if environment is None else environment["PATH"]) or command[0]
        self._process = subprocess.Popen(
            [program, *command[1:]],
            cwd=folder,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            start_new_session=True,
        )

    def __enter__(self) -> Beside:
        return self

    def __exit__(self, *_: object) -> None:
        # With all that it has started.
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.communicate()

    def result(self) -> str:
        """What a client says, or, of a client of a program's own, what its exit status means."""
        try:
            said, _ = self._process.communicate(timeout=_PATIENCE)
        except subprocess.TimeoutExpired:
            return "dropped: no answer"
        if said.startswith(("answered", "dropped")):
            return said.strip()
        return "answered" if self._process.returncode == 0 else f"dropped: status {self._process.returncode}"


def await_port(port: str) -> None:
    """Wait until somebody listens on a port of this machine."""
    end = time.monotonic() + START_LIMIT
    while time.monotonic() < end:
        with socket.socket() as connection:
            if connection.connect_ex(("127.0.0.1", int(port))) == 0:
                return
        time.sleep(0.02)
    raise TimeoutError(f"nobody listens on {port}")
