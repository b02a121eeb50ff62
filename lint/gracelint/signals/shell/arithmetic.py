"""``$((…))``, ``((…))`` and the comparisons of ``[[ ]]``: integer expressions of known values.

A small precedence parser over C's operators. Anything it does not know (assignments inside, unknown variables, arrays) makes the result None:
not known. Depth and numbers are bounded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...regexes import regex

if TYPE_CHECKING:
    from collections.abc import Callable

TOKEN = regex(r"\s*(0[xX][0-9a-fA-F]+|\d+|[A-Za-z_]\w*|\*\*|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%<>!~&|^()?:])")
_DECIMAL = regex(r"(?:0|[1-9]\d{0,17})\Z")
LEVELS = (
    ("||",),
    ("&&",),
    ("|",),
    ("^",),
    ("&",),
    ("==", "!="),
    ("<", ">", "<=", ">="),
    ("<<", ">>"),
    ("+", "-"),
    ("*", "/", "%"),
    ("**",),
)
DEEPEST, LARGEST = 40, 1 << 63


class Undecided(Exception):  # noqa: N818 - an ordinary outcome: the value is not known
    """The expression has no known value."""


def evaluate(expression: str, lookup: Callable[[str], str | None]) -> int | None:
    """The value of an expression; ``lookup`` gives variables' values, None where not known."""
    if len(expression) > 2000:
        return None
    if _DECIMAL.match(expression):
        return int(expression)
    tokens: list[str] = []
    at, text = 0, re.sub(r"\$\{?([A-Za-z_]\w*)\}?", r"\1", expression.strip())
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            return None
        tokens.append(match.group(1))
        at = match.end()
    parser = _Parser(tokens, lookup)
    try:
        value = parser.binary(0, 0) if tokens else 0
    except (Undecided, ZeroDivisionError):
        return None
    return value if parser.at == len(tokens) and abs(value) < LARGEST else None


class _Parser:
    def __init__(self, tokens: list[str], lookup: Callable[[str], str | None]) -> None:
        self.tokens, self.lookup, self.at = tokens, lookup, 0

    def take(self) -> str:
        if self.at >= len(self.tokens):
            raise Undecided
        self.at += 1
        return self.tokens[self.at - 1]

    def binary(self, level: int, depth: int) -> int:
        if depth > DEEPEST:
            raise Undecided
        if level == len(LEVELS):
            return self.unary(depth)
        left = self.binary(level + 1, depth)
        while self.at < len(self.tokens) and self.tokens[self.at] in LEVELS[level]:
            operator = self.take()
            left = apply(operator, left, self.binary(level + 1, depth))
        return left

    def unary(self, depth: int) -> int:
        token = self.take()
        if token == "(":
            value = self.binary(0, depth + 1)
            if self.take() != ")":
                raise Undecided
            return value
        if token in "-+!~":
            value = self.unary(depth + 1) if depth < DEEPEST else 0
            return {"-": -value, "+": value, "!": int(not value), "~": ~value}[token]
        if token[0].isdigit():
            return integer(token)
        if not (token[0].isalpha() or token[0] == "_"):
            raise Undecided
        known = self.lookup(token)
        if known is None or len(known) > 20:
            raise Undecided
        return integer(known.strip() or "0")


def integer(text: str) -> int:
    """A shell integer constant."""
    try:
        if re.fullmatch(r"-?0\d+", text):
            return int(text, 8)
        return int(text, 0)
    except ValueError:
        raise Undecided from None


def apply(operator: str, left: int, right: int) -> int:
    """One binary operation, as C does it."""
    if operator == "/":
        return int(left / right) if abs(left) < 1 << 50 else left // right
    if operator == "%":
        return left - right * int(left / right)
    if operator in ("<<", "**") and not 0 <= right < 64:
        raise Undecided
    operations: dict[str, Callable[[], int]] = {
        "||": lambda: int(bool(left) or bool(right)),
        "&&": lambda: int(bool(left) and bool(right)),
        "|": lambda: left | right,
        "^": lambda: left ^ right,
        "&": lambda: left & right,
        "==": lambda: int(left == right),
        "!=": lambda: int(left != right),
        "<": lambda: int(left < right),
        ">": lambda: int(left > right),
        "<=": lambda: int(left <= right),
        ">=": lambda: int(left >= right),
        "<<": lambda: left << right,
        ">>": lambda: left >> max(0, min(right, 64)),
        "+": lambda: left + right,
        "-": lambda: left - right,
        "*": lambda: left * right,
        "**": lambda: left**right,
    }
    value = operations[operator]()
    if abs(value) > LARGEST:
        raise Undecided
    return value
