"""The signal's way as one self-contained page: the drawing, and a table that can be read aloud and searched."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING

from . import trace_svg
from .trace_view import boxes, condition, headline, summary, unknowns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..signals.model import Trace
    from ..terminal import Style

_CSS = """
body { font: 15px/1.5 system-ui, sans-serif; color: #1f2328; max-width: 72rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.3rem; } h2 { font-size: 1.05rem; margin-top: 2rem; }
.drawing { overflow-x: auto; border: 1px solid #d0d7de; border-radius: 8px; }
table { border-collapse: collapse; width: 100%; } th, td { text-align: left; vertical-align: top; padding: .4rem .6rem; border-top: 1px solid #d0d7de; }
code { font-family: ui-monospace, monospace; font-size: .9em; overflow-wrap: anywhere; }
.graceful { color: #1a7f37; } .abrupt { color: #9a6700; } .killed { color: #cf222e; } .unknown { color: #0969da; }
"""


def render(trace: Trace, style: Style) -> Iterator[str]:
    """A whole page; it loads nothing and runs no script."""
    title = escape(headline(trace))
    yield "<!doctype html>"
    yield '<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">'
    yield f"<title>{title}</title><style>{_CSS}</style></head><body>"
    yield f'<h1><span class="{trace.verdict}">{trace.verdict}</span> — {title}</h1>'
    yield '<div class="drawing">'
    yield from trace_svg.render(trace, style)
    yield "</div>"
    for path in trace.paths:
        yield f'<h2 class="{path.verdict}">{escape(summary(path))}</h2>'
        if path.when:
            yield f"<p>when <code>{escape(condition(path))}</code></p>"
        yield "<table><thead><tr><th>process</th><th>what it does with the signal</th><th>written at</th></tr></thead><tbody>"
        for box in boxes(trace, path):
            indent = f' style="padding-left: {0.6 + box.depth * 1.5:g}rem"'
            said = f"{box.disposition}{': ' + box.fate if box.fate else ''}. {box.why}"
            yield (
                f"<tr><td{indent}>{escape(box.role)}<br><code>{escape(box.command)}</code></td>"
                f"<td>{escape(said)}</td><td><code>{escape(box.place)}</code></td></tr>"
            )
        yield "</tbody></table>"
    if trace.missing:
        yield "<ul>"
        yield from (f"<li>{escape(reason)}</li>" for reason in unknowns(trace))
        yield "</ul>"
    yield "</body></html>"
