"""The signal's way as a Mermaid flowchart, for READMEs and pull requests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .trace_view import boxes, condition, headline, summary, unknowns

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..signals.model import Trace
    from ..terminal import Style

_ENTITIES = {"&": "#38;", '"': "#34;", "<": "#60;", ">": "#62;", "`": "#96;", "#": "#35;"}
_CLASSES = {True: "good", False: "bad", None: "open"}


def render(trace: Trace, _style: Style) -> Iterator[str]:
    """A subgraph for each way; the engine is the first node."""
    yield "flowchart TD"
    yield f'  engine(["{_text(headline(trace))}"])'
    for number, path in enumerate(trace.paths):
        title = summary(path) + (f", when {condition(path)}" if path.when else "")
        yield f'  subgraph way{number}["{_text(title)}"]'
        parents: list[str] = []
        edges = []
        for index, box in enumerate(boxes(trace, path)):
            name = f"w{number}p{index}"
            lines = [f"{box.role}: {box.command}", f"{box.disposition}{', ' + box.fate if box.fate else ''}", box.place]
            yield f'    {name}["{"<br/>".join(_text(line) for line in lines if line)}"]:::{_CLASSES[box.good]}'
            del parents[box.depth :]
            edges.append(f"{parents[-1] if parents else 'engine'} {'-.->' if box.good is False else '-->'} {name}")
            parents.append(name)
        yield "  end"
        yield from (f"  {edge}" for edge in edges)
    for number, reason in enumerate(unknowns(trace)):
        yield f'  unknown{number}["{_text(reason)}"]:::open'
    yield "  classDef good stroke:#1a7f37,stroke-width:2px"
    yield "  classDef bad stroke:#cf222e,stroke-width:2px"
    yield "  classDef open stroke:#6e7781"


def _text(text: str) -> str:
    """Inside a quoted label: entities for what Mermaid or HTML would read."""
    return "".join(_ENTITIES.get(char, char) for char in text)
