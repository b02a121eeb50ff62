"""Loops over generators of the image's own: the body of the loop stands where the ``yield`` stands.

What the body raises leaves the loop, not the generator; with ``break`` and ``return`` the generator is left where it is. A loop inside of
the generator that never ends by itself does, when the body has a way out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.values import Made
from .functions import through

if TYPE_CHECKING:
    from collections.abc import Callable

    from ....parsers.python import model as syntax
    from ..domain.state import Frame, State
    from ..domain.values import Value
    from .run import Run

CALL = "#call"


def generator_of(iterable: Value, state: State) -> Value | None:
    """The call that a generator object stands for; None where it is something else."""
    return state.store.get((iterable.number, CALL)) if isinstance(iterable, Made) else None


def over(
    run: Run,
    frame: Frame,
    node: syntax.For,
    generator: Value,
    state: State,
    lap: Callable[[Value, State], State | None],
    leaves: Callable[[], bool],
) -> State | None:
    """Go through a generator, with a ``lap`` of the loop at each of its yields; the state in which it has come to its end. ``leaves``:
    whether the body has a way out of the loop."""
    endless = len(run.endless)

    def resume(inner: Frame, yielded: Value, state: State) -> None:
        guards, frame.guards = frame.guards, inner.guards
        try:
            state.become(lap(yielded, state.copy()))
        finally:
            frame.guards = guards

    through(run, frame, generator, node.iterable.text, state, resume)
    if leaves():
        run.tentative += run.endless[endless:]
        del run.endless[endless:]
    return None if state.dead else state
