"""The argument parser of every subcommand. Apart from the streams, because a command line without options needs none (`options.plain`)."""

from __future__ import annotations

import argparse
import os
from typing import TYPE_CHECKING, NoReturn

from .streams import UsageError

if TYPE_CHECKING:
    from .streams import Streams


class _Help(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal. The width is given because every option makes a formatter, and the standard library's
    imports `shutil`, with all its compressors, to find it out."""

    def __init__(self, prog: str) -> None:
        super().__init__(prog, width=_columns() - 2)


def _columns() -> int:
    """As `shutil.get_terminal_size` has it."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isdecimal() and int(columns):
        return int(columns)
    try:
        return os.get_terminal_size(1).columns or 80
    except OSError:
        return 80


class Parser(argparse.ArgumentParser):
    """An argument parser that writes to our streams and raises instead of leaving."""

    def __init__(self, streams: Streams, command: str, description: str, usage: str) -> None:
        super().__init__(
            prog=f"gracelint {command}",
            description=description,
            usage=usage,
            allow_abbrev=False,
            formatter_class=_Help,
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
