"""Words that were written for a shell, and that no shell reads.

``["gunicorn", "-b", "'0.0.0.0:80'"]`` hands the quotes over, ``["gunicorn", "--workers 2"]`` one word where two were meant. Measured: nginx
1.22, gunicorn 27.0 and uvicorn 0.54 end with an error on quotes, and on a long option with its value in the same word; argparse, getopt and
click take ``-b 0.0.0.0:80``, a short one, as it is meant. redis-server puts its words together and reads them as lines of its
configuration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...regexes import regex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...image.model import Argument
    from ..model import Program

_LITERAL = regex(r"(?s)(?:--?[\w-]+=)?(?:'[^']+'|\"[^\"]+\")|--[a-z][\w-]*[ \t]+[^\s=].*")
# Options whose value is program text, in which quotes are at home.
_TEXT = frozenset({"-c", "-e", "-r", "-p", "-m", "--eval", "--print", "--command"})
_KINDS = frozenset({"servers", "runtimes"})


def literal_word(arguments: Sequence[Argument], program: Program) -> Argument | None:
    """The first word of an application's command line that only a shell would have made of it what was meant."""
    if program.kind not in _KINDS or program.starts or program.stays is False or "reads-quotes" in program.traits:
        return None
    before = ""
    for argument in arguments[1:]:
        if before not in _TEXT and is_literal(argument.value):
            return argument
        if argument is program.application and program.kind == "runtimes":
            return None  # the rest is for the application to read
        before = argument.value
    return None


def is_literal(word: str) -> bool:
    """Whether a word has the quotes of a shell around it (also behind ``--option=``), or is a long option with its value."""
    return _LITERAL.fullmatch(word) is not None
