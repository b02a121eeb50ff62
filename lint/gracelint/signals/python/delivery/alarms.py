"""``signal.alarm`` and ``setitimer``, which a handler sets so that the program ends in any case: when the time is up SIGALRM arrives,
wherever the program is then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.lattice import bounds
from ..domain.state import DEFAULT, PROCESS
from ..domain.values import NONE, UNKNOWN, Const, Ref
from . import pauses
from .arrival import handle

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run
    from ..libraries.special import Special

# The seconds after which it comes.
_ALARM = (PROCESS, "#alarm")
_SIGNAL = "SIGALRM"


def _set(at: int) -> Special:
    def call(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
        seconds = arguments.get(at, "seconds") or UNKNOWN
        if state.signalled and frame.background is None:
            state.store.pop(_ALARM, None)
            if seconds != Const(0):
                state.store[_ALARM] = seconds
        return NONE

    return call


def rings(run: Run, frame: Frame, text: Text, state: State, seconds: Value | None = None) -> bool:
    """The program waits, for so many ``seconds`` or for ever: whether its alarm comes meanwhile, whose handler is called then. By default
    PID 1 does not notice it."""
    from ..libraries.handlers import raised

    alarm = state.store.get(_ALARM)
    if alarm is None or frame.background is not None or not state.signalled:
        return False
    if seconds is not None and bounds(seconds)[1] <= bounds(alarm)[0]:
        return False
    del state.store[_ALARM]
    pauses.passed(run, text, alarm, state)
    if state.handler(_SIGNAL) == DEFAULT:
        raised(run, frame, Ref(f"signal.{_SIGNAL}"), text, state)
    else:
        handle(run, frame, text, state, state.handler(_SIGNAL))
    return True


SPECIAL: dict[str, Special] = {"signal.alarm": _set(0), "signal.setitimer": _set(1)}
