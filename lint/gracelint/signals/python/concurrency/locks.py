"""Locks: who wants one that is taken waits until it is given back.

A handler runs in the main thread, on top of what it interrupts. If that holds the lock that the handler wants, nobody is left to give it
back, and the program stays (measured on 3.11: `threading.Lock` and `multiprocessing.Lock`; an `RLock`, and the one that a `Condition` makes
for itself, may be taken again by the thread that has it). A `Condition` around a lock is that lock, and gives it back while it waits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..delivery import meeting, rests
from ..domain.lattice import truth
from ..domain.values import FALSE, NONE, TRUE, UNKNOWN, Arguments, Made

if TYPE_CHECKING:
    from collections.abc import Callable

    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Value
    from ..interpreter.run import Run
    from ..libraries.special import Special

# The mark of a lock that the main thread holds.
_HELD = "held"
_KINDS = ("threading.Lock", "multiprocessing.Lock")
_CONDITION = "threading.Condition"
# The lock that a condition was given.
_INNER = "#lock"


def _acquire(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``with lock``, ``lock.acquire()``."""
    receiver = _lock_of(receiver, state)
    if not isinstance(receiver, Made):
        return TRUE
    limited = next(arguments.every(), None) is not None
    held = truth(state.store.get((receiver.number, _HELD), FALSE)) is True
    if held and not limited:
        if run.handling and frame.background is None:
            meeting.stay(run, text, f"{receiver.kind}.acquire", state)
        else:
            rests.rest(run, frame, text, f"{receiver.kind}.acquire", state, over=_given_back(receiver.number))
        return TRUE
    if frame.background is None:
        state.store[(receiver.number, _HELD)] = UNKNOWN if limited else TRUE
    return UNKNOWN if limited else TRUE


def _given_back(number: int) -> Callable[[State], bool | None]:
    return lambda state: truth(state.store.get((number, _HELD), FALSE)) is not True


def _release(
    _run: Run, frame: Frame, receiver: Value | None, _arguments: Arguments, _text: Text, state: State
) -> Value:
    lock = _lock_of(receiver, state)
    if lock is not None and frame.background is None:
        state.store[(lock.number, _HELD)] = FALSE
    return NONE


def _lock_of(receiver: Value | None, state: State) -> Made | None:
    """The lock that is meant; None where it may be taken again."""
    if isinstance(receiver, Made) and receiver.kind == _CONDITION:
        receiver = state.store.get((receiver.number, _INNER))
    return receiver if isinstance(receiver, Made) and receiver.kind in _KINDS else None


def _condition(
    run: Run, _frame: Frame, _receiver: Value | None, arguments: Arguments, _text: Text, state: State
) -> Value:
    made = Made(_CONDITION, run.number())
    state.store[(made.number, _INNER)] = arguments.get(0, "lock") or NONE
    return made


def _wait(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """The lock is given back meanwhile."""
    from ..libraries.catalogued import catalogued
    from ..libraries.knowledge import entry_of

    name = f"{_CONDITION}.wait"
    lock, held = _lock_of(receiver, state), None
    if lock is not None:
        held = state.store.pop((lock.number, _HELD), None)
    found = catalogued(run, frame, name, entry_of(name) or {}, receiver, arguments, text, state)
    if lock is not None and held is not None and not state.dead:
        state.store[(lock.number, _HELD)] = held
    return found


def _wait_for(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """Waits, each time that it is notified, until what it is given says that it holds."""
    from ..domain.containers import holds
    from ..interpreter.calls import call

    predicate, limit = arguments.get(0, "predicate") or UNKNOWN, arguments.get(1, "timeout")
    if holds(run, call(run, frame, predicate, (), text, state), state):
        return TRUE
    _wait(run, frame, receiver, Arguments((limit,) if limit is not None else ()), text, state)
    found = call(run, frame, predicate, (), text, state) if not state.dead else UNKNOWN
    if state.signalled and (limit is None or limit == NONE) and holds(run, found, state) is False:
        meeting.stay(run, text, f"{_CONDITION}.wait_for", state)
    return found


SPECIAL: dict[str, Special] = {
    _CONDITION: _condition,
    f"{_CONDITION}.wait": _wait,
    f"{_CONDITION}.wait_for": _wait_for,
    **{
        f"{kind}.{name}": special
        for kind in (*_KINDS, _CONDITION)
        for special, names in ((_acquire, ("acquire", "__enter__")), (_release, ("release", "__exit__")))
        for name in names
    },
}
