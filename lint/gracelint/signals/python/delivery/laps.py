"""Loops and iterations as places where the signal may arrive: each lap, and what an iteration over something foreign waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.state import DEFAULT, blocked, handlers
from ..domain.values import Made, Method
from ..interpreter.facts import Visit
from .arrival import LAPPED, NOTED, deliver, noticed, of_loop, postpone
from .rests import rest

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Value
    from ..interpreter.run import Run


def visit_loop(run: Run, frame: Frame, text: Text, state: State) -> None:
    """A loop begins another lap. If nothing in it waits, the signal arrives anywhere in it."""
    if frame.background == "process" and run.telling and not state.signalled:
        deliver(run, frame, text, state, state.handler(run.signal))
    if state.signalled or frame.background is not None:
        noticed(run, frame, text, state, LAPPED)
        if NOTED in state.store:
            state.store[LAPPED] = state.store.pop(NOTED)
        return
    number = len(run.visits)
    in_force = handlers(state)
    run.visits.append(Visit(number, "loop", text, "the loop", in_force, frame.guards, blocked(state), way=frame.way))
    if run.deliver == number:
        handler = in_force.get(run.signal, DEFAULT)
        if frame.loop and of_loop(handler):
            postpone(run, state, handler)
        else:
            deliver(run, frame, text, state, handler)


# What a child writes.
_PIPES = ("subprocess.Popen.stdout", "subprocess.Popen.stderr")


def iterating(run: Run, frame: Frame, text: Text, iterable: Value, state: State) -> bool | None:
    """Whether an iteration over a value never ends by itself; None where that is not known."""
    from ..concurrency import children
    from ..libraries.knowledge import entry_of, standard

    if isinstance(iterable, Method) and isinstance(iterable.receiver, Made) and iterable.name in _PIPES:
        children.heard_out(run, frame, iterable.receiver.number, text, state)
    if isinstance(iterable, Made):
        entry = entry_of(iterable.kind)
        if entry is not None and entry["does"] == "endless":
            return True
        waits = entry_of(f"{iterable.kind}.__iter__")
        if waits is not None:
            rest(run, frame, text, iterable.kind, state, kind="perhaps")
            return True
        if not standard(iterable.kind):
            run.foreign.append((text, iterable.kind))
    return False
