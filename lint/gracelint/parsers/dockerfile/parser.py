"""Dockerfiles as BuildKit reads them, with the place of every part.

Method: `lines` joins physical lines to logical ones, `keywords` has `dockerfile_parse` split them into keyword and
value, `flags` and `words` take those, `arrays` decides exec form, `heredocs` finds the markers, whose bodies are
then taken from the lines that follow. Logical lines are split in batches; only a line with ``<<`` must be
understood before the next line is read.

Hazards: parsing never fails, whatever the bytes, and is linear in the size of the file; a part that BuildKit would
refuse is a `Problem`, and the rest is still read.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...regexes import regex
from ...source import Span, Text
from . import arrays, checks, keywords
from .flags import flags
from .lines import Line, Lines
from .model import Dockerfile, Heredoc, Instruction, MalformedArray, Problem
from .words import stripped

if TYPE_CHECKING:
    from ...source import Document

_EXEC_FORM = frozenset({"RUN", "CMD", "ENTRYPOINT", "SHELL", "COPY", "ADD", "VOLUME"})
_HEREDOCS = frozenset({"ADD", "COPY", "RUN"})
_WITH_INNER = frozenset({"ONBUILD", "HEALTHCHECK"})
_UNDECODABLE = regex("[\udc80-\udcff]+")
_NOT_STRINGS = "an array must hold strings only"


def parse(document: Document) -> Dockerfile:
    """The model of a Dockerfile; never fails. What BuildKit would refuse is among its problems."""
    lines = Lines(document)
    problems = list(_unreadable(document))
    instructions: list[Instruction] = []
    if not any(problem.message == _NO_TEXT for problem in problems):
        instructions += _Reader(lines).instructions()
        template = (
            checks.template(instructions)
            or checks.of_another_frontend(lines.directives, instructions)
            or checks.of_a_link(document)
            or checks.of_lines(document, instructions)
        )
        if template is not None:
            return Dockerfile(document, lines.escape, tuple(lines.directives), (), tuple(lines.comments), (template,))
        problems += [
            problem
            for instruction in instructions
            if instruction.malformed is not None or instruction.keyword in checks.CHECKED
            for problem in checks.arguments(instruction)
        ]
        problems += checks.unknown(instructions)
        problems += checks.order(document, instructions)
    problems += lines.problems
    problems.sort(key=lambda problem: problem.span.start)
    return Dockerfile(
        document,
        lines.escape,
        tuple(lines.directives),
        tuple(instructions),
        tuple(lines.comments),
        tuple(problems),
    )


_NO_TEXT = "the file is binary"


def _unreadable(document: Document) -> list[Problem]:
    """NUL characters, which no Dockerfile holds, and bytes that are not UTF-8."""
    found = []
    nul = document.text.find("\0")
    if nul >= 0:
        found.append(Problem(_NO_TEXT, document.span(nul, nul + 1)))
    if not document.text.isascii() and (match := _UNDECODABLE.search(document.text)):
        found.append(Problem("the file is not UTF-8 from here on", document.span(*match.span())))
    return found


class _Reader:
    """Makes the instructions of the logical lines of one file."""

    def __init__(self, lines: Lines) -> None:
        self._lines = lines
        self._names = keywords.Keywords()

    def instructions(self) -> list[Instruction]:
        """All instructions, in order."""
        found: list[Instruction] = []
        pending: list[Line] = []
        for line in self._lines:
            pending.append(line)
            if "<<" in line.buffer.value:  # its heredocs have to be taken out before the next line is read
                found += self._of(pending)
                pending = []
        return found + self._of(pending)

    def _of(self, pending: list[Line]) -> list[Instruction]:
        ranges = [(line, *stripped(line.buffer, 0, len(line.buffer.value))) for line in pending]
        ranges = [(line, start, end) for line, start, end in ranges if start < end]
        written = [line.buffer.value[start:end] for line, start, end in ranges]
        parts = self._names.split(written, self._lines.escape)
        return [
            self._instruction(line, start, end, split) for (line, start, end), split in zip(ranges, parts, strict=True)
        ]

    def _instruction(
        self, line: Line, start: int, end: int, split: keywords.Split, behind_onbuild: bool = False
    ) -> Instruction:
        """The instruction at a range of a logical line.

        A line that BuildKit does not take is read as far as its keyword and its array, a chain of ONBUILD as far as the second.
        """
        buffer, escape = line.buffer, self._lines.escape
        keyword, width, offset = split
        keyword_text = Text(buffer, start, start + width)
        run = buffer.runs[0]
        if start + width <= run.end:  # a line's runs are exact, and nearly always the first holds the keyword
            document, begin = run.document, run.origin + start - run.start
            least = begin + width
        else:
            document, begin, least = keyword_text.span
        if line.refused:
            value = Text(buffer, *stripped(buffer, start + offset, end))
            span = Span(document, begin, max(line.end, least))
            array = _array(value)[0] if keyword in _EXEC_FORM else None
            return Instruction(
                keyword, keyword_text, (), value, array, None, (), None, span, line.first, line.last, escape, ()
            )
        found, at = flags(buffer, start + offset, end, escape)
        value = Text(buffer, *stripped(buffer, at, end))
        array, malformed = _array(value) if keyword in _EXEC_FORM else (None, None)
        inner = None
        if keyword in _WITH_INNER and not (behind_onbuild and keyword == "ONBUILD"):
            inner = self._inner(keyword, value, line)
        heredocs: tuple[Heredoc, ...] = ()
        last_line, last = line.last, line.end
        if "<<" in buffer.value:
            if keyword in _HEREDOCS and array is None:
                heredocs = self._heredocs(line)
            elif keyword == "ONBUILD" and inner is not None:
                heredocs = inner.heredocs
            last_line, last = self._lines.number, self._lines.end
        span = Span(document, begin, max(last, least))
        return Instruction(
            keyword, keyword_text, found, value, array, malformed, heredocs, inner, span, line.first, last_line, escape
        )

    def _inner(self, keyword: str, value: Text, line: Line) -> Instruction | None:
        """The instruction behind ONBUILD or HEALTHCHECK."""
        if not len(value):
            return None
        escape = self._lines.escape
        (split,) = self._names.split([value.value], escape)
        if keyword == "ONBUILD":
            return self._instruction(line, value.start, value.end, split, behind_onbuild=True)
        name, width, offset = split
        if name != "CMD":
            return None
        command = Text(value.buffer, value.start + offset, value.end)
        array, malformed = _array(command)
        keyword_text = value.cut(0, width)
        return Instruction(
            "CMD", keyword_text, (), command, array, malformed, (), None, value.span, line.first, line.last, escape
        )

    def _heredocs(self, line: Line) -> tuple[Heredoc, ...]:
        """The heredocs of a line, whose bodies are taken from the lines that follow it."""
        from .heredocs import markers

        found: list[Heredoc] = []
        for marker in markers(line.buffer.value):
            text = Text(line.buffer, marker.start, marker.end)
            body = self._lines.heredoc(marker.name, marker.strips_tabs)
            if body is None:
                message = f"the heredoc {marker.name} is never closed"
                self._lines.problems.append(Problem(message, text.span))
                break
            found.append(Heredoc(marker.name, marker.expands, marker.strips_tabs, body, text))
        return tuple(found)


def _array(value: Text) -> tuple[tuple[Text, ...] | None, MalformedArray | None]:
    if not value.buffer.value.startswith("[", value.start, value.end):
        return None, None
    try:
        array = arrays.array(value)
    except arrays.NotStringsError:
        return None, MalformedArray(_NOT_STRINGS, True, None)
    if array is not None:
        return array, None
    from .intent import malformed

    return None, malformed(value.value)
