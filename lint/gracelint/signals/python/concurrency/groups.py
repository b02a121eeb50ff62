"""asyncio's task groups: whoever leaves one waits for its tasks, which run side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import replace
from ..delivery import arrival, pauses
from ..domain import containers
from ..domain.state import Raised, joined
from ..domain.values import TRUE, Made
from .tasks import create, waited_for

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run
    from ..libraries.special import Special

GROUP = "asyncio.TaskGroup"


def _grouped(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``group.create_task``: whoever leaves the group waits for it."""
    task = create(run, frame, None, arguments, text, state)
    if isinstance(receiver, Made):
        containers.append(run, receiver, "#tasks", task, state)
    return task


def leave_group(run: Run, frame: Frame, group: Made, text: Text, state: State) -> None:
    """The block of a task group is left: its tasks are waited for side by side. One that was cancelled by itself has ended; one that fails
    has the others cancelled, and the group raises."""
    tasks = containers.appended(run, group, "#tasks", state)
    if len(tasks) < 2:
        for task in tasks:
            waited_for(run, frame, task, text, state, cancelled_only=True)
        return
    stays, certain = list(run.stays), run.uncertain_stays
    met, ways = _side_by_side(run, frame, tasks, text, state)
    failed = [one for _, raises in ways for one in raises if one.state.signalled and one.kind not in _OF_THE_LOOP]
    if failed:
        run.stays, run.uncertain_stays = stays, certain
        state.become(joined(one.state.copy() for one in failed))
        _cancel_all(run, frame, tasks, text, state)
        if not state.dead:
            frame.raises.append(Raised(state.copy(), "ExceptionGroup", text))
            state.dead = True
    elif met or not state.signalled:
        frame.raises += [one for _, raises in ways for one in raises]
        state.become(None if any(way.dead and not raises for way, raises in ways) else joined(way for way, _ in ways))
    else:
        run.stays, run.uncertain_stays = stays, certain
        for task in tasks:
            if not state.dead:
                waited_for(run, frame, task, text, state, cancelled_only=True)


# What is raised in a task that is no failure of its own.
_OF_THE_LOOP = ("asyncio.CancelledError", "GeneratorExit", *arrival.EXITS)


def _side_by_side(
    run: Run, frame: Frame, tasks: Sequence[Value], text: Text, state: State
) -> tuple[bool, list[tuple[State, list[Raised]]]]:
    """What comes of each of several tasks, each in a state of its own: how it ends and what it raises; and whether the signal has met one
    of them, what the handler did then being seen by the others too."""

    def through(task: Value, way: State) -> tuple[State, list[Raised]]:
        inner = replace(frame, raises=[])
        waited_for(run, inner, task, text, way, cancelled_only=True)
        pauses.forget_beside(way, state)
        return way, inner.raises

    ways: list[tuple[State, list[Raised]]] = []
    met: int | None = None
    for at, task in enumerate(tasks):
        before = run.after
        ways.append(through(task, state.copy()))
        met = at if run.after is not before else met
    if met is not None and run.after is not None:
        after = run.after
        ways = [way if at == met else through(tasks[at], after.copy()) for at, way in enumerate(ways)]
    return met is not None, ways


def _cancel_all(run: Run, frame: Frame, tasks: Sequence[Value], text: Text, state: State) -> None:
    """The loop cancels all tasks of a group, and waits for them."""
    run.loop_handled = True
    for task in tasks:
        if isinstance(task, Made):
            state.store[(task.number, "cancelled")] = TRUE
    for task in tasks:
        inner = replace(frame, raises=[])
        way = state.copy()
        waited_for(run, inner, task, text, way, cancelled_only=True)
        state.become(joined([way, *(one.state for one in inner.raises)]))
        if state.dead:
            return


SPECIAL: dict[str, Special] = {f"{GROUP}.create_task": _grouped}
