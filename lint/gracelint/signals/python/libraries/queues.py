"""Queues: taken from until they are empty, and waited for until somebody has done what is in them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..delivery import rests
from ..domain.state import Raised
from ..domain.values import (
    NONE,
    TRUE,
    UNKNOWN,
    Made,
)

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run
    from .special import Special


def _get_nowait(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    """Raises queue.Empty, perhaps; when what is there has been taken once, after the signal, it does."""
    frame.raises.append(Raised(state.copy(), "queue.Empty", text))
    if _emptied(run, receiver, state):
        state.dead = True
    return UNKNOWN


def _empty(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """Who asks whether there is something takes it: none of what is behind that waits."""
    if isinstance(receiver, Made) and not _emptied(run, receiver, state):
        state.store[(receiver.number, "put")] = TRUE
        return UNKNOWN
    return TRUE if isinstance(receiver, Made) else UNKNOWN


def _emptied(run: Run, receiver: Value | None, state: State) -> bool:
    """Whether a queue was asked for what is in it once before, since the signal: it is taken to be empty then."""
    if not isinstance(receiver, Made) or not state.signalled:
        return False
    before = (receiver.number, "#emptied") in state.store
    state.store[(receiver.number, "#emptied")] = TRUE
    return before


def _join(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``jobs.join()`` waits until somebody has done all that was put there; in a program without threads and processes nobody does."""
    undone = isinstance(receiver, Made) and state.store.get((receiver.number, "put")) == TRUE
    kind = "rest" if undone and not run.threads and not run.children else "pause"
    rests.rest(run, frame, text, "queue.Queue.join", state, kind=kind)
    return NONE


_QUEUES = ("queue.Queue", "queue.SimpleQueue", "queue.LifoQueue", "queue.PriorityQueue")


SPECIAL: dict[str, Special] = {
    "queue.Queue.join": _join,
    **{f"{queue}.get_nowait": _get_nowait for queue in _QUEUES},
    **{f"{queue}.empty": _empty for queue in _QUEUES},
}
