"""The signal's way as a drawing: a column of boxes for each way through the entrypoint."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from .trace_view import boxes, condition, headline, summary, unknowns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..signals.model import SignalPath, Trace
    from ..terminal import Style
    from .trace_view import Box

# Sizes in pixels; characters of the monospaced font are about 0.6 of its size wide.
_MARGIN, _INDENT, _GAP, _LINE, _PADDING = 24, 36, 26, 18, 10
_FONT, _CHARACTER = 13, 7.9
_WIDEST = 118
_STROKES = {True: "#1a7f37", False: "#cf222e", None: "#6e7781"}
_VERDICTS = {"graceful": "#1a7f37", "abrupt": "#9a6700", "killed": "#cf222e", "unknown": "#0969da"}


def render(trace: Trace, _style: Style) -> Iterator[str]:
    """One ``svg`` element with its own colours; it needs nothing from outside."""
    body: list[str] = []
    y = _MARGIN + _LINE
    widest = len(headline(trace)) * _CHARACTER
    body.append(_text(_MARGIN, y, headline(trace), weight="600"))
    for path in trace.paths:
        y += _GAP + _LINE
        lines = _wrapped(summary(path), _WIDEST)
        for line in lines:
            body.append(_text(_MARGIN, y, line, weight="600", fill=_VERDICTS[path.verdict]))
            widest = max(widest, len(line) * _CHARACTER)
            y += _LINE
        if path.when:
            for line in _wrapped(f"when {condition(path)}", _WIDEST):
                body.append(_text(_MARGIN, y, line, fill="#6e7781"))
                widest = max(widest, len(line) * _CHARACTER)
                y += _LINE
        y, width = _draw_path(trace, path, y, body)
        widest = max(widest, width)
    for reason in unknowns(trace):
        y += _LINE
        for line in _wrapped(reason, _WIDEST):
            body.append(_text(_MARGIN, y, line, fill="#0969da"))
            widest = max(widest, len(line) * _CHARACTER)
            y += _LINE
    width, height = int(widest + 2 * _MARGIN), y + _MARGIN
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}" role="img"'
        f' font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, monospace" font-size="{_FONT}">'
    )
    yield f"<title>{escape(headline(trace))}: {trace.verdict}</title>"
    yield f'<rect width="{width}" height="{height}" fill="#ffffff"/>'
    yield from body
    yield "</svg>"


def _draw_path(trace: Trace, path: SignalPath, y: int, body: list[str]) -> tuple[int, float]:
    """Draws the boxes of a way from ``y`` down; where it ends, and how wide it is."""
    bottoms: list[tuple[int, int]] = []
    widest = 0.0
    for box in boxes(trace, path):
        x = _MARGIN + box.depth * _INDENT
        lines = _lines(box)
        width = max(len(line) for line in lines) * _CHARACTER + 2 * _PADDING
        height = len(lines) * _LINE + 2 * _PADDING - 4
        stroke = _STROKES[box.good]
        del bottoms[box.depth :]
        if bottoms:
            left, top = bottoms[-1]
            dash = ' stroke-dasharray="4 4"' if box.good is False else ""
            body.append(
                f'<path d="M {left} {top} V {y + height // 2} H {x - 2}" fill="none" stroke="{stroke}" stroke-width="1.5"{dash}/>'
            )
            body.append(
                f'<path d="M {x - 8} {y + height // 2 - 4} L {x - 1} {y + height // 2} L {x - 8} {y + height // 2 + 4}" fill="{stroke}"/>'
            )
        body.append(
            f'<rect x="{x}" y="{y}" width="{width:.0f}" height="{height}" rx="6" fill="#f6f8fa" stroke="{stroke}" stroke-width="1.5"/>'
        )
        for number, line in enumerate(lines):
            weight, fill = ("600", "#1f2328") if number == 0 else ("400", stroke if number == 1 else "#57606a")
            body.append(_text(x + _PADDING, y + _PADDING + 10 + number * _LINE, line, weight=weight, fill=fill))
        bottoms.append((x + _INDENT // 2, y + height))
        widest = max(widest, x + width)
        y += height + _GAP - 8
    return y, widest


def _lines(box: Box) -> list[str]:
    said = f"{box.disposition}{' · ' + box.fate if box.fate else ''}"
    return [f"{box.role}  {box.command}", said, *_wrapped(box.why, _WIDEST), *([box.place] if box.place else [])]


def _wrapped(text: str, width: int) -> list[str]:
    """Lines of at most ``width`` characters, broken at spaces where there are any."""
    from textwrap import wrap

    return wrap(text, width) if text else []


def _text(x: int, y: int, text: str, *, weight: str = "400", fill: str = "#1f2328") -> str:
    return f'<text x="{x}" y="{y}" font-weight="{weight}" fill="{fill}" xml:space="preserve">{escape(text)}</text>'
