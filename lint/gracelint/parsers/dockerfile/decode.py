"""Texts that are made of pieces of a logical line, each still mapped to where it was written.

Like `gracelint.source.join`, but finds the runs of a piece by bisection: a logical line may have 100,000 runs and
as many pieces.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from ...source import Buffer, Run, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator


def decoded(
    buffer: Buffer, units: Iterable[tuple[str, int, int]], at: int, encode: Callable[[str], str | None]
) -> Text:
    """A text of units ``(value, start, end)``: what characters of the buffer mean. ``at`` is its place if it is empty.

    All runs of the buffer map character by character, as those of a logical line do.
    """
    values: list[str] = []
    runs: list[Run] = []
    length = 0
    for value, start, end in units:
        values.append(value)
        if len(value) == end - start:
            runs.extend(_shifted(buffer, start, end, length))
        else:
            runs.append(Run(length, length + len(value), *buffer.span(start, end)))
        length += len(value)
    if not runs:
        origin = buffer.span(at, at)
        runs.append(Run(0, 0, *origin))
    return Buffer("".join(values), tuple(runs), encode).whole()


def _shifted(buffer: Buffer, start: int, end: int, offset: int) -> Iterator[Run]:
    """The runs of a range, for a place ``offset`` characters into another buffer."""
    offset -= start
    index = max(0, bisect_right(buffer.runs, start, key=_run_start) - 1)
    while start < end:
        run = buffer.runs[index]
        stop = min(run.end, end)
        yield Run(
            start + offset,
            stop + offset,
            run.document,
            run.origin + start - run.start,
            run.origin + stop - run.start,
        )
        start, index = stop, index + 1


def _run_start(run: Run) -> int:
    return run.start
