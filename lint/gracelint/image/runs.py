"""RUN: does this command do something to this path, and what?"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from .entries import Effect, World, perhaps

if TYPE_CHECKING:
    from .steps import Run


def run(step: Run, path: str, world: World) -> Effect:
    """What RUN does to an absolute path."""
    if posixpath.basename(path) in step.instruction.value.value:
        return perhaps("a RUN names it")
    return None


def may_make(step: Run, path: str) -> bool:
    """Whether RUN may make files of which it does not tell the names."""
    return True


def written(step: Run) -> tuple[str, ...]:
    """Paths that RUN writes."""
    return ()
