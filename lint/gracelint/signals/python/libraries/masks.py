"""Signals that are blocked, pending, and waited for without a handler: `pthread_sigmask`, `sigwait`, `sigpending`."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ...names import name as signal_name
from ..delivery import rests
from ..domain.operators import signal_of
from ..domain.state import IGNORE, PROCESS, blocked, handlers
from ..domain.values import FALSE, NONE, TRUE, UNKNOWN, Box, Items, Made, Own, Ref
from .handlers import LIKELY

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run
    from .special import Special


# SIGHUP to SIGSYS.
_SYSTEM_SIGNALS = 31


def _sigmask(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """Returns the mask that was in force before; a thread's own mask decides nothing."""
    before = Items(tuple(Ref(f"signal.{name}") for name in sorted(blocked(state))))
    how, given = arguments.get(0, "how"), arguments.get(1, "mask")
    if frame.background is not None or given is None:
        return before
    names = _signals_in(given, state)
    if how == Ref("signal.SIG_SETMASK"):
        for name in blocked(state):
            state.store[(PROCESS, f"blocked:{name}")] = FALSE
    for name in names if names is not None else LIKELY:
        freed = how == Ref("signal.SIG_UNBLOCK")
        state.store[(PROCESS, f"blocked:{name}")] = UNKNOWN if names is None else FALSE if freed else TRUE
    return before


def _signals_in(value: Value | None, state: State) -> list[str] | None:
    """The signals in a collection; None where they are not known."""
    items: tuple[Value, ...]
    if isinstance(value, Items):
        items = value.items
    elif isinstance(value, Box) and (value.number, "#open") not in state.store:
        items = tuple(
            found for (number, name), found in state.store.items() if number == value.number and name[0] != "#"
        )
    else:
        return None
    found = [signal_of(item) for item in items]
    return None if None in found else [name for name in found if name is not None]


def _every(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    return Items(tuple(Ref(f"signal.{signal_name(number)}") for number in range(1, _SYSTEM_SIGNALS + 1)))


def _is_blocked(run: Run, state: State) -> bool:
    """Whether the stop signal is blocked for certain."""
    return state.store.get((PROCESS, f"blocked:{run.signal}")) == TRUE


def _taken(run: Run, state: State, waited: list[str] | None) -> bool | None:
    """Whether the signal that has arrived is still pending, and is waited for; None where it is not known which are waited for."""
    if not state.signalled or not _is_blocked(run, state) or run.taken:
        return False
    return None if waited is None else run.signal in waited


def _sigwait(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """Returns one of the signals, if they are blocked; else the kernel treats them as if nobody waited. A handler of another signal does
    not run meanwhile: libc goes on waiting, where ``sigwaitinfo`` is interrupted (measured on 3.11 and 3.13)."""
    waited = _signals_in(arguments.get(0, "sigset"), state)
    deaf = Own("ignores", "it is in sigwait() for other signals, and Python's handlers run only when that is over")
    others: dict[str, Value] = {
        name: deaf
        for name, handler in handlers(state).items()
        if waited is not None and name not in waited and handler != IGNORE
    }
    return _waiting(run, frame, waited, others, text, state)


def _waiting(
    run: Run, frame: Frame, waited: list[str] | None, owned: dict[str, Value], text: Text, state: State
) -> Value:
    over = partial(_taken, run, waited=waited)
    rests.rest(run, frame, text, "signal.sigwait", state, over=over, taken=True, owned=owned)
    return Ref(f"signal.{run.signal}") if waited and run.signal in waited else UNKNOWN


def _sigwaitinfo(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    found = _waiting(run, frame, _signals_in(arguments.get(0, "sigset"), state), {}, text, state)
    return _information(run, found, state)


def _sigtimedwait(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    """The same with a limit, behind which it returns None. The signal that it waits for ends it at once."""
    waited = _signals_in(arguments.get(0, "sigset"), state)
    if not state.signalled:
        comes = waited is not None and run.signal in waited and _is_blocked(run, state)
        limit = arguments.get(1, "timeout") if not comes else None
        rests.rest(run, frame, text, "signal.sigtimedwait", state, kind="pause", seconds=limit)
    arrived = _taken(run, state, waited)
    if arrived is None:
        return UNKNOWN
    run.taken = run.taken or arrived
    return _information(run, Ref(f"signal.{run.signal}"), state) if arrived else NONE


def _information(run: Run, which: Value, state: State) -> Value:
    made = Made("signal.struct_siginfo", run.number())
    state.store[(made.number, "si_signo")] = which
    return made


def _pending(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """The signals that have arrived while they were blocked."""
    pending = state.signalled and _is_blocked(run, state) and not run.taken
    return Items((Ref(f"signal.{run.signal}"),) if pending else ())


SPECIAL: dict[str, Special] = {
    "signal.pthread_sigmask": _sigmask,
    "signal.sigwait": _sigwait,
    "signal.sigwaitinfo": _sigwaitinfo,
    "signal.sigtimedwait": _sigtimedwait,
    "signal.sigpending": _pending,
    "signal.valid_signals": _every,
}
