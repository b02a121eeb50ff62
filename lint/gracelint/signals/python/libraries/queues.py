"""Queues: what is put there, and taken out of them in that order; taken from until they are empty, and waited for until somebody has done what is in them.

What a queue holds is known as long as it is the main line that puts and takes, and of what is put since the signal. Where a thread has waited for more before the signal came, it
has taken what the main line has put there, but for a None, which mostly is the last thing that it is to take. What threads put there comes nobody knows when.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..delivery import rests
from ..domain.lattice import alternatives, join
from ..domain.state import Raised, differing
from ..domain.values import FALSE, NONE, TRUE, UNKNOWN, Const, Items, Made
from ..interpreter.comprehensions import SEVERAL

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run
    from .special import Special


# The mark of a queue in which there is something, what that is, and the mark of one from which a thread waited to take before the signal.
PUT, _JOBS, _SERVED = "put", "#jobs", "#served"
_MOST_JOBS = 24
# The mark of a thread or task that has ended, with what it has taken out of queues.
ENDED = "#ended"


def put(run: Run, frame: Frame, number: int, item: Value, state: State) -> None:
    """Something is put in a queue."""
    background = frame.background is not None
    if not state.signalled and not background and item != NONE and (number, _SERVED) in state.store:
        return
    run.write(state, (number, PUT), TRUE)
    jobs = state.store.get((number, _JOBS), Items(()))
    if background and not state.signalled:
        jobs = UNKNOWN
    elif run.repeating or not isinstance(jobs, Items):
        # As many as there are.
        jobs = join(jobs, Items((item,)))
    else:
        jobs = Items((*jobs.items, item)) if len(jobs.items) < _MOST_JOBS else UNKNOWN
    state.store[(number, _JOBS)] = jobs


def waited_for(frame: Frame, number: int, state: State) -> None:
    """Something waits to take out of a queue, which is empty."""
    if frame.background is not None and not state.signalled and state.store.get((number, PUT)) != TRUE:
        state.store[(number, _SERVED)] = TRUE


def taken(number: int, state: State) -> Value:
    """What is taken out of a queue."""
    jobs = state.store.get((number, _JOBS), UNKNOWN)
    if isinstance(jobs, Items):
        if not jobs.items:
            return UNKNOWN
        state.store[(number, _JOBS)] = Items(jobs.items[1:])
        if len(jobs.items) == 1:
            state.store[(number, PUT)] = FALSE
        return jobs.items[0]
    found = [one.items if isinstance(one, Items) else (UNKNOWN,) for one in alternatives(jobs)]
    several = [item for items in found for item in items]
    result = several[0] if several else UNKNOWN
    for one in several[1:]:
        result = join(result, one)
    return result


def ended(number: int, before: State, after: State) -> None:
    """A thread or a task has come to its end, ``after`` what was ``before``: what it has taken out of queues nobody else gets. Of one that stands for several it is not known
    whether there is something for each."""
    queues = {key[0] for key, _ in differing(before.store, after.store) if key[1] == _JOBS}
    for queue in queues:
        for name in (PUT, _JOBS):
            before.store[(queue, name)] = after.store[(queue, name)]
    if queues:
        last = any(after.store[(queue, _JOBS)] == Items(()) for queue in queues)
        before.store[(number, ENDED)] = UNKNOWN if last and (number, SEVERAL) in before.store else TRUE


def _get_nowait(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    """Raises queue.Empty, perhaps; when what is there has been taken once, after the signal, it does."""
    if isinstance(receiver, Made) and _known(receiver, state):
        if state.store.get((receiver.number, PUT)) == TRUE:
            return taken(receiver.number, state)
        frame.raises.append(Raised(state.copy(), "queue.Empty", text))
        state.dead = True
        return UNKNOWN
    frame.raises.append(Raised(state.copy(), "queue.Empty", text))
    if _emptied(run, receiver, state):
        state.dead = True
    return UNKNOWN


def _empty(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """Who asks whether there is something takes it: none of what is behind that waits."""
    if isinstance(receiver, Made) and _known(receiver, state):
        return Const(state.store.get((receiver.number, PUT)) != TRUE)
    if isinstance(receiver, Made) and not _emptied(run, receiver, state):
        state.store[(receiver.number, "put")] = TRUE
        return UNKNOWN
    return TRUE if isinstance(receiver, Made) else UNKNOWN


def _known(receiver: Made, state: State) -> bool:
    """Whether it is known what there is, since something was put there after the signal."""
    return state.signalled and isinstance(state.store.get((receiver.number, _JOBS)), Items)


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
