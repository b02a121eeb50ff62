"""Commands as rules see them: their words, and what stands around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..model.outcome import Command
from ..model.values import default

if TYPE_CHECKING:
    from ....parsers.shell import model as sh
    from ....source import Text
    from ..model.outcome import Around
    from ..model.state import State
    from ..model.values import Field
    from .interpreter import Frame


def describe(state: State, node: sh.Simple, fields: list[Field], skipped: int) -> Command:
    """A simple command as rules see it."""
    around, calls = place(state)
    return Command(
        node.text,
        _behind(node, skipped) if skipped and node.words else node.written,
        tuple([field.shown for field in fields]),
        None not in [default(field.value) for field in fields],
        calls,
        around,
        bool(node.assignments),
        passes_arguments=True in [field.parameter for field in fields],
    )


def _behind(node: sh.Simple, skipped: int) -> Text:
    """The words of a command behind so many of them."""
    first, last = node.words[min(skipped, len(node.words) - 1)].text, node.words[-1].text
    return first.until(last) if first.buffer is last.buffer else node.text


def place(state: State) -> tuple[tuple[Around, ...], tuple[Text, ...]]:
    """The constructs around the current command, and the calls that led to it, outermost first."""
    unknown: list[Frame] = []
    frame = state.stack
    while frame is not None and frame.place is None:
        unknown.append(frame)
        frame = frame.parent
    around, calls = frame.place if frame is not None and frame.place is not None else ((), ())
    for each in reversed(unknown):
        if each.kind == "within" and each.label:
            construct = "redirection" if each.label == "redirected" else each.label
            around = (*around, construct)  # type: ignore[arg-type]  # the labels of these frames are constructs
        elif each.kind in ("call", "eval", "trap"):
            around = (*around, "function" if each.kind == "call" else each.kind)
            if each.kind != "trap":
                calls = (*calls, each.data)  # the text of the call
        elif each.kind == "not":
            around = (*around, "negation")
        if each.kind == "call":  # of every frame it would be too much to keep
            each.place = around, calls
    return (*state.around, *around), (*state.calls, *calls)
