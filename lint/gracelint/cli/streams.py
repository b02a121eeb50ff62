"""What every subcommand shares: the streams, the exit status, and an argument parser that uses both."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, NoReturn, TextIO

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
    """Where a command reads and writes, and its environment."""

    stdin: TextIO
    stdout: TextIO
    stderr: TextIO
    environ: Mapping[str, str]

    def say(self, message: str) -> None:
        """A message for the user, on standard error; whatever it quotes is made printable."""
        self.stderr.write("\n".join(printable(line) for line in message.split("\n")) + "\n")

    def read_input(self) -> bytes:
        """The bytes of standard input."""
        binary = getattr(self.stdin, "buffer", None)
        data = (binary or self.stdin).read()
        return data if isinstance(data, bytes) else data.encode("utf-8", "surrogateescape")


class Parser(argparse.ArgumentParser):
    """An argument parser that writes to our streams and raises instead of leaving."""

    def __init__(self, streams: Streams, command: str, description: str, usage: str) -> None:
        super().__init__(
            prog=f"gracelint {command}",
            description=description,
            usage=usage,
            allow_abbrev=False,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        self._streams = streams

    def _print_message(self, message: str, file: object = None) -> None:
        self._streams.stdout.write(message)

    def exit(self, status: int = 0, message: str | None = None) -> NoReturn:
        """Ends parsing after ``--help`` or ``--version``."""
        raise SystemExit(status)

    def error(self, message: str) -> NoReturn:
        """Reports wrong use."""
        raise UsageError(f"{message}\nTry `{self.prog} --help`.")
