"""``[[ ... ]]``: the conditions of bash, read by recursive descent (bash(1), "Compound Commands").

Neither foreign grammar reads them well: bashlex not at all, and in a pattern or a regular expression the words follow
rules of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ...regexes import regex
from .collector import Collector
from .model import Binary, Both, Conditional, Not, Unary, Word
from .reader import COMMAND, REGEX, Unread
from .words import WordReader

if TYPE_CHECKING:
    from .model import Condition

_SPACE = regex(r"(?:[ \t\n]|\\\n)*")
_BLANK = regex(r"(?:[ \t]|\\\n)*")
_UNARY = regex(r"-[abcdefghknoprstuvwxzGLNORS](?=[ \t\n])")
_BINARY = regex(r"(?:==|!=|=~|=|-eq|-ne|-lt|-le|-gt|-ge|-nt|-ot|-ef)(?=[ \t\n])|[<>](?!\()")


class ConditionReader(WordReader):
    """Adds the conditions to a reader of words."""

    def conditional(self, at: int) -> tuple[Conditional, int]:
        """The ``[[ ... ]]`` at ``at`` and where it ends."""
        expression, end = self._or(at + 2)
        end = self._space(end)
        if self.source[end : end + 2] != "]]" or not self._ends(end + 2):
            raise Unread(at, "a condition without ]]")
        return Conditional(self.text.cut(at, end + 2), expression), end + 2

    def _space(self, at: int) -> int:
        match = _SPACE.match(self.source, at)
        return match.end() if match else at

    def _or(self, at: int) -> tuple[Condition, int]:
        left, end = self._and(at)
        return self._chain(left, end, "||")

    def _and(self, at: int) -> tuple[Condition, int]:
        left, end = self._negation(at)
        return self._chain(left, end, "&&")

    def _chain(self, left: Condition, end: int, operator: Literal["&&", "||"]) -> tuple[Condition, int]:
        links = 0
        while self.source.startswith(operator, self._space(end)):
            at = self._space(end) + 2
            right, end = self._and(at) if operator == "||" else self._negation(at)
            left = Both(left.text.until(right.text), left, operator, right)
            links += 1
            if links > 100:
                raise Unread(at, "a condition that is too long")
        return left, end

    def _negation(self, at: int) -> tuple[Condition, int]:
        at = self._space(at)
        if self.peek(at) == "!" and self.source[at + 1 : at + 2] in (" ", "\t", "\n", "("):
            self.deeper(at)
            operand, end = self._negation(at + 1)
            self.depth -= 1
            return Not(self.text.cut(at, end), operand), end
        if self.peek(at) == "(":
            self.deeper(at)
            inner, end = self._or(at + 1)
            end = self._space(end)
            if self.peek(end) != ")":
                raise Unread(at, "unterminated parenthesis in a condition")
            self.depth -= 1
            return inner, end + 1
        return self._test(at)

    def _test(self, at: int) -> tuple[Condition, int]:
        unary = _UNARY.match(self.source, at)
        if unary and not self._operates(unary.end()):
            operand, end = self._operand(self._blank(unary.end()))
            return Unary(self.text.cut(at, end), unary.group(), operand), end
        left, end = self._operand(at)
        operator = _BINARY.match(self.source, self._blank(end))
        if operator is None:
            return Unary(left.text, "-n", left), end
        place = self._blank(operator.end())
        right, end = self._regex(place) if operator.group() == "=~" else self._operand(place)
        return Binary(self.text.cut(at, end), left, operator.group(), right), end

    def _operates(self, at: int) -> bool:
        """Is the word before ``at`` the left side of a comparison, as in ``[[ -n == x ]]``?"""
        match = _BINARY.match(self.source, self._blank(at))
        return match is not None and self.source[match.end() : self._space(match.end()) + 2].strip() != "]]"

    def _blank(self, at: int) -> int:
        match = _BLANK.match(self.source, at)
        return match.end() if match else at

    def _operand(self, at: int) -> tuple[Word, int]:
        word, end = self.word(at, COMMAND)
        if end == at or word.text.value == "]]":
            raise Unread(at, "a condition without an operand")
        return word, end

    def _regex(self, at: int) -> tuple[Word, int]:
        """A regular expression: one word, in which parentheses group and may hold white space."""
        collector = Collector(self.text)
        end = at
        while True:
            after = self.parts(end, REGEX, collector)
            if self.peek(after) == "(":
                end = self.parenthesised(after, collector)
                continue
            if after == at:
                raise Unread(at, "a condition without an operand")
            return Word(self.text.cut(at, after), collector.finish()), after
