"""Where a path of the image may have been copied from: the same path in the stages before, by what COPY says alone.

Of what a build has made nothing is known but where it lay, and that can be enough: a tool that writes to a folder of its own (``.next/standalone``) is known by it.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ..context.globs import has_wildcard
from ..entries import inside
from ..stages.steps import Copy
from .copies import clamped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .files import ImageFiles

_MOST = 200


def origins(files: ImageFiles, path: str) -> Iterator[tuple[ImageFiles, str]]:
    """An absolute path in these files, then where in the files of other stages it may be from, nearest first, each once."""
    waiting = [(files, path)]
    seen: set[tuple[int, str]] = set()
    while waiting and len(seen) < _MOST:
        where, at = waiting.pop(0)
        if (id(where), at) in seen:
            continue
        seen.add((id(where), at))
        yield where, at
        for step in reversed(where.steps):
            if isinstance(step, Copy) and isinstance(step.origin, int) and not step.parents:
                stage = where.stage(step.origin)
                waiting += [(stage, other) for other in _sources(step, at)] if stage is not None else []


def _sources(step: Copy, path: str) -> Iterator[str]:
    """What the path may be called where an instruction takes it from."""
    destination = (step.destination or "").rstrip("/") or "/"
    relative = inside(path, destination) if step.destination is not None else None
    if relative is None and path != destination:
        return
    for source in step.sources:
        if source.value is None or source.is_heredoc or has_wildcard(source.value):
            continue
        whole = "/" + clamped(source.value)
        if relative is None or relative == posixpath.basename(whole):
            yield whole
        if relative is not None:
            yield posixpath.join(whole, relative)
