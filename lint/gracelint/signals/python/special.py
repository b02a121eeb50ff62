"""Functions of Python and its standard library whose effect is more than a wait: handlers, exits, attributes by name, containers.

Each takes the run, the frame, the receiver (of a method), the arguments, the call's place and the state, and returns the value of the call.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from . import expressions, rests
from .exceptions import SUPPRESSORS
from .run import Ending, Registration
from .state import DEFAULT, PROCESS, Guard, Raised
from .values import (
    FALSE,
    NONE,
    TRUE,
    UNKNOWN,
    Box,
    Const,
    Instance,
    Items,
    Made,
    Module,
    Partial,
    Ref,
    Type,
    join,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...source import Text
    from .run import Run
    from .state import Frame, State
    from .values import Arguments, Value

    Special: TypeAlias = Callable[[Run, Frame, Value | None, Arguments, Text, State], Value]

_LIKELY = ("SIGTERM", "SIGINT")


def function(name: str) -> Special | None:
    """What is to be done for a call of this name, if it is special."""
    from . import tasks, threads

    return _SPECIAL.get(name) or threads.SPECIAL.get(name) or tasks.SPECIAL.get(name)


# --- signals -----------------------------------------------------------------------------------------------------------


def install(run: Run, frame: Frame, which: Value, handler: Value, text: Text, state: State, *, error: str) -> None:
    """Install a handler for a signal; outside the main thread Python refuses."""
    signal = expressions.signal_of(which)
    refused = frame.background == "thread"
    run.registrations.append(Registration(text, signal or "", handler, refused))
    if refused:
        frame.raises.append(Raised(state.copy(), error, text))
        state.dead = True
    elif frame.background == "process":
        return
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
    before = state.handler(expressions.signal_of(which) or "")
    install(run, frame, which, handler, text, state, error="ValueError")
    return before


def _getsignal(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    return state.handler(expressions.signal_of(arguments.get(0, "signalnum") or UNKNOWN) or "")


def _signals(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    name = expressions.signal_of(arguments.get(0, "value") or UNKNOWN)
    return Ref(f"signal.{name}") if name else UNKNOWN


def _sigmask(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    how = arguments.get(0, "how")
    for name in _signals_in(arguments.get(1, "mask"), state):
        state.store[(PROCESS, f"blocked:{name}")] = FALSE if how == Ref("signal.SIG_UNBLOCK") else TRUE
    return UNKNOWN


def _signals_in(value: Value | None, state: State) -> list[str]:
    items: tuple[Value, ...] = ()
    if isinstance(value, Items):
        items = value.items
    elif isinstance(value, Box):
        items = tuple(
            found for (number, name), found in state.store.items() if number == value.number and name[0] != "#"
        )
    return [name for item in items if (name := expressions.signal_of(item)) is not None]


def _sigwait(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """Returns one of the signals, if they are blocked; else the kernel treats them as if nobody waited."""
    waited = _signals_in(arguments.get(0, "sigset"), state)

    def over(now: State) -> bool:
        held = now.store.get((PROCESS, f"blocked:{run.signal}")) == TRUE
        return now.signalled and run.signal in waited and held and not run.taken

    rests.rest(run, frame, text, "signal.sigwait", state, over=over, taken=True)
    return Ref(f"signal.{run.signal}") if run.signal in waited else UNKNOWN


def _kill(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    who = arguments.get(0, "pid")
    if isinstance(who, Made) and who.kind == "os.getpid":
        return _raised(run, frame, arguments.get(1, "sig"), text, state)
    if run.handling:
        # Some child is told; which one is not followed.
        state.store[(run.nobody, "told")] = TRUE
        for number, _ in run.children:
            state.store[(number, "told")] = TRUE
    return NONE


def _raise_signal(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    return _raised(run, frame, arguments.get(0, "signalnum"), text, state)


def _raised(run: Run, frame: Frame, which: Value | None, text: Text, state: State) -> Value:
    """The program signals itself: to PID 1 the default action does not apply."""
    signal = expressions.signal_of(which or UNKNOWN)
    if signal == "SIGKILL" and not run.pid1:
        return _end(run, state, "died", text)
    if signal is None or state.handler(signal) != DEFAULT:
        if signal is not None and not state.signalled:
            rests.handle(run, frame, text, state, state.handler(signal))
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


def _exec(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    return _end(run, state, "exec", text)


def _abort(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    return _end(run, state, "died", text)


def _atexit(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    if frame.background is None and not any(guard.text == text for guard in run.atexit):
        run.atexit.append(Guard("atexit", text))
    return arguments.get(0, "func") or UNKNOWN


def _fork(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """The parent goes on; what the child does is not followed."""
    run.children.append((run.nobody, text))
    return Const(2)


# --- Python itself -----------------------------------------------------------------------------------------------------


def _getattr(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    owner, name = arguments.get(0, ""), arguments.get(1, "")
    if owner is None or not isinstance(name, Const) or not isinstance(name.value, str):
        return UNKNOWN
    found = expressions.attribute(run, frame, owner, name.value, run.somewhere(text), state)
    if isinstance(found, Ref) and found.name.startswith("signal.SIG") and expressions.signal_of(found) is None:
        return arguments.get(2, "") or found
    return found


def _hasattr(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    owner, name = arguments.get(0, ""), arguments.get(1, "")
    if owner == Ref("signal") and isinstance(name, Const):
        return Const(expressions.signal_of(Ref(f"signal.{name.value!s}")) is not None or name.value == "pause")
    return UNKNOWN


def _setattr(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    owner, name, value = arguments.get(0, ""), arguments.get(1, ""), arguments.get(2, "")
    if isinstance(owner, Instance | Made | Module | Type) and isinstance(name, Const) and value is not None:
        run.write(state, (owner.number, str(name.value)), value)
    elif run.handling:
        run.opaque = True
    return NONE


def _len(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    from .statements import items_of

    items = items_of(run, arguments.get(0, "") or UNKNOWN, state)
    return UNKNOWN if items is None else Const(len(items))


def _sequence(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    from .statements import items_of

    items = items_of(run, arguments.get(0, "") or Items(()), state)
    return UNKNOWN if items is None else Items(items)


def _same(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    return arguments.get(0, "") or UNKNOWN


def _bool(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    from .values import truth

    decided = truth(arguments.get(0, "") or FALSE)
    return UNKNOWN if decided is None else Const(decided)


def _partial(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    from .values import Arguments as Given

    if not arguments.values:
        return UNKNOWN
    return Partial(arguments.values[0], Given(arguments.values[1:], arguments.named, arguments.more))


def _passing(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """A decorator that leaves the function what it is."""
    return Ref("operator.identity")


def _getenv(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    name = arguments.get(0, "key")
    known = run.env.get(str(name.value)) if isinstance(name, Const) else None
    return Const(known) if known is not None else UNKNOWN


def _string(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """A method of a known string, with known arguments."""
    if len(arguments.values) == 2 and all(
        isinstance(value, Const) and isinstance(value.value, str) for value in arguments.values
    ):
        whole, part = (str(value.value) for value in arguments.values if isinstance(value, Const))
        starts = text.value.partition("(")[0].endswith("startswith")
        return Const(whole.startswith(part) if starts else whole.endswith(part))
    return UNKNOWN


def _suppress(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    made = Made(SUPPRESSORS[0], run.number())
    state.store[(made.number, "#arguments")] = Items(arguments.values)
    return made


def _is_set(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    if not isinstance(receiver, Made):
        return UNKNOWN
    if state.signalled:
        run.read.add((receiver.number, "set"))
    return state.store.get((receiver.number, "set"), FALSE)


def _clear(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    if isinstance(receiver, Made):
        run.write(state, (receiver.number, "set"), FALSE)
    return NONE


def boxed(run: Run, box: Box, name: str, arguments: Arguments, state: State) -> Value:
    """A method of a list or dict."""
    word = name.rpartition(".")[2]
    items = [key for key in state.store if key[0] == box.number and key[1][0] != "#"]
    first = arguments.get(0, "")
    if word in ("append", "add") and first is not None:
        run.write(state, (box.number, repr(len(items))), first)
        return NONE
    if word == "get" and isinstance(first, Const):
        if state.signalled:
            run.read.add((box.number, repr(first.value)))
        return state.store.get((box.number, repr(first.value)), arguments.get(1, "") or UNKNOWN)
    if word in ("values", "copy") and (box.number, "#open") not in state.store:
        return Items(tuple(state.store[key] for key in items))
    if word in ("update", "extend", "insert", "pop", "remove", "clear", "setdefault", "popleft", "appendleft"):
        run.write(state, (box.number, "#open"), TRUE)
    return UNKNOWN


def _deadlock(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``server.shutdown()`` waits for ``serve_forever`` to end: called from a handler, it waits for the thread it runs in."""
    if isinstance(receiver, Made | Instance):
        if run.handling and frame.background is None:
            rests.stay(run, text, "shutdown", state)
            return UNKNOWN
        run.write(state, (receiver.number, "shutdown"), TRUE)
    return NONE


_SERVERS = (
    "http.server.HTTPServer", "http.server.ThreadingHTTPServer", "socketserver.TCPServer", "socketserver.ThreadingTCPServer",
    "socketserver.UDPServer", "socketserver.ThreadingUDPServer", "socketserver.BaseServer", "socketserver.UnixStreamServer",
    "wsgiref.simple_server.make_server", "wsgiref.simple_server.WSGIServer", "xmlrpc.server.SimpleXMLRPCServer",
)  # fmt: skip

_SPECIAL: dict[str, Special] = {
    "signal.signal": _signal,
    "signal.getsignal": _getsignal,
    "signal.Signals": _signals,
    "signal.pthread_sigmask": _sigmask,
    "signal.sigwait": _sigwait,
    "signal.sigwaitinfo": _sigwait,
    "signal.raise_signal": _raise_signal,
    "os.kill": _kill,
    "os.killpg": _kill,
    "sys.exit": _exit,
    "exit": _exit,
    "quit": _exit,
    "os._exit": _exit_at_once,
    "os.abort": _abort,
    "os.fork": _fork,
    "atexit.register": _atexit,
    "getattr": _getattr,
    "hasattr": _hasattr,
    "setattr": _setattr,
    "len": _len,
    "list": _sequence,
    "tuple": _sequence,
    "set": _sequence,
    "frozenset": _sequence,
    "sorted": _sequence,
    "reversed": _sequence,
    "iter": _sequence,
    "int": _same,
    "bool": _bool,
    "operator.identity": _same,
    "functools.lru_cache": _passing,
    "functools.wraps": _passing,
    "functools.partial": _partial,
    "os.getenv": _getenv,
    "os.environ.get": _getenv,
    "str.startswith": _string,
    "str.endswith": _string,
    "contextlib.suppress": _suppress,
    "threading.Event.is_set": _is_set,
    "threading.Event.isSet": _is_set,
    "threading.Event.clear": _clear,
    "asyncio.Event.is_set": _is_set,
    "asyncio.Event.clear": _clear,
    "multiprocessing.Event.is_set": _is_set,
    **dict.fromkeys((f"os.exec{kind}" for kind in ("l", "le", "lp", "lpe", "v", "ve", "vp", "vpe")), _exec),
    **dict.fromkeys((f"{server}.shutdown" for server in _SERVERS), _deadlock),
}
