"""How long threads, tasks and processes last after the signal, which found them in one of their pauses.

Each is gone through again from the state in which it began, as far as one of its pauses; there it meets what the handler did, and goes on
to its end. Of all its pauses the one counts that costs most. Method and accounting of the main line's own pauses: `pauses`.
"""

from __future__ import annotations

from contextlib import contextmanager
from math import inf
from typing import TYPE_CHECKING

from ....records import dataclass
from ..domain.lattice import bounds, truth, within
from ..domain.values import UNKNOWN
from . import pauses

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Value
    from ..interpreter.facts import Ending
    from ..interpreter.run import Run

# No more pauses of one thread are looked at.
_MOST = 6
# A thread that is started once, and ends by itself, has mostly ended when the signal arrives, unless it lasts long: up to so many seconds
# it is said what it may cost, beyond nothing is promised.
_ONCE = 10
# So many seconds are a place where the signal is likely to find whoever waits for it.
LONG = 30


@dataclass(frozen=True, slots=True)
class Begun:
    """How something began that runs beside the main line: the ``state``; ``go`` goes through it from there and returns the states in which
    it may end; ``share`` gives it what the rest of the program did meanwhile; ``ends`` says whether it comes to its end, None
    where that is not known (a task has none of its own: it ends when it is cancelled)."""

    state: State
    go: Callable[[Frame, State], list[State]]
    share: Callable[[State, State], None]
    ends: Callable[[Frame, State], bool | None] | None = None


@dataclass(slots=True, eq=False)
class Arrival:
    """The signal reaches a thread in its pause number ``at``, when the rest of the program is in ``state``."""

    at: int
    state: State
    share: Callable[[State, State], None]

    def reached(self, state: State) -> bool:
        """One more pause is gone through: whether it is the one. The thread's state is then what the others made of it."""
        self.at -= 1
        if self.at != -1:
            return False
        self.share(state, self.state)
        pauses.forget(state)
        state.signalled = True
        return True


def shared(state: State, others: State) -> None:
    """Threads have all memory in common."""
    state.store.update(others.store)


def seconds(run: Run, number: int) -> float:
    """How long it pauses in all, if nothing ends that before (infinite: not known)."""
    return sum(bounds(pause.seconds)[1] for pause in run.paused.get(number, ()))


def waited(run: Run, frame: Frame, number: int, text: Text, state: State, limit: Value | None) -> None:
    """Since the signal the program waits, at ``text``, for the end of something that runs beside it; no longer than ``limit``."""
    if not run.paused.get(number) and number not in run.lasted:
        return
    if number not in run.lasted:
        at_once = _longest(run, frame, number, run.told) if run.told is not None else None
        # Whatever the handler has told it, the program may tell it more.
        later = _longest(run, frame, number, state) if at_once is None or at_once.text is not None else at_once
        run.lasted[number] = at_once, later if at_once is not None or later is not None else _of_one_pause(run, number)
    at_once, later = run.lasted[number]
    passed = bounds(pauses.elapsed(state, number))[1]
    ends = [(at_once.seconds, at_once)] if at_once is not None else []
    ends += [(passed + later.seconds, later)] if later is not None else []
    seconds, delay = min(ends, key=lambda end: end[0])
    if delay.text is None:
        return
    length = within(seconds, seconds) if seconds < inf else UNKNOWN
    if _ONCE <= delay.seconds < LONG and limit is None and _once(run, number, text, state):
        length = UNKNOWN
    pauses.waited(run, number, delay.text, length, state, limit)


def started(run: Run, number: int, before: State, after: State) -> None:
    """Something has begun after the signal, and goes on side by side with the program, which goes on from ``before``: what it has noted as
    pauses is its own."""
    delay = pauses.longest(run, [after])
    begins = pauses.longest(run, [before]).seconds
    pauses.forget(after)
    after.store.update(pauses.all_of(before))
    if delay.text is not None and delay.seconds > begins:
        run.lasted[number] = delay, None


def _longest(run: Run, frame: Frame, number: int, told: State) -> pauses.Delay | None:
    """The longest delay until it ends, of all its pauses; None where it may go on for ever."""
    most = pauses.Delay()
    for ways in from_pauses(run, frame, number, told):
        if ways is None:
            return None
        delay = pauses.longest(run, ways.ends)
        if delay.seconds > most.seconds:
            most = delay
    return most


@dataclass(frozen=True, slots=True)
class Ways:
    """The states in which something that runs beside the main line may end; the ends that it may put to the whole program (``os._exit``);
    whether it wakes the event loop."""

    ends: list[State]
    exits: list[Ending]
    wakes: bool


def from_pauses(run: Run, frame: Frame, number: int, told: State) -> Iterator[Ways | None]:
    """For each of its pauses, in which the signal may have found it: how it may end; None where it may go on for ever."""
    begun, task = run.begun[number], any(one.number == number for one in run.tasks)
    for at in range(min(len(run.paused[number]), _MOST)):
        way = begun.state.copy()
        with aside(run):
            # A task is told by another one, when its loop has got its turn.
            run.loop_handled = task and run.loop_handled
            stays, doubts, exits = len(run.stays), len(run.doubts), len(run.endings)
            run.arriving = Arrival(at, told, begun.share)
            ends = [end for end in begun.go(frame, way) if end.signalled]
            unsure = len(run.stays) > stays or len(run.doubts) > doubts
            ways = Ways(ends, [end for end in run.endings[exits:] if end.state.signalled], run.loop_handled)
        yield None if unsure else ways


def _of_one_pause(run: Run, number: int) -> pauses.Delay:
    """Where its way to its end is not known: the longest of its pauses."""
    longest = max(run.paused[number], key=lambda pause: bounds(pause.seconds)[1])
    return pauses.Delay(bounds(longest.seconds)[1], longest.text)


def _once(run: Run, number: int, text: Text, state: State) -> bool:
    """Whether it was started once, ends by itself, and the signal did not find the program waiting for it."""
    if truth(state.store.get((number, "#lives"), UNKNOWN)) is not False:
        return False
    started = next((one.text for one in run.threads if one.object == number), None)
    waiting = run.deliver is not None and run.deliver < len(run.visits) and run.visits[run.deliver].text == text
    return started is not None and sum(one.text == started for one in run.threads) == 1 and not waiting


@contextmanager
def aside(run: Run) -> Iterator[None]:
    """Look into a thread or a process: nothing that happens there is found out about the program."""
    lists = {
        name: list(getattr(run, name))
        for name in ("stays", "doubts", "endings", "swallowed", "snapshots", "threads", "pausing", "registrations")
    }
    sets = {name: set(getattr(run, name)) for name in ("read", "written")}
    names = "uncertain_stays opaque after told handler_ran loop_handled ticking broken_off outlived taken handling telling signal arriving"
    plain = {name: getattr(run, name) for name in names.split()}
    try:
        yield
    finally:
        for name, value in (lists | sets | plain).items():
            setattr(run, name, value)
