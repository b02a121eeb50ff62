"""How long a program goes on pausing after the signal, before it looks at what its handler did.

Python resumes a wait that a signal interrupts (PEP 475). Each pause that is gone through since the signal is noted in the state, by its
place; a place that is passed again adds to it. Threads and tasks pause side by side with the main line (`lasting`), which may have to wait
for their ends.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from ....records import dataclass
from ..domain.lattice import alternatives, bounds, is_number, within
from ..domain.numbers import calculated
from ..domain.state import PROCESS
from ..domain.values import UNKNOWN, Assumed, Const

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....source import Text
    from ..domain.state import Key, State
    from ..domain.values import Value
    from ..interpreter.run import Run

# With the place of a pause behind it: the seconds that it has lasted since the signal.
_PAUSE = "pause at "
# With the number of a thread, task or process behind it: the seconds for which the main line waits for its end, beyond its own pauses.
_BESIDE = "pause beside "
# Of pauses as short as this, in seconds, it does not matter whether they are broken off.
_SHORT = 2


def passed(run: Run, text: Text, seconds: Value, state: State) -> None:
    """A pause is over, after so many seconds. It adds to what the same place has paused before, if that it gets there again is certain."""
    key = (PROCESS, f"{_PAUSE}{id(text.buffer)}:{text.start}")
    run.pauses[key] = text
    seconds = _known(seconds)
    before = state.store.get(key)
    if before is None or UNKNOWN in (before, seconds):
        state.store[key] = seconds if before is None else UNKNOWN
    elif not state.uncertain:
        state.store[key] = _sum(before, seconds)
    elif bounds(seconds)[1] > bounds(before)[1]:
        state.store[key] = seconds


def waited(run: Run, number: int, text: Text, seconds: Value, state: State, limit: Value | None = None) -> None:
    """The program waits for the end of a thread, a task or a process, which comes so many ``seconds`` after the signal; no longer than
    ``limit``. ``text`` is the longest pause that it makes."""
    key = (PROCESS, f"{_BESIDE}{number}")
    run.pauses[key] = text
    left = bounds(seconds)[1] - bounds(elapsed(state, number))[1]
    if limit is not None:
        left = min(left, bounds(limit)[1])
    before = bounds(state.store[key])[1] if key in state.store else 0.0
    left = max(0.0, left, before)
    if left:
        state.store[key] = within(left, left) if left < inf else UNKNOWN


def elapsed(state: State, number: int = PROCESS) -> Value:
    """How long the program has paused since the signal, at the longest; but for the end of one (``number``) that it waits for."""
    own = f"{_BESIDE}{number}"
    total = sum((max(0.0, bounds(value)[1]) for key, value in all_of(state).items() if key[1] != own), 0.0)
    return within(total, total) if total < inf else UNKNOWN


def told(run: Run, number: int, ways: Iterable[State], state: State, since: Value) -> None:
    """A process that was told, so many seconds ``since`` the signal, comes to its end in these ways, which the program waits for."""
    delay = longest(run, ways)
    if delay.text is not None:
        most = delay.seconds + bounds(since)[1]
        waited(run, number, delay.text, within(most, most) if most < inf else UNKNOWN, state)


def forget(state: State) -> None:
    """Whatever was noted is another's."""
    for key in all_of(state):
        del state.store[key]


def forget_beside(way: State, before: State) -> None:
    """Nobody waits for what pauses there after all."""
    for key in [key for key in way.store if key[0] == PROCESS and key[1].startswith(_BESIDE)]:
        if key not in before.store:
            del way.store[key]


def unless(ended: bool | None, seconds: Value | None) -> Value | None:
    """What is left of a pause that something else may have ended."""
    if ended or seconds is None:
        return None
    return seconds if ended is False or bounds(seconds)[1] < _SHORT else UNKNOWN


def _known(seconds: Value) -> Value:
    """The seconds as a number, if they are one; an object's None means no pause at all."""
    found = [one for one in alternatives(seconds) if one != Const(None)]
    return found[0] if len(found) == 1 and is_number(found[0]) else seconds if bounds(seconds)[1] < inf else UNKNOWN


def _sum(one: Value, other: Value) -> Value:
    return UNKNOWN if UNKNOWN in (one, other) else calculated("+", one, other)


def repeated(entered: State, start: State, end: State, laps: float) -> State:
    """The ``end`` of a loop's last lap, which began at ``start``: what it pauses in a whole lap it pauses in each of them. Of a loop that goes round
    nobody knows how often nothing is known."""
    if end.signalled:
        earlier, first = all_of(start), all_of(entered)
        for key, value in all_of(end).items():
            gain = calculated("-", value, earlier.get(key, Const(0)))
            if gain not in (UNKNOWN, Const(0)):
                times: Value = Const(1)
                if start.signalled:
                    times = Const(laps) if laps < inf else UNKNOWN
                end.store[key] = _sum(first.get(key, Const(0)), calculated("*", gain, times))
    return end


def all_of(state: State) -> dict[Key, Value]:
    """The pauses since the signal, by their places."""
    return {
        key: value for key, value in state.store.items() if key[0] == PROCESS and key[1].startswith((_PAUSE, _BESIDE))
    }


@dataclass(frozen=True, slots=True)
class Delay:
    """How many seconds pauses last together at the longest (infinite: not known); ``text`` is the longest of them, ``source`` what may set
    it otherwise ("": nothing)."""

    seconds: float = 0.0
    text: Text | None = None
    source: str = ""


def longest(run: Run, states: Iterable[State]) -> Delay:
    """The longest delay of some ways that the program may take."""
    most = Delay()
    for state in states:
        found = all_of(state)
        total = sum((max(0.0, bounds(value)[1]) for value in found.values()), 0.0)
        if total > most.seconds:
            longest_ = max(found, key=lambda key: bounds(found[key])[1])
            source = next((value.source for value in found.values() if isinstance(value, Assumed)), "")
            most = Delay(total, run.pauses[longest_], source)
    return most


def shown(text: Text) -> str:
    """A pause as it is written, on one line."""
    return " ".join(text.value.split())[:60]
