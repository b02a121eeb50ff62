"""What every subcommand shares: the streams and the exit status."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING, TextIO

from ..records import dataclass
from ..terminal import printable

if TYPE_CHECKING:
    from collections.abc import Mapping

ISSUES = "https://github.com/gracelint/gracelint/issues"


class Exit(IntEnum):
    """Exit status of every subcommand."""

    CLEAN = 0
    FINDINGS = 1
    USAGE = 2
    BUG = 3


class UsageError(Exception):
    """Wrong use, or a configuration that cannot be used; the message is for the user."""


@dataclass(frozen=True, slots=True)
class Streams:
    """Where a command reads and writes, and its environment. ``data`` is where contents of files go (None: ``stdout``)."""

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    environ: Mapping[str, str]
    data: TextIO | None = None

    def say(self, message: str) -> None:
        """A message for the user, on standard error; whatever it quotes is made printable."""
        for line in message.split("\n"):
            self.stderr.write(self._harmless(printable(line)) + "\n")

    def put(self, line: str) -> None:
        """A line of output, which the caller has made printable."""
        self.stdout.write(self._harmless(line) + "\n")

    def _harmless(self, line: str) -> str:
        """Inside GitHub Actions, a line that the runner does not take for a workflow command.

        It obeys ``::name::`` at the start of a line (behind white space too) and ``##[name]`` anywhere
        (actions/runner, src/Runner.Common/ActionCommand.cs). The escape means the same character in JSON.
        """
        if not self.on_github:
            return line
        if line.lstrip().startswith("::"):
            line = line.replace(":", "\\u003a", 1)
        return line.replace("##[", "##\\u005b")

    @property
    def on_github(self) -> bool:
        """Whether this runs in a GitHub Actions job."""
        return self.environ.get("GITHUB_ACTIONS") == "true"

    def write_bytes(self, content: bytes) -> None:
        """Contents of a file, as they are, where the output goes."""
        stream = self.data or self.stdout
        binary = getattr(stream, "buffer", None)
        if binary is None:
            stream.write(content.decode("utf-8", "surrogateescape"))
        else:
            stream.flush()
            binary.write(content)
            binary.flush()

    def read_input(self) -> bytes:
        """The bytes of standard input."""
        binary = getattr(self.stdin, "buffer", None)
        data = (binary or self.stdin).read()
        return data if isinstance(data, bytes) else data.encode("utf-8", "surrogateescape")
