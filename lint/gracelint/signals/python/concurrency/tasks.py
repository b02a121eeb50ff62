"""asyncio's tasks: made, gathered, awaited, cancelled (`event_loops` runs them).

Tasks are gone through when they are made, as far as their first rest, like threads; whoever awaits one goes through
it in earnest. A cancelled task has its rest raise CancelledError.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import replace
from ..delivery import arrival, lasting, pauses, rests, turns
from ..delivery.lasting import Begun
from ..domain.lattice import bounds, is_number, truth
from ..domain.state import AWAITED, CANCELLED, Raised, joined
from ..domain.values import NONE, TRUE, UNKNOWN, Arguments, Coroutine, Items, Made, Ref
from ..libraries import queues
from . import awaiting

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Value
    from ..interpreter.run import Run
    from ..libraries.special import Special


def create(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """A task is made: it runs as soon as the main line waits."""
    found = arguments.get(0, "coro") or UNKNOWN
    if isinstance(found, Made) and found.kind.startswith("asyncio."):
        return found
    task = Made("asyncio.Task", run.number())
    state.store[(task.number, "#coroutine")] = found
    run.tasks.append(task)
    outer, run.pausing = run.pausing, []
    outer_waits, run.waiting = run.waiting, []
    arriving, run.arriving = run.arriving, None

    def go(frame: Frame, way: State) -> list[State]:
        _begun(run, replace(frame, tasks=(task.number,)), found, text, way)
        return [] if way.dead else [way]

    run.begun[task.number] = Begun(state.copy(), go, lasting.shared)
    _begun(run, replace(frame, tasks=(task.number,)), found, text, state)
    run.paused[task.number], run.pausing, run.arriving = run.pausing, outer, arriving
    run.waits[task.number], run.waiting = run.waiting, outer_waits
    return task


def waited_for(run: Run, frame: Frame, task: Value, text: Text, state: State, *, cancelled_only: bool) -> None:
    """Wait for a task whose end is noted, and no more: by an exception of its own (``cancelled_only``: by its own cancellation)."""
    inner = replace(frame, raises=[])
    awaiting.awaited(run, inner, task, text, state)
    ended: list[State] = []
    for one in inner.raises:
        others = {key[0] for key, value in one.state.store.items() if key[1] == turns.WAS_CANCELLED and value == TRUE}
        alone = isinstance(task, Made) and others <= {task.number}
        own = (
            one.kind == "asyncio.CancelledError"
            if cancelled_only
            else one.kind not in (*arrival.EXITS, "GeneratorExit")
        )
        if alone and own:
            ended.append(one.state)
        else:
            frame.raises.append(one)
    state.become(joined([state, *ended]))


def _begun(run: Run, frame: Frame, found: Value, text: Text, state: State) -> None:
    """What a task does until its first rest."""
    if not isinstance(found, Coroutine):
        return
    outer, run.snapshots = run.snapshots, []
    inner = replace(
        frame, background="task", loop=True, limited=None, guards=(), raises=[], breaks=[], continues=[], returns=[]
    )
    kept, certain = list(run.stays), run.uncertain_stays
    way, ticking = state.copy(), run.ticking
    awaiting.awaited(run, inner, found, text, way)
    run.stays, run.uncertain_stays = kept, certain
    resting, run.snapshots = run.snapshots, outer
    if not (way.dead or way.uncertain or resting):
        # It ends by itself, and wakes its loop no more.
        run.ticking = ticking
        run.finished.update(frame.tasks[-1:])
    exits = [one for one in inner.raises if one.kind in ("SystemExit", "KeyboardInterrupt")]
    ended = [one.state for one in inner.raises if one not in exits]
    frame.raises += exits
    state.become(joined([way, *resting, *ended]) or (None if exits else state))


def await_task(run: Run, frame: Frame, task: Made, text: Text, state: State) -> Value:
    """``await`` of a task, or of several."""
    if (task.number, queues.ENDED) in state.store:
        return UNKNOWN
    if task.kind == "asyncio.Task":
        found = state.store.get((task.number, "#coroutine"), UNKNOWN)
        inner = replace(frame, tasks=(*frame.tasks, task.number))
        if state.signalled:
            state.store[(task.number, AWAITED)] = TRUE
        if isinstance(found, Coroutine):
            result = awaiting.awaited(run, inner, found, text, state)
            if state.signalled and not state.dead:
                lasting.waited(run, frame, task.number, text, state, None)
            return result
        rests.rest(run, inner, text, "the task", state, kind="perhaps")
        return UNKNOWN
    limit = state.store.get((task.number, "#limit"), NONE)
    if is_number(limit):
        # It is over then, whatever has become of the tasks, which go on.
        rests.rest(run, frame, text, "asyncio.wait", state, kind="pause", seconds=limit)
        return UNKNOWN
    several = state.store.get((task.number, "#tasks"), Items(()))
    tasks = several.items if isinstance(several, Items) else ()
    quiet = truth(state.store.get((task.number, "#quiet"), NONE))
    if not tasks:
        return _unknown_tasks(run, frame, text, state, quiet=quiet is True)
    if task.kind == "asyncio.wait" and truth(state.store.get((task.number, "#first"), NONE)):
        return _first(run, frame, tasks, text, state)
    kept = task.kind == "asyncio.wait" or quiet is True
    inner = replace(frame, tasks=(*frame.tasks, task.number))
    for one in tasks:
        if kept and not state.dead:
            waited_for(run, inner, one, text, state, cancelled_only=False)
        elif not state.dead:
            awaiting.awaited(run, inner, one, text, state)
    return UNKNOWN


def _unknown_tasks(run: Run, frame: Frame, text: Text, state: State, *, quiet: bool) -> Value:
    """Several tasks of which nothing is known: once the signal is there they end if somebody cancelled what may be them, else perhaps."""
    cancelled = state.store.get(CANCELLED) == TRUE
    if state.signalled and quiet and cancelled:
        return UNKNOWN
    over = None if cancelled or not state.signalled else (lambda _: None)
    rests.rest(run, frame, text, "the tasks", state, over=over)
    return UNKNOWN


def _first(run: Run, frame: Frame, tasks: tuple[Value, ...], text: Text, state: State) -> Value:
    """Waits until one of them has ended."""
    kept, certain = list(run.stays), run.uncertain_stays
    ways: list[State] = []
    found: Value | None = None
    for one in tasks:
        before, way = run.after, state.copy()
        awaiting.awaited(run, frame, one, text, way)
        pauses.forget_beside(way, state)
        ways.append(way)
        found = one if run.after is not before else found
    if found is not None and run.after is not None:
        # The signal found the program in one of them; what the handler did is seen by the others too.
        for one in tasks:
            if one is not found:
                way = run.after.copy()
                awaiting.awaited(run, frame, one, text, way)
                pauses.forget_beside(way, state)
                ways.append(way)
    end = joined(ways)
    if end is not None:
        run.stays, run.uncertain_stays = kept, certain
    state.become(end)
    return UNKNOWN


def _gather(kind: str) -> Special:
    def gather(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
        from ..domain.containers import items_of

        made = Made(kind, run.number())
        given = arguments.values
        state.store[(made.number, "#quiet")] = arguments.get(-1, "return_exceptions") or NONE
        if kind == "asyncio.wait":
            given = items_of(run, arguments.get(0, "fs") or UNKNOWN, state) or ()
            state.store[(made.number, "#limit")] = arguments.get(-1, "timeout") or NONE
            first = arguments.get(-1, "return_when")
            state.store[(made.number, "#first")] = TRUE if isinstance(first, Ref) and "FIRST" in first.name else NONE
        tasks = tuple(
            create(run, frame, None, Arguments((one,)), text, state) if isinstance(one, Coroutine) else one
            for one in given
        )
        state.store[(made.number, "#tasks")] = Items(tasks)
        return made

    return gather


def _cancel(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    if isinstance(receiver, Made):
        run.write(state, (receiver.number, "cancelled"), TRUE)
    return NONE


def _current(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    return Made("asyncio.Task", frame.tasks[-1] if frame.tasks else run.main_task)


def _wait_for(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """A wait with a limit; behind ``await``, what it waits for."""
    found = arguments.get(0, "fut") or UNKNOWN
    limit = arguments.get(1, "timeout")
    if limit is None or limit == NONE:
        return found
    return Coroutine(Ref("asyncio.wait_for.limited"), Arguments((found, limit)))


def _limited(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """The wait itself: it ends, by TimeoutError unless what it waits for has come about."""
    from ..domain.values import Method

    found = arguments.values[0]
    over = mark = None
    number = 0
    if (
        isinstance(found, Coroutine)
        and isinstance(found.function, Method)
        and isinstance(found.function.receiver, Made)
    ):
        marks = {"asyncio.Event.wait": "set", "asyncio.Queue.get": queues.PUT}
        mark = marks.get(found.function.name)
        number = found.function.receiver.number
        over = rests.marked(run, number, mark) if mark else None
    elif state.signalled and _sooner(run, frame, found, text, state, arguments.values[1]):
        return UNKNOWN
    elif isinstance(found, Coroutine):
        _begun(run, frame, found, text, state)
    rests.rest(run, frame, text, "asyncio.wait_for", state, kind="pause", over=over, seconds=arguments.values[1])
    if state.dead or (over is not None and over(state)):
        return queues.taken(number, state) if mark == queues.PUT and not state.dead else TRUE
    frame.raises.append(Raised(state.copy(), "TimeoutError", text))
    if over is not None and state.signalled:
        state.dead = True
    return UNKNOWN


def _sooner(run: Run, frame: Frame, found: Value, text: Text, state: State, limit: Value) -> bool:
    """Whether what is waited for comes to its end before the limit, as far as it can be followed."""
    if not isinstance(found, Coroutine | Made):
        return False
    way, inner = state.copy(), replace(frame, limited=None, raises=[])
    with lasting.aside(run):
        stays, doubts = len(run.stays), len(run.doubts)
        awaiting.awaited(run, inner, found, text, way)
        ended = len(run.stays) == stays and len(run.doubts) == doubts and not way.dead and not inner.raises
    before, after = (bounds(pauses.elapsed(one))[1] for one in (state, way))
    if not ended or after - before > bounds(limit)[1]:
        return False
    state.become(way)
    return True


def in_thread(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``asyncio.to_thread`` and ``loop.run_in_executor``: what awaits it waits for the thread, and so does the program's end."""
    from ..interpreter.facts import Thread
    from .threads import start

    executor = text.value.partition("(")[0].endswith("run_in_executor")
    given = arguments.values[1:] if executor else arguments.values
    future = Made("asyncio.thread", run.number())
    if given:
        start(run, frame, Thread(future.number, "thread", given[0], given[1:], text, daemon=False), state)
    return Coroutine(Ref("asyncio.thread.awaited"), Arguments((future,)))


def _thread_awaited(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    from .thread_objects import passed
    from .threads import kind_of, over

    future = arguments.values[0]
    if isinstance(future, Made):
        kind = kind_of(run, future.number, state)
        # The end of the thread wakes the loop.
        run.ticking = run.ticking or kind == "pause" or bool(run.paused.get(future.number))
        rests.rest(run, frame, text, "the thread", state, kind=kind, over=over(run, frame, future.number, text))
        passed(run, future.number, state)
    return UNKNOWN


SPECIAL: dict[str, Special] = {
    "asyncio.Loop.create_task": create,
    "asyncio.create_task": create,
    "asyncio.ensure_future": create,
    "asyncio.gather": _gather("asyncio.gather"),
    "asyncio.wait": _gather("asyncio.wait"),
    "asyncio.wait_for": _wait_for,
    "asyncio.wait_for.limited": _limited,
    "asyncio.Task.cancel": _cancel,
    "asyncio.current_task": _current,
    "asyncio.to_thread": in_thread,
    "asyncio.Loop.run_in_executor": in_thread,
    "asyncio.thread.awaited": _thread_awaited,
}
