"""``[[ text =~ regex ]]``: POSIX's extended regular expressions, as far as Python's mean the same and take bounded time.

Left out (None: not known): more than three repetitions, a repeated group that repeats itself, escapes that are not of punctuation, long
texts. Where an alternation leaves open which words the groups hold (POSIX takes the longest, Python the first), the answer is known and the
groups are not.
"""

from __future__ import annotations

import re

from ....records import dataclass
from ....regexes import regex

MOST_REPEATS, LONGEST = 3, 200
CLASSES = {
    "[:alpha:]": "A-Za-z",
    "[:digit:]": "0-9",
    "[:alnum:]": "A-Za-z0-9",
    "[:upper:]": "A-Z",
    "[:lower:]": "a-z",
    "[:space:]": r"\s",
    "[:blank:]": r" \t",
    "[:xdigit:]": "0-9A-Fa-f",
}
PIECE = regex(r"\[\^?\]?(?:\[:\w+:\]|[^]\[])*\]|\\[^\w\s]|\{\d{1,2}(?:,\d{0,2})?\}|[\w\s/,:;=@%&~#<>!\"'-]|[.*+?|()^$]")
REPEATS = ("*", "+", "?")


@dataclass(frozen=True, slots=True)
class Match:
    """``groups``: the whole match and what each pair of parentheses holds; None where that is not known."""

    found: bool
    groups: tuple[str, ...] | None = ()


def match(expression: str, text: str) -> Match | None:
    """What an expression finds in a text; None where that is not known."""
    translated = _translated(expression)
    if translated is None or len(text) > LONGEST:
        return None
    try:
        found = re.search(translated, text)
    except (re.error, RecursionError):
        return None
    if found is None:
        return Match(False)
    certain = "|" not in expression or (expression.startswith("^") and expression.endswith("$"))
    return Match(True, tuple(group or "" for group in (found[0], *found.groups())) if certain else None)


def _translated(expression: str) -> str | None:
    """The expression as Python writes it; None where it may mean something else, or take long."""
    if len(expression) > LONGEST:
        return None
    pieces: list[str] = []
    at = repeats = 0
    opened: list[int] = []
    before, inside = "", False
    while at < len(expression):
        found = PIECE.match(expression, at)
        if found is None:
            return None
        piece, at = found[0], found.end()
        if piece in REPEATS or piece.startswith("{"):
            repeats += 1
            if (
                repeats > MOST_REPEATS
                or inside
                or before in ("", "(", "|", "^")
                or before in REPEATS
                or before.startswith("{")
            ):
                return None
        elif piece == "(":
            opened.append(repeats)
        elif piece == ")":
            if not opened:
                return None
            inside = repeats > opened.pop()
            pieces.append(piece)
            before = piece
            continue
        elif piece == "|" and opened:
            opened[-1] = -1  # what may match in two ways is not repeated either
        elif piece.startswith("[") and len(piece) > 1:
            for name, members in CLASSES.items():
                piece = piece.replace(name, members)
            if "[" in piece[1:]:
                return None
        elif piece == "$":
            piece = r"\Z"
        inside = False
        pieces.append(piece)
        before = found[0]
    return "".join(pieces) if not opened else None
