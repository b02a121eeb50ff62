"""Where a path of the image may have been copied from: the same path in the stages before and in the build context, by what COPY says alone.

Of what a build has made nothing is known but where it lay, and that can be enough: a tool that writes to a folder of its own (``.next/standalone``) is known by it.
"""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from ...records import replace
from ..context.globs import has_wildcard
from ..entries import inside
from ..model import BaseImage
from ..stages.steps import Copy, Source
from .copy_sources import clamped

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .files import ImageFiles

_MOST = 200


def origins(files: ImageFiles, path: str, *, context: bool = False) -> Iterator[tuple[ImageFiles, str]]:
    """An absolute path in these files, then where in the files of other stages it may be from, nearest first, each once; with ``context`` also where in the build context."""
    waiting = [(files, path)]
    seen: set[tuple[int, str]] = set()
    contexts: dict[int, ImageFiles] = {}
    while waiting and len(seen) < _MOST:
        where, at = waiting.pop(0)
        if (id(where), at) in seen:
            continue
        seen.add((id(where), at))
        yield where, at
        for step in reversed(where.steps):
            if (
                isinstance(step, Copy)
                and (isinstance(step.origin, int) or (context and step.origin is None))
                and not step.parents
            ):
                places = list(_sources(step, at))
                stage = _whence(where, step, contexts) if places else None
                waiting += [(stage, other) for other in places] if stage is not None else []


def _whence(files: ImageFiles, step: Copy, contexts: dict[int, ImageFiles]) -> ImageFiles | None:
    """The files that an instruction copies from; the build context is as those of a stage, in ``/`` of an empty one."""
    if isinstance(step.origin, int):
        return files.stage(step.origin)
    if id(files) not in contexts:
        everything = Source(step.instruction.keyword_text, ".")
        whole = replace(step, sources=(everything,), destination="/", origin=None, mode=None, adds=False, excludes=())
        contexts[id(files)] = files.__class__(
            (whole,), files.context, BaseImage("scratch", True, "none"), lambda index: None
        )
    return contexts[id(files)]


def _sources(step: Copy, path: str) -> Iterator[str]:
    """What the path may be called where an instruction takes it from."""
    destination = (step.destination or "").rstrip("/") or "/"
    relative = inside(path, destination) if step.destination is not None else None
    if relative is None and path != destination:
        return
    for source in step.sources:
        if source.value is None or source.is_heredoc:
            continue
        whole = "/" + clamped(source.value)
        name = posixpath.basename(whole)
        if has_wildcard(source.value):
            if relative is None or fnmatchcase(relative, name):
                yield whole if relative is None else posixpath.join(posixpath.dirname(whole), relative)
            continue
        if relative is None or relative == name:
            yield whole
        if relative is not None:
            yield posixpath.join(whole, relative)
