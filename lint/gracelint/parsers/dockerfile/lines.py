"""Logical lines: what BuildKit makes of physical lines before it looks at any instruction.

Method: one walk over the text, by offsets. A logical line is its pieces joined: continuation characters, comment
lines and empty lines between the pieces are left out, and a buffer remembers where each piece stands. Heredoc
bodies are taken out by whoever knows that the line has heredocs (`Lines.heredoc`), before the next line is read.

Rules from BuildKit, frontend/dockerfile/parser/parser.go and directives.go.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Literal

from ...records import NamedTuple
from ...regexes import regex
from ...source import Buffer, Document, Run, Text
from .model import Comment, Problem
from .words import LEAD

if TYPE_CHECKING:
    from collections.abc import Iterator

_DIRECTIVE = regex(r"#[\t\n\f\r ]*([a-zA-Z][a-zA-Z0-9]*)[\t\n\f\r ]*=[\t\n\f\r ]*(.+?)[\t\n\f\r ]*", re.DOTALL)
_DIRECTIVES = frozenset({"syntax", "escape", "check"})
_LONGEST_LINE = 65535
"""Bytes; bufio.MaxScanTokenSize - 1, the longest line that BuildKit's scanner takes."""


class Line(NamedTuple):
    """A logical line: its text, its physical lines (1-based), and the offset at which the last one ends.

    ``refused``: one of the physical lines is longer than BuildKit takes, so there is no reading to agree with.
    """

    buffer: Buffer
    first: int
    last: int
    end: int
    refused: bool


class Lines:
    """The logical lines of a document; directives, comments and problems are gathered on the way."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.escape: Literal["\\", "`"] = "\\"
        self._last = " \t\\"  # what a continued line may end with
        self.directives: list[tuple[str, Text]] = []
        self.comments: list[Comment] = []
        self.problems: list[Problem] = []
        self.number = 0
        self.end = 0
        self._text = document.text
        self._at = 0
        self._overlong = 0
        self._directives_possible = True

    def __iter__(self) -> Iterator[Line]:
        while (raw := self._next()) is not None:
            start, end = self._lead(*raw), raw[1]
            if self._directives_possible:
                self._directives_possible = self._directive(start, end)
                if self._directives_possible:
                    continue
            if start == end:
                continue
            if self._text[start] == "#":
                self._comment(start, end)
                continue
            yield self._logical(start, end)

    def heredoc(self, name: str, strips_tabs: bool) -> Text | None:
        """The body that begins at the next line and ends before the line ``name``; None if no such line follows."""
        text, begin = self._text, self._at
        runs: list[Run] = []
        length = 0
        while (raw := self._next()) is not None:
            start, end = raw
            if strips_tabs:
                while start < end and text[start] == "\t":
                    start += 1
            if end - start == len(name) and text.startswith(name, start):
                return self._body(begin, raw[0], runs)
            if strips_tabs:
                runs.append(Run(length, length + self._at - start, self.document, start, self._at))
                length += self._at - start
        return None

    def _body(self, begin: int, end: int, runs: list[Run]) -> Text:
        if not runs:
            return self.document.cut(begin, end)
        value = "".join([self._text[run.origin : run.origin_end] for run in runs])
        return Buffer(value, tuple(runs)).whole()

    def _next(self) -> tuple[int, int] | None:
        """The next physical line without its line ending."""
        text, start = self._text, self._at
        if start >= len(text):
            return None
        end = text.find("\n", start)
        if end < 0:
            end = len(text)
        self._at = end + 1 if end < len(text) else end
        while end > start and text[end - 1] == "\r":
            end -= 1
        self.number += 1
        self.end = end
        if (self._at - start) * 4 > _LONGEST_LINE:
            self._check_length(start, end)
        return start, end

    def _check_length(self, start: int, end: int) -> None:
        written = self._text[start : self._at].rstrip("\n")
        if len(written.encode("utf-8", "surrogateescape")) > _LONGEST_LINE:
            self._overlong = self.number
            message = f"the line is longer than {_LONGEST_LINE} bytes, which BuildKit refuses"
            self.problems.append(Problem(message, self.document.span(start, end)))

    def _lead(self, start: int, end: int) -> int:
        if start < end and "!" <= self._text[start] <= "~":
            return start
        match = LEAD.match(self._text, start, end)
        return match.end() if match else start

    def _comment(self, start: int, end: int) -> None:
        self.comments.append(Comment(self.document.cut(start, end)))

    def _directive(self, start: int, end: int) -> bool:
        """Read a parser directive; False if the line is none, which ends the directives."""
        if not self._text.startswith("#", start, end):
            return False
        match = _DIRECTIVE.fullmatch(self._text, start, end)
        if match is None or (name := match[1].lower()) not in _DIRECTIVES:
            return False
        value = self.document.cut(*match.span(2))
        if any(name == seen for seen, _ in self.directives):
            self.problems.append(Problem(f"a second {name} directive; only one is allowed", value.span))
        elif name == "escape":
            self._set_escape(value)
        self.directives.append((name, value))
        return True

    def _set_escape(self, value: Text) -> None:
        if value.value == "`":
            self.escape, self._last = "`", " \t`"
        elif value.value != "\\":
            self.problems.append(Problem("the escape directive takes \\ or ` only", value.span))

    def _continued(self, start: int, end: int) -> int | None:
        """Where the continuation character of a line stands; None if it has none (a doubled one is none)."""
        text = self._text
        while end > start and text[end - 1] in " \t":
            end -= 1
        at = end - 1
        if at < start or text[at] != self.escape or (at > start and text[at - 1] == self.escape):
            return None
        return at

    def _logical(self, start: int, end: int) -> Line:
        """The logical line that begins with this piece of the line just read."""
        first = self.number
        # Most lines end in another character, and none is asked for behind it.
        cut = self._continued(start, end) if self._text[end - 1] in self._last else None
        if cut is None:
            run = Run(0, end - start, self.document, start, end)
            return Line(Buffer(self._text[start:end], (run,)), first, first, end, self._overlong == first)
        pieces = [(start, cut)]
        while cut is not None and (raw := self._next()) is not None:
            lead = self._lead(*raw)
            if lead == raw[1]:
                continue
            if self._text[lead] == "#":
                self._comment(lead, raw[1])
                continue
            cut = self._continued(*raw) if self._text[raw[1] - 1] in self._last else None
            pieces.append((raw[0], raw[1] if cut is None else cut))
        return Line(self._joined(pieces), first, self.number, self.end, self._overlong >= first)

    def _joined(self, pieces: list[tuple[int, int]]) -> Buffer:
        runs: list[Run] = []
        length = 0
        for start, end in pieces:
            if end > start:
                runs.append(Run(length, length + end - start, self.document, start, end))
                length += end - start
        if not runs:
            runs.append(Run(0, 0, self.document, pieces[0][0], pieces[0][0]))
        return Buffer("".join([self._text[start:end] for start, end in pieces]), tuple(runs))
