"""Trio and anyio: nurseries (task groups) and cancel scopes, and receivers of signals.

Whoever leaves a nursery waits for its tasks. A scope that is cancelled ends each wait inside of it by an exception, which the scope keeps
to itself, and it stays cancelled: a task that goes on to wait meets the next one
(trio.readthedocs.io/en/stable/reference-core.html#cancellation-and-timeouts). A receiver is a queue in which the handler puts the signal.
Measured with trio 0.35 and anyio 4.16.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import replace
from ..delivery import arrival
from ..domain import containers
from ..domain.operators import signal_of
from ..domain.state import DEFAULT, LEAVING, PROCESS, Raised, joined
from ..domain.values import FALSE, NONE, TRUE, UNKNOWN, Arguments, Coroutine, Items, Made, Partial, Ref
from ..libraries import foreign, handlers, queues
from . import awaiting, tasks

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Value
    from ..interpreter.run import Run
    from ..libraries.special import Special

NURSERY, SCOPE, RECEIVER = "trio.Nursery", "trio.CancelScope", "trio.SignalReceiver"
# A scope whose waits end by themselves after a while.
LIMITED = ("trio.move_on_after", "anyio.move_on_after")
_CANCELLED = "asyncio.CancelledError"
_TASKS, _SCOPE, _SIGNALS = "#tasks", "cancel_scope", "#signals"
_SHIELD = "#shield"


def scope_of(manager: Value, state: State) -> int | None:
    """The number of the cancel scope that a context manager opens; None where it opens none."""
    if not isinstance(manager, Made):
        return None
    if manager.kind == NURSERY:
        found = state.store.get((manager.number, _SCOPE))
        return found.number if isinstance(found, Made) else None
    return manager.number if manager.kind in (SCOPE, *LIMITED) else None


def _nursery(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    made = Made(NURSERY, run.number())
    state.store[(made.number, _SCOPE)] = Made(SCOPE, foreign.number_of(run, frame, text, state))
    return made


def _scope(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    made = Made(SCOPE, foreign.number_of(run, frame, text, state))
    shields(made, arguments, state)
    return made


def shields(scope: Made, arguments: Arguments, state: State) -> None:
    """Note whether a scope keeps the cancellation of others away."""
    state.store[(scope.number, _SHIELD)] = arguments.get(-1, "shield") or FALSE


def inside(frame: Frame, scope: int, state: State) -> tuple[int, ...]:
    """The scopes around what stands in one."""
    return (scope,) if state.store.get((scope, _SHIELD)) == TRUE else (*frame.scopes, scope)


def _start_soon(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    scope = scope_of(receiver or UNKNOWN, state)
    if not isinstance(receiver, Made) or scope is None or not arguments.values:
        return UNKNOWN
    begins = Coroutine(arguments.values[0], Arguments(arguments.values[1:]))
    inner = replace(frame, loop=True, scopes=(*frame.scopes, scope))
    task = tasks.create(run, inner, None, Arguments((begins,)), text, state)
    containers.append(run, receiver, _TASKS, task, state)
    return NONE


def _cancel(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    scope = scope_of(receiver or UNKNOWN, state)
    if scope is not None:
        run.write(state, (scope, "cancelled"), TRUE)
    return NONE


def _left(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """The block of a scope is left, by an exception of a kind if one is given: whether it keeps that to itself."""
    scope, kind = scope_of(receiver or UNKNOWN, state), arguments.get(0, "kind")
    raised = kind.name if isinstance(kind, Ref) else ""
    if isinstance(receiver, Made) and receiver.kind == NURSERY and scope is not None:
        if raised and raised != _CANCELLED:
            state.store[(scope, "cancelled")] = TRUE
        _tasks_awaited(run, frame, receiver, scope, text, state)
    if raised == "TimeoutError" and isinstance(receiver, Made) and receiver.kind in LIMITED:
        return TRUE
    outer = any(state.store.get((one, "cancelled")) == TRUE for one in frame.scopes)
    cancelled = scope is not None and state.store.get((scope, "cancelled")) == TRUE
    return TRUE if raised == _CANCELLED and cancelled and not outer and LEAVING not in state.store else FALSE


def _tasks_awaited(run: Run, frame: Frame, nursery: Made, scope: int, text: Text, state: State) -> None:
    every = containers.appended(run, nursery, _TASKS, state)
    left: Iterable[Value] = every
    failed: list[Raised] = []
    if not state.signalled:
        met: int | None = None
        ways: list[tuple[State, list[Raised]]] = []
        for at, task in enumerate(every):
            before, way = run.after, state.copy()
            ways.append((way, _awaited(run, frame, scope, task, text, way)))
            if run.after is not before:
                met = at
                break
        if met is None:
            frame.raises += [one for _, raises in ways for one in raises]
            alive = not any(way.dead and not raises for way, raises in ways)
            state.become(joined([state, *(way for way, _ in ways)]) if alive else None)
            return
        # The others go on with what the one did that the signal has met.
        state.become(ways[met][0])
        failed = ways[met][1]
        left = (*every[:met], *every[met + 1 :])
        _fails(failed, scope, state)
    for task in left:
        if not state.dead:
            raises = _awaited(run, frame, scope, task, text, state)
            _fails(raises, scope, state)
            failed = failed or raises
    if failed and not state.dead:
        frame.raises.append(Raised(state.copy(), failed[0].kind, text))
        state.dead = True


def _awaited(run: Run, frame: Frame, scope: int, task: Value, text: Text, state: State) -> list[Raised]:
    """Wait for a task; what it raises, unless that is its cancellation."""
    inner = replace(frame, loop=True, raises=[], scopes=(*frame.scopes, scope), limited=None)
    awaiting.awaited(run, inner, task, text, state)
    own = [one for one in inner.raises if one.kind == _CANCELLED and LEAVING not in one.state.store]
    state.become(joined([state, *(one.state for one in own)]))
    return [one for one in inner.raises if one not in own]


def _fails(raises: list[Raised], scope: int, state: State) -> None:
    """A task that fails has the others cancelled."""
    if raises:
        for one in raises:
            one.state.store[(scope, "cancelled")] = TRUE
        state.become(joined([state, *(one.state.copy() for one in raises)]))


# --- signals ---------------------------------------------------------------------------------------------------------------


def _receiver(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    made = Made(RECEIVER, foreign.number_of(run, frame, text, state))
    state.store[(made.number, _SIGNALS)] = Items(arguments.values)
    return made


def _signals(receiver: Value | None, state: State) -> tuple[int, tuple[Value, ...]]:
    """The number of a receiver, and the signals that it is for."""
    given = state.store.get((receiver.number, _SIGNALS)) if isinstance(receiver, Made) else None
    return (receiver.number, given.items) if isinstance(receiver, Made) and isinstance(given, Items) else (0, ())


def _installed(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    number, signals = _signals(receiver, state)
    for which in signals:
        state.store[(number, f"before {signal_of(which)}")] = state.handler(signal_of(which) or "")
        handler = Partial(Ref(f"{RECEIVER}.received"), Arguments((Made(RECEIVER, number), which)), loop=True)
        handlers.install(run, frame, which, handler, text, state, error="RuntimeError")
    return NONE


def _taken_back(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    number, signals = _signals(receiver, state)
    for signal in filter(None, map(signal_of, signals)):
        state.store[(PROCESS, signal)] = state.store.get((number, f"before {signal}"), DEFAULT)
    return NONE


def _received(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    made = arguments.get(0, "")
    if isinstance(made, Made):
        queues.put(run, frame, made.number, arguments.get(1, "") or UNKNOWN, state)
    return NONE


def _run(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``trio.run``, whose loop any signal wakes; and ``anyio.run`` with trio."""
    from .event_loops import started

    backend = arguments.get(-1, "backend")
    if text.value.partition("(")[0].startswith("trio") or (backend is not None and backend != NONE):
        state.store[arrival.WAKES] = TRUE
    return started(run, frame, arguments, text, state)


_PACKAGES = ("trio", "anyio")

SPECIAL: dict[str, Special] = {
    "trio.run": _run,
    "anyio.run": _run,
    "trio.open_nursery": _nursery,
    "anyio.create_task_group": _nursery,
    f"{NURSERY}.start_soon": _start_soon,
    f"{NURSERY}.start": _start_soon,
    f"{NURSERY}.__exit__": _left,
    f"{SCOPE}.cancel": _cancel,
    f"{SCOPE}.__exit__": _left,
    f"{RECEIVER}.__enter__": _installed,
    f"{RECEIVER}.__exit__": _taken_back,
    f"{RECEIVER}.received": _received,
    **{f"{package}.CancelScope": _scope for package in _PACKAGES},
    **{f"{package}.open_signal_receiver": _receiver for package in _PACKAGES},
    **{f"{package}.to_thread.run_sync": tasks.in_thread for package in _PACKAGES},
    **{f"{kind}.__exit__": _left for kind in LIMITED},
    **{f"{kind}.cancel": _cancel for kind in LIMITED},
}
