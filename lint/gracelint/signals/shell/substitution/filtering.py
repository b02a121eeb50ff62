"""What the last commands of ``export $(grep -v '^#' .env | xargs)`` make of a known text, of ``$(jobs | wc -l)``, and of ``$(echo "$MODE" | tr A-Z a-z)``."""

from __future__ import annotations

from shlex import split
from string import ascii_lowercase, ascii_uppercase
from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ....regexes import regex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Field, Value

# Patterns of `grep -v` that mean the lines which are comments.
_COMMENTS = frozenset({"^#", "^ *#", "^[[:space:]]*#", r"^\s*#"})
_FILTERS = frozenset({"grep", "tr", "wc", "xargs"})
# What `tr` is told of characters (POSIX, tr): those that are written as they are, and whole alphabets.
_PLAIN = regex(r"[A-Za-z0-9_ \t\r\n.,:;=/|@+#\"']*-?\Z")
_ESCAPED = {r"\n": "\n", r"\t": "\t", r"\r": "\r"}
_ALPHABETS = {
    **dict.fromkeys(("a-z", "[a-z]", "[:lower:]"), ascii_lowercase),
    **dict.fromkeys(("A-Z", "[A-Z]", "[:upper:]"), ascii_uppercase),
}


def may_filter(command: sh.Command) -> bool:
    """Whether a command is one of those that are known here, as far as that can be seen at once."""
    return isinstance(command, sh.Simple) and bool(command.words) and command.words[0].literal in _FILTERS


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
    if fields[0].value == "tr":
        return _translated([field.value for field in fields[1:]], text)
    if fields[0].value != "xargs" or len(fields) > 1 or "\\" in text:
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


def _translated(words: list[Value], text: str) -> str | None:
    """What ``tr`` makes of a text: of ASCII, as busybox's knows no other characters (measured)."""
    deletes = words[:1] == ["-d"]
    sets = [_characters(word) for word in words[deletes:]]
    if not text.isascii() or len(sets) != 2 - deletes or None in sets:
        return None
    first, second = sets[0] or "", "" if deletes else sets[1] or ""
    if not first or len(set(first)) != len(first) or (not deletes and len(first) != len(second)):
        return None
    return text.translate(str.maketrans("", "", first) if deletes else str.maketrans(first, second))


def _characters(word: Value) -> str | None:
    """The characters that a set of ``tr`` names; None where that takes more than is known here."""
    if not isinstance(word, str) or word in _ALPHABETS:
        return _ALPHABETS[word] if isinstance(word, str) else None
    for escape, character in _ESCAPED.items():
        word = word.replace(escape, character)
    return word if _PLAIN.match(word) else None
