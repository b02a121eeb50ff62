"""Lists, dictionaries, sets and queues of the program's own: what is in them, and how many that is.

A `Box` is a number: its items are in the state's store under ``repr`` of the key (``@name`` for a name that leads out of the image), and
how many there are beside them, a constant as long as it is known. An open one may hold more than is known.
"""

from __future__ import annotations

from ast import literal_eval
from typing import TYPE_CHECKING

from .lattice import truth
from .values import TRUE, UNKNOWN, Box, Const, Items, Ref

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..interpreter.run import Run
    from .state import State
    from .values import Made, Value

LENGTH, OPEN = "#length", "#open"
_REFERENCE = "@"


def made(run: Run, kind: str, items: Iterable[tuple[str | None, Value]], state: State, *, known: bool = True) -> Box:
    """A new one; a key that is not known (None) opens it; ``known``: that is all there is in it."""
    box = Box(run.number(), kind)
    keys = set()
    for key, item in items:
        if key is None:
            known = False
            state.store[(box.number, OPEN)] = TRUE
        else:
            keys.add(key)
            state.store[(box.number, key)] = item
    state.store[(box.number, LENGTH)] = Const(len(keys)) if known else UNKNOWN
    return box


def listed(run: Run, kind: str, items: Iterable[Value], state: State, *, known: bool = True) -> Box:
    """A new list (set, deque) of some items."""
    return made(run, kind, ((repr(place), item) for place, item in enumerate(items)), state, known=known)


def key_of(key: Value) -> str | None:
    """What the store calls a key; None where the key is not known."""
    if isinstance(key, Const):
        return repr(key.value)
    return f"{_REFERENCE}{key.name}" if isinstance(key, Ref) else None


def key_value(stored: str) -> Value:
    """The key that the store calls so."""
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
    if isinstance(value, Box) and (value.number, OPEN) not in state.store:
        inside = held(value, state)
        return tuple(map(key_value, inside)) if value.kind == "dict" else tuple(inside.values())
    if isinstance(value, Const) and isinstance(value.value, str):
        return tuple(Const(character) for character in value.value)
    return None


def open_(box: Box, state: State) -> bool:
    """Whether it may hold more than is known."""
    return (box.number, OPEN) in state.store or not isinstance(state.store.get((box.number, LENGTH)), Const)


def length(run: Run, box: Box, state: State) -> Value:
    """How many items it holds."""
    run.look((box.number, LENGTH))
    return state.store.get((box.number, LENGTH), UNKNOWN)


def holds(run: Run, value: Value, state: State) -> bool | None:
    """Whether a value is true; None where that is not known. Of a list and its like only what a handler has made of it is believed: others
    may fill it."""
    if not isinstance(value, Box):
        return truth(value)
    found = length(run, value, state)
    by_handler = (value.number, LENGTH) in run.written
    return bool(found.value) if by_handler and isinstance(found, Const) else None


def put(run: Run, box: Box, key: str | None, item: Value, state: State) -> None:
    """``box[key] = item``; of a key that is not known (None) the item is anywhere."""
    place = (box.number, LENGTH)
    if key is None:
        if box.kind == "dict":
            run.write(state, place, UNKNOWN)
        run.write(state, (box.number, OPEN), TRUE)
        return
    if (box.number, key) not in state.store:
        _count(run, box, 1, state)
    run.write(state, (box.number, key), item)


def dropped(run: Run, box: Box, key: str | None, state: State) -> None:
    """``del box[key]``; of a list the items behind it move up."""
    if key is None or (box.number, OPEN) in state.store or (box.number, key) not in state.store:
        opened(run, box, state)
        return
    inside = held(box, state)
    del inside[key]
    _count(run, box, -1, state)
    refill(run, box, inside.items() if box.kind == "dict" else placed(inside.values()), state)


def placed(items: Iterable[Value]) -> Iterable[tuple[str, Value]]:
    """Items with what the store calls their places in a list."""
    return ((repr(place), item) for place, item in enumerate(items))


def refill(run: Run, box: Box, items: Iterable[tuple[str, Value]], state: State) -> None:
    """It holds these items from now on, and no others that are known."""
    items = list(items)
    for key in [key for key in state.store if key[0] == box.number and key[1][0] != "#"]:
        del state.store[key]
    for name, item in items:
        run.write(state, (box.number, name), item)


def _count(run: Run, box: Box, more: int, state: State) -> None:
    found = state.store.get((box.number, LENGTH), UNKNOWN)
    count = found.value + more if isinstance(found, Const) and isinstance(found.value, int) else -1
    run.write(state, (box.number, LENGTH), Const(count) if count >= 0 else UNKNOWN)


def opened(run: Run, box: Box, state: State) -> None:
    """It may hold more, or less, than is known."""
    run.write(state, (box.number, OPEN), TRUE)
    run.write(state, (box.number, LENGTH), UNKNOWN)


def append(run: Run, owner: Made, name: str, item: Value, state: State) -> None:
    """Add to a list that an object of foreign code keeps for itself under ``name``."""
    found = state.store.get((owner.number, name))
    box = found if isinstance(found, Box) else listed(run, "list", (), state)
    state.store[(owner.number, name)] = box
    add(run, box, item, state, front=False)


def appended(run: Run, owner: Made, name: str, state: State) -> tuple[Value, ...]:
    """What was added to such a list, in order; of what a loop has added, some."""
    return items_of(run, state.store.get((owner.number, name), UNKNOWN), state) or ()


def taken_out(run: Run, owner: Made, name: str, item: Value, state: State) -> None:
    """Take an item out of such a list."""
    box = state.store.get((owner.number, name))
    if isinstance(box, Box):
        dropped(run, box, next((key for key, found in held(box, state).items() if found == item), None), state)


def add(run: Run, box: Box, item: Value, state: State, *, front: bool) -> None:
    """Another item at the end, or at the ``front``."""
    inside = list(held(box, state).values())
    if box.kind == "set" and item in inside and item != UNKNOWN:
        return
    _count(run, box, 1, state)
    if front:
        refill(run, box, placed([item, *inside]), state)
    else:
        run.write(state, (box.number, repr(len(inside))), item)
