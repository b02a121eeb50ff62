"""What is left in queues when the signal has come: whether anybody still does it, and whether there is room for more.

Threads that look at a flag take nothing more once it is set. What is in the queue then stays there: ``jobs.join()`` waits for it for ever
(queue.py, ``Queue.join``), and so does, for room, who puts something more into a full one (``Queue.put``; a sentinel, mostly). How much is
left there depends on how quick they were, so that nothing is promised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import dataclass, field
from ..delivery import lasting
from ..delivery.turns import WAS_CANCELLED
from ..domain.lattice import bounds
from ..domain.values import NONE, TRUE, Items, Made
from ..libraries import queues
from . import threads

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run
    from ..libraries.special import Special

# How many things a queue has room for, where that is limited.
_ROOM = "#room"


@dataclass(slots=True, eq=False)
class Use:
    """Who took things out of a queue before the signal (threads, tasks and processes, by their numbers); whether anything was put there
    then; whether anybody says that it is done."""

    takers: set[int] = field(default_factory=set)
    # Those of them that were gone through with something to do.
    busy: set[int] = field(default_factory=set)
    filled: bool = False
    done: bool = False
    # Somebody wants to know whether its takers go on.
    asked: bool = False


def use(run: Run, number: int) -> Use:
    """How a queue is used."""
    return run.queues.setdefault(number, Use())


def taken(run: Run, frame: Frame, number: int, state: State) -> None:
    """Something is to be taken out of a queue."""
    if frame.background is not None and not state.signalled:
        known, taker = use(run, number), frame.thread or frame.tasks[-1]
        known.takers.add(taker)
        if queues.held(number, state):
            known.busy.add(taker)


def put(run: Run, frame: Frame, number: int, held: Value, state: State) -> None:
    """Something is to be put in a queue, in which is ``held`` what is known: whether there is room for it."""
    room = state.store.get((number, _ROOM))
    if not state.signalled:
        use(run, number).filled = True
    elif room is not None and not any(_cancelled(task, state) for task in frame.tasks):
        known = use(run, number)
        full = not known.takers and isinstance(held, Items) and len(held.items) >= bounds(room)[0]
        if full or (known.filled and _deserted(run, frame, number, state)):
            run.doubts.append("whether there is room in a queue")


def served(run: Run, frame: Frame, number: int, state: State) -> None:
    """Before the signal the main line has put something in a queue for which threads and tasks wait that began without it: each is gone
    through as far as it gets with that. The signal may find it in any pause of that work."""
    known = use(run, number)
    for taker in sorted(known.takers - known.busy):
        known.busy.add(taker)
        begun = run.begun.get(taker)
        if begun is None:
            continue
        begun.state.store.update((key, value) for key, value in state.store.items() if key[0] == number)
        waiting, run.waiting = run.waiting, []
        with lasting.aside(run):
            run.pausing, run.arriving = [], None
            begun.go(frame, begun.state.copy())
            run.paused[taker] = run.pausing
        run.waiting = waiting


def done(run: Run, frame: Frame, number: int, state: State, *, held: bool) -> bool:
    """Whether somebody does what is in a queue (``held``: something is, for all that is known), for whom waits for that."""
    known = use(run, number)
    if not known.filled:
        return True
    if not known.takers:
        return bool(run.threads or run.children or run.tasks) or not held
    if state.signalled and _deserted(run, frame, number, state):
        run.doubts.append("whether somebody does what is left in a queue")
    return known.done or not known.takers <= known.busy


def _deserted(run: Run, frame: Frame, number: int, state: State) -> bool:
    """Whether all who took things out of a queue have ended, or may do so without looking what is left there."""
    known = use(run, number)
    if known.asked or not known.takers:
        return False
    known.asked = True
    empty = queues.emptied(number, state)
    found = all(_leaves(run, frame, taker, empty) for taker in known.takers)
    known.asked = False
    return found


def _leaves(run: Run, frame: Frame, taker: int, state: State) -> bool:
    """Whether a thread ends though nothing is left for it, from where it waits for that, or from one of its pauses; of a task: whether it
    is cancelled."""
    thread = next((one for one in run.threads if one.object == taker), None)
    if thread is None:
        return _cancelled(taker, state)
    if threads.ends(run, frame, thread, state.copy()):
        return True
    return bool(run.paused.get(taker)) and any(lasting.from_pauses(run, frame, taker, state))


def _cancelled(task: int, state: State) -> bool:
    return TRUE in (state.store.get((task, "cancelled")), state.store.get((task, WAS_CANCELLED)))


def _said(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``task_done()``."""
    if isinstance(receiver, Made):
        use(run, receiver.number).done = True
    return NONE


def _made(kind: str) -> Special:
    """A queue, which holds no more than ``maxsize`` things if that is given (0: as many as there are)."""

    def make(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
        from ..libraries.foreign import number_of

        made = Made(kind, number_of(run, frame, text, state))
        room = arguments.get(0, "maxsize")
        if room is not None and bounds(room)[1] > 0:
            state.store[(made.number, _ROOM)] = room
        return made

    return make


def bounded(number: int, room: Value, state: State) -> None:
    """A channel has so much room, which may be none at all."""
    state.store[(number, _ROOM)] = room


_QUEUES = (
    *(f"queue.{name}" for name in ("Queue", "LifoQueue", "PriorityQueue")),
    *(f"asyncio.{name}" for name in ("Queue", "LifoQueue", "PriorityQueue")),
    *(f"multiprocessing.{name}" for name in ("Queue", "JoinableQueue")),
)
SPECIAL: dict[str, Special] = {
    **{name: _made(name) for name in _QUEUES},
    **{f"{name}.task_done": _said for name in _QUEUES},
}
