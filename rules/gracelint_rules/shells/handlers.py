"""How fixes change a trap's handler: text in front of it or behind it, whatever quotes it is written in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.source import Edit

if TYPE_CHECKING:
    from gracelint.signals.shell.model.outcome import Trap

_QUOTES = "'\""


def extended(trap: Trap, before: str = "", after: str = "") -> list[Edit | None]:
    """The edits that put shell text around the handler's; a bare word is quoted. ``[None]`` where that cannot be written."""
    action = trap.action_text
    if action is None:
        return [None]
    if quote_of(trap):
        parts = [action.insert_before(before) if before else None, action.insert_after(after) if after else None]
        return [edit for edit, text in zip(parts, (before, after), strict=True) if text]
    span = action.span
    written = span.document.text[span.start : span.end]
    if written != action.value or any(quote in written for quote in _QUOTES):
        return [None]
    return [Edit(span, f"'{before}{written}{after}'")]


def quote_of(trap: Trap) -> str:
    """The quote that the handler is written in; empty where it is a bare word."""
    if trap.action_text is None:
        return ""
    span = trap.action_text.span
    mark = span.document.text[max(span.start - 1, 0) : span.start]
    return mark if mark and mark in _QUOTES else ""
