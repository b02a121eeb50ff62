"""Shell patterns (``case``, ``[[ == ]]``, ``${x#pattern}``): matching in bounded time.

A pattern is a tuple of tokens. Matching is the classic two-pointer walk that returns to the last star only, so it takes at most
length × tokens steps; no regular expression engine can be made to explode by a hostile pattern. bash's extended patterns
(``@(a|b)``) are not modelled: `compile_pattern` says so with None.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from ....records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

CLASSES: dict[str, Callable[[str], bool]] = {
    "alpha": str.isalpha,
    "digit": str.isdigit,
    "alnum": str.isalnum,
    "upper": str.isupper,
    "lower": str.islower,
    "space": str.isspace,
    "punct": lambda c: c.isprintable() and not c.isalnum() and not c.isspace(),
    "blank": lambda c: c in " \t",
    "xdigit": lambda c: c in "0123456789abcdefABCDEF",
}


class Set(NamedTuple):
    """A bracket expression."""

    characters: frozenset[str]
    ranges: tuple[tuple[str, str], ...]
    classes: tuple[str, ...]
    negated: bool

    def holds(self, character: str) -> bool:
        """Whether a character is in it."""
        inside = (
            character in self.characters
            or any(low <= character <= high for low, high in self.ranges)
            or any(CLASSES[name](character) for name in self.classes)
        )
        return inside is not self.negated


class Star(NamedTuple):
    """``*``."""


class Any(NamedTuple):
    """``?``."""


Token = str | Set | Star | Any
Pattern = tuple[Token, ...]


def compile_pattern(pieces: Iterable[tuple[str, bool]], *, caret: bool = True) -> Pattern | None:
    """A pattern of (text, quoted) pieces; None where it uses extended patterns. ``caret``: ``[^a]`` is ``[!a]``."""
    return _compiled(tuple(pieces), caret)


@lru_cache(maxsize=1000)
def _compiled(pieces: tuple[tuple[str, bool], ...], caret: bool) -> Pattern | None:
    """The last ones are kept: a loop asks the same arms of a ``case`` in every lap."""
    tokens: list[Token] = []
    for text, quoted in pieces:
        if quoted:
            tokens.extend(text)
            continue
        at = 0
        while at < len(text):
            character = text[at]
            if character in "@+?*!" and text[at + 1 : at + 2] == "(":
                return None
            if character == "*":
                if not tokens or not isinstance(tokens[-1], Star):
                    tokens.append(Star())
            elif character == "?":
                tokens.append(Any())
            elif character == "\\" and at + 1 < len(text):
                at += 1
                tokens.append(text[at])
            elif character == "[":
                found = bracket(text, at, caret=caret)
                if found is None:
                    tokens.append("[")
                else:
                    members, at = found
                    tokens.append(members)
            else:
                tokens.append(character)
            at += 1
    return tuple(tokens)


def bracket(text: str, start: int, *, caret: bool = True) -> tuple[Set, int] | None:
    """The bracket expression at ``start`` and the offset of its ``]``."""
    at = start + 1
    negated = text[at : at + 1] in (("!", "^") if caret else ("!",))
    at += negated
    first = at
    characters: set[str] = set()
    ranges: list[tuple[str, str]] = []
    classes: list[str] = []
    while at < len(text):
        if text[at] == "]" and at > first:
            return Set(frozenset(characters), tuple(ranges), tuple(classes), negated), at
        if text.startswith("[:", at):
            end = text.find(":]", at, at + 12)
            if end > 0 and text[at + 2 : end] in CLASSES:
                classes.append(text[at + 2 : end])
                at = end + 2
                continue
        if text[at] == "\\" and at + 1 < len(text):
            at += 1
        if text[at + 1 : at + 2] == "-" and text[at + 2 : at + 3] not in ("", "]"):
            ranges.append((text[at], text[at + 2]))
            at += 3
            continue
        characters.add(text[at])
        at += 1
    return None


def matches(pattern: Pattern, text: str) -> bool:
    """Whether the whole text matches."""
    at = token = 0
    star, resume = -1, 0
    while at < len(text):
        current = pattern[token] if token < len(pattern) else None
        if isinstance(current, Star):
            star, resume = token, at
            token += 1
        elif current is not None and _one(current, text[at]):
            at += 1
            token += 1
        elif star >= 0:
            resume += 1
            at, token = resume, star + 1
        else:
            return False
    return all(isinstance(rest, Star) for rest in pattern[token:])


def _one(token: Token, character: str) -> bool:
    if isinstance(token, str):
        return token == character
    return token.holds(character) if isinstance(token, Set) else True


def literal_prefix(pattern: Pattern) -> str:
    """The characters that every match begins with."""
    prefix = []
    for token in pattern:
        if not isinstance(token, str):
            break
        prefix.append(token)
    return "".join(prefix)


def trim(pattern: Pattern, text: str, *, end: bool, longest: bool) -> str | None:
    """``${x#pattern}`` and its kin: the text without the match at its beginning or end; None where it is too long to try."""
    if len(text) > 4096:
        return None
    cuts = range(len(text) + 1)
    # A cut is where the rest begins (prefix) or ends (suffix); the shortest match is tried first, or last.
    order = reversed(cuts) if longest is not end else cuts
    for cut in order:
        if matches(pattern, text[cut:] if end else text[:cut]):
            return text[:cut] if end else text[cut:]
    return text


def replace(pattern: Pattern, text: str, replacement: str, mode: str) -> str | None:
    """``${x/pattern/replacement}`` (``mode`` ``/``, ``//``, ``/#``, ``/%``); None where it is too long to try."""
    if len(text) > 512:
        return None
    result: list[str] = []
    at = 0
    while at <= len(text):
        ends = [end for end in range(len(text), at, -1) if matches(pattern, text[at:end])]
        if mode == "/%":
            ends = [end for end in ends if end == len(text)]
        if ends and not (mode == "/#" and at):
            result.append(replacement)
            at = ends[0]
            if mode != "//":
                break
        else:
            result.append(text[at : at + 1])
            at += 1
    return "".join(result) + text[at:]
