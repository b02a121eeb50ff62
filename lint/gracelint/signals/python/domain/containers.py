"""Lists, dictionaries, sets and queues of the program's own: what is in them, and how many that is.

A `Box` is a number: its items are in the state's store under ``repr`` of the key (``@name`` for a name that leads out of the image), and how many there are beside them, a
constant as long as it is known. An open one may hold more than is known.
"""

from __future__ import annotations

from ast import literal_eval
from typing import TYPE_CHECKING

from .values import TRUE, UNKNOWN, Box, Const, Items, Ref, truth

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....source import Text
    from ..interpreter.run import Run
    from ..library.special import Special
    from .state import Frame, State
    from .values import Arguments, Made, Value

_LENGTH, _OPEN = "#length", "#open"
_REFERENCE = "@"


def made(run: Run, kind: str, items: Iterable[tuple[str | None, Value]], state: State, *, known: bool = True) -> Box:
    """A new one; a key that is not known (None) opens it; ``known``: that is all there is in it."""
    box = Box(run.number(), kind)
    keys = set()
    for key, item in items:
        if key is None:
            known = False
            state.store[(box.number, _OPEN)] = TRUE
        else:
            keys.add(key)
            state.store[(box.number, key)] = item
    state.store[(box.number, _LENGTH)] = Const(len(keys)) if known else UNKNOWN
    return box


def listed(run: Run, kind: str, items: Iterable[Value], state: State, *, known: bool = True) -> Box:
    """A new list (set, deque) of some items."""
    return made(run, kind, ((repr(place), item) for place, item in enumerate(items)), state, known=known)


def key_of(key: Value) -> str | None:
    """What the store calls a key; None where the key is not known."""
    if isinstance(key, Const):
        return repr(key.value)
    return f"{_REFERENCE}{key.name}" if isinstance(key, Ref) else None


def _key(stored: str) -> Value:
    if stored.startswith(_REFERENCE):
        return Ref(stored.removeprefix(_REFERENCE))
    try:
        return Const(literal_eval(stored))
    except (ValueError, SyntaxError):
        return UNKNOWN


def held(box: Box, state: State) -> dict[str, Value]:
    """The items that are known, in order, by what the store calls their keys."""
    return {name: found for (number, name), found in state.store.items() if number == box.number and name[0] != "#"}


def items_of(run: Run, value: Value, state: State) -> tuple[Value, ...] | None:
    """What an iteration over a value yields, in order; None where that is not known."""
    if isinstance(value, Items):
        return value.items
    if isinstance(value, Box) and (value.number, _OPEN) not in state.store:
        inside = held(value, state)
        return tuple(map(_key, inside)) if value.kind == "dict" else tuple(inside.values())
    if isinstance(value, Const) and isinstance(value.value, str):
        return tuple(Const(character) for character in value.value)
    return None


def length(run: Run, box: Box, state: State) -> Value:
    """How many items it holds."""
    run.look((box.number, _LENGTH))
    return state.store.get((box.number, _LENGTH), UNKNOWN)


def holds(run: Run, value: Value, state: State) -> bool | None:
    """Whether a value is true; None where that is not known. Of a list and its like only what a handler has made of it is believed: others may fill it."""
    if not isinstance(value, Box):
        return truth(value)
    found = length(run, value, state)
    by_handler = (value.number, _LENGTH) in run.written
    return bool(found.value) if by_handler and isinstance(found, Const) else None


def put(run: Run, box: Box, key: str | None, item: Value, state: State) -> None:
    """``box[key] = item``; of a key that is not known (None) the item is anywhere."""
    place = (box.number, _LENGTH)
    if key is None:
        if box.kind == "dict":
            run.write(state, place, UNKNOWN)
        run.write(state, (box.number, _OPEN), TRUE)
        return
    if (box.number, key) not in state.store:
        _count(run, box, 1, state)
    run.write(state, (box.number, key), item)


def dropped(run: Run, box: Box, key: str | None, state: State) -> None:
    """``del box[key]``; of a list the items behind it move up."""
    if key is None or (box.number, _OPEN) in state.store or (box.number, key) not in state.store:
        _opened(run, box, state)
        return
    inside = held(box, state)
    del inside[key]
    _count(run, box, -1, state)
    _refill(run, box, inside.items() if box.kind == "dict" else _placed(inside.values()), state)


def _placed(items: Iterable[Value]) -> Iterable[tuple[str, Value]]:
    return ((repr(place), item) for place, item in enumerate(items))


def _refill(run: Run, box: Box, items: Iterable[tuple[str, Value]], state: State) -> None:
    items = list(items)
    for key in [key for key in state.store if key[0] == box.number and key[1][0] != "#"]:
        del state.store[key]
    for name, item in items:
        run.write(state, (box.number, name), item)


def _count(run: Run, box: Box, more: int, state: State) -> None:
    found = state.store.get((box.number, _LENGTH), UNKNOWN)
    count = found.value + more if isinstance(found, Const) and isinstance(found.value, int) else -1
    run.write(state, (box.number, _LENGTH), Const(count) if count >= 0 else UNKNOWN)


def _opened(run: Run, box: Box, state: State) -> None:
    run.write(state, (box.number, _OPEN), TRUE)
    run.write(state, (box.number, _LENGTH), UNKNOWN)


def append(run: Run, owner: Made, name: str, item: Value, state: State) -> None:
    """Add to a list that an object of foreign code keeps for itself under ``name``."""
    found = state.store.get((owner.number, name))
    box = found if isinstance(found, Box) else listed(run, "list", (), state)
    state.store[(owner.number, name)] = box
    _add(run, box, item, state, front=False)


def appended(run: Run, owner: Made, name: str, state: State) -> tuple[Value, ...]:
    """What was added to such a list, in order; of what a loop has added, some."""
    return items_of(run, state.store.get((owner.number, name), UNKNOWN), state) or ()


def taken_out(run: Run, owner: Made, name: str, item: Value, state: State) -> None:
    """Take an item out of such a list."""
    box = state.store.get((owner.number, name))
    if isinstance(box, Box):
        dropped(run, box, next((key for key, found in held(box, state).items() if found == item), None), state)


# --- methods -----------------------------------------------------------------------------------------------------------


def method(run: Run, box: Box, name: str, arguments: Arguments, state: State) -> Value:
    """A method of a list, a dictionary, a set or a deque."""
    word = name.rpartition(".")[2]
    first = arguments.get(0, "")
    if word in _READERS:
        return _read(run, box, word, arguments, state)
    if word in ("append", "add", "appendleft") and first is not None:
        _add(run, box, first, state, front=word == "appendleft")
    elif word == "insert" and len(arguments.values) == 2:
        _add(run, box, arguments.values[1], state, front=first == Const(0))
    elif word in ("extend", "update", "extendleft"):
        _extend(run, box, arguments, state)
    elif word in ("pop", "popleft", "popitem"):
        return _pop(run, box, word, first, state)
    elif word in ("remove", "discard"):
        found = next((key for key, item in held(box, state).items() if item == first), None)
        dropped(run, box, found, state)
    elif word == "clear":
        _refill(run, box, (), state)
        state.store.pop((box.number, _OPEN), None)
        run.write(state, (box.number, _LENGTH), Const(0))
    elif word in _ORDERING:
        return UNKNOWN
    else:
        _opened(run, box, state)
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
    if (box.number, _OPEN) in state.store:
        return UNKNOWN
    inside = held(box, state)
    run.look((box.number, _LENGTH))
    if word == "items":
        return Items(tuple(Items((_key(key), item)) for key, item in inside.items()))
    if word == "keys":
        return Items(tuple(map(_key, inside)))
    return Items(tuple(inside.values())) if word in ("values", "copy") else UNKNOWN


def _add(run: Run, box: Box, item: Value, state: State, *, front: bool) -> None:
    inside = list(held(box, state).values())
    if box.kind == "set" and item in inside and item != UNKNOWN:
        return
    _count(run, box, 1, state)
    if front:
        _refill(run, box, _placed([item, *inside]), state)
    else:
        run.write(state, (box.number, repr(len(inside))), item)


def _extend(run: Run, box: Box, arguments: Arguments, state: State) -> None:
    given = arguments.values
    if box.kind == "dict":
        if arguments.more or not all(isinstance(one, Box) and (one.number, _OPEN) not in state.store for one in given):
            _opened(run, box, state)
        for one in given:
            for key, item in held(one, state).items() if isinstance(one, Box) else ():
                put(run, box, key, item, state)
        for name, item in arguments.named:
            put(run, box, repr(name), item, state)
        return
    for one in given:
        items = items_of(run, one, state)
        if items is None:
            _opened(run, box, state)
        for item in items or ():
            _add(run, box, item, state, front=False)


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


# --- made by calls -----------------------------------------------------------------------------------------------------


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


SPECIAL: dict[str, Special] = {
    "list": _called("list"),
    "set": _called("set"),
    "collections.deque": _called("deque"),
    "dict": _dictionary,
    "collections.OrderedDict": _dictionary,
    "collections.defaultdict": _default_dictionary,
    "len": _length,
}
