"""What is left in queues when the signal has come: whether anybody still does it, and whether there is room for more.

Threads that look at a flag take nothing more once it is set. What is in the queue then stays there: ``jobs.join()`` waits for it for ever
(queue.py, ``Queue.join``), and so does, for room, who puts something more into a full one (``Queue.put``; a sentinel, mostly), or waits there
already. How much is left there depends on how quick they were, so that nothing is promised.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from ....records import dataclass, field
from ..delivery import lasting, rests
from ..delivery.turns import WAS_CANCELLED
from ..domain.lattice import bounds
from ..domain.values import NONE, TRUE, UNKNOWN, Items, Made
from ..libraries import queues

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run
    from ..libraries.special import Special

# How many things a queue has room for, where that is limited.
_ROOM = "#room"
# The mark of a queue of which all was done, since the signal.
DONE = "#done"


@dataclass(slots=True, eq=False)
class Use:
    """Who took things out of a queue before the signal (threads, tasks and processes, by their numbers), and whether anything was put there
    then."""

    takers: set[int] = field(default_factory=set)
    # Those of them that were gone through with something to do; threads that this was the end of.
    busy: set[int] = field(default_factory=set)
    gone: set[int] = field(default_factory=set)
    # Those who have said that something is done.
    done: set[int] = field(default_factory=set)
    filled: bool = False
    # Who puts something there, and where (0: the program itself, else a process); who does so more than once.
    places: set[tuple[int, Text]] = field(default_factory=set)
    again: set[int] = field(default_factory=set)
    # A thread of each process writes into a pipe what that puts there (`feeders`).
    piped: bool = False
    # The main line takes things out of it, too; it does so now.
    main: bool = False
    served: bool = False
    # Somebody wants to know whether its takers go on.
    asked: bool = False


def use(run: Run, number: int) -> Use:
    """How a queue is used."""
    return run.queues.setdefault(number, Use())


def taken(run: Run, frame: Frame, number: int, state: State) -> None:
    """Something is to be taken out of a queue."""
    known = use(run, number)
    known.main = known.main or frame.background is None
    if frame.background is not None and not state.signalled:
        taker = _who(frame)
        known.takers.add(taker)
        if queues.held(number, state):
            known.busy.add(taker)


def _who(frame: Frame) -> int:
    """The number of a thread, task or process."""
    return frame.thread or frame.tasks[-1]


def fed(run: Run, frame: Frame, name: str, number: int, arguments: Arguments, text: Text, state: State) -> None:
    """Something is to be put in a queue, by the call ``name``. Who does so before the signal may have to wait until there is room."""
    if state.signalled:
        return
    known, who = use(run, number), frame.thread if frame.background == "process" else 0
    if (who, text) in known.places:
        known.again.add(who)
    known.places.add((who, text))
    limit, blocks = arguments.get(2, "timeout") or NONE, arguments.get(1, "block") or TRUE
    if (number, _ROOM) not in state.store or not name.endswith(".put") or (limit, blocks) != (NONE, TRUE):
        return

    def over(state: State) -> bool | None:
        # Whoever takes something out of it may yet begin.
        return _room(run, frame, number, state) if state.signalled or frame.background is None else None

    kind = "rest" if over(state) is False else "perhaps"
    rests.rest(run, frame, text, name, state, kind=kind, over=over, seconds=UNKNOWN if kind == "perhaps" else None)


def put(run: Run, frame: Frame, number: int, state: State) -> None:
    """Something is put in a queue: whether there is room for it."""
    if not state.signalled:
        use(run, number).filled = True
        return
    limited = (number, _ROOM) in state.store and not any(_cancelled(task, state) for task in frame.tasks)
    if limited and not _room(run, frame, number, state):
        run.doubts.append("whether there is room in a queue")


def _room(run: Run, frame: Frame, number: int, state: State) -> bool | None:
    """Whether there is room in a queue, or somebody makes room there; None where that is not known."""
    known = use(run, number)
    if known.served or (known.main and frame.background is None):
        return True
    if known.takers:
        left = known.takers == known.gone or (state.signalled and known.filled and deserted(run, frame, number, state))
        return None if left else True
    least, most = bounds(state.store[(number, _ROOM)])
    held = queues.known_of(number, state)
    if not isinstance(held, Items):
        return None
    if len(held.items) < least:
        return None if known.again else True
    return None if len(held.items) < most or run.threads or run.children or run.tasks or state.signalled else False


@contextmanager
def serving(run: Run, number: int) -> Iterator[None]:
    """The main line takes out of a queue whatever comes."""
    known = use(run, number)
    known.served = True
    yield
    known.served = False


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
            run.pausing, run.snapshots, run.arriving = [], [], None
            ends = begun.go(frame, begun.state.copy())
            run.paused[taker] = run.pausing
            if ends and not run.snapshots and any(thread.object == taker for thread in run.threads):
                known.gone.add(taker)
        run.waiting = waiting


def done(run: Run, frame: Frame, number: int, state: State, *, held: bool) -> bool:
    """Whether somebody does what is in a queue (``held``: something is, for all that is known), for whom waits for that."""
    known = use(run, number)
    if not known.filled:
        return True
    if not known.takers:
        return bool(run.threads or run.children or run.tasks) or not held
    if not known.done and known.takers <= known.busy:
        return False
    if state.signalled and (known.gone - known.done or deserted(run, frame, number, state)):
        run.doubts.append("whether somebody does what is left in a queue")
    elif state.signalled:
        state.store[(number, DONE)] = TRUE
    return True


def deserted(run: Run, frame: Frame, number: int, state: State) -> bool:
    """Whether all who took things out of a queue have ended, or may do so without looking what is left there."""
    known = use(run, number)
    if known.asked or not known.takers:
        return False
    known.asked = True
    empty = queues.emptied(number, state)
    found = all(taker in known.gone or _leaves(run, frame, taker, empty) for taker in known.takers)
    known.asked = False
    return found


def _leaves(run: Run, frame: Frame, taker: int, state: State) -> bool:
    """Whether a thread ends though nothing is left for it, from where it waits for that, or from one of its pauses; of a task: whether it
    is cancelled."""
    begun = run.begun.get(taker)
    if begun is None or begun.ends is None:
        return _cancelled(taker, state)
    if begun.ends(frame, state.copy()):
        return True
    return bool(run.paused.get(taker)) and any(lasting.from_pauses(run, frame, taker, state))


def _cancelled(task: int, state: State) -> bool:
    return TRUE in (state.store.get((task, "cancelled")), state.store.get((task, WAS_CANCELLED)))


def _said(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``task_done()``."""
    if isinstance(receiver, Made):
        use(run, receiver.number).done.add(_who(frame) if frame.background is not None else run.nobody)
    return NONE


def _asked(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``full()``: whoever asks puts nothing there that has no room."""
    if isinstance(receiver, Made):
        state.store.pop((receiver.number, _ROOM), None)
    return UNKNOWN


def _made(kind: str) -> Special:
    """A queue, which holds no more than ``maxsize`` things if that is given (0: as many as there are)."""

    def make(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
        from ..libraries.foreign import number_of

        made = Made(kind, number_of(run, frame, text, state))
        use(run, made.number).piped = kind.startswith("multiprocessing.")
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
    **{f"{name}.full": _asked for name in _QUEUES},
}
