"""Pipes and pairs of sockets by which a handler, or Python itself, wakes up a program that reads or selects.

Both ends of a pipe share one object of the store; the ends of a socket pair name each other. What is written makes the other end readable until it
is read, what is closed makes it readable for good. ``signal.set_wakeup_fd`` has Python write to its end whenever a signal arrives for which
there is a handler in Python (signal.rst, and measured).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..delivery import rests
from ..domain.state import PROCESS
from ..domain.values import FALSE, NONE, TRUE, UNKNOWN, Items, Made, Ref

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run
    from .special import Special

_PIPE, _SOCKET = "os.pipe", "socket.socket"
_MARKS = ("readable", "at-end")
# What there is to be read, where that is known.
_BYTES = "#bytes"


def _is_end(value: Value) -> bool:
    """Whether something can be waited for here: one end of a pipe or of a pair of sockets."""
    return isinstance(value, Made) and value.kind in (_PIPE, _SOCKET)


def woken(run: Run, state: State) -> None:
    """A signal with a handler has arrived: Python writes its number to the descriptor that it was given."""
    end = state.store.get((PROCESS, "wakeup"))
    if isinstance(end, Made):
        _tell(run, state, end, "readable")
        state.store[(_other(end, state).number, _BYTES)] = Items((Ref(f"signal.{run.signal}"),))


def _tell(run: Run, state: State, end: Made, mark: str) -> None:
    """Something becomes of the other end."""
    run.write(state, (_other(end, state).number, mark), TRUE)


def _other(end: Made, state: State) -> Made:
    found = state.store.get((end.number, "#peer"))
    return found if isinstance(found, Made) else end


def _ready(run: Run, state: State, end: Made) -> bool:
    for mark in _MARKS:
        run.look((end.number, mark))
    return any(state.store.get((end.number, mark)) == TRUE for mark in _MARKS)


# --- made --------------------------------------------------------------------------------------------------------------


def _pipe(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    end = Made(_PIPE, run.number())
    return Items((end, end))


def _pair(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    left, right = Made(_SOCKET, run.number()), Made(_SOCKET, run.number())
    state.store[(left.number, "#peer")], state.store[(right.number, "#peer")] = right, left
    return Items((left, right))


def _descriptor(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    """``fileno()``: the number stands for the socket."""
    return receiver or UNKNOWN


def _wakeup(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    before = state.store.get((PROCESS, "wakeup"), NONE)
    state.store[(PROCESS, "wakeup")] = arguments.get(0, "fd") or UNKNOWN
    return before


# --- written, closed ---------------------------------------------------------------------------------------------------


def _written(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    end = receiver or arguments.get(0, "fd")
    if isinstance(end, Made):
        _tell(run, state, end, "readable")
    elif run.handling:
        run.opaque = True
    return UNKNOWN


def _closed(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    end = receiver or arguments.get(0, "fd")
    if isinstance(end, Made):
        if end.kind == _PIPE or (end.number, "#peer") in state.store:
            _tell(run, state, end, "at-end")
        run.write(state, (end.number, "closed"), TRUE)
    return NONE


# --- read, selected ----------------------------------------------------------------------------------------------------


def _read(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``os.read`` of a pipe, ``recv`` of one of a pair of sockets; another descriptor has something to read."""
    end = receiver or arguments.get(0, "fd")
    if isinstance(end, Made) and (end.kind == _PIPE or (end.number, "#peer") in state.store):
        rests.rest(run, frame, text, "read", state, over=lambda now: _ready(run, now, end))
        state.store[(end.number, "readable")] = FALSE
        return state.store.pop((end.number, _BYTES), UNKNOWN)
    if isinstance(receiver, Made):
        limit = state.store.get((receiver.number, "settimeout"))
        # A thread that reads is not woken by close() in another one (measured).
        over = rests.marked(run, receiver.number, "shut" if frame.background == "thread" else "closed")
        kind = "rest" if limit is None else "pause"
        name = "socket.socket.recv"
        rests.rest(run, frame, text, name, state, kind=kind, over=over, raises="OSError", seconds=limit)
    return UNKNOWN


def _select(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    from ..domain.containers import items_of

    watched = items_of(run, arguments.get(0, "") or UNKNOWN, state)
    known = watched is not None and all(_is_end(one) for one in watched)
    ends = [one for one in watched or () if isinstance(one, Made)]

    def over(now: State) -> bool | None:
        if any(_ready(run, now, end) for end in ends):
            return True
        # What is not known may be what the handler wrote to.
        return False if known or not any(mark in _MARKS for _, mark in run.written) else None

    limit = arguments.get(3, "")
    kind = "rest" if limit is None or limit == NONE else "pause"
    rests.rest(
        run, frame, text, "select.select", state, kind=kind, over=over, seconds=limit if kind == "pause" else None
    )
    ready = Items(tuple(end for end in ends if _ready(run, state, end))) if known else UNKNOWN
    return Items((ready, UNKNOWN, UNKNOWN))


def woken_by_handler(run: Run, state: State) -> bool | None:
    """Whether a selector, of which it is not known what it watches, is woken by what a handler has written; None: perhaps."""
    written = any(mark in _MARKS for _, mark in run.written)
    return None if written or (PROCESS, "wakeup") in state.store else False


def _limit(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``settimeout``: how long the calls of a socket wait."""
    given = arguments.get(0, "value")
    if isinstance(receiver, Made):
        key = (receiver.number, "settimeout")
        if given in (None, NONE):
            state.store.pop(key, None)
        else:
            run.write(state, key, given)
    return NONE


SPECIAL: dict[str, Special] = {
    "socket.socket.settimeout": _limit,
    "socket.create_server.settimeout": _limit,
    "os.pipe": _pipe,
    "os.pipe2": _pipe,
    "socket.socketpair": _pair,
    "socket.socket.fileno": _descriptor,
    "signal.set_wakeup_fd": _wakeup,
    "os.write": _written,
    "socket.socket.send": _written,
    "socket.socket.sendall": _written,
    "os.close": _closed,
    "socket.socket.close": _closed,
    "socket.socket.shutdown": _closed,
    "os.read": _read,
    "socket.socket.recv": _read,
    "select.select": _select,
}
