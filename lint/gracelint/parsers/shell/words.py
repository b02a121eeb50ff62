"""Words: quotes, parameters, substitutions, read by one implementation for both front ends.

What stands inside a word decides which program runs, so it is read here, character by character, as the POSIX shell
language and bash(1) ("QUOTING", "EXPANSION") lay down; the front ends only see that there is a word. A reader works on
the string of one text and cuts every node out of that text, so spans are exact whatever the text was made of.

Hazards: a quote that never ends swallows the rest of the text, which is told by `Unread`. Nesting is bounded by
``MAX_DEPTH``. bash refuses a malformed ``${...}`` only when it expands it; the reader notes it in ``odd``, so that the one
command is unreadable and the text behind it is not.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Literal, NamedTuple

from ...regexes import regex
from ...source import join
from .model import Arithmetic, CommandSubstitution, LiteralText, Parameter, ProcessSubstitution, Word

if TYPE_CHECKING:
    from ...source import Text
    from .model import Block, Part

MAX_DEPTH = 60
"""Substitutions, quotes and compound commands inside each other; real scripts stay below 20."""

CONTINUATION = "\\\n"


class Unread(Exception):  # noqa: N818 - it tells a place where reading ends, which is an ordinary outcome here
    """From ``at`` on the text cannot be read, for ``reason``."""

    def __init__(self, at: int, reason: str) -> None:
        super().__init__(reason)
        self.at = at
        self.reason = reason


class Mode(NamedTuple):
    """Where a word stands: which characters are plain there, whether it is inside double quotes, which quotes count."""

    plain: re.Pattern[str]
    quoted: bool = False
    single: bool = True
    escapable: str | None = None
    globs: bool = False


COMMAND = Mode(regex(r"[^ \t\n|&;()<>'\"\\$`]+"), globs=True)
"""A word of a command: ends at white space and operators."""
REGEX = Mode(regex(r"[^ \t\n()'\"\\$`]+"))
"""The right side of ``=~``: operators are plain, parentheses are counted by the caller."""
GROUP = Mode(regex(r"[^()'\"\\$`]+"))
"""Inside the parentheses of a regular expression or an extended glob."""
DOUBLE = Mode(regex(r"[^\"\\$`]+"), quoted=True, single=False, escapable='$`"\\')
BRACE = Mode(regex(r"[^}'\"\\$`]+"))
BRACE_QUOTED = Mode(regex(r"[^}\"\\$`]+"), quoted=True, single=False, escapable='$`"\\}')
BRACE_TRIM = Mode(regex(r"[^}'\"\\$`]+"), quoted=True, escapable=None)
PATTERN = Mode(regex(r"[^}/'\"\\$`]+"))
PATTERN_QUOTED = Mode(regex(r"[^}/'\"\\$`]+"), quoted=True)

_PLAIN_WORD = regex(rf"{COMMAND.plain.pattern}(?=[ \t\n;|&)]|\Z)")
_PARAMETER = regex(r"[A-Za-z_][A-Za-z0-9_]*|[0-9]+|[@*#?$!-]")
_SHORT = regex(r"[A-Za-z_][A-Za-z0-9_]*|[0-9@*#?$!-]")
_OPERATOR = regex(r":[-=?+]|[-=?+]|##?|%%?|/[/#%]?|\^\^?|,,?|@|:")
_CONTINUATIONS = regex(r"(?:\\\n)+")
_ANSI_ESCAPE = regex(
    r"\\(?:([abeEfnrtv\\'\"?])|([0-7]{1,3})|x([0-9A-Fa-f]{1,2})|u([0-9A-Fa-f]{1,4})|U([0-9A-Fa-f]{1,8})|c(.))",
    re.DOTALL,
)
_ANSI_PLAIN = regex(r"[^'\\]+")
_ANSI_CHARACTERS = dict(zip("abeEfnrtv\\'\"?", "\a\b\x1b\x1b\f\n\r\t\v\\'\"?", strict=True))
_BRACKETS = regex(r"[^][\n'\"]+")
_SKIPPED = regex(r"[^()'\"`\\]+")


class Collector:
    """Gathers the parts of a word; neighbouring literals of the same quoting become one."""

    __slots__ = ("_end", "_pieces", "_quoted", "_start", "_text", "parts")

    def __init__(self, text: Text) -> None:
        self.parts: list[Part] = []
        self._text = text
        self._pieces: list[Text | tuple[str, Text]] = []
        self._start = self._end = 0
        self._quoted = False

    def literal(self, start: int, end: int, value: Text | tuple[str, Text], quoted: bool) -> None:
        """Characters ``start`` to ``end`` (quotes included) stand for ``value``."""
        if self._pieces and quoted is not self._quoted:
            self._flush()
        if not self._pieces:
            self._start = start
        self._quoted = quoted
        self._end = end
        self._pieces.append(value)

    def part(self, part: Part) -> None:
        """The next part is no literal."""
        self._flush()
        self.parts.append(part)

    def finish(self) -> tuple[Part, ...]:
        """All parts; none for a lone pair of quotes."""
        self._flush()
        if len(self.parts) == 1 and isinstance(self.parts[0], LiteralText) and not len(self.parts[0].value):
            return ()
        return tuple(self.parts)

    def _flush(self) -> None:
        if not self._pieces:
            return
        pieces = [piece for piece in self._pieces if isinstance(piece, tuple) or len(piece)] or self._pieces[:1]
        only = pieces[0]
        value = only if len(pieces) == 1 and not isinstance(only, tuple) else join(pieces, self._text.buffer.encode)
        self.parts.append(LiteralText(self._text.cut(self._start, self._end), value, self._quoted))
        self._pieces = []


class WordReader(ABC):
    """Reads words out of one text; how a substitution's commands are read is left to the lexer."""

    def __init__(self, text: Text, depth: int) -> None:
        self.text = text
        self.source = text.value
        self.depth = depth
        self.odd: str | None = None

    @abstractmethod
    def commands(self, at: int) -> tuple[Block, int]:
        """The commands that stand at ``at`` and the place of the ``)`` that ends them."""

    @abstractmethod
    def backquoted(self, text: Text) -> Block:
        """The commands of a backquoted text."""

    def peek(self, at: int) -> str:
        """The character at ``at``; empty at the end."""
        return self.source[at : at + 1]

    def deeper(self, at: int) -> None:
        """Go one level down, or refuse to."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unread(at, "nested too deeply")

    def word(self, at: int, mode: Mode = COMMAND) -> tuple[Word, int]:
        """The word at ``at`` and where it ends (equal to ``at`` where there is none)."""
        if mode is COMMAND and (plain := _PLAIN_WORD.match(self.source, at)):
            text = self.text.cut(at, plain.end())
            return Word(text, (LiteralText(text, text, False),)), plain.end()
        collector = Collector(self.text)
        end = self.parts(at, mode, collector)
        return Word(self.text.cut(at, end), collector.finish()), end

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
            elif match := _CONTINUATIONS.match(source, at):
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
        while (match := _CONTINUATIONS.match(self.source, end)) is not None:
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
            return self._braced(at, mode.quoted, into)
        if following == "(":
            return self._parenthesis(at, mode.quoted, into)
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

    # --- ${...} --------------------------------------------------------------------------------------------------

    def _braced(self, at: int, quoted: bool, into: Collector) -> int:
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
            pattern, end = self._argument(at, PATTERN_QUOTED if quoted else PATTERN)
            if self.peek(end) != "/":
                return pattern, None, end
            replacement, end = self._argument(end + 1, BRACE_TRIM if quoted else BRACE)
            return pattern, replacement, end
        inner = BRACE_TRIM if symbol[0] in "#%^,@" else BRACE_QUOTED
        argument, end = self._argument(at, inner if quoted else BRACE)
        return argument, None, end

    def _argument(self, at: int, mode: Mode) -> tuple[Word | None, int]:
        """A word inside braces, None if it is empty, and the place of what ends it."""
        word, end = self.word(at, mode)
        while (match := _CONTINUATIONS.match(self.source, end)) is not None:
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
