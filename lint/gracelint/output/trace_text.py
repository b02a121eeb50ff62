"""The signal's way as a tree in the terminal: who, what it does with the signal, where that is written, and what it costs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .trace_view import COLOURS, boxes, condition, headline, summary, unknowns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..signals.model import SignalPath, Trace
    from ..terminal import Style
    from .trace_view import Box


def render(trace: Trace, style: Style) -> Iterator[str]:
    """The headline, a tree for each way through the entrypoint, what is missing, and the verdict."""
    yield headline(trace)
    for path in trace.paths:
        yield ""
        yield from _path(trace, path, style)
    if trace.missing:
        yield ""
        yield from unknowns(trace)
    yield ""
    yield f"verdict: {style(trace.verdict, COLOURS[trace.verdict], 'bold')}"


def _path(trace: Trace, path: SignalPath, style: Style) -> Iterator[str]:
    verdict, _, rest = summary(path).partition(":")
    yield style(verdict, COLOURS[path.verdict], "bold") + (":" + rest if rest else "")
    when = condition(path)
    if when:
        yield style(f"  when {when}", "dim")
    rails: list[bool] = []
    for box in boxes(trace, path):
        del rails[max(box.depth - 1, 0) :]
        indent = "".join("   " if closed else "│  " for closed in rails)
        branch = "" if box.depth == 0 else "└─ " if box.last else "├─ "
        if box.depth:
            rails.append(box.last)
        yield f"  {indent}{branch}{_label(box, style)}"
        below = "".join("   " if closed else "│  " for closed in rails)
        if box.why:
            yield f"  {below}   {style(box.why, 'dim')}"


def _label(box: Box, style: Style) -> str:
    colour = {True: "green", False: "red", None: "cyan"}[box.good]
    parts = [style(box.role, "bold"), box.command, style(f"[{box.disposition}]", colour)]
    if box.fate:
        parts.append(style(box.fate, colour))
    if box.place:
        parts.append(style(box.place, "dim"))
    return "  ".join(parts)
