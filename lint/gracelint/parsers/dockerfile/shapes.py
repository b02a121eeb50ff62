"""Instructions that were read before, in this file or another one of the run: many Dockerfiles share most of their lines.

Method: how a logical line divides into keyword, flags, words and strings depends on nothing but its text. So its *shape*, the
offsets of these parts, is kept by text, and an instruction with the same text is put together from it. Kept are ordinary lines only:
without ``<<``, escapes in strings, quoted flags, instructions inside instructions, or anything that BuildKit refuses. What is kept is bounded.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from ...records import NamedTuple
from ...source import Buffer, Run, Span, Text
from . import arrays, checks
from .decode import decoded
from .model import Flag, Instruction

if TYPE_CHECKING:
    from .lines import Line

    Range: TypeAlias = "tuple[int, int]"

MOST = 2_000
LONGEST = 2_000
"""How many shapes are kept, and of lines of how many characters at most."""


class Shape(NamedTuple):
    """Where the parts of a logical line stand. A flag has a name, the range of its value (None: it has none), and its own."""

    keyword: str
    keyword_range: Range
    flags: tuple[tuple[str, Range | None, Range], ...]
    value: Range
    words: tuple[Range, ...]
    array: tuple[Range, ...] | None


_known: dict[tuple[str, str], Shape] = {}


def recalled(line: Line, escape: str) -> Instruction | None:
    """The instruction of a line whose text was read before; None of any other."""
    shape = _known.get((line.buffer.value, escape))
    return None if shape is None or line.refused else _placed(shape, line)


def keep(line: Line, escape: str, instruction: Instruction) -> None:
    """Remember how a line was read, if it is an ordinary one."""
    value = line.buffer.value
    if len(value) > LONGEST or line.refused or "<<" in value or instruction.inner or instruction.malformed:
        return
    array = None if instruction.array is None else arrays.plain(instruction.value, instruction.array)
    if array is None and instruction.array is not None:
        return
    if any(flag.value is not None and flag.value.buffer is not line.buffer for flag in instruction.flags):
        return
    if any(checks.arguments(instruction)):
        return
    if len(_known) >= MOST:
        _known.clear()
    _known[value, escape] = Shape(
        instruction.keyword,
        _range(instruction.keyword_text),
        tuple(
            (each.name, each.value if each.value is None else _range(each.value), _range(each.text))
            for each in instruction.flags
        ),
        _range(instruction.value),
        tuple(_range(word) for word in instruction.words),
        array,
    )


def kept() -> int:
    """How many shapes are kept."""
    return len(_known)


def forget() -> None:
    """Keep none of them any longer."""
    _known.clear()


def _range(text: Text) -> Range:
    return text.start, text.end


def _placed(shape: Shape, line: Line) -> Instruction:
    buffer = line.buffer
    keyword = Text(buffer, *shape.keyword_range)
    document, start, end = buffer.span(*shape.keyword_range)
    array = None
    if shape.array is not None:
        array = tuple([_string(buffer, *each) for each in shape.array])
    return Instruction(
        shape.keyword,
        keyword,
        tuple([Flag(name, value and Text(buffer, *value), Text(buffer, *own)) for name, value, own in shape.flags]),
        Text(buffer, *shape.value),
        tuple([Text(buffer, *each) for each in shape.words]),
        array,
        None,
        (),
        None,
        Span(document, start, max(line.end, end)),
        line.first,
        line.last,
    )


def _string(buffer: Buffer, start: int, end: int) -> Text:
    """A string of an exec form that stands there as it is meant."""
    value = buffer.value[start:end]
    if len(buffer.runs) > 1 or not value:
        return decoded(buffer, [(value, start, end)] if value else [], start, arrays.escape)
    ((at, _, document, origin, _),) = buffer.runs
    run = Run(0, end - start, document, origin + start - at, origin + end - at)
    return Text(Buffer(value, (run,), arrays.escape), 0, end - start)
