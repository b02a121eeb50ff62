"""The signal arrives: the handler in force is called, in the place where the program waits, and what it raises comes out there or leaves
the event loop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.lattice import alternatives
from ..domain.state import ASKED, DEFAULT, IGNORE, INTERRUPT, LEAVING, LEFT, PROCESS, Raised, blocked, joined
from ..domain.values import TRUE, UNKNOWN, Const, Coroutine, Made, Method, Own, Partial, Ref, Unknown

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, Key, State
    from ..domain.values import Value
    from ..interpreter.run import Run


# Behind it the signal: an event loop's own handler, which the loop still calls when `signal.signal` has installed another one (measured).
LOOP = "loop:"
# An event loop that outlives its variable.
KEPT = "kept"
# The event loop's handler, which is called when the loop gets its turn.
PENDING = (PROCESS, "#pending")
# What a thread has sent to the program.
SENT = (PROCESS, "#sent")
# The same, where the main thread notices it only when its wait is over (measured: `_thread.interrupt_main`, `signal.raise_signal` in a
# thread); and where it has gone round a loop since: the thread comes to it when the main thread has got on, to its next wait if there is
# one.
NOTED = (PROCESS, "#noted")
LAPPED = (PROCESS, "#noted a lap ago")
# The event loop is woken by any signal, and looks at what its handler did.
WAKES = (PROCESS, "#wakes")
EXITS = ("SystemExit", "KeyboardInterrupt")


def deliver(run: Run, frame: Frame, text: Text, state: State, handler: Value) -> bool:
    """The signal arrives. Whether a thread that the handler has woken has sent the program another one."""
    from ..concurrency.threads import waiting, woken

    state.signalled = True
    run.read.clear()
    run.handler_ran = False
    if run.signal in blocked(state):
        # A thread may wait for it.
        waiting(run, frame, state)
        return False
    sent = False
    ways: list[State] = []
    first = len(frame.raises)
    for one in alternatives(handler):
        way = state.copy()
        handle(run, frame, text, way, one)
        if run.handler_ran and not way.dead:
            run.handling = True
            woken(run, frame, text, way)
            run.handling = False
            sent = sent or SENT in way.store
            noticed(run, frame, text, way, SENT)
        ways.append(way)
    state.become(joined(ways))
    run.after = None if state.dead else state.copy()
    told = joined([run.after, *(one.state for one in frame.raises[first:])])
    run.told = told.copy() if told is not None else None
    return sent


def noticed(run: Run, frame: Frame, text: Text, state: State, *marks: Key) -> None:
    """The main thread comes to run the handler of what a thread has sent."""
    from ..libraries.handlers import raised

    for mark in marks:
        if mark in state.store and frame.background is None and not state.dead:
            raised(run, frame, state.store.pop(mark), text, state)


def of_loop(handler: Value) -> bool:
    """Whether it is the event loop that calls a handler, in its turn."""
    return isinstance(handler, Partial) and handler.loop


def postpone(run: Run, state: State, handler: Value) -> None:
    """The signal arrives while something keeps the event loop from its turn: its handler runs when the loop goes on (`asyncio` only writes
    to its wake-up descriptor: unix_events.py, ``add_signal_handler``)."""
    state.signalled = True
    run.read.clear()
    run.handler_ran = False
    state.store[PENDING] = handler


def left_in_order(run: Run, frame: Frame, text: Text, name: str, state: State) -> None:
    """The framework's own handler ends the call. One that ``raises-again`` then sends the signal to itself, for the handler that was in
    force before."""
    from ..concurrency.event_loops import cancel_rest
    from ..libraries.handlers import raised
    from ..libraries.hooks import shut_down
    from ..libraries.knowledge import entry_of

    entry = entry_of(name) or {}
    state.signalled = True
    run.read.clear()
    shut_down(run, frame, state)
    if entry.get("cancels") and not frame.loop:
        cancel_rest(run, frame, 0, text, state)
    if state.dead:
        return
    if entry.get("raises-again"):
        before = state.handler(run.signal)
        if before == DEFAULT:
            raised(run, frame, Ref(f"signal.{run.signal}"), text, state)
        else:
            handle(run, frame, text, state, before)
    if not state.dead:
        leave(frame, state, entry.get("leaves", ""), text)


# Waits of which the event loop itself knows nothing: whoever ends them does. All others are on its schedule, or may be.
_NOT_SCHEDULED = (
    "Event.wait",
    "Queue.get",
    "Queue.join",
    "Condition.wait",
    "Lock.acquire",
    "Semaphore.acquire",
    "create_future",
    "Future",
)


def out_of_loop(run: Run, frame: Frame, text: Text, name: str, first: int) -> None:
    """While a loop waits, it is the loop that a handler interrupts: what it raises leaves the loop, and the coroutine does not see it. `asyncio.run`
    then cancels the task, and waits until it has ended."""
    raised, frame.raises[first:] = frame.raises[first:], []
    for one in raised:
        one.state.store[LEAVING] = Ref(one.kind)
        kept = not frame.cancels and one.state.store.get((run.loop_object, KEPT)) == TRUE
        if kept and len(frame.guards) > run.loop_guards and not name.endswith(_NOT_SCHEDULED):
            # A loop that is set as the thread's own, and never closed, keeps what it has scheduled until the interpreter is gone: its
            # ``finally`` is not reached (measured on 3.11 and 3.13).
            one.state.store[LEFT] = TRUE if name == "asyncio.sleep" else UNKNOWN
        frame.raises.append(Raised(one.state, "asyncio.CancelledError" if frame.cancels else "GeneratorExit", text))


def handle(run: Run, frame: Frame, text: Text, state: State, handler: Value) -> None:
    """Call a handler."""
    from ..interpreter.calls import call
    from ..interpreter.functions import accepts
    from ..libraries.descriptors import woken
    from ..libraries.knowledge import standard

    if handler in (DEFAULT, IGNORE):
        return
    if isinstance(handler, Own):
        state.store[ASKED] = handler
        return
    run.handler_ran = True
    run.loop_handled = run.loop_handled or (frame.loop and WAKES in state.store)
    # What Python writes for it is the handler's doing.
    run.handling = True
    woken(run, state)
    run.handling = False
    if handler == INTERRUPT:
        frame.raises.append(Raised(state.copy(), "KeyboardInterrupt", text))
        state.dead = True
        return
    number, interrupted = Ref(f"signal.{run.signal}"), UNKNOWN
    run.handling = True
    repeating, run.repeating = run.repeating, 0
    try:
        if not of_loop(handler) and not accepts(handler, 2):
            frame.raises.append(Raised(state.copy(), "TypeError", text))
            state.dead = True
        elif isinstance(handler, Partial) and handler.loop:
            run.loop_handled = True
            _from_loop(run, frame, text, state, handler)
        elif isinstance(handler, Unknown | Ref | Made | Method | Coroutine | Const):
            if isinstance(handler, Method | Made | Ref):
                call(run, frame, handler, (number, interrupted), text, state)
            if not isinstance(handler, Method) and not (isinstance(handler, Ref) and standard(handler.name)):
                run.doubts.append("what its handler does")
        else:
            call(run, frame, handler, (number, interrupted), text, state)
        beside = state.store.get((PROCESS, LOOP + run.signal))
        if beside is not None and beside != handler and not state.dead:
            handle(run, frame, text, state, beside)
    finally:
        run.handling, run.repeating = False, repeating


def _from_loop(run: Run, frame: Frame, text: Text, state: State, handler: Partial) -> None:
    """An event loop calls back: exits come out of the loop, other exceptions are only logged by it."""
    from ..interpreter.calls import call
    from ..interpreter.exceptions import lineage
    from ..interpreter.functions import accepts

    if not accepts(handler, 0):
        return  # the loop logs that
    first = len(frame.raises)
    result = call(run, frame, handler.function, handler.arguments.values, text, state)
    if isinstance(result, Coroutine):
        run.doubts.append("the handler is a coroutine function, which nobody awaits")
    raised, frame.raises[first:] = frame.raises[first:], []
    exits = [one for one in raised if not lineage(one.kind, run.class_bases).isdisjoint(EXITS)]
    logged = [one.state for one in raised if one not in exits]
    frame.raises += exits
    state.become(joined([state, *logged]))


def leave(frame: Frame, state: State, raises: str, text: Text) -> None:
    """A wait is over: by an exception where one is named, else the program just goes on."""
    if raises:
        frame.raises.append(Raised(state.copy(), raises, text))
        state.dead = True
