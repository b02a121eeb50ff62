"""From an argv to an exit status: picks the subcommand, and holds the net for everything that goes wrong."""

from __future__ import annotations

import gc
import os
import sys
import warnings
from importlib import import_module
from typing import TYPE_CHECKING

from .streams import ISSUES, Exit, Streams, UsageError

if TYPE_CHECKING:
    from collections.abc import Sequence

COMMANDS = ("check", "trace", "probe", "rule", "config")


def entry() -> int:
    """The console script: the process's own argv and streams."""
    for stream in (sys.stdout, sys.stderr):
        # What the terminal's encoding lacks is shown as an escape, and "\n" is never translated behind our back.
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a TextIO of the interpreter is a TextIOWrapper
    if not sys.warnoptions:
        warnings.simplefilter("ignore")  # Python's own, about the literals of the files that are read
    # What is read is kept until the end, so that looking for garbage again and again finds little: a third of a long run's time.
    gc.set_threshold(300_000, 50, 50)
    streams = Streams(sys.stdin, sys.stdout, sys.stderr, os.environ)
    try:
        status = main(sys.argv[1:], streams)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader has left (`| head`): that is no error of ours. Python would still complain when it flushes at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return Exit.FINDINGS
    except KeyboardInterrupt:
        return 130
    # The process is over: looking through all that is left, as Python would, was a tenth of a short run.
    gc.freeze()
    return status


def main(argv: Sequence[str], streams: Streams) -> int:
    """Runs a command line on these streams, and returns its exit status. Never raises but for a broken pipe and Ctrl-C."""
    words = list(argv)
    name = words.pop(0) if words and words[0] in COMMANDS else "check"
    try:
        status: int = import_module(f"{__package__}.{name}").run(words, streams)
    except UsageError as error:
        streams.say(f"gracelint: {error}")
        return Exit.USAGE
    except SystemExit as done:  # the argument parser did all there was to do (--help, --version)
        return int(done.code or 0)
    except BrokenPipeError:
        raise
    except Exception as error:
        import traceback

        streams.say(f"gracelint: this is a bug in gracelint: {type(error).__name__}: {error}")
        if {"--verbose", "-v"} & set(words):
            streams.stderr.write(traceback.format_exc())
        else:
            streams.say(f"Please report it at {ISSUES}, with what --verbose says.")
        return Exit.BUG
    return status
