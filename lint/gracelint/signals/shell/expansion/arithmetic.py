"""``$((…))``, ``((…))`` and the comparisons of ``[[ ]]``: integer expressions, with what they assign.

A small precedence parser over C's operators, in the manner of one shell (measured, expression by expression, with dash 0.5.12, busybox 1.35
and bash 5.2). An expression is a number, not known (`Undecided`: it rests on a variable that nobody knows), or wrong (`Invalid`: the shell
says so and does not go on as if nothing had been). Depth is bounded; what the operators make of numbers is `integers`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import dataclass
from ....regexes import regex
from .integers import Invalid, Undecided, apply, integer, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable

_NUMBER = r"\d+#[0-9A-Za-z@_]+|0[xX][0-9a-fA-F]+|\d+"
_OPERATORS = r"<<=|>>=|\*\*|\+\+|--|<<|>>|<=|>=|==|!=|&&|\|\||[-+*/%&|^]=|[-+*/%<>!~&|^()?:,=]"
TOKEN = regex(rf"\s*({_NUMBER}|[A-Za-z_]\w*(?:\[[^]]*\])?|{_OPERATORS})")
ASSIGNED = regex(r"([A-Za-z_]\w*)\s*(?:(?:<<|>>|[-+*/%&|^])?=(?!=)|\+\+|--)|(?:\+\+|--)\s*([A-Za-z_]\w*)")
_DECIMAL = regex(r"(?:0|[1-9]\d{0,17})\Z")
_PLAIN = regex(r"\s*[-+]?(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9]\d*)\s*\Z")
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
)
ASSIGNING = frozenset("= += -= *= /= %= &= |= ^= <<= >>=".split())
DEEPEST, LONGEST, WORD = 40, 2000, 64


@dataclass(frozen=True, slots=True)
class Manner:
    """What one shell does otherwise than bash. ``plain``: no ``++``, ``**``, ``,`` and ``16#ff``, and variables hold nothing but numbers;
    ``eager``: what ``&&``, ``||`` and ``?:`` pass over is assigned all the same; ``quotes``: they are dropped; ``empty``: of nothing, it is
    0."""

    plain: bool = False
    eager: bool = False
    quotes: bool = True
    empty: bool = True


BASH = Manner()
ASH = Manner(eager=True, quotes=False)
DASH = Manner(plain=True, quotes=False, empty=False)


def evaluate(
    expression: str,
    lookup: Callable[[str], str | None],
    assign: Callable[[str, str], None] | None = None,
    manner: Manner = BASH,
) -> int:
    """The value of an expression. ``lookup`` gives what variables and elements (``a[1]``) hold, None where that is not known; ``assign`` gets what is assigned.

    Raises `Undecided` and `Invalid`."""
    if len(expression) > LONGEST:
        raise Undecided
    if _DECIMAL.match(expression):
        return int(expression)
    known: dict[str, str] = {}

    def current(name: str) -> str | None:
        return known[name] if name in known else lookup(name)

    value = _Parser(_tokens(expression, manner), current, known, manner, 0).whole()
    for name, held in known.items():
        if assign is not None:
            assign(name, held)
    return value


def _tokens(expression: str, manner: Manner) -> list[str]:
    text = (expression.replace('"', "") if manner.quotes else expression).rstrip()
    tokens: list[str] = []
    at = 0
    while at < len(text):
        match = TOKEN.match(text, at)
        if match is None:
            raise Invalid
        token = match[1]
        at = match.end()
        if token[0].isdigit() and text[at : at + 1].isalnum():
            raise Invalid
        if manner.plain and token in ("++", "--", "**"):
            tokens.extend(token)
        elif manner.plain and (token == "," or "#" in token):
            raise Invalid
        else:
            tokens.append(token)
    return tokens


class _Parser:
    """``known`` is what was assigned so far; ``passing``: what is read now is passed over."""

    def __init__(
        self,
        tokens: list[str],
        lookup: Callable[[str], str | None],
        known: dict[str, str],
        manner: Manner,
        depth: int,
    ) -> None:
        self.tokens, self.lookup, self.known, self.manner, self.depth = tokens, lookup, known, manner, depth
        self.at, self.passing = 0, 0

    def whole(self) -> int:
        if not self.tokens:
            if not self.manner.empty:
                raise Invalid
            return 0
        value = self.listed(0)
        if self.at < len(self.tokens):
            raise Invalid
        return value

    def peek(self) -> str:
        return self.tokens[self.at] if self.at < len(self.tokens) else ""

    def take(self) -> str:
        if self.at >= len(self.tokens):
            raise Invalid
        self.at += 1
        return self.tokens[self.at - 1]

    def expect(self, token: str) -> None:
        if self.take() != token:
            raise Invalid

    def listed(self, depth: int) -> int:
        value = self.assignment(depth)
        while self.peek() == ",":
            self.at += 1
            value = self.assignment(depth)
        return value

    def assignment(self, depth: int) -> int:
        name = self.peek()
        following = self.tokens[self.at + 1] if self.at + 1 < len(self.tokens) else ""
        if not _is_name(name) or following not in ASSIGNING:
            return self.choice(depth)
        self.at += 2
        right = self.assignment(_deeper(depth))
        value = right if following == "=" else self.applied(following[:-1], self.held(name), right)
        return self.set(name, value)

    def choice(self, depth: int) -> int:
        asked = self.binary(0, depth)
        if self.peek() != "?":
            return asked
        self.at += 1
        one = self.passed_over(not asked, lambda: self.listed(_deeper(depth)))
        before = dict(self.known)
        self.expect(":")
        other = self.passed_over(bool(asked), lambda: self.assignment(_deeper(depth)))
        if self.manner.eager and self.known != before:
            raise Undecided  # ash looks a variable up when all has been read
        return one if asked else other

    def binary(self, level: int, depth: int) -> int:
        if level == len(LEVELS):
            return self.power(_deeper(depth))
        left = self.binary(level + 1, depth)
        while self.peek() in LEVELS[level]:
            operator = self.take()
            if operator in ("&&", "||"):
                settled = bool(left) is (operator == "||")
                right = self.passed_over(settled, lambda: self.binary(level + 1, depth))
                left = int(bool(left)) if settled else int(bool(right))
            else:
                left = self.applied(operator, left, self.binary(level + 1, depth))
        return left

    def power(self, depth: int) -> int:
        base = self.unary(depth)
        if self.peek() != "**":
            return base
        self.at += 1
        return self.applied("**", base, self.power(_deeper(depth)))

    def unary(self, depth: int) -> int:
        token = self.take()
        if token == "(":
            value = self.listed(_deeper(depth))
            self.expect(")")
            return value
        if token in ("++", "--"):
            if not _is_name(self.peek()):
                return self.unary(_deeper(depth))  # two signs
            name = self.take()
            return self.set(name, self.held(name) + (1 if token == "++" else -1))
        if token in ("-", "+", "!", "~"):
            value = self.unary(_deeper(depth))
            return {"-": -value, "+": value, "!": int(not value), "~": ~value}[token]
        if token[0].isdigit():
            return integer(token)
        if not _is_name(token):
            raise Invalid
        if self.peek() in ("++", "--"):
            value = self.held(token)
            self.set(token, value + (1 if self.take() == "++" else -1))
            return value
        return self.held(token)

    def passed_over(self, over: bool, read: Callable[[], int]) -> int:
        """Read an operand whose value does not count where ``over``."""
        if not over or self.manner.eager:
            return read()
        self.passing += 1
        try:
            return read()
        finally:
            self.passing -= 1

    def set(self, name: str, value: int) -> int:
        if not self.passing:
            self.known[name] = str(wrapped(value))
        return value

    def held(self, name: str) -> int:
        """What a variable holds, as a number; text is an expression of its own, but in dash."""
        found = "0" if self.passing else self.lookup(name)
        if found is None or len(found) > WORD:
            raise Undecided
        if not found.strip():
            return 0
        if _PLAIN.match(found):
            return integer(found.strip().removeprefix("+"))
        if self.manner.plain:
            raise Invalid
        if self.depth > DEEPEST // 4:
            raise Undecided
        return _Parser(_tokens(found, self.manner), self.lookup, self.known, self.manner, self.depth + 1).whole()

    def applied(self, operator: str, left: int, right: int) -> int:
        return 0 if self.passing else apply(operator, left, right)


def _is_name(token: str) -> bool:
    return token[:1].isalpha() or token[:1] == "_"


def _deeper(depth: int) -> int:
    if depth > DEEPEST:
        raise Undecided
    return depth + 1
