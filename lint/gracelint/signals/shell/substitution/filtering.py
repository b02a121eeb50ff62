"""What the last commands of ``export $(grep -v '^#' .env | xargs)`` make of a known text, and of ``$(jobs | wc -l)``."""

from __future__ import annotations

from shlex import split
from typing import TYPE_CHECKING

from ....parsers.shell import model as sh

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Field

# Patterns of `grep -v` that mean the lines which are comments.
_COMMENTS = frozenset({"^#", "^ *#", "^[[:space:]]*#", r"^\s*#"})


def may_filter(command: sh.Command) -> bool:
    """Whether a command is one of those that are known here, as far as that can be seen at once."""
    return (
        isinstance(command, sh.Simple) and bool(command.words) and command.words[0].literal in ("grep", "wc", "xargs")
    )


def filtered(machine: Machine, state: State, command: sh.Command, text: str) -> str | None:
    """What it writes of what it reads; None where that is not known."""
    assert isinstance(command, sh.Simple)
    fields = machine.expand(state, command.words)
    if not fields or command.redirects or fields[0].shown in state.functions:
        return None
    if fields[0].value == "grep":
        return without(fields[1:], text)
    if fields[0].value == "wc":
        return f"{text.count(chr(10))}\n" if [field.value for field in fields[1:]] == ["-l"] else None
    if len(fields) > 1 or "\\" in text:
        return None
    try:
        return " ".join(split(text)) + "\n"
    except ValueError:  # a quote without its other half
        return None


def without(options: Sequence[Field], text: str) -> str | None:
    """What ``grep -v '^#'`` leaves of a text."""
    words = [field.value for field in options]
    if len(words) != 2 or words[0] != "-v" or words[1] not in _COMMENTS:
        return None
    blanks = " \t" if words[1] != "^#" else ""
    kept = (line for line in text.splitlines(keepends=True) if not line.lstrip(blanks or "\n").startswith("#"))
    return "".join(kept) or None  # with nothing it fails
