"""Which paths below a folder a step of a build may have made: candidates, which the image then decides on one by one."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from .copies import clamped
from .entries import contains, inside
from .paths import normal

if TYPE_CHECKING:
    from collections.abc import Callable

    from .context import Context
    from .steps import Copy

    Listing = Callable[[int, str], tuple[str, ...]]


def copied_paths(step: Copy, folder: str, context: Context, listing: Listing) -> list[str]:
    """Paths below ``folder`` that COPY or ADD may make; ``listing`` lists a folder of an earlier stage."""
    if step.destination is None:
        return []
    destination = step.destination.rstrip("/") or "/"
    if not (contains(destination, folder) or contains(folder, destination)):
        return []
    paths: list[str] = []
    for source in step.sources:
        names = [""]
        if source.is_heredoc and source.value:
            names = [source.value]
        elif isinstance(step.origin, int) and source.value:
            names = _from_stage(normal(source.value), step.origin, listing)
        elif step.origin is None and source.value:
            names = _from_context(source.value, context)
        paths += [posixpath.join(destination, name) if name else destination for name in (*names, "")]
    return [path for path in paths if inside(path, folder) is not None]


def _from_stage(source: str, index: int, listing: Listing) -> list[str]:
    listed = [name for path in listing(index, source) if (name := inside(path, source)) is not None]
    return [*listed, posixpath.basename(source)]


def _from_context(value: str, context: Context) -> list[str]:
    names: list[str] = []
    for match in context.matching(clamped(value)):
        if context.entry(match).kind == "folder":
            names += [name for path in context.walk(match) if (name := inside("/" + path, "/" + match))]
        else:
            names.append(posixpath.basename(match))
    return names
