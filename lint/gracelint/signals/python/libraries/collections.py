"""Lists, dictionaries, sets and queues of the program's own: their methods, and the calls that make them. What is in them: `domain.containers`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.containers import (
    LENGTH,
    OPEN,
    add,
    dropped,
    held,
    items_of,
    key_of,
    key_value,
    length,
    listed,
    made,
    opened,
    put,
    refill,
)
from ..domain.values import UNKNOWN, Box, Const, Items, Made

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run
    from .special import Special


def method(run: Run, box: Box, name: str, arguments: Arguments, state: State) -> Value:
    """A method of a list, a dictionary, a set or a deque."""
    word = name.rpartition(".")[2]
    first = arguments.get(0, "")
    if word in _READERS:
        return _read(run, box, word, arguments, state)
    if word in ("append", "add", "appendleft") and first is not None:
        add(run, box, first, state, front=word == "appendleft")
    elif word == "insert" and len(arguments.values) == 2:
        add(run, box, arguments.values[1], state, front=first == Const(0))
    elif word in ("extend", "update", "extendleft"):
        _extend(run, box, arguments, state)
    elif word in ("pop", "popleft", "popitem"):
        return _pop(run, box, word, first, state)
    elif word in ("remove", "discard"):
        found = next((key for key, item in held(box, state).items() if item == first), None)
        dropped(run, box, found, state)
    elif word == "clear":
        refill(run, box, (), state)
        state.store.pop((box.number, OPEN), None)
        run.write(state, (box.number, LENGTH), Const(0))
    elif word in _ORDERING:
        return UNKNOWN
    else:
        opened(run, box, state)
    return UNKNOWN


_READERS = frozenset(("get", "items", "keys", "values", "copy", "setdefault", "count", "index"))
_ORDERING = frozenset(("sort", "reverse", "rotate", "move_to_end"))


def _read(run: Run, box: Box, word: str, arguments: Arguments, state: State) -> Value:
    first, second = arguments.get(0, ""), arguments.get(1, "")
    if word in ("get", "setdefault"):
        key = key_of(first) if first is not None else None
        if key is None:
            return UNKNOWN
        run.look((box.number, key))
        if word == "setdefault" and (box.number, key) not in state.store and second is not None:
            put(run, box, key, second, state)
        return state.store.get((box.number, key), second or UNKNOWN)
    if (box.number, OPEN) in state.store:
        return UNKNOWN
    inside = held(box, state)
    run.look((box.number, LENGTH))
    if word == "items":
        return Items(tuple(Items((key_value(key), item)) for key, item in inside.items()))
    if word == "keys":
        return Items(tuple(map(key_value, inside)))
    return Items(tuple(inside.values())) if word in ("values", "copy") else UNKNOWN


def _extend(run: Run, box: Box, arguments: Arguments, state: State) -> None:
    given = arguments.values
    if box.kind == "dict":
        if arguments.more or not all(isinstance(one, Box) and (one.number, OPEN) not in state.store for one in given):
            opened(run, box, state)
        for one in given:
            for key, item in held(one, state).items() if isinstance(one, Box) else ():
                put(run, box, key, item, state)
        for name, item in arguments.named:
            put(run, box, repr(name), item, state)
        return
    for one in given:
        items = items_of(run, one, state)
        if items is None:
            opened(run, box, state)
        for item in items or ():
            add(run, box, item, state, front=False)


def _pop(run: Run, box: Box, word: str, first: Value | None, state: State) -> Value:
    inside = list(held(box, state))
    if box.kind == "dict" and word == "pop":
        key = key_of(first) if first is not None else None
    elif word == "popleft" or first == Const(0):
        key = inside[0] if inside else None
    else:
        key = inside[-1] if inside and first is None else None
    found = state.store.get((box.number, key), UNKNOWN) if key is not None else UNKNOWN
    dropped(run, box, key, state)
    return found


def _called(kind: str) -> Special:
    def call(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
        given = arguments.get(0, "iterable")
        if given is None:
            return listed(run, kind, (), state)
        items = items_of(run, given, state)
        return listed(run, kind, items, state) if items is not None else UNKNOWN

    return call


def _dictionary(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    box = made(run, "dict", (), state)
    if arguments.values or arguments.named or arguments.more:
        _extend(run, box, arguments, state)
    return box


def _default_dictionary(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    """What is not in it is made by being asked for."""
    return made(run, "dict", ((None, UNKNOWN),), state)


def _length(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    given = arguments.get(0, "") or UNKNOWN
    if isinstance(given, Box):
        return length(run, given, state)
    items = items_of(run, given, state)
    return UNKNOWN if items is None else Const(len(items))


def _side_by_side(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    """``enumerate(items)`` and ``zip(items, others)`` of items of which it is known how many there are."""
    every = [_exactly(run, one, state) for one in arguments.values]
    if text.value.startswith("enumerate") and every:
        every[:1] = [tuple(map(Const, range(len(every[0])))) if every[0] is not None else None, every[0]]
        every = every[:2] if len(arguments.values) == 1 and not arguments.named else []
    known = [one for one in every if one is not None]
    if not known or len(known) < len(every):
        return Made("zip", run.number())
    return Items(tuple(Items(pair) for pair in zip(*known, strict=False)))


def _exactly(run: Run, value: Value, state: State) -> tuple[Value, ...] | None:
    if isinstance(value, Box) and not isinstance(length(run, value, state), Const):
        return None
    return items_of(run, value, state)


SPECIAL: dict[str, Special] = {
    "enumerate": _side_by_side,
    "zip": _side_by_side,
    "list": _called("list"),
    "set": _called("set"),
    "collections.deque": _called("deque"),
    "dict": _dictionary,
    "collections.OrderedDict": _dictionary,
    "collections.defaultdict": _default_dictionary,
    "len": _length,
}
