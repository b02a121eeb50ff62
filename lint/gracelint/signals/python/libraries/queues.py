"""Queues: what is put there, and taken out of them in that order; taken from until they are empty. What is left there when the signal has
come: `backlogs`.

What a queue holds is known as long as it is the main line that puts and takes, and of what is put since the signal. Where a thread has
waited for more before the signal came, it has taken what the main line has put there, but for a None, which mostly is the last thing that
it is to take. What threads put there comes nobody knows when.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..delivery import lasting
from ..domain.lattice import alternatives, any_of, join, truth
from ..domain.state import Raised, differing
from ..domain.values import FALSE, NONE, TRUE, UNKNOWN, Const, Items, Made, Ref
from ..interpreter.comprehensions import SEVERAL

if TYPE_CHECKING:
    from collections.abc import Callable

    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run
    from .special import Special


# The mark of a queue in which there is something, what that is, and the mark of one from which a thread waited to take before the signal.
PUT, _JOBS, _SERVED = "put", "#jobs", "#served"
_MOST_JOBS = 24
# What is left in a channel of which no end sends any more, however often it is taken (`channels`).
END = Ref("trio.EndOfChannel")
# The threads and tasks that put something there before the signal.
_FEEDERS = "#feeders"
# The mark of a thread or task that has ended, with what it has taken out of queues.
ENDED = "#ended"


def put(run: Run, frame: Frame, number: int, item: Value, state: State, kind: str = "") -> None:
    """Something is put in a queue, whose ``kind`` says in which order things are taken out of it."""
    from ..concurrency import backlogs

    background = frame.background is not None
    backlogs.put(run, frame, number, state)
    if not state.signalled and not background and item != NONE and (number, _SERVED) in state.store:
        way = state.copy()
        way.store[(number, PUT)], way.store[(number, _JOBS)] = TRUE, Items((item,))
        backlogs.served(run, frame, number, way)
        return
    run.write(state, (number, PUT), TRUE)
    jobs = state.store.get((number, _JOBS), Items(()))
    if background and not state.signalled:
        # One of these, or nothing for the moment.
        jobs = join(join(jobs, Items(())), Items((item,)))
        who = frame.thread or frame.tasks[-1]
        known = state.store.get((number, _FEEDERS), Items(()))
        if isinstance(known, Items) and Const(who) not in known.items:
            state.store[(number, _FEEDERS)] = Items((*known.items, Const(who)))
    elif run.repeating or not isinstance(jobs, Items):
        # As many as there are.
        jobs = join(jobs, Items((item,)))
    else:
        jobs = _with(jobs.items, item, kind) if len(jobs.items) < _MOST_JOBS else UNKNOWN
        if jobs == UNKNOWN and state.signalled:
            run.doubts.append("what is taken first from a queue")
    state.store[(number, _JOBS)] = jobs


def _with(jobs: tuple[Value, ...], item: Value, kind: str) -> Value:
    """What is in a queue with one thing more, in the order in which it is taken out."""
    if "Lifo" in kind:
        return Items((item, *jobs))
    if "Priority" not in kind or not jobs:
        return Items((*jobs, item))
    known = {priority: one for one in (*jobs, item) if (priority := _priority(one)) is not None}
    # What is taken first may depend on what is not known.
    return Items(tuple(known[priority] for priority in sorted(known))) if len(known) > len(jobs) else UNKNOWN


def _priority(item: Value) -> float | None:
    first = item.items[0] if isinstance(item, Items) and item.items else item
    return first.value if isinstance(first, Const) and isinstance(first.value, int | float) else None


def fed(other: State, state: State) -> None:
    """A process puts things in queues that it shares with the program, which ``other`` knows of."""
    for queue in [key[0] for key in other.store if key[1] == _FEEDERS]:
        for name in (PUT, _JOBS, _FEEDERS):
            state.store[(queue, name)] = other.store[(queue, name)]


def asked(run: Run, frame: Frame, number: int, state: State) -> None:
    """Since the signal somebody waits for what others put there: whether these still do. Each is gone through from where the signal found
    it; what it puts there until its end is all that comes."""
    from ..concurrency import backlogs

    feeders = state.store.get((number, _FEEDERS))
    if not state.signalled or not isinstance(feeders, Items) or run.arriving is not None:
        return
    told: State | None = state.copy()
    assert told is not None
    told.store[(number, _JOBS)], told.store[(number, PUT)] = Items(()), FALSE
    with backlogs.serving(run, number):
        for feeder in feeders.items:
            told = _until_its_end(run, frame, number, feeder.value, told) if isinstance(feeder, Const) else None
            if told is None:
                return  # it goes on, or nobody knows
    state.store.update((key, value) for key, value in told.store.items() if key[0] == number)
    del state.store[(number, _FEEDERS)]


def _until_its_end(run: Run, frame: Frame, number: int, feeder: object, told: State) -> State | None:
    """A thread or task goes on from one of its pauses to its end: the state in which it has put least in a queue; None where it may not
    come to its end."""
    if not isinstance(feeder, int) or feeder not in run.begun or not run.paused.get(feeder) or run.waits.get(feeder):
        return None
    least: State | None = None
    fewest = _MOST_JOBS
    for ways in lasting.from_pauses(run, frame, feeder, told):
        for end in (ways.ends if ways is not None else ()) or (None,):
            jobs = end.store.get((number, _JOBS)) if end is not None else None
            if not isinstance(jobs, Items):
                return None
            if least is None or len(jobs.items) < fewest:
                least, fewest = end, len(jobs.items)
    return least


def waited_for(run: Run, frame: Frame, number: int, state: State) -> None:
    """Something waits to take out of a queue. A thread that does so before the signal has mostly taken all there is, and waits for more."""
    if frame.background is None or state.signalled:
        return
    if state.store.get((number, PUT)) != TRUE:
        state.store[(number, _SERVED)] = TRUE
    elif (number, _FEEDERS) in state.store:

        def over(state: State) -> bool | None:
            asked(run, frame, number, state)
            return truth(state.store.get((number, PUT), FALSE))

        run.snapshots.append(state.copy())
        run.waiting.append(over)


def flows(frame: Frame, number: int, state: State) -> bool:
    """Whether what is taken out of a queue is what others put there, again and again: the main line waits for it in between, and a task may
    be cancelled there."""
    if (number, _FEEDERS) not in state.store:
        return False
    if state.signalled:
        return frame.loop and not isinstance(state.store.get((number, _JOBS)), Items)
    return frame.background is None


def more(run: Run, frame: Frame, number: int) -> Callable[[State], bool | None]:
    """Whether more comes in such a queue: before the signal the main line waits for it, and gets it."""

    def over(state: State) -> bool | None:
        asked(run, frame, number, state)
        return state.signalled and truth(state.store.get((number, PUT), FALSE))

    return over


def held(number: int, state: State) -> bool:
    """Whether there is something in a queue, for all that is known."""
    return state.store.get((number, PUT)) == TRUE


def known_of(number: int, state: State) -> Value:
    """What is in a queue, as far as that is known."""
    return state.store.get((number, _JOBS), Items(()))


def emptied(number: int, state: State) -> State:
    """What would be if a queue were empty."""
    way = state.copy()
    if (number, PUT) in way.store:
        way.store[(number, PUT)], way.store[(number, _JOBS)] = FALSE, Items(())
    return way


def taken(number: int, state: State) -> Value:
    """What is taken out of a queue."""
    jobs = state.store.get((number, _JOBS), UNKNOWN)
    if isinstance(jobs, Items):
        if not jobs.items:
            return UNKNOWN
        if jobs.items[0] == END:
            return END
        state.store[(number, _JOBS)] = Items(jobs.items[1:])
        if len(jobs.items) == 1:
            state.store[(number, PUT)] = FALSE
        return jobs.items[0]
    found = [one.items if isinstance(one, Items) else (UNKNOWN,) for one in alternatives(jobs)]
    several = [item for items in found for item in items]
    return any_of(several)


def ended(number: int, before: State, after: State) -> None:
    """A thread or a task has come to its end, ``after`` what was ``before``: what it has taken out of queues nobody else gets. Of one that
    stands for several it is not known whether there is something for each."""
    queues = {key[0] for key, _ in differing(before.store, after.store) if key[1] == _JOBS}
    for queue in queues:
        for name in (PUT, _JOBS):
            before.store[(queue, name)] = after.store[(queue, name)]
    if queues:
        last = any(after.store[(queue, _JOBS)] == Items(()) for queue in queues)
        before.store[(number, ENDED)] = UNKNOWN if last and (number, SEVERAL) in before.store else TRUE


def _get_nowait(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    """Raises queue.Empty, perhaps; when what is there has been taken once, after the signal, it does."""
    from ..concurrency import backlogs

    if isinstance(receiver, Made):
        backlogs.taken(run, frame, receiver.number, state)
    if isinstance(receiver, Made) and _known(receiver, state):
        if state.store.get((receiver.number, PUT)) == TRUE:
            return taken(receiver.number, state)
        frame.raises.append(Raised(state.copy(), "queue.Empty", text))
        state.dead = True
        return UNKNOWN
    frame.raises.append(Raised(state.copy(), "queue.Empty", text))
    if _emptied(run, receiver, state):
        state.dead = True
    return UNKNOWN


def _empty(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """Who asks whether there is something takes it: none of what is behind that waits."""
    if isinstance(receiver, Made) and _known(receiver, state):
        return Const(state.store.get((receiver.number, PUT)) != TRUE)
    if isinstance(receiver, Made) and not _emptied(run, receiver, state):
        state.store[(receiver.number, "put")] = TRUE
        return UNKNOWN
    return TRUE if isinstance(receiver, Made) else UNKNOWN


def _known(receiver: Made, state: State) -> bool:
    """Whether it is known what there is, since something was put there after the signal."""
    return state.signalled and isinstance(state.store.get((receiver.number, _JOBS)), Items)


def _emptied(run: Run, receiver: Value | None, state: State) -> bool:
    """Whether a queue was asked for what is in it once before, since the signal: it is taken to be empty then."""
    if not isinstance(receiver, Made) or not state.signalled:
        return False
    before = (receiver.number, "#emptied") in state.store
    state.store[(receiver.number, "#emptied")] = TRUE
    return before


_QUEUES = ("queue.Queue", "queue.SimpleQueue", "queue.LifoQueue", "queue.PriorityQueue")


SPECIAL: dict[str, Special] = {
    **{f"{queue}.get_nowait": _get_nowait for queue in _QUEUES},
    **{f"{queue}.empty": _empty for queue in _QUEUES},
}
