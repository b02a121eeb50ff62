"""The lexer: a text as tokens, with every word, redirection, heredoc and comment already read.

Method: one pass; which token may stand where is the matter of `level`.

Hazards: an unterminated quote or substitution, or nesting beyond `MAX_DEPTH`, ends the reading: what was read so far is
kept, and `Lexer.top` tells where it ended. ``&>`` and ``((`` are read as bash reads them, in every script.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...regexes import regex
from ...source import join
from .conditions import ConditionReader
from .level import Level
from .model import Assignment, LiteralText, Redirect
from .reader import Unread
from .tokens import Kind, Token

if TYPE_CHECKING:
    import re
    from collections.abc import Callable

    from ...source import Text
    from .model import Block, Word

_BLANK = regex(r"(?:[ \t]|\\\n)*")
_SPACE = regex(r"(?:[ \t\n]|\\\n|#[^\n]*)*")
_ASSIGNMENT = regex(r"([A-Za-z_][A-Za-z0-9_]*)(?:\[|\+?=)")
_EQUALS = regex(r"\+?=")


class Lexer(ConditionReader):
    """Reads one text. ``blocks`` makes a block of the tokens of a substitution, whose end is told with them."""

    def __init__(
        self,
        text: Text,
        blocks: Callable[[Lexer, list[Token], int, int], Block],
        backquoted: Callable[[Lexer, Text], Block],
        depth: int = 0,
    ) -> None:
        super().__init__(text, depth)
        self.comments: list[Text] = []
        self._blocks = blocks
        self._backquoted = backquoted

    def commands(self, at: int) -> tuple[Block, int]:
        """The commands of a substitution, up to its ``)``."""
        depth = self.depth
        level = Level(self, at, nested=True)
        level.run()
        self.depth = depth
        return self._blocks(self, level.tokens, at, level.at), level.at

    def backquoted(self, text: Text) -> Block:
        """The commands of a text that stood in backquotes."""
        return self._backquoted(self, text)

    def top(self) -> tuple[list[Token], Unread | None]:
        """All tokens up to the end, or up to a place from which on nothing can be read."""
        level = Level(self, 0, nested=False)
        try:
            level.run()
        except Unread as unread:
            return level.tokens, Unread(level.at, str(unread))
        return level.tokens, None

    # --- pieces of a level ---------------------------------------------------------------------------------------

    def redirect(self, match: re.Match[str], pending: list[tuple[Token, Redirect]]) -> Token:
        """The redirection at ``match``; a heredoc's body is read at the next newline."""
        descriptor, operator = match.groups()
        at = _BLANK.match(self.source, match.end()).end()  # type: ignore[union-attr]  # matches the empty string
        target, end = self.word(at)
        if end == at:
            raise Unread(at, f"nothing behind {operator}")
        node = Redirect(self.text.cut(match.start(), end), operator, descriptor, target)
        token = Token(Kind.REDIRECT, match.start(), end, "", node)
        if operator in ("<<", "<<-"):
            pending.append((token, node))
        return token

    def heredocs(self, at: int, pending: list[tuple[Token, Redirect]]) -> int:
        """Read the bodies that begin at ``at``; where the last one's delimiter line ends."""
        for token, node in pending:
            body, at = self._heredoc(at, node)
            target = node.target
            quoted = target is not None and any(c in target.text.value for c in "'\"\\")
            token.content = Redirect(node.text, node.operator, node.descriptor, target, body, not quoted)
        pending.clear()
        return at

    def _heredoc(self, at: int, node: Redirect) -> tuple[Text, int]:
        strips = node.operator == "<<-"
        delimiter = _delimiter(node.target)
        lines: list[Text] = []
        start = at
        while at < len(self.source):
            end = self.source.find("\n", at)
            end = len(self.source) if end < 0 else end
            first = at
            while strips and self.peek(first) == "\t":
                first += 1
            if self.source[first:end] == delimiter:
                body = join(lines, self.text.buffer.encode) if strips and lines else self.text.cut(start, at)
                return body, min(end + 1, len(self.source))
            at = min(end + 1, len(self.source))
            lines.append(self.text.cut(first, at))
        return (join(lines, self.text.buffer.encode) if strips and lines else self.text.cut(start, at)), at

    def assignment(self, at: int) -> tuple[Assignment, int] | None:
        """``name=value``, ``name+=value``, ``name[index]=value`` or ``name=(...)`` at ``at``; None if it is none."""
        match = _ASSIGNMENT.match(self.source, at)
        if match is None:
            return None
        equals, index = match.end(1), None
        if self.source[equals] == "[":
            closed = self.bracket_end(equals)
            if closed is None:
                return None
            index, equals = self.source[equals + 1 : closed - 1], closed
        sign = _EQUALS.match(self.source, equals)
        if sign is None:
            return None
        appends = len(sign.group()) == 2
        if self.peek(sign.end()) == "(" and index is None:
            array, end = self.array(sign.end())
            return Assignment(self.text.cut(at, end), match.group(1), None, appends, None, array), end
        value, end = self.word(sign.end())
        node = Assignment(self.text.cut(at, end), match.group(1), value if end > sign.end() else None, appends, index)
        return node, end

    def array(self, at: int) -> tuple[tuple[Word, ...], int]:
        """The elements of the ``(...)`` at ``at`` and where it ends."""
        self.deeper(at)
        words: list[Word] = []
        start = at
        at += 1
        while True:
            space = _SPACE.match(self.source, at)
            at = space.end() if space else at
            if self.peek(at) == ")":
                self.depth -= 1
                return tuple(words), at + 1
            word, end = self.word(at)
            if end == at:
                raise Unread(start, "unterminated array")
            words.append(word)
            at = end


def _delimiter(target: Word | None) -> str:
    """The delimiter of a heredoc: its word without quotes; expansions in it stand for themselves."""
    if target is None:
        return ""
    return "".join(part.value.value if isinstance(part, LiteralText) else part.text.value for part in target.parts)
