"""Which heredocs a logical line has, by BuildKit's rule.

BuildKit splits the whole line, flags included, with its shell lexer (frontend/dockerfile/shell/lex.go, quotes and
escapes kept, nothing set) and takes every word that looks like ``3<<-'NAME'``. A line that this lexer
refuses (an unpaired quote, ``${x^^}``) has no heredocs at all: the lines below it are instructions. The lexer's escape is always
the backslash, whatever the escape directive says.

Since 2025 (BuildKit 0.22) white space may stand between ``<<`` and the name. Expansions nest; beyond `_DEEPEST` the
line counts as refused.
"""

from __future__ import annotations

from ...records import NamedTuple
from ...regexes import regex
from ...source import BOM
from .words import SPACES

_HEREDOC = regex(r"[0-9]*<<(-?)[\t\n\f\r ]*([^<]*)")
_SPACE = regex(f"[{SPACES}]")
_PLAIN = regex(rf"[^$'\"<\\{SPACES}]+")
_BARE = regex(r"[\w./-]+")
_DIGITS = regex(r"\d+")
_NAME = regex(r"\w+")
_DEEPEST = 50


class Marker(NamedTuple):
    """A heredoc's ``<<NAME`` at characters ``start`` to ``end`` of a logical line."""

    name: str
    expands: bool
    strips_tabs: bool
    start: int
    end: int


def markers(line: str) -> list[Marker]:
    """The heredocs of a logical line, in the order of their bodies."""
    found = []
    for word, start, end in _words(line, raw_quotes=True, raw_escapes=True):
        match = _HEREDOC.fullmatch(word)
        if match is None or not match[2]:
            continue
        if _BARE.fullmatch(match[2]):
            found.append(Marker(match[2], True, match[1] == "-", start, end))
            continue
        plain = _words(match[2], raw_quotes=False, raw_escapes=False)
        raw = _words(match[2], raw_quotes=True, raw_escapes=False)
        if len(plain) == 1 and len(raw) == 1:
            expands = _quotes(plain[0][0]) == _quotes(raw[0][0])
            found.append(Marker(plain[0][0], expands, match[1] == "-", start, end))
    return found


def _quotes(word: str) -> int:
    return word.count("'") + word.count('"')


class _RefusedError(Exception):
    """BuildKit's lexer would report an error here."""


def _words(source: str, raw_quotes: bool, raw_escapes: bool) -> list[tuple[str, int, int]]:
    """The words of a line with their ranges; none if the lexer refuses it."""
    try:
        return _Lexer(source, raw_quotes).words(raw_escapes)
    except _RefusedError:
        return []


class _Lexer:
    def __init__(self, source: str, raw_quotes: bool) -> None:
        self.source = source
        self.at = 1 if source.startswith(BOM) else 0  # as Go's text/scanner
        self.raw_quotes = raw_quotes

    def words(self, raw_escapes: bool) -> list[tuple[str, int, int]]:
        found: list[tuple[str, int, int]] = []
        word: list[str] = []
        start = 0
        while self.at < len(self.source):
            before = self.at
            piece = self._piece(raw_escapes, 0)
            splits = self.source[before] == "$" or (piece == self.source[before] and _SPACE.match(piece))
            for index, part in enumerate(_SPACE.split(piece) if splits else [piece]):
                if index and word:
                    found.append(("".join(word), start, before))
                    word = []
                if part:
                    start = start if word else before
                    word.append(part)
        if word:
            found.append(("".join(word), start, self.at))
        return found

    def _piece(self, raw_escapes: bool, depth: int) -> str:
        """What the next unit stands for: plain characters, a quoted string, an escape, an expansion, ``<<``."""
        match = _PLAIN.match(self.source, self.at)
        if match:
            self.at = match.end()
            return match[0]
        character = self.source[self.at]
        if character == "'":
            return self._single()
        if character == '"':
            return self._double(raw_escapes, depth)
        if character == "$":
            return self._dollar(depth)
        if character == "<":
            return self._less()
        self.at += 1
        if character != "\\":
            return character
        escaped = self.source[self.at : self.at + 1]
        self.at += len(escaped)
        return character + escaped if raw_escapes else escaped

    def _single(self) -> str:
        end = self.source.find("'", self.at + 1)
        if end < 0:
            raise _RefusedError
        start, self.at = self.at, end + 1
        return self.source[start : end + 1] if self.raw_quotes else self.source[start + 1 : end]

    def _double(self, raw_escapes: bool, depth: int) -> str:
        quote = '"' if self.raw_quotes else ""
        parts = [quote]
        self.at += 1
        while self.at < len(self.source):
            character = self.source[self.at]
            if character == '"':
                self.at += 1
                parts.append(quote)
                return "".join(parts)
            if character == "$":
                parts.append(self._dollar(depth))
                continue
            self.at += 1
            if character == "\\":
                parts.append(character if raw_escapes else "")
                if self.source[self.at : self.at + 1] in ('"', "$", "\\"):
                    character = self.source[self.at]
                    self.at += 1
            parts.append(character)
        raise _RefusedError

    def _less(self) -> str:
        start = self.at
        self.at += 1
        if self.source[self.at : self.at + 1] != "<":
            return "<"
        self.at += 1
        while self.source[self.at : self.at + 1] in ("\t", "\r", " "):
            self.at += 1
        return self.source[start : self.at]

    def _name(self) -> str:
        special = self.source[self.at : self.at + 1]
        match = _DIGITS.match(self.source, self.at)
        if not match and special and special in "@*#?-$!":
            self.at += 1
            return special
        match = match or _NAME.match(self.source, self.at)
        if not match:
            return ""
        self.at = match.end()
        return match[0]

    def _dollar(self, depth: int) -> str:
        start = self.at
        self.at += 1
        if self.source[self.at : self.at + 1] != "{":
            return "$" + self._name()
        self.at += 1
        if depth >= _DEEPEST or self.source[self.at : self.at + 1] in ("", "{", "}", ":"):
            raise _RefusedError
        name = self._name()
        operator = self.source[self.at : self.at + 1]
        self.at += 1
        if operator == "}":
            return self.source[start : self.at]
        if operator == ":":
            operator += self.source[self.at : self.at + 1]
            self.at += 1
        if operator in (":#", ":%"):
            raise _RefusedError
        if operator[:1] == ":" or (operator and operator in "+-?#%"):
            word = self._until("}", operator in ("#", "%"), depth + 1)
            return f"${{{name}{operator}{word}}}"
        if operator != "/":
            raise _RefusedError
        self.at += self.source[self.at : self.at + 1] == "/"
        pattern = self._until("/", True, depth + 1)
        return f"${{{name}/{pattern}/{self._until('}', True, depth + 1)}}}"

    def _until(self, stop: str, raw_escapes: bool, depth: int) -> str:
        parts: list[str] = []
        while self.at < len(self.source):
            if self.source[self.at] == stop:
                self.at += 1
                return "".join(parts)
            piece = self._plain_until(stop)
            parts.append(piece or self._piece(raw_escapes, depth))
        raise _RefusedError

    def _plain_until(self, stop: str) -> str:
        match = _PLAIN.match(self.source, self.at)
        if not match:
            return ""
        end = match[0].find(stop)
        piece = match[0] if end < 0 else match[0][:end]
        self.at += len(piece)
        return piece
