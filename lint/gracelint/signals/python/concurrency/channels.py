"""Channels of trio and anyio: a queue with two ends. Whoever iterates over one comes to its end when the other end is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.values import NONE, UNKNOWN, Coroutine, Items, Made, Ref
from ..libraries import foreign, queues

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run
    from ..libraries.special import Special

SENDS, RECEIVES = "trio.MemorySendChannel", "trio.MemoryReceiveChannel"
# The other end of one that sends; what is taken from one that is closed.
_TO = "#to"
END = Ref("trio.EndOfChannel")


def _opened(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    number = foreign.number_of(run, frame, text, state)
    receives, sends = Made(RECEIVES, number), Made(SENDS, run.number())
    state.store[(sends.number, _TO)] = receives
    return Items((sends, receives))


def _sent(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    other = state.store.get((receiver.number, _TO)) if isinstance(receiver, Made) else None
    if isinstance(other, Made):
        queues.put(run, frame, other.number, arguments.get(0, "value") or UNKNOWN, state)
    return Coroutine(Ref("operator.identity"), arguments)


def _closed(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    other = state.store.get((receiver.number, _TO)) if isinstance(receiver, Made) else None
    if isinstance(other, Made):
        queues.put(run, frame, other.number, END, state)
    return NONE


def _copied(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """Of several ends each has to be closed, which is not followed."""
    run.doubts.append("when all ends of a channel are closed")
    return receiver or UNKNOWN


SPECIAL: dict[str, Special] = {
    "trio.open_memory_channel": _opened,
    "anyio.create_memory_object_stream": _opened,
    **dict.fromkeys((f"{SENDS}.{name}" for name in ("send", "send_nowait")), _sent),
    **dict.fromkeys((f"{SENDS}.{name}" for name in ("close", "aclose", "__exit__")), _closed),
    **dict.fromkeys((f"{kind}.clone" for kind in (SENDS, RECEIVES)), _copied),
}
