"""Findings with their source lines, for people.

Method: every place (the cause, then the related ones of the same and of other files) is shown as the lines it covers, at most
`SHOWN_LINES` of them, with carets below. Columns are those of the terminal: tabs are expanded, wide characters count twice,
and what a terminal would obey is shown as an escape.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..terminal import printable, source_columns, width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..diagnostics import Finding
    from ..report import Report
    from ..source import Span
    from ..terminal import Style

SHOWN_LINES = 4
# Longer lines are cut around the place, in terminal columns.
SHOWN_COLUMNS = 160
_COLOURS = {"error": "red", "warning": "yellow", "info": "blue"}


def render(report: Report, style: Style) -> Iterator[str]:
    """Each finding as a block."""
    for finding in report.findings:
        yield from _block(finding, style)
        yield ""


def _block(finding: Finding, style: Style) -> Iterator[str]:
    colour = _COLOURS[finding.severity]
    sure = "" if finding.confidence == "high" else f" ({finding.confidence} confidence)"
    head = style(f"{finding.severity}[{finding.code}]", "bold", colour)
    yield f"{head}{style(':', 'bold')} {style(printable(finding.message), 'bold')}{sure}"
    spans = [finding.span, *(related.span for related in finding.related)]
    gutter = max(len(str(span.last.line)) for span in spans)
    margin = " " * gutter
    yield f"{margin}{style('-->', 'blue')} {_place(finding.span)}"
    yield from _excerpt(finding.span, finding.name, gutter, "^", colour, style)
    for related in finding.related:
        yield f"{margin}{style(':::', 'blue')} {_place(related.span)}"
        yield from _excerpt(related.span, printable(related.message), gutter, "-", "blue", style)
    if finding.target is not None and finding.dockerfile is not None:
        yield f"{margin} {style('=', 'blue')} in the image {printable(finding.target)} of {printable(finding.dockerfile)}"
    elif finding.dockerfile not in (None, finding.span.document.path):
        yield f"{margin} {style('=', 'blue')} in the image of {printable(finding.dockerfile or '')}"
    if finding.fix is not None:
        option = "--fix" if finding.fix.safety == "safe" else "--fix --unsafe-fixes"
        yield f"{margin} {style('=', 'blue')} {style('fix', 'cyan')}: {printable(finding.fix.message)} ({option})"


def _place(span: Span) -> str:
    first = span.first
    return f"{printable(span.document.path)}:{first.line}:{first.column}"


def _excerpt(span: Span, label: str, gutter: int, mark: str, colour: str, style: Style) -> Iterator[str]:
    """The lines of a span with marks below; the label stands behind the last mark."""
    if not span.document.text:
        return
    bar = style("|", "blue")
    first, last = span.first, span.last
    # A span that ends at the very start of a line does not cover that line.
    end = last.line - 1 if last.column == 1 and last.line > first.line else last.line
    lines = list(range(first.line, end + 1))
    left_out = len(lines) - SHOWN_LINES
    for number in lines if left_out <= 1 else (*lines[: SHOWN_LINES - 1], None, lines[-1]):
        if number is None:
            yield f"{' ' * gutter} {bar} {style(f'... {left_out} more lines', 'dim')}"
            continue
        text = span.document.line(number)
        start = first.column - 1 if number == first.line else len(text) - len(text.lstrip())
        stop = min(last.column - 1, len(text)) if number == last.line else len(text)
        shown, begin, finish = _cut(text, start, max(start, stop))
        yield f"{style(f'{number:>{gutter}}', 'blue')} {bar} {shown}"
        marks = style(mark * max(1, finish - begin), colour)
        note = f" {style(label, colour)}" if number == end else ""
        yield f"{' ' * gutter} {bar} {' ' * begin}{marks}{note}"


def _cut(text: str, start: int, stop: int) -> tuple[str, int, int]:
    """A line as shown, cut around characters ``start`` to ``stop`` where it is long, and their terminal columns."""
    if len(text) <= SHOWN_COLUMNS:
        shown, columns = source_columns(text)
        if width(shown) <= 2 * SHOWN_COLUMNS:
            start = min(start, len(text))
            return shown, columns[start], columns[min(stop, len(text))]
    lead = max(0, start - 20)
    piece = text[lead : lead + SHOWN_COLUMNS]
    shown, columns = source_columns(piece)
    before, after = "… " if lead else "", " …" if lead + SHOWN_COLUMNS < len(text) else ""
    begin = columns[min(start - lead, len(piece))] + len(before)
    finish = columns[min(stop - lead, len(piece))] + len(before)
    return before + shown + after, begin, finish
