"""What BuildKit makes of ``$name`` and quotes in an instruction, with every character's origin kept.

Method: one pass over a text, as in BuildKit's ``frontend/dockerfile/shell/lex.go`` (``processStopOn``,
``processSingleQuote``, ``processDoubleQuote``, ``processDollar``): literal stretches stay what they are, an expanded
variable maps to where ``$name`` stands. A variable whose value nobody can know before the build (a build argument
without default, what a base image sets) makes the whole result unknown: None.

Hazards: a ``$@`` in an unquoted ``COPY <<EOF`` is a BuildKit variable that is never set, and so vanishes; in such a
heredoc quotes mean nothing, but backslashes are eaten. Nesting is bounded (``${a:-${b:-…}}``), wildcards too.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeAlias

from ...regexes import regex
from ...source import Text, join

if TYPE_CHECKING:
    from .variables import Variables

MAX_NESTING = 50
MAX_WILDCARD_VALUE = 2_000
MAX_VALUE = 131_072  # what variables add; execve takes no longer string (MAX_ARG_STRLEN), and doubling is endless

_NAME = regex(r"[0-9]+|[@*#?\-$!]|[^\W\d]\w*|")
_LITERAL = regex(r"[^$'\"\\`}/]+")


class _SyntaxError(Exception):
    """A substitution that BuildKit refuses."""


def expand(word: Text, variables: Variables, escape: str = "\\", quotes: bool = True) -> Text | None:
    """A word after substitution and quote removal; None where it is not known, or BuildKit refuses it.

    ``quotes`` False is the heredoc mode of BuildKit (``SkipProcessQuotes``): quotes stay, backslashes are eaten.
    """
    value = word.value
    if "$" not in value and escape not in value and not (quotes and ("'" in value or '"' in value)):
        return word
    try:
        pieces = _Lexer(word, variables, escape, quotes).scan("", raw=False, depth=0)
    except _SyntaxError:
        return None
    if pieces is None or sum(len(piece[0]) for piece in pieces if not isinstance(piece, Text)) > MAX_VALUE:
        return None
    return join([word.cut(0, 0), *pieces])


def split_words(value: Text, escape: str = "\\") -> tuple[Text, ...]:
    """The words of ENV, ARG and LABEL: split at white space outside quotes, quotes kept.

    ``parseWords`` of BuildKit's ``frontend/dockerfile/parser/line_parsers.go``.
    """
    escaped = re.escape(escape)
    word = re.compile(
        rf"(?:{escaped}.|'[^']*(?:'|\Z)|\"(?:{escaped}.|[^\"{escaped}])*(?:\"|{escaped}?\Z)|[^\s])+", re.DOTALL
    )
    return tuple(value.cut(match.start(), match.end()) for match in word.finditer(value.value))


_Pieces: TypeAlias = "list[Text | tuple[str, Text]]"


class _Lexer:
    """BuildKit's ``shellWord``: a scanner over one text."""

    def __init__(self, text: Text, variables: Variables, escape: str, quotes: bool) -> None:
        self.text, self.source, self.at = text, text.value, 0
        self.variables, self.escape, self.quotes = variables, escape, quotes

    def peek(self) -> str:
        return self.source[self.at : self.at + 1]

    def take(self) -> str:
        self.at += 1
        return self.source[self.at - 1 : self.at]

    def scan(self, stop: str, raw: bool, depth: int) -> _Pieces | None:
        """Everything up to ``stop`` (which is eaten), or to the end; None where a needed value is not known."""
        if depth > MAX_NESTING:
            raise _SyntaxError("nested too deeply")
        pieces: _Pieces = []
        known = True
        while char := self.peek():
            if char == stop:
                self.at += 1
                return pieces if known else None
            start = self.at
            if char == "$":
                found = self.dollar(depth)
                known = known and found is not None
                pieces += found or []
            elif self.quotes and char == "'":
                pieces.append(self.single_quoted())
            elif self.quotes and char == '"':
                found = self.double_quoted(raw, depth)
                known = known and found is not None
                pieces += found or []
            elif char == self.escape:
                pieces += self.escaped(raw)
            else:
                literal = _LITERAL.match(self.source, start)
                self.at = literal.end() if literal and not stop else start + 1
                pieces.append(self.text.cut(start, self.at))
        if stop:
            raise _SyntaxError(f"no closing {stop}")
        return pieces if known else None

    def single_quoted(self) -> Text:
        """The inside of single quotes, as it is."""
        start = self.at + 1
        end = self.source.find("'", start)
        if end < 0:
            raise _SyntaxError("no closing quote")
        self.at = end + 1
        return self.text.cut(start, end)

    def escaped(self, raw: bool) -> _Pieces:
        """The character behind an escape, which itself stays if the text is ``raw``."""
        pieces: _Pieces = [self.text.cut(self.at, self.at + 1)] if raw else []
        self.at += 1
        if self.peek():
            pieces.append(self.text.cut(self.at, self.at + 1))
            self.at += 1
        return pieces

    def double_quoted(self, raw: bool, depth: int) -> _Pieces | None:
        """The inside of double quotes: variables are expanded, ``\\"``, ``\\$`` and ``\\\\`` unescaped."""
        self.at += 1
        pieces: _Pieces = []
        known = True
        while char := self.peek():
            start = self.at
            if char == '"':
                self.at += 1
                return pieces if known else None
            if char == "$":
                found = self.dollar(depth)
                known = known and found is not None
                pieces += found or []
                continue
            self.at += 1
            if char == self.escape:
                if raw:
                    pieces.append(self.text.cut(start, start + 1))
                if not self.peek():
                    break
                if self.peek() in ('"', "$", self.escape):
                    start = self.at
                    self.at += 1
            pieces.append(self.text.cut(start, self.at))
        raise _SyntaxError("no closing quote")

    def name(self) -> str:
        match = _NAME.match(self.source, self.at)
        found = match.group() if match else ""
        self.at += len(found)
        return found

    def dollar(self, depth: int) -> _Pieces | None:
        """``$name`` or ``${name…}``; None where its value is not known."""
        start = self.at
        self.at += 1
        if self.peek() != "{":
            name = self.name()
            return self.value(name, start) if name else [self.text.cut(start, start + 1)]
        self.at += 1
        if self.peek() in ("", "{", "}", ":"):
            raise _SyntaxError("bad substitution")
        name = self.name()
        operator = self.take()
        if operator == "}":
            return self.value(name, start)
        if operator == "/":
            return self.replaced(name, start, depth)
        null_is_unset = operator == ":"
        if null_is_unset:
            operator = self.take()
        if operator not in ("-", "+", "?", "#", "%") or (null_is_unset and operator in "#%"):
            raise _SyntaxError("unsupported modifier")
        word = self.scan("}", operator in "#%", depth + 1)
        is_set, value = self.variables.get(name)
        if is_set and value is None:
            # Who writes a default says what is meant where nobody gives an ARG a value; any other value that is not known is another matter.
            return word if operator == "-" and self.variables.is_asked_for(name) else None
        present = is_set and not (null_is_unset and value == "")
        if operator == "+":
            return word if present else []
        if operator == "-" and not present:
            return word
        if operator == "?" and not present:
            raise _SyntaxError(f"{name} is not allowed to be unset")
        if operator in "#%":
            return None if word is None else self.trimmed(operator, _plain(word), value or "", start)
        return self.value(name, start)

    def value(self, name: str, start: int) -> _Pieces | None:
        is_set, value = self.variables.get(name)
        if is_set and value is None:
            return None
        return [(value or "", self.text.cut(start, self.at))]

    def trimmed(self, operator: str, pattern: str, value: str, start: int) -> _Pieces | None:
        """``${name#pattern}`` and its kin; BuildKit's ``trimPrefix`` and ``trimSuffix``."""
        greedy = pattern.startswith(operator)
        compiled = _pattern(pattern[1:] if greedy else pattern, greedy, reverse=operator == "%")
        if compiled is None or _is_costly(compiled, value):
            return None
        if operator == "#":
            match = compiled.match(value)
            value = value[match.end() :] if match else value
        else:
            match = compiled.match(value[::-1])
            value = value[: len(value) - match.end()] if match else value
        return [(value, self.text.cut(start, self.at))]

    def replaced(self, name: str, start: int, depth: int) -> _Pieces | None:
        """``${name/pattern/replacement}``, ``${name//pattern/replacement}``."""
        everywhere = self.peek() == "/"
        if everywhere:
            self.at += 1
        pattern = self.scan("/", True, depth + 1)
        replacement = self.scan("}", True, depth + 1)
        is_set, value = self.variables.get(name)
        if pattern is None or replacement is None or (is_set and value is None):
            return None
        compiled = _pattern(_plain(pattern), True)
        if compiled is None or _is_costly(compiled, value or ""):
            return None
        new = _plain(replacement)
        result = compiled.sub(lambda _: new, value or "", count=0 if everywhere else 1)
        return [(result, self.text.cut(start, self.at))]


def _plain(pieces: _Pieces) -> str:
    return "".join(piece.value if isinstance(piece, Text) else piece[0] for piece in pieces)


def _pattern(pattern: str, greedy: bool, reverse: bool = False) -> re.Pattern[str] | None:
    """A shell pattern (``*``, ``?``, backslash) as a regular expression; None where BuildKit refuses it."""
    tokens: list[str] = []
    at = 0
    while at < len(pattern):
        char = pattern[at]
        at += 1
        if char == "\\":
            if pattern[at : at + 1] in ("}", "/"):
                continue
            char = pattern[at : at + 1]
            if char not in ("*", "?", "\\") or not char:
                return None
            at += 1
            tokens.append(re.escape(char))
        elif char == "*":
            tokens.append(".*" if greedy else ".*?")
        else:
            tokens.append("." if char == "?" else re.escape(char))
    return re.compile("".join(reversed(tokens) if reverse else tokens))


def _is_costly(pattern: re.Pattern[str], value: str) -> bool:
    """Whether backtracking could take long: several stars over a long value."""
    stars = pattern.pattern.count(".*")
    return stars > 3 or (stars > 1 and len(value) > MAX_WILDCARD_VALUE)
