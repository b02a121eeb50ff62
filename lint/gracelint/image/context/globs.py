"""Patterns of COPY sources and of ``.dockerignore``, as Go matches them.

Two dialects over one matcher. COPY: Go's ``filepath.Match``, in which ``*`` and ``?`` stop at ``/``.
``.dockerignore``: ``Pattern.compile`` of moby/patternmatcher (patternmatcher.go), which adds ``**``.

Method: a pattern is a sequence of tokens, matched by keeping the set of token positions that are still possible, so
that no pattern, however hostile, takes more than pattern length x path length. Hazard: this is not gitignore; there
is no rule by which a pattern without ``/`` matches at any depth.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import takewhile
from typing import Literal, TypeAlias

from ...records import dataclass


@dataclass(frozen=True, slots=True)
class CharacterSet:
    """One character: ``a``, ``[a-z]``, ``[^a]``."""

    ranges: tuple[tuple[str, str], ...]
    negated: bool = False

    def holds(self, char: str) -> bool:
        """Whether a character belongs to it."""
        return any(low <= char <= high for low, high in self.ranges) != self.negated


# "?" (one character but "/"), "*" (any number of those), "**" (anything), "**/" (nothing, or anything up to a "/").
Wildcard: TypeAlias = Literal["any", "star", "all", "folders"]
Token: TypeAlias = "CharacterSet | Wildcard"


@dataclass(frozen=True, slots=True)
class Glob:
    """A compiled pattern; ``literal`` is its text where it has no wildcard, ``head`` and ``tail`` the plain text that it begins and ends with."""

    tokens: tuple[Token, ...]
    literal: str | None
    head: str
    tail: str

    def matches(self, text: str) -> bool:
        """Whether all of ``text`` matches."""
        if self.literal is not None:
            return text == self.literal
        if not (text.startswith(self.head) and text.endswith(self.tail)):
            return False
        states: set[int] = set()
        self._enter(0, states)
        for char in text:
            following: set[int] = set()
            for at in states:
                if at < len(self.tokens):
                    self._step(at, char, following)
            if not following:
                return False
            states = following
        return len(self.tokens) in states

    def _step(self, at: int, char: str, following: set[int]) -> None:
        """The positions behind ``char``."""
        token = self.tokens[at]
        if isinstance(token, CharacterSet):
            if token.holds(char):
                self._enter(at + 1, following)
        elif token == "any":
            if char != "/":
                self._enter(at + 1, following)
        elif token == "folders":
            following.add(at)
            if char == "/":
                self._enter(at + 1, following)
        elif token == "all" or char != "/":
            self._enter(at, following)

    def _enter(self, at: int, states: set[int]) -> None:
        """Add a position, and those behind it that need no character."""
        states.add(at)
        while at < len(self.tokens) and self.tokens[at] in ("star", "all", "folders"):
            at += 1
            states.add(at)


@lru_cache(maxsize=1024)
def path_glob(pattern: str) -> Glob | None:
    """A pattern of Go's ``filepath.Match``; None where it is malformed (``ErrBadPattern``)."""
    return _compile(pattern, doubled=False)


def ignore_glob(pattern: str) -> Glob | None:
    """A pattern of moby/patternmatcher; None where it is malformed.

    ``**`` in front of plain text without a ``/`` between them is a plain suffix there (``suffixMatch``).
    """
    rest = pattern.removeprefix("**")
    if len(rest) < len(pattern) and not rest.startswith("/") and not set(rest) & set("*?[]\\"):
        return _glob(("all", *(CharacterSet(((char, char),)) for char in rest)))
    return _compile(pattern, doubled=True)


_SPECIAL = frozenset("*?[")


def has_wildcard(pattern: str) -> bool:
    """Whether BuildKit takes a COPY source for a pattern (``containsWildcards``, convert_copy.go)."""
    if _SPECIAL.isdisjoint(pattern):
        return False
    at = 0
    while at < len(pattern):
        if pattern[at] in _SPECIAL:
            return True
        at += 2 if pattern[at] == "\\" else 1
    return False


def _compile(pattern: str, doubled: bool) -> Glob | None:
    tokens: list[Token] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "*" and doubled and pattern.startswith("*", at):
            at += 1
            at += pattern.startswith("/", at)
            tokens.append("folders" if at < len(pattern) else "all")
        elif char == "*":
            tokens.append("star")
        elif char == "?":
            tokens.append("any")
        elif char == "[":
            found = _character_set(pattern, at)
            if found is None:
                return None
            token, at = found
            tokens.append(token)
        else:
            if char == "\\":
                if at >= len(pattern):
                    return None
                char = pattern[at]
                at += 1
            tokens.append(CharacterSet(((char, char),)))
    return _glob(tuple(tokens))


def _glob(tokens: tuple[Token, ...]) -> Glob:
    head = "".join(takewhile(bool, map(_plain, tokens)))
    tail = "".join(takewhile(bool, map(_plain, reversed(tokens))))[::-1]
    return Glob(tokens, head if len(head) == len(tokens) else None, head, tail)


def _plain(token: Token) -> str:
    """The one character that a token means; none where it may be another."""
    if not isinstance(token, CharacterSet) or token.negated or len(token.ranges) > 1:
        return ""
    ((low, high),) = token.ranges
    return low if low == high else ""


def _character_set(pattern: str, at: int) -> tuple[CharacterSet, int] | None:
    """The set behind ``[`` (Go's ``matchChunk``) and where it ends; None where it is malformed."""
    negated = pattern.startswith("^", at)
    at += negated
    ranges: list[tuple[str, str]] = []
    while at < len(pattern) and (pattern[at] != "]" or not ranges):
        low = _set_member(pattern, at)
        if low is None:
            return None
        at = low[1]
        high = low
        if pattern.startswith("-", at):
            end = _set_member(pattern, at + 1)
            if end is None:
                return None
            high, at = end, end[1]
        ranges.append((low[0], high[0]))
    return (CharacterSet(tuple(ranges), negated), at + 1) if at < len(pattern) else None


def _set_member(pattern: str, at: int) -> tuple[str, int] | None:
    """One character of a set (Go's ``getEsc``) and where it ends."""
    if at >= len(pattern) or pattern[at] in "-]":
        return None
    if pattern[at] == "\\":
        at += 1
    return (pattern[at], at + 1) if at + 1 < len(pattern) else None
