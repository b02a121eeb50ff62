"""Where the expressions in a formatted string stand, for the Pythons whose `ast` gives wrong places for them: those before 3.12.

Their rules are simple (PEP 498): a formatted string is a string to the tokenizer, and an expression in it holds no backslash, no comment
and not the quotes around it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...regexes import regex

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

_LITERAL = regex(
    r"(?P<prefix>[A-Za-z]*)(?P<quote>'''|\"\"\"|'|\")(?P<body>(?:\\[\s\S]|(?!(?P=quote))[^\\])*)(?P=quote)|\#[^\r\n]*"
)
_STRING = regex(r"'''[\s\S]*?'''|\"\"\"[\s\S]*?\"\"\"|'[^']*'|\"[^\"]*\"")
_NAMED = regex(r"\\N\{[^}]*\}")
_OPEN, _CLOSE = "([{", ")]}"


def fields(text: str) -> Iterator[tuple[int, int]]:
    """The expressions in string literals that stand next to each other, outer ones first: from the brace in front to behind the character
    that ends it."""
    for literal in _LITERAL.finditer(text):
        prefix = (literal["prefix"] or "").lower()
        if "f" in prefix:
            start, end = literal.span("body")
            yield from _in_body(text, start, end, raw="r" in prefix)


def _in_body(text: str, at: int, end: int, *, raw: bool) -> Iterator[tuple[int, int]]:
    while at < end:
        if text.startswith(("{{", "}}"), at):
            at += 2
        elif text[at] == "{":
            at = yield from _field(text, at, end)
        elif text[at] == "\\" and not raw:
            named = _NAMED.match(text, at)
            at = named.end() if named is not None else at + 2
        else:
            at += 1


def _field(text: str, start: int, end: int) -> Generator[tuple[int, int], None, int]:
    """One field, and those in its format; returns where it ends."""
    at = _expression_end(text, start + 1, end)
    yield start, at + 1
    while at < end and text[at] not in ":}":
        # ``=``, and ``!r``.
        at += 1
    at += text[at : at + 1] == ":"
    while at < end and text[at] != "}":
        at = (yield from _field(text, at, end)) if text[at] == "{" else at + 1
    return at + 1


def _expression_end(text: str, at: int, end: int) -> int:
    """Where the expression that begins here is over: at ``}``, ``:``, ``!`` or ``=`` outside of brackets and strings."""
    depth = 0
    while at < end:
        character = text[at]
        if character in "'\"":
            string = _STRING.match(text, at)
            at = string.end() if string is not None else end
            continue
        if character in _OPEN:
            depth += 1
        elif depth and character in _CLOSE:
            depth -= 1
        elif not depth and text[at : at + 2] in ("!=", "==", "<=", ">="):
            at += 1
        elif not depth and character in "}:!=":
            return at
        at += 1
    return at
