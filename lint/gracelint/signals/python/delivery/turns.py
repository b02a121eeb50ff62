"""What an event loop sees when it gets its turn: that a task was cancelled, that it was told to stop, that a coroutine is being closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.lattice import bounds
from ..domain.state import CANCELLED, CUT, LEAVING, Raised
from ..domain.values import FALSE, TRUE
from ..interpreter.facts import Pause
from . import pauses
from .arrival import out_of_loop

if TYPE_CHECKING:
    from ..domain.state import Frame, State
    from ..interpreter.run import Run
    from .rests import Rest


# The mark of an event loop that is told to stop.
STOPPED = "stopped"
# The mark of a task whose wait was ended by its cancellation.
WAS_CANCELLED = "#cancelled"
# The mark of a task that is where the signal found it.
_THERE = "#there"
# An object that was found again by a task that is gone through again, which is made once.
AGAIN = "#again"
# Marks of one time that a task is gone through again.
REPLAYED = (AGAIN, _THERE)


def arrived(frame: Frame, state: State) -> None:
    """The tasks that wait here are where the signal found them."""
    for task in frame.tasks:
        state.store[(task, _THERE)] = TRUE


def on_its_way(run: Run, frame: Frame, state: State, here: Rest) -> bool:
    """Whether a task that is gone through again has yet to get to where the signal found it: this is a wait that it had behind it. Where it
    goes round in a loop it may be at any wait of that; else it is at its last one."""
    task = frame.tasks[-1] if frame.tasks else run.main_task
    places = run.places.get(task)
    if not places or (task, _THERE) in state.store:
        return False
    steady = next((at for at, place in enumerate(places) if places.count(place) > 1), len(places) - 1)
    if here.text in places[:steady]:
        return True
    state.store[(task, _THERE)] = TRUE
    return False


def sleeps_on(run: Run, frame: Frame, state: State, here: Rest) -> None:
    """A loop that was not told through itself looks when the next pause in it is over: of each task the longest counts, of the tasks the soonest."""
    if not frame.loop or run.loop_handled:
        return
    others = {thread.object for thread in run.threads} | run.finished
    ticks = [
        max(paused, key=lambda pause: bounds(pause.seconds)[1])
        for number, paused in run.paused.items()
        if paused and number not in others
    ]
    if here.seconds is not None:
        ticks.append(Pause(here.text, here.seconds, None))
    if ticks:
        soonest = min(ticks, key=lambda pause: bounds(pause.seconds)[1])
        pauses.passed(run, soonest.text, soonest.seconds, state)


def abandoned(run: Run, frame: Frame, state: State) -> bool:
    """Whether a coroutine that is being closed waits once more: nobody resumes it, and what it would do after that is not done (measured: Python says
    "coroutine ignored GeneratorExit")."""
    if LEAVING not in state.store or frame.cancels or not frame.loop:
        return False
    run.abandoned.append((state.copy(), len(frame.guards)))
    state.dead = True
    return True


def cancelled(run: Run, frame: Frame, state: State, here: Rest) -> bool:
    """Whether the task that waits was cancelled, which ends the wait, once; or its loop is stopped, which leaves it there."""
    if not frame.loop or here.blocks or not (run.loop_handled or run.ticking):
        return False
    marks = () if here.uncancelled else (CANCELLED, *((task, "cancelled") for task in frame.tasks))
    found = [mark for mark in marks if state.store.get(mark) == TRUE]
    scope = next((one for one in frame.scopes if state.store.get((one, "cancelled")) == TRUE), None)
    if not found and not here.uncancelled and scope is not None:
        # Of a scope that is cancelled each wait ends.
        met = (scope, f"{WAS_CANCELLED} {frame.tasks[-1:]}")
        if met in state.store:
            state.store[CUT] = TRUE
        state.store[met] = TRUE
        frame.raises.append(Raised(state.copy(), "asyncio.CancelledError", here.text))
        state.dead = True
        return True
    stopped = state.store.pop((run.loop_object, STOPPED), FALSE) == TRUE
    if stopped or found:
        sleeps_on(run, frame, state, here)
    if stopped and not found:
        first = len(frame.raises)
        # "Event loop stopped before Future completed."
        frame.raises.append(Raised(state.copy(), "RuntimeError", here.text))
        out_of_loop(run, frame, here.text, here.name, first)
        state.dead = True
        return True
    if not found:
        return False
    # Who cancels tasks and stops the loop waits for them in between, if they go on.
    for mark in found:
        state.store[mark] = FALSE
        state.store[(mark[0], WAS_CANCELLED)] = TRUE
    frame.raises.append(Raised(state.copy(), "asyncio.CancelledError", here.text))
    state.dead = True
    return True
