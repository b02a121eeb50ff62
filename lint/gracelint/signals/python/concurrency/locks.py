"""Locks: who wants one that is taken waits until it is given back.

A handler runs in the main thread, on top of what it interrupts. If that holds the lock that the handler wants, nobody is left to give it back, and the program stays (measured on
3.11: `threading.Lock` and `multiprocessing.Lock`; an `RLock`, and the one inside a `Condition`, may be taken again by the thread that has it).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..delivery import rests
from ..domain.lattice import truth
from ..domain.values import FALSE, NONE, TRUE, UNKNOWN, Made

if TYPE_CHECKING:
    from collections.abc import Callable

    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run
    from ..libraries.special import Special

# The mark of a lock that the main thread holds.
_HELD = "held"
_KINDS = ("threading.Lock", "multiprocessing.Lock")


def _acquire(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``with lock``, ``lock.acquire()``."""
    if not isinstance(receiver, Made):
        return UNKNOWN
    limited = next(arguments.every(), None) is not None
    held = truth(state.store.get((receiver.number, _HELD), FALSE)) is True
    if held and not limited:
        if run.handling and frame.background is None:
            rests.stay(run, text, f"{receiver.kind}.acquire", state)
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
    if isinstance(receiver, Made) and frame.background is None:
        state.store[(receiver.number, _HELD)] = FALSE
    return NONE


SPECIAL: dict[str, Special] = {
    f"{kind}.{name}": special
    for kind in _KINDS
    for special, names in ((_acquire, ("acquire", "__enter__")), (_release, ("release", "__exit__")))
    for name in names
}
