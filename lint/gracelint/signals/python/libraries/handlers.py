"""The process's handlers for signals, and the signals that it sends: to itself, and to its children."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..delivery import arrival
from ..domain.lattice import join
from ..domain.operators import signal_of
from ..domain.state import DEFAULT, PROCESS, Raised
from ..domain.values import NONE, TRUE, UNKNOWN, Const, Made, Method, Own, Ref
from ..interpreter.facts import Registration
from .exits import end

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run
    from .special import Special


# Where it is not known which signal is meant.
LIKELY = ("SIGTERM", "SIGINT")


def install(run: Run, frame: Frame, which: Value, handler: Value, text: Text, state: State, *, error: str) -> None:
    """Install a handler for a signal; outside the main thread Python refuses."""
    signal = signal_of(which)
    refused = frame.background == "thread"
    if frame.background != "process":
        run.registrations.append(Registration(text, signal or "", handler, refused))
    if refused:
        frame.raises.append(Raised(state.copy(), error, text))
        state.dead = True
    elif signal is not None:
        state.store[(PROCESS, signal)] = handler
    else:
        for likely in LIKELY:
            state.store[(PROCESS, likely)] = join(handler, state.handler(likely))


def _signal(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    which = arguments.get(0, "signalnum") or UNKNOWN
    handler = arguments.get(1, "handler") or UNKNOWN
    if isinstance(handler, Const) and handler.value in (0, 1):
        handler = Ref("signal.SIG_IGN" if handler.value else "signal.SIG_DFL")
    before = state.handler(signal_of(which) or "")
    install(run, frame, which, handler, text, state, error="ValueError")
    return before


def _getsignal(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    return state.handler(signal_of(arguments.get(0, "signalnum") or UNKNOWN) or "")


def _signals(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    name = signal_of(arguments.get(0, "value") or UNKNOWN)
    return Ref(f"signal.{name}") if name else UNKNOWN


# --- signals sent ------------------------------------------------------------------------------------------------------


def _kill(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    who = arguments.get(0, "pid")
    if (isinstance(who, Made) and who.kind == "os.getpid") or (run.pid1 and who == Const(1)):
        return raised(run, frame, arguments.get(1, "sig"), text, state)
    if isinstance(who, Method) and isinstance(who.receiver, Made) and who.name == "subprocess.Popen.pid":
        for number in (who.receiver.number, run.nobody):
            run.write(state, (number, "told"), TRUE)
    elif run.handling:
        # Some child is told; which one is not followed.
        state.store[(run.nobody, "told")] = TRUE
        processes = [thread.object for thread in run.threads if thread.kind == "process"]
        for number in (*processes, *(number for number, _ in run.children)):
            state.store[(number, "told")] = TRUE
    return NONE


def _raise_signal(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    return raised(run, frame, arguments.get(0, "signalnum"), text, state, wakes=False)


def _interrupt_main(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    return raised(run, frame, arguments.get(0, "signum") or Ref("signal.SIGINT"), text, state, wakes=False)


def raised(run: Run, frame: Frame, which: Value | None, text: Text, state: State, *, wakes: bool = True) -> Value:
    """The program signals itself: to PID 1 the default action does not apply. What a thread notes for the main thread, or sends to itself,
    ``wakes`` nobody."""
    signal = signal_of(which or UNKNOWN)
    if frame.background == "thread" and signal is not None and state.signalled:
        # It is the main thread that runs the handler.
        state.store[arrival.SENT if wakes else arrival.NOTED] = Ref(f"signal.{signal}")
        return NONE
    if signal == "SIGKILL" and not run.pid1:
        return end(run, state, "died", text)
    if signal is None or state.handler(signal) != DEFAULT:
        if signal is not None and (
            not state.signalled or signal != run.signal or isinstance(state.handler(signal), Own)
        ):
            arrival.handle(run, frame, text, state, state.handler(signal))
        return NONE
    run.asked_pid1 = True
    return NONE if run.pid1 else end(run, state, "died", text)


SPECIAL: dict[str, Special] = {
    "signal.signal": _signal,
    "signal.getsignal": _getsignal,
    "signal.Signals": _signals,
    "signal.raise_signal": _raise_signal,
    "_thread.interrupt_main": _interrupt_main,
    "os.kill": _kill,
    "os.killpg": _kill,
}
