"""``${...}``: a parameter with its operator, its index and the words in it (bash(1), "Parameter Expansion").

Hazard: bash refuses a malformed one only when it expands it; the reader notes it in ``odd``, so that the one command is unreadable and the
text behind it is not.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from ...regexes import regex
from .model import LiteralText, Parameter, Word
from .reader import BRACE, BRACE_QUOTED, CONTINUATIONS, PATTERN, Mode, Reader, Unread

if TYPE_CHECKING:
    import re

    from .collector import Collector

_PARAMETER = regex(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-]")
_OPERATOR = regex(r":[-=?+]|[-=?+]|##?|%%?|/[/#%]?|\^\^?|,,?|@|:")
_BRACKETS = regex(r"[^][\n'\"]+")


class ParameterReader(Reader, ABC):
    """Reads what stands in braces; the words inside are left to the reader of words."""

    @abstractmethod
    def word(self, at: int, mode: Mode) -> tuple[Word, int]:
        """The word at ``at`` and where it ends."""

    def braced(self, at: int, quoted: bool, into: Collector) -> int:
        """Read the ``${`` at ``at``; where its ``}`` ends."""
        self.deeper(at)
        parameter = self._length(at, quoted) or self._indirect(at, quoted) or self._expansion(at, quoted)
        self.depth -= 1
        into.part(parameter)
        return parameter.text.end - self.text.start

    def _length(self, at: int, quoted: bool) -> Parameter | None:
        """``${#x}`` and ``${#x[@]}``; ``${#}`` and ``${#-default}`` are about ``$#``."""
        match = _PARAMETER.match(self.source, at + 3) if self.peek(at + 2) == "#" else None
        if match is None:
            return None
        index, end = self._index(match.end())
        if self.peek(end) != "}":
            return None
        return Parameter(self.text.cut(at, end + 1), match.group(), "length", None, None, index, quoted)

    def _indirect(self, at: int, quoted: bool) -> Parameter | None:
        """``${!x}``, ``${!x[@]}``, ``${!x*}``; with an operator behind it, that is kept as the raw argument."""
        match = _PARAMETER.match(self.source, at + 3) if self.peek(at + 2) == "!" else None
        if match is None or match.group() in "#?$!-":
            return None
        index, end = self._index(match.end())
        if self.source[end : end + 2] in ("*}", "@}"):
            return Parameter(self.text.cut(at, end + 2), match.group(), "keys", None, None, index, quoted)
        rest, close = self._argument(end, BRACE_QUOTED if quoted else BRACE)
        if self.peek(close) != "}":
            raise Unread(at, "unterminated ${")
        operator = "keys" if index in ("@", "*") else "indirect"
        return Parameter(self.text.cut(at, close + 1), match.group(), operator, rest, None, index, quoted)

    def _expansion(self, at: int, quoted: bool) -> Parameter:
        match = _PARAMETER.match(self.source, at + 2)
        if match is None:
            return self._malformed(at, at + 2, quoted)
        index, end = self._index(match.end())
        operator = _OPERATOR.match(self.source, end)
        argument = replacement = None
        if operator is not None:
            argument, replacement, end = self._arguments(operator, quoted)
        if self.peek(end) != "}":
            return self._malformed(at, end, quoted)
        symbol = operator.group() if operator else None
        return Parameter(self.text.cut(at, end + 1), match.group(), symbol, argument, replacement, index, quoted)

    def _malformed(self, at: int, end: int, quoted: bool) -> Parameter:
        """``${a.b}``: the shell refuses it when it gets there, and reads on behind the brace."""
        _, close = self._argument(end, BRACE_QUOTED if quoted else BRACE)
        if self.peek(close) != "}":
            raise Unread(at, "unterminated ${")
        self.odd = "bad substitution"
        return Parameter(self.text.cut(at, close + 1), "", None, None, None, None, quoted)

    def _arguments(self, operator: re.Match[str], quoted: bool) -> tuple[Word | None, Word | None, int]:
        symbol, at = operator.group(), operator.end()
        if symbol == ":":
            end = self._argument(at, BRACE_QUOTED if quoted else BRACE)[1]
            raw = self.text.cut(at, end)
            return Word(raw, (LiteralText(raw, raw, quoted),)), None, end
        if symbol.startswith("/"):
            pattern, end = self._argument(at, PATTERN)
            if self.peek(end) != "/":
                return pattern, None, end
            replacement, end = self._argument(end + 1, BRACE)
            return pattern, replacement, end
        inner = BRACE_QUOTED if quoted and symbol[0] not in "#%^,@" else BRACE
        argument, end = self._argument(at, inner)
        return argument, None, end

    def _argument(self, at: int, mode: Mode) -> tuple[Word | None, int]:
        """A word inside braces, None if it is empty, and the place of what ends it."""
        word, end = self.word(at, mode)
        while (match := CONTINUATIONS.match(self.source, end)) is not None:
            end = match.end()
        return (word if end > at else None), end

    def _index(self, at: int) -> tuple[str | None, int]:
        """A raw ``[...]`` and where it ends."""
        if self.peek(at) != "[":
            return None, at
        end = self.bracket_end(at)
        return (None, at) if end is None else (self.source[at + 1 : end - 1], end)

    def bracket_end(self, at: int) -> int | None:
        """Behind the ``]`` that closes the ``[`` at ``at``; None if none does on the way to white space."""
        depth = 0
        start = at
        while at < len(self.source):
            if match := _BRACKETS.match(self.source, at):
                at = match.end()
                continue
            character = self.source[at]
            if character == "\n":
                return None
            if character in "'\"":
                at = self.source.find(character, at + 1)
                if at < 0:
                    return None
            elif character == "[":
                depth += 1
            else:
                depth -= 1
                if not depth:
                    return at + 1 if at > start + 1 else None
            at += 1
        return None
