"""Handlers that do not get to their end, as `set -e` ends the shell at a command that fails."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .telling import shown
from .writing import fix_of

if TYPE_CHECKING:
    from gracelint.diagnostics import Fix
    from gracelint.signals.shell.model.outcome import Stop


def where_it_ends(stop: Stop) -> str:
    """The command that fails, in words; nothing where the handler got to its end."""
    if stop.failed is None:
        return ""
    return f"{shown(stop.failed.value.split())} fails, so set -e ends the shell"


def carry_on_fix(stop: Stop) -> Fix | None:
    """Let it fail. None where what runs is not what is written, as the action was expanded when the trap was set."""
    failed = stop.failed
    if failed is None or failed.span.document.text[failed.span.start : failed.span.end] != failed.value:
        return None
    return fix_of("unsafe", "Go on when it fails", [failed.insert_after(" || true")])
