"""The process: its handlers, the signals it blocks, waits for and sends, how it ends and what it leaves behind."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ...names import name as signal_name
from ..delivery import arrival, rests
from ..domain.operators import signal_of
from ..domain.state import AWAITED, DEFAULT, IGNORE, PROCESS, Guard, Raised
from ..domain.values import FALSE, NONE, TRUE, UNKNOWN, Box, Const, Items, Made, Own, Ref, join
from ..interpreter.run import Ending, Registration, blocked, handlers

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run
    from .special import Special

# SIGHUP to SIGSYS.
_SYSTEM_SIGNALS = 31
# Where it is not known which signal is meant.
_LIKELY = ("SIGTERM", "SIGINT")


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
        for likely in _LIKELY:
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


# --- signals blocked and waited for ------------------------------------------------------------------------------------


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
    for name in names if names is not None else _LIKELY:
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


def _taken(run: Run, state: State, waited: list[str] | None) -> bool | None:
    """Whether the signal that has arrived is still pending, and is waited for; None where it is not known which are waited for."""
    held = state.store.get((PROCESS, f"blocked:{run.signal}")) == TRUE
    if not state.signalled or not held or run.taken:
        return False
    return None if waited is None else run.signal in waited


def _sigwait(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """Returns one of the signals, if they are blocked; else the kernel treats them as if nobody waited. A handler of another signal does not run meanwhile: libc
    goes on waiting, where ``sigwaitinfo`` is interrupted (measured on 3.11 and 3.13)."""
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
    """The same with a limit, behind which it returns None."""
    waited = _signals_in(arguments.get(0, "sigset"), state)
    if not state.signalled:
        limit = arguments.get(1, "timeout")
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
    held = state.store.get((PROCESS, f"blocked:{run.signal}")) == TRUE
    return Items((Ref(f"signal.{run.signal}"),) if state.signalled and held and not run.taken else ())


# --- signals sent ------------------------------------------------------------------------------------------------------


def _kill(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    who = arguments.get(0, "pid")
    if isinstance(who, Made) and who.kind == "os.getpid":
        return raised(run, frame, arguments.get(1, "sig"), text, state)
    if run.handling:
        # Some child is told; which one is not followed.
        state.store[(run.nobody, "told")] = TRUE
        processes = [thread.object for thread in run.threads if thread.kind == "process"]
        for number in (*processes, *(number for number, _ in run.children)):
            state.store[(number, "told")] = TRUE
    return NONE


def _raise_signal(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    return raised(run, frame, arguments.get(0, "signalnum"), text, state)


def raised(run: Run, frame: Frame, which: Value | None, text: Text, state: State) -> Value:
    """The program signals itself: to PID 1 the default action does not apply."""
    signal = signal_of(which or UNKNOWN)
    if signal == "SIGKILL" and not run.pid1:
        return _end(run, state, "died", text)
    if signal is None or state.handler(signal) != DEFAULT:
        if signal is not None and (
            not state.signalled or signal != run.signal or isinstance(state.handler(signal), Own)
        ):
            arrival.handle(run, frame, text, state, state.handler(signal))
        return NONE
    run.asked_pid1 = True
    return NONE if run.pid1 else _end(run, state, "died", text)


# --- exits -------------------------------------------------------------------------------------------------------------


def _end(run: Run, state: State, how: str, text: Text) -> Value:
    run.endings.append(Ending(state.copy(), how, text))
    state.dead = True
    return UNKNOWN


def _exit(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    frame.raises.append(Raised(state.copy(), "SystemExit", text))
    state.dead = True
    return UNKNOWN


def _exit_at_once(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    return _end(run, state, "_exit", text)


def _exec(kind: str) -> Special:
    """``os.exec*``: the program is another one from here on."""

    def become(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
        from ..domain.containers import items_of

        given = arguments.values[: len(arguments.values) - kind.endswith("e")]
        words = given[1:] if kind.startswith("l") else items_of(run, given[1], state) if len(given) > 1 else None
        argv: tuple[str, ...] | None = None
        if given and words and not arguments.more:
            known = [
                one.value for one in (given[0], *words[1:]) if isinstance(one, Const) and isinstance(one.value, str)
            ]
            argv = tuple(known) if len(known) == len(words) else None
            if argv is not None and "p" not in kind and "/" not in argv[0]:
                argv = (f"./{argv[0]}", *argv[1:])  # nobody looks for it in PATH
        run.endings.append(Ending(state.copy(), "exec", text, argv))
        state.dead = True
        return UNKNOWN

    return become


def _abort(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    return _end(run, state, "died", text)


def _atexit(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    if frame.background is None and not any(guard.text == text for guard in run.atexit):
        run.atexit.append(Guard("atexit", text))
    return arguments.get(0, "func") or UNKNOWN


def _fork(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """The parent goes on; what the child does is not followed."""
    run.children.append((run.nobody, text))
    run.left.append(text)
    state.store[(run.nobody, "minded")] = TRUE
    return Const(2)


def _poll(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``child.poll()``: a child that is looked after; it runs until it is told."""
    if not isinstance(receiver, Made):
        return UNKNOWN
    if (receiver.number, "told") in state.store:
        state.store[(receiver.number, AWAITED)] = TRUE
        return Const(0)
    if all(number != receiver.number for number, _ in run.children):
        run.children.append((receiver.number, text))
    state.store[(receiver.number, "minded")] = TRUE
    return NONE


def _left(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``with Popen(…)``: whichever way the block is left, it is waited for."""
    from . import foreign

    return foreign.called(run, frame, "subprocess.Popen.wait", receiver, arguments, text, state)


def _input(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``input()``: a container has no terminal unless it is asked for one, and its standard input is empty (docs.docker.com/reference/cli/docker/container/run/#interactive)."""
    run.lacking.append(f"{' '.join(text.value.split())[:60]} finds nothing to read without a terminal (EOFError)")
    frame.raises.append(Raised(state.copy(), "EOFError", text))
    state.dead = True
    return UNKNOWN


SPECIAL: dict[str, Special] = {
    "input": _input,
    "signal.signal": _signal,
    "signal.getsignal": _getsignal,
    "signal.Signals": _signals,
    "signal.pthread_sigmask": _sigmask,
    "signal.sigwait": _sigwait,
    "signal.sigwaitinfo": _sigwaitinfo,
    "signal.sigtimedwait": _sigtimedwait,
    "signal.sigpending": _pending,
    "signal.valid_signals": _every,
    "signal.raise_signal": _raise_signal,
    "os.kill": _kill,
    "os.killpg": _kill,
    "sys.exit": _exit,
    "exit": _exit,
    "quit": _exit,
    "os._exit": _exit_at_once,
    "os.abort": _abort,
    "os.fork": _fork,
    "subprocess.Popen.poll": _poll,
    "subprocess.Popen.__exit__": _left,
    "atexit.register": _atexit,
    **{f"os.exec{kind}": _exec(kind) for kind in ("l", "le", "lp", "lpe", "v", "ve", "vp", "vpe")},
}
