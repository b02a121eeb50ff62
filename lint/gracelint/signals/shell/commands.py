"""Commands as rules see them: their words, and what stands around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .outcome import Command

if TYPE_CHECKING:
    from ...parsers.shell import model as sh
    from ...source import Text
    from .outcome import Around
    from .state import State
    from .values import Field


def describe(state: State, node: sh.Simple, fields: list[Field], skipped: int) -> Command:
    """A simple command as rules see it."""
    around, calls = place(state)
    first = node.words[min(skipped, len(node.words) - 1)].text if node.words else node.text
    last = node.words[-1].text if node.words else node.text
    return Command(
        node.text,
        first.until(last) if first.buffer is last.buffer else node.text,
        tuple(field.shown for field in fields),
        all(field.known for field in fields),
        calls,
        around,
        bool(node.assignments),
        passes_arguments=any(field.parameter for field in fields),
        redirected=bool(node.redirects),
    )


def place(state: State) -> tuple[tuple[Around, ...], tuple[Text, ...]]:
    """The constructs around the current command, and the calls that led to it, outermost first."""
    around: list[Around] = []
    calls: list[Text] = []
    frame = state.stack
    while frame is not None:
        if frame.kind == "within" and frame.label:
            around.append("redirection" if frame.label == "redirected" else frame.label)  # type: ignore[arg-type] # labels of "within" frames are the constructs
        elif frame.kind in ("call", "eval", "trap"):
            around.append("function" if frame.kind == "call" else frame.kind)
            if frame.kind != "trap":
                calls.append(frame.data)  # type: ignore[arg-type] # the text of the call
        elif frame.kind == "not":
            around.append("negation")
        frame = frame.parent
    return (*state.around, *reversed(around)), (*state.calls, *reversed(calls))
