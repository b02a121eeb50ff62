"""asyncio's event loops: run, stopped, left and closed, and the handlers they call.

`asyncio.run` runs a coroutine in the main line. See `tasks` for the tasks that it runs beside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import replace
from ..delivery import arrival, lasting, meeting, pauses, rests, turns
from ..domain.lattice import truth
from ..domain.operators import signal_of
from ..domain.state import AWAITED, DEFAULT, INTERRUPT, LEAVING, LEFT, LOST, PROCESS, Raised, joined
from ..domain.values import FALSE, NONE, TRUE, UNKNOWN, Arguments, Bound, Coroutine, Function, Made, Partial, Ref
from ..libraries import handlers
from . import awaiting
from .tasks import await_task, create

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Value
    from ..interpreter.run import Run
    from ..libraries.special import Special


def _in_loop(run: Run, frame: Frame, found: Value, text: Text, state: State, *, cancels: bool) -> Value:
    """Run a coroutine. An exception that leaves the loop comes out behind whatever the coroutine did when it was cancelled."""
    inner = replace(frame, loop=True, cancels=cancels, tasks=(*frame.tasks, run.main_task), raises=[])
    if isinstance(found, Made | Coroutine):
        begins = _begins(found)
        run.mains += [begins] if begins is not None else []
        outer, run.abandoned = run.abandoned, []
        guards_before, run.loop_guards = run.loop_guards, len(frame.guards)
        result = awaiting.awaited(run, inner, found, text, state)
        run.loop_guards = guards_before
        for end, guards in run.abandoned:
            # Only what is inside the coroutine is lost.
            end.store[LOST] = TRUE if guards > len(frame.guards) else end.store.get(LOST, NONE)
            inner.raises.append(Raised(end, "GeneratorExit", text))
        run.abandoned = outer
        for one in inner.raises:
            left = one.state.store.pop(LEAVING, None)
            frame.raises.append(Raised(one.state, left.name, text) if isinstance(left, Ref) else one)
        left = state.store.pop(LEAVING, None)
        if isinstance(left, Ref) and not state.dead:
            frame.raises.append(Raised(state.copy(), left.name, text))
            state.dead = True
        return result
    run.foreign.append((text, "asyncio.run"))
    return UNKNOWN


def _begins(found: Value) -> Text | None:
    """The first statement of a coroutine."""
    function = found.function if isinstance(found, Coroutine) else None
    function = function.function if isinstance(function, Bound) else function
    body = getattr(function.node, "body", None) if isinstance(function, Function) else None
    return body[0].text if isinstance(body, tuple) and body else None


def _run(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``asyncio.run``: when it is done its loop is closed, and the loop's handlers are gone."""
    if frame.loop and run.handling:
        # A handler is called in the middle of a loop that runs: "asyncio.run() cannot be called from a running event loop".
        frame.raises.append(Raised(state.copy(), "RuntimeError", text))
        state.dead = True
        return UNKNOWN
    first, earlier = len(frame.raises), len(run.tasks)
    found = _in_loop(run, frame, arguments.get(0, "main") or UNKNOWN, text, state, cancels=True)
    for end in (state, *(one.state for one in frame.raises[first:])):
        if end.signalled and not end.dead:
            cancel_rest(run, frame, earlier, text, end)
        for key, value in list(end.store.items()):
            if key[0] == PROCESS and key[1].startswith(arrival.LOOP):
                del end.store[key]
            elif key[0] == PROCESS and isinstance(value, Partial) and value.loop:
                end.store[key] = INTERRUPT if key[1] == "SIGINT" else DEFAULT
    frame.raises[first:] = [one for one in frame.raises[first:] if not one.state.dead]
    return found


def cancel_rest(run: Run, frame: Frame, first: int, text: Text, state: State) -> None:
    """An event loop is left, which cancels the tasks that it still has, those from number ``first`` on, and waits until they have ended:
    `asyncio.run` (runners.py, ``_cancel_all_tasks``). One that does not end when it is cancelled keeps the program."""
    for task in run.tasks[first:]:
        if state.dead or task.number in run.finished or (task.number, AWAITED) in state.store:
            continue
        way, inner = state.copy(), replace(frame, loop=True, cancels=True, raises=[])
        way.store[(task.number, "cancelled")] = TRUE
        with lasting.aside(run):
            run.loop_handled, stays, doubts = True, len(run.stays), len(run.doubts)
            await_task(run, inner, task, text, way)
            place = run.stays[stays] if len(run.stays) > stays else None
            unsure = len(run.doubts) > doubts
        end = joined([way, *(one.state for one in inner.raises)])
        if place is not None and end is None and not unsure:
            meeting.stay(run, place.text, place.name, state)
        elif place is None and end is not None and not unsure:
            state.store.update(pauses.all_of(end))


def started(run: Run, frame: Frame, arguments: Arguments, text: Text, state: State) -> Value:
    """``trio.run`` and ``anyio.run``, which are given the function itself."""
    from ..interpreter.calls import call

    found = call(
        run, replace(frame, loop=True), arguments.get(0, "async_fn") or UNKNOWN, arguments.values[1:], text, state
    )
    return _in_loop(run, frame, found, text, state, cancels=True)


def _run_until_complete(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    return _in_loop(run, frame, arguments.get(0, "future") or UNKNOWN, text, state, cancels=False)


def _run_forever(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    inner = replace(frame, loop=True)
    rests.rest(
        run, inner, text, "run_forever", state, over=rests.marked(run, run.loop_object, turns.STOPPED), uncancelled=True
    )
    if not state.dead and frame.background is None:
        # It may be run again.
        state.store.pop((run.loop_object, turns.STOPPED), None)
    return NONE


def _stop(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """From outside of the loop it is seen when the loop wakes up, if ever."""
    run.write(state, (run.loop_object, turns.STOPPED), TRUE if frame.loop or not run.handling else UNKNOWN)
    return NONE


def _loop(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    return Made("asyncio.Loop", run.loop_object)


def _thread_loop(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    """``set_event_loop`` and ``get_event_loop``: the loop is the thread's own from now on."""
    if not frame.loop:
        state.store[(run.loop_object, arrival.KEPT)] = TRUE
    return Made("asyncio.Loop", run.loop_object)


def _close(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    state.store.pop(LEFT, None)
    state.store.pop((run.loop_object, arrival.KEPT), None)
    return NONE


def _add_handler(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    which = arguments.get(0, "sig") or UNKNOWN
    callback = arguments.get(1, "callback") or UNKNOWN
    handler = Partial(callback, Arguments(arguments.values[2:]), loop=True)
    handlers.install(run, frame, which, handler, text, state, error="ValueError")
    signal = signal_of(which)
    if signal is not None and not state.dead and frame.background != "process":
        state.store[(PROCESS, arrival.LOOP + signal)] = handler
    return NONE


def _remove_handler(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    signal = signal_of(arguments.get(0, "sig") or UNKNOWN)
    if signal is not None:
        state.store[(PROCESS, signal)] = INTERRUPT if signal == "SIGINT" else DEFAULT
        state.store.pop((PROCESS, arrival.LOOP + signal), None)
    return UNKNOWN


def _call_soon(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    from ..interpreter.calls import call

    if arguments.values and frame.loop:
        call(run, frame, arguments.values[0], arguments.values[1:], text, state)
    return UNKNOWN


def _wakes(run: Run, frame: Frame, state: State) -> None:
    """Since the signal, the handler or a thread tells the loop to look."""
    run.loop_handled = run.loop_handled or run.handling or (frame.background == "thread" and state.signalled)


def _call_threadsafe(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    """The one call that may be made from outside the loop: it wakes it."""
    _wakes(run, frame, state)
    return _call_soon(run, replace(frame, loop=True), receiver, arguments, text, state)


def _coroutine_threadsafe(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    """``asyncio.run_coroutine_threadsafe``: a task of a loop that another thread may run, which it wakes; the future is none of that loop's."""
    _wakes(run, frame, state)
    given = arguments.get(0, "coro")
    if isinstance(given, Coroutine):
        create(run, replace(frame, loop=True), None, Arguments((given,)), text, state)
    return Made("concurrent.futures.threadsafe", run.number())


def _runner(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``aiohttp.web.AppRunner``, which may be told to look after the signals."""
    made = Made("aiohttp.web.AppRunner", run.number())
    state.store[(made.number, _HANDLES_SIGNALS)] = arguments.get(-1, "handle_signals") or FALSE
    return made


def _runner_setup(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    """Its handlers raise an exit in the loop (aiohttp 3.13: web_runner.py, ``_raise_graceful_exit``), which cancels the requests in flight
    like any other task."""
    handles = state.store.get((receiver.number, _HANDLES_SIGNALS)) if isinstance(receiver, Made) else None
    if handles is not None and truth(handles) is True:
        for name in ("SIGINT", "SIGTERM"):
            _add_handler(run, frame, receiver, Arguments((Ref(f"signal.{name}"), Ref("sys.exit"))), text, state)
    return NONE


_HANDLES_SIGNALS = "#handle_signals"
_LOOPS = (
    "asyncio.get_running_loop",
    "asyncio.new_event_loop",
    "uvloop.new_event_loop",
    "asyncio.Runner.get_loop",
)

SPECIAL: dict[str, Special] = {
    "asyncio.run": _run,
    "uvloop.run": _run,
    "asyncio.Runner.run": _run,
    "asyncio.Loop.run_until_complete": _run_until_complete,
    "asyncio.Loop.run_forever": _run_forever,
    "asyncio.Loop.stop": _stop,
    "asyncio.Loop.close": _close,
    "asyncio.set_event_loop": _thread_loop,
    "asyncio.get_event_loop": _thread_loop,
    "asyncio.Loop.add_signal_handler": _add_handler,
    "asyncio.Loop.remove_signal_handler": _remove_handler,
    "asyncio.Loop.call_soon": _call_soon,
    "asyncio.Loop.call_soon_threadsafe": _call_threadsafe,
    "asyncio.run_coroutine_threadsafe": _coroutine_threadsafe,
    "aiohttp.web.AppRunner": _runner,
    "aiohttp.web.AppRunner.setup": _runner_setup,
    **dict.fromkeys(_LOOPS, _loop),
}
