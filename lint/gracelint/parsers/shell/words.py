"""Words: quotes, parameters, substitutions, read by one implementation for all front ends.

What stands inside a word decides which program runs, so it is read here, character by character, as the POSIX shell
language and bash(1) ("QUOTING", "EXPANSION") lay down; the front ends only see that there is a word.
"""

from __future__ import annotations

import re
from abc import abstractmethod
from typing import TYPE_CHECKING, Literal

from ...regexes import regex
from ...source import join
from .collector import Collector
from .model import Arithmetic, CommandSubstitution, LiteralText, Parameter, ProcessSubstitution, Word
from .parameters import ParameterReader
from .reader import COMMAND, CONTINUATIONS, DOUBLE, GROUP, MAX_DEPTH, Mode, Unread

if TYPE_CHECKING:
    from ...source import Text
    from .model import Block

CONTINUATION = "\\\n"

_BEHIND = r"(?=[ \t\n;|&)]|\Z)"
PLAIN_WORD = regex(COMMAND.plain.pattern + _BEHIND)
# Words that are one string, or one parameter, between quotes.
_QUOTED_WORD = regex(
    r"(?:\"([^\"\\$`]*)\"|'([^']*)'|\"(\$(?:([A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-])|\{([A-Za-z_][A-Za-z0-9_]*|[0-9]+)\}))\")"
    + _BEHIND
)
_SHORT = regex(r"[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]")
_ANSI_ESCAPE = regex(
    r"\\(?:([abeEfnrtv\\'\"?])|([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|c(.))",
    re.DOTALL,
)
_ANSI_PLAIN = regex(r"[^'\\]+")
_ANSI_CHARACTERS = dict(zip("abeEfnrtv\\'\"?", "\a\b\x1b\x1b\f\n\r\t\v\\'\"?", strict=True))
_QUOTE = regex(r"['\"\\]")
_SKIPPED = regex(r"[^()'\"`\\]+")


class WordReader(ParameterReader):
    """Reads words out of one text; how a substitution's commands are read is left to the lexer."""

    @abstractmethod
    def commands(self, at: int) -> tuple[Block, int]:
        """The commands that stand at ``at`` and the place of the ``)`` that ends them."""

    @abstractmethod
    def backquoted(self, text: Text) -> Block:
        """The commands of a backquoted text."""

    def word(self, at: int, mode: Mode = COMMAND) -> tuple[Word, int]:
        """The word at ``at`` and where it ends (equal to ``at`` where there is none)."""
        if mode is COMMAND and (plain := PLAIN_WORD.match(self.source, at)):
            text = self.text.cut(at, plain.end())
            return Word(text, (LiteralText(text, text, False),)), plain.end()
        if mode is COMMAND and self.depth < MAX_DEPTH and (quoted := _QUOTED_WORD.match(self.source, at)):
            return self._quoted(quoted), quoted.end()
        collector = Collector(self.text)
        end = self.parts(at, mode, collector)
        return Word(self.text.cut(at, end), collector.finish()), end

    def _quoted(self, match: re.Match[str]) -> Word:
        """A word that is one string, or one parameter, between quotes: what `parts` makes of it, at once."""
        at, end = match.span()
        text = self.text.cut(at, end)
        inside = self.text.cut(at + 1, end - 1)
        if match[3] is None:
            return Word(text, (LiteralText(text, inside, True),) if end - at > 2 else ())
        opening = LiteralText(text.cut(0, 1), inside.cut(0, 0), True)
        closing = LiteralText(self.text.cut(end - 1, end), self.text.cut(end - 1, end - 1), True)
        name = match[4] or match[5]
        return Word(text, (opening, Parameter(inside, name, None, None, None, None, True), closing))

    def _ends(self, at: int) -> bool:
        return self.peek(at) in ("", " ", "\n", ";", "\t", "|", "&", ")")

    def parts(self, at: int, mode: Mode, into: Collector) -> int:
        """Read parts up to a character that ends the word; where the last one ended (a trailing continuation is none)."""
        source = self.source
        end = at
        while at < len(source):
            if match := mode.plain.match(source, at):
                into.literal(at, match.end(), self.text.cut(at, match.end()), mode.quoted)
                at = match.end()
                if mode.globs and source[at - 1] in "?*+@!" and self.peek(at) == "(":
                    at = self.parenthesised(at, into)
            elif match := CONTINUATIONS.match(source, at):
                at = match.end()
                continue
            else:
                after = self._special(at, mode, into)
                if after == at:
                    break
                at = after
            end = at
        return end

    def _special(self, at: int, mode: Mode, into: Collector) -> int:
        """Read what begins with a character that is not plain; ``at`` where it ends the word."""
        character = self.source[at]
        if character == "\\":
            return self._escape(at, mode, into)
        if character == "$":
            return self._dollar(at, mode, into)
        if character == "`":
            return self._backquotes(at, mode.quoted, into)
        if character == "'" and mode.single:
            end = self.source.find("'", at + 1)
            if end < 0:
                raise Unread(at, "unterminated single quote")
            into.literal(at, end + 1, self.text.cut(at + 1, end), True)
            return end + 1
        if character == '"' and mode is not DOUBLE:
            return self._double(at, at + 1, into)
        if mode.globs and character in "<>" and self.peek(at + 1) == "(":
            return self._process(at, character, into)
        return at

    def _escape(self, at: int, mode: Mode, into: Collector) -> int:
        following = self.peek(at + 1)
        if not following or (mode.escapable is not None and following not in mode.escapable):
            into.literal(at, at + 1, self.text.cut(at, at + 1), mode.quoted)
            return at + 1
        into.literal(at, at + 2, self.text.cut(at + 1, at + 2), True)
        return at + 2

    def _double(self, at: int, inside: int, into: Collector) -> int:
        """A double-quoted string whose first character is at ``inside``."""
        self.deeper(at)
        into.literal(at, inside, self.text.cut(inside, inside), True)
        end = self.parts(inside, DOUBLE, into)
        while (match := CONTINUATIONS.match(self.source, end)) is not None:
            end = match.end()
        if self.peek(end) != '"':
            raise Unread(at, "unterminated double quote")
        into.literal(end, end + 1, self.text.cut(end, end), True)
        self.depth -= 1
        return end + 1

    def parenthesised(self, at: int, into: Collector) -> int:
        """A balanced ``(...)`` of a pattern: plain but for quotes and expansions."""
        start, depth = at, 0
        while True:
            character = self.peek(at)
            if not character:
                raise Unread(start, "unterminated parenthesis in a pattern")
            if character in "()":
                depth += 1 if character == "(" else -1
                into.literal(at, at + 1, self.text.cut(at, at + 1), False)
                at += 1
                if not depth:
                    return at
                continue
            after = self.parts(at, GROUP, into)
            at = after if after > at else at + len(CONTINUATION)

    # --- $ -------------------------------------------------------------------------------------------------------

    def _dollar(self, at: int, mode: Mode, into: Collector) -> int:
        following = self.peek(at + 1)
        if following == "{":
            return self.braced(at, mode.quoted, into)
        if following == "(":
            return self._parenthesis(at, mode.quoted, into)
        if following == "[" and (end := self._old_arithmetic_end(at + 1)) is not None:
            into.part(Arithmetic(self.text.cut(at, end), self.source[at + 2 : end - 1], mode.quoted))
            return end
        if following == "'" and not mode.quoted:
            return self._ansi(at, into)
        if following == '"' and not mode.quoted:
            return self._double(at, at + 2, into)
        if match := _SHORT.match(self.source, at + 1):
            text = self.text.cut(at, match.end())
            into.part(Parameter(text, match.group(), None, None, None, None, mode.quoted))
            return match.end()
        into.literal(at, at + 1, self.text.cut(at, at + 1), mode.quoted)
        return at + 1

    def _ansi(self, at: int, into: Collector) -> int:
        start, at = at, at + 2
        into.literal(start, at, self.text.cut(at, at), True)
        while (character := self.peek(at)) != "'":
            match = _ANSI_PLAIN.match(self.source, at)
            if match:
                into.literal(at, match.end(), self.text.cut(at, match.end()), True)
                at = match.end()
            elif escape := _ANSI_ESCAPE.match(self.source, at):
                into.literal(at, escape.end(), (_ansi_value(escape), self.text.cut(at, escape.end())), True)
                at = escape.end()
            elif character:
                into.literal(at, at + 1, self.text.cut(at, at + 1), True)
                at += 1
            else:
                raise Unread(start, "unterminated $'")
        into.literal(at, at + 1, self.text.cut(at, at), True)
        return at + 1

    def _parenthesis(self, at: int, quoted: bool, into: Collector) -> int:
        if self.peek(at + 2) == "(" and (end := self.arithmetic_end(at + 3)) is not None:
            text = self.text.cut(at, end + 2)
            into.part(Arithmetic(text, self.source[at + 3 : end], quoted))
            return end + 2
        self.deeper(at)
        body, end = self.commands(at + 2)
        self.depth -= 1
        into.part(CommandSubstitution(self.text.cut(at, end + 1), body, quoted))
        return end + 1

    def _process(self, at: int, character: str, into: Collector) -> int:
        direction: Literal["<", ">"] = "<" if character == "<" else ">"
        self.deeper(at)
        body, end = self.commands(at + 2)
        self.depth -= 1
        into.part(ProcessSubstitution(self.text.cut(at, end + 1), direction, body))
        return end + 1

    def _backquotes(self, at: int, quoted: bool, into: Collector) -> int:
        """Backquotes: inside, a backslash before ``$ ` \\`` (and, in double quotes, ``"``) is taken away first."""
        self.deeper(at)
        removable = '$`\\"' if quoted else "$`\\"
        pieces: list[Text] = []
        start = end = at + 1
        while (character := self.peek(end)) != "`":
            if not character:
                raise Unread(at, "unterminated backquote")
            if character == "\\":
                if self.peek(end + 1) and self.source[end + 1] in removable:
                    pieces.append(self.text.cut(start, end))
                    start = end + 1
                end += 1
            end += 1
        pieces.append(self.text.cut(start, end))
        inner = pieces[0] if len(pieces) == 1 else join(pieces, self.text.buffer.encode)
        into.part(CommandSubstitution(self.text.cut(at, end + 1), self.backquoted(inner), quoted))
        self.depth -= 1
        return end + 1

    def _old_arithmetic_end(self, at: int) -> int | None:
        """Where the ``]`` stands that ends the ``$[`` expression at ``at``; None if none does on this line, in front of a quote."""
        end = self.bracket_end(at)
        return end if end is not None and _QUOTE.search(self.source, at, end) is None else None

    def arithmetic_end(self, at: int) -> int | None:
        """Where the ``))`` stands that ends the expression at ``at``; None if it is no arithmetic."""
        depth = 0
        source = self.source
        while at < len(source):
            if match := _SKIPPED.match(source, at):
                at = match.end()
                continue
            character = source[at]
            if character == "(":
                depth += 1
            elif character == ")":
                if not depth:
                    return at if self.peek(at + 1) == ")" else None
                depth -= 1
            elif character == "\\":
                at += 1
            else:
                at = source.find(character, at + 1)
                if at < 0:
                    return None
            at += 1
        return None


def _ansi_value(escape: re.Match[str]) -> str:
    """The character of an escape inside ``$'...'`` (bash(1), "QUOTING")."""
    simple, octal, hexadecimal, short, long, control = escape.groups()
    if simple:
        return _ANSI_CHARACTERS[simple]
    if control:
        return chr(ord(control) & 0x1F)
    if octal or hexadecimal:
        byte = int(octal, 8) & 0xFF if octal else int(hexadecimal, 16)
        return bytes([byte]).decode("utf-8", "surrogateescape")
    code = int(short or long, 16)
    return chr(code) if code <= 0x10FFFF and not 0xD800 <= code < 0xE000 else "\ufffd"
