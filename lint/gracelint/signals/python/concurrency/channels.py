"""Channels of trio and anyio: a queue with two kinds of ends. Whoever iterates over one comes to its end when all ends that send are closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.numbers import calculated
from ..domain.values import NONE, TRUE, UNKNOWN, Const, Coroutine, Items, Made, Ref
from ..libraries import foreign, queues
from . import backlogs

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run
    from ..libraries.special import Special

SENDS, RECEIVES = "trio.MemorySendChannel", "trio.MemoryReceiveChannel"
# The channel of an end; how many ends that send are open; the mark of one that is closed.
_OF, _OPEN, _CLOSED = "#channel", "#open", "#closed"
# What is taken from a channel of which no end sends any more.
END = queues.END


def _opened(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    number = foreign.number_of(run, frame, text, state)
    state.store[(number, _OPEN)] = Const(1)
    backlogs.bounded(number, arguments.get(0, "max_buffer_size") or Const(0), state)
    return Items((_end(run, SENDS, number, state), Made(RECEIVES, number)))


def _end(run: Run, kind: str, channel: int, state: State) -> Made:
    made = Made(kind, run.number())
    state.store[(made.number, _OF)] = Made(RECEIVES, channel)
    return made


def _channel(end: Value | None, state: State) -> int | None:
    found = state.store.get((end.number, _OF)) if isinstance(end, Made) else None
    return found.number if isinstance(found, Made) else None


def _sent(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    channel = _channel(receiver, state)
    if channel is not None:
        queues.put(run, frame, channel, arguments.get(0, "value") or UNKNOWN, state)
    return Coroutine(Ref("operator.identity"), arguments)


def _closed(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    channel = _channel(receiver, state)
    if isinstance(receiver, Made) and channel is not None and (receiver.number, _CLOSED) not in state.store:
        state.store[(receiver.number, _CLOSED)] = TRUE
        left = calculated("-", state.store.get((channel, _OPEN), UNKNOWN), Const(1))
        state.store[(channel, _OPEN)] = left
        if left == Const(0):
            queues.put(run, frame, channel, END, state)
        elif not isinstance(left, Const):
            run.doubts.append("when all ends of a channel are closed")
    return NONE


def _copied(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """One more end that sends; whoever receives comes to the end when all of them are closed. In a loop of unknown length nobody knows how
    many there are."""
    channel = _channel(receiver, state)
    if channel is None:
        return UNKNOWN
    known = state.store.get((channel, _OPEN), UNKNOWN)
    state.store[(channel, _OPEN)] = UNKNOWN if run.repeating else calculated("+", known, Const(1))
    return _end(run, SENDS, channel, state)


def _same(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """One more end that receives: all take from the same channel, and each comes to its end."""
    return receiver or UNKNOWN


SPECIAL: dict[str, Special] = {
    "trio.open_memory_channel": _opened,
    "anyio.create_memory_object_stream": _opened,
    **dict.fromkeys((f"{SENDS}.{name}" for name in ("send", "send_nowait")), _sent),
    **dict.fromkeys((f"{SENDS}.{name}" for name in ("close", "aclose", "__exit__")), _closed),
    f"{SENDS}.clone": _copied,
    f"{RECEIVES}.clone": _same,
}
