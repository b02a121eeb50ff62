"""Where text was written: documents, spans, and texts that remember their origin.

A *document* is a file as the user wrote it. A *text* is a string of program text that may have been unquoted,
unescaped, joined over continuation lines or taken out of a heredoc, and that still knows, for every character,
the place in the document it came from. Every model of gracelint (instructions, words, shell commands) carries
texts, so that findings and fixes always speak of the user's own file.

Method: a ``Buffer`` holds the string and a sorted list of runs, each mapping a range of the string to a range of a
document. A ``Text`` is a view (buffer, start, end), so cutting texts apart copies nothing. Hazard: offsets are
characters, never bytes; undecodable bytes are kept as surrogate escapes so that a fix can write them back.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from .records import NamedTuple, dataclass, field

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

BOM = "\ufeff"


class Position(NamedTuple):
    """A place in a document: 1-based line and column, in characters."""

    line: int
    column: int


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """A file as it was written.

    ``path`` is what reports name (relative, with ``/``); ``text`` the content without a byte order mark, line
    endings untouched, undecodable bytes as surrogate escapes; ``bom`` tells whether there was one.
    """

    path: str
    text: str
    bom: bool = False
    _line_starts: list[int] = field(default_factory=list, repr=False)
    _whole: list[Text] = field(default_factory=list, repr=False)

    @classmethod
    def decode(cls, path: str, data: bytes) -> Document:
        """The document of a file's bytes; never fails."""
        text = data.decode("utf-8", "surrogateescape")
        bom = text.startswith(BOM)
        return cls(path, text[1:] if bom else text, bom)

    def encode(self, text: str | None = None) -> bytes:
        """The bytes of the file, or of what it becomes with ``text`` as its content."""
        content = self.text if text is None else text
        return ((BOM if self.bom else "") + content).encode("utf-8", "surrogateescape")

    @property
    def line_starts(self) -> list[int]:
        """Offsets at which lines begin; the first is 0."""
        if not self._line_starts:
            self._line_starts.append(0)
            find, at = self.text.find, 0
            while (at := find("\n", at) + 1) > 0:
                self._line_starts.append(at)
        return self._line_starts

    def position(self, offset: int) -> Position:
        """Line and column of a character offset."""
        line = bisect_right(self.line_starts, offset)
        return Position(line, offset - self.line_starts[line - 1] + 1)

    def line(self, number: int) -> str:
        """The text of a line (1-based) without its line ending; empty past the end."""
        if number < 1 or number > len(self.line_starts):
            return ""
        start = self.line_starts[number - 1]
        end = self.line_starts[number] if number < len(self.line_starts) else len(self.text)
        return self.text[start:end].rstrip("\r\n")

    def span(self, start: int, end: int) -> Span:
        """The span of a range of this document."""
        return Span(self, start, end)

    def whole(self) -> Text:
        """All of this document, as a text; the same one each time, so that what is read out of it can be kept by it."""
        if not self._whole:
            self._whole.append(self.cut(0, len(self.text)))
        return self._whole[0]

    def cut(self, start: int, end: int) -> Text:
        """A range of this document, as a text."""
        runs = (Run(0, end - start, self, start, end),) if end > start else (Run(0, 0, self, start, start),)
        return Buffer(self.text[start:end], runs).whole()


class Span(NamedTuple):
    """A range of a document, as character offsets; ``end`` is exclusive."""

    document: Document
    start: int
    end: int

    @property
    def first(self) -> Position:
        """Where it begins."""
        return self.document.position(self.start)

    @property
    def last(self) -> Position:
        """Where it ends (exclusive)."""
        return self.document.position(self.end)


class Edit(NamedTuple):
    """Replace a span by a text. An insertion has an empty span, a deletion an empty text."""

    span: Span
    text: str


class Run(NamedTuple):
    """Characters ``start`` to ``end`` of a buffer stand at ``origin`` to ``origin_end`` of a document.

    Where both ranges are equally long, they correspond character by character; else the run is one unit (an escape
    sequence, an expanded value) and every part of it maps to the whole.
    """

    start: int
    end: int
    document: Document
    origin: int
    origin_end: int

    @property
    def exact(self) -> bool:
        """Whether it corresponds character by character."""
        return self.end - self.start == self.origin_end - self.origin


def verbatim(text: str) -> str | None:
    """The encoder of text that stands in its document as it is."""
    return text


@dataclass(frozen=True, slots=True, eq=False)
class Buffer:
    """A string with its origin. ``runs`` are sorted, do not overlap, cover the string and are never empty.

    ``encode`` says how new text must be written to stand inside (in a JSON string: with escapes); None where it
    cannot stand there.
    """

    value: str
    runs: tuple[Run, ...]
    encode: Callable[[str], str | None] = verbatim

    def whole(self) -> Text:
        """All of it, as a text."""
        return Text(self, 0, len(self.value))

    def index(self, offset: int) -> int:
        """Which of its runs holds a character."""
        if len(self.runs) == 1:
            return 0
        return max(0, bisect_right(self.runs, offset, key=_run_start) - 1)

    def _run(self, offset: int) -> Run:
        return self.runs[self.index(offset)]

    def span(self, start: int, end: int) -> Span:
        """Where a range was written. A range over several documents is cut at the end of the first."""
        alone = len(self.runs) == 1
        first = self.runs[0] if alone else self._run(start)
        exact = first.end - first.start == first.origin_end - first.origin
        if alone and exact:
            shift = first.origin - first.start
            begin = min(start, first.end) + shift
            return Span(first.document, begin, max(begin, min(end, first.end) + shift))
        begin = first.origin + min(start - first.start, first.end - first.start) if exact else first.origin
        if end <= start:
            return Span(first.document, begin, begin)
        last = self._run(end - 1)
        if last.document is not first.document:
            last = first
        exact = last.end - last.start == last.origin_end - last.origin
        finish = last.origin + min(end, last.end) - last.start if exact else last.origin_end
        return Span(first.document, begin, max(begin, finish))


def _run_start(run: Run) -> int:
    return run.start


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of program text that knows where it was written: characters ``start`` to ``end`` of a buffer."""

    buffer: Buffer
    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def __str__(self) -> str:
        return self.buffer.value[self.start : self.end]

    def __repr__(self) -> str:
        return f"Text({str(self)!r}@{self.start}-{self.end})"

    @property
    def value(self) -> str:
        """The text itself."""
        return self.buffer.value[self.start : self.end]

    @property
    def span(self) -> Span:
        """Where it was written."""
        return self.buffer.span(self.start, self.end)

    def cut(self, start: int, end: int) -> Text:
        """A part of it; offsets count from its own beginning."""
        return Text(self.buffer, self.start + start, self.start + end)

    def strip(self) -> Text:
        """Without white space on both sides."""
        value = self.value
        lead = len(value) - len(value.lstrip())
        return self.cut(lead, max(lead, len(value.rstrip())))

    def until(self, other: Text) -> Text:
        """From the start of this text to the end of another one of the same buffer."""
        return Text(self.buffer, self.start, max(self.end, other.end))

    def edit(self, text: str) -> Edit | None:
        """The edit that writes ``text`` in its place; None where the host syntax cannot hold it."""
        written = self.buffer.encode(text)
        return None if written is None else Edit(self.span, written)

    def insert_before(self, text: str) -> Edit | None:
        """The edit that writes ``text`` in front of it; None as in `edit`."""
        return self.cut(0, 0).edit(text)

    def insert_after(self, text: str) -> Edit | None:
        """The edit that writes ``text`` behind it; None as in `edit`."""
        written = self.buffer.encode(text)
        at = self.span.end
        return None if written is None else Edit(Span(self.span.document, at, at), written)

    def runs(self) -> Iterable[Run]:
        """Its runs, with offsets counted from its own beginning."""
        runs = self.buffer.runs
        for index in range(self.buffer.index(self.start), len(runs)):
            run = runs[index]
            if run.start >= self.end:
                return
            start, end = max(run.start, self.start), min(run.end, self.end)
            if start >= end:
                continue
            exact = run.exact
            origin = run.origin + start - run.start if exact else run.origin
            finish = run.origin + end - run.start if exact else run.origin_end
            yield Run(start - self.start, end - self.start, run.document, origin, finish)


def join(parts: Iterable[Text | tuple[str, Text]], encode: Callable[[str], str | None] = verbatim) -> Text:
    """One text out of several, each with its origin.

    A part is a text as written, or ``(value, text)``: a value that stands for what was written (an unescaped
    character, an expanded variable). The result needs at least one part; adjacent runs are merged.
    """
    values: list[str] = []
    runs: list[Run] = []
    length = 0
    fallback: Run | None = None
    for part in parts:
        value, text = (part.value, part) if isinstance(part, Text) else part
        if fallback is None:
            span = text.span
            fallback = Run(0, 0, span.document, span.start, span.start)
        if not value:
            continue
        values.append(value)
        pieces = text.runs() if part is text or value == text.value else [Run(0, len(value), *text.span)]
        for piece in pieces:
            start, end, document, origin, finish = piece
            run = Run(start + length, end + length, document, origin, finish)
            runs[-1:] = _merged(runs[-1], run) if runs else [run]
        length += len(value)
    if not runs:
        if fallback is None:
            raise ValueError("join() needs at least one part")
        runs.append(fallback)
    return Buffer("".join(values), tuple(runs), encode).whole()


def _merged(left: Run, right: Run) -> list[Run]:
    """Two neighbours as one run where both are exact and adjacent in the same document."""
    if left.document is right.document and left.origin_end == right.origin and left.exact and right.exact:
        return [left._replace(end=right.end, origin_end=right.origin_end)]
    return [left, right]
