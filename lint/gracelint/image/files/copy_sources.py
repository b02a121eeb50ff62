"""The source words of COPY and ADD: where in the build context they lead, and what is wrong with them."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from ...regexes import regex
from ..context.globs import has_wildcard
from ..paths import normal

if TYPE_CHECKING:
    from ..context.context import Context
    from ..stages.steps import Copy, Source

REMOTE = regex(r"https?://|git@|ssh://|git://", re.IGNORECASE)
ARCHIVE = regex(r"\.(tar(\.\w+)?|tgz|tbz2?|txz|tzst)$", re.IGNORECASE)


def clamped(value: str) -> str:
    """A COPY source relative to the context's root; ``..`` stops there (``NormalizePath``)."""
    return normal("/" + value)[1:]


def puts_a_file(step: Copy, source: Source, context: Context) -> bool:
    """Whether a source is certainly a single file, which keeps its name in a destination that is a folder."""
    if source.is_heredoc:
        return source.value is not None
    plain = source.value is not None and step.origin is None and not step.parents and not REMOTE.match(source.value)
    if not plain or source.value is None or has_wildcard(source.value):
        return False
    path = clamped(source.value)
    return context.entry(path).kind == "file" and not (step.adds and ARCHIVE.search(path))


def word_problem(step: Copy, source: Source, context: Context) -> str | None:
    """What is wrong with a source word taken from the context; None if nothing, or nothing is known."""
    value = source.value
    if value is None or source.is_heredoc or step.origin is not None or REMOTE.match(value):
        return None
    path = clamped(value)
    if has_wildcard(value):
        return None
    entry = context.entry(path)
    if entry.kind not in ("missing", "ignored", "outside") or (entry.kind == "missing" and not context.certain):
        return None
    leaves = posixpath.normpath(value.lstrip("/")).startswith("..")
    return f"{value} is outside the build context" if leaves else entry.reason
