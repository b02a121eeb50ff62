"""Where a program is at rest, and what happens there when the signal arrives.

In the first run a rest is noted, and nothing behind it is looked at. In the second run, at the place chosen, the handler in force is called
(`meeting`). If it raises, the exception comes out of the rest; if it returns, a pause goes on, and a rest goes on unless what it waits for
has come about. A second rest after the signal means that the program stays.

What Python does underneath (signal.rst, PEP 475; measured): handlers run in the main thread, waits are resumed after them, and an event
loop that waits does not notice what a handler did, unless it was told through the loop itself or wakes up for another reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import dataclass
from ..domain.lattice import truth
from ..domain.state import DEFAULT, Raised, blocked, handlers
from ..domain.values import FALSE, NONE
from ..interpreter.facts import Pause, Visit
from . import pauses
from .arrival import PENDING, leave
from .meeting import met, passes, still
from .turns import abandoned, cancelled, on_its_way

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Value
    from ..interpreter.run import Run

# The name of the rest at the end of the main line, while threads go on.
END = "a thread that it waits for"
# The doubt about it.
WHETHER_ENDED = f"whether {END} ends"


@dataclass(frozen=True, slots=True)
class Rest:
    """One wait of a program, as `rest` is told of it."""

    text: Text
    name: str
    kind: str
    over: Callable[[State], bool | None] | None
    raises: str
    interrupted: bool
    owned: Mapping[str, Value]
    launches: bool
    taken: bool
    seconds: Value | None
    mark: tuple[int, str] | None
    uncancelled: bool
    blocks: bool

    def ended(self, state: State) -> bool | None:
        """Whether what it waits for has come about; None where that is not known."""
        return self.over(state) if self.over is not None else False


def rest(
    run: Run,
    frame: Frame,
    text: Text,
    name: str,
    state: State,
    *,
    kind: str = "rest",
    over: Callable[[State], bool | None] | None = None,
    raises: str = "",
    interrupted: bool = False,
    owned: Mapping[str, Value] | None = None,
    launches: bool = False,
    taken: bool = False,
    outlives: bool = False,
    seconds: Value | None = None,
    mark: tuple[int, str] | None = None,
    uncancelled: bool = False,
    blocks: bool = False,
) -> None:
    """The program waits here. ``kind``: ``rest``, ``pause``, ``perhaps`` (it is not known how long), or ``flows`` (what ends it comes again
    and again). ``over`` tells whether it has ended (None: not known), by raising ``raises`` if that is given; ``owned`` are the handlers
    that the callee installs for its own time; ``taken``: what ends it is the signal itself; ``outlives``: a thread that the main line does
    not wait for of its own; ``seconds``: how long it waits, if that is written (PEP 475: a signal does not shorten it); ``mark``: what the
    callee's own handlers note; ``uncancelled``: no task waits here, and none can be cancelled; ``blocks``: it keeps the event loop, where
    one runs, from going on."""
    if state.dead:
        return
    before = len(run.stays)
    limited = frame.limited is not None and frame.limited != NONE and kind == "rest"
    if limited:
        kind, seconds = "pause", frame.limited
    here = Rest(
        text,
        name,
        kind,
        over,
        raises,
        interrupted,
        owned or {},
        launches,
        taken,
        seconds,
        mark,
        uncancelled,
        blocks and frame.loop,
    )
    _rest(run, frame, state, here)
    if limited and not state.dead and not (ended := here.ended(state)):
        frame.raises.append(Raised(state.copy(), "TimeoutError", text))
        state.dead = ended is False
    run.outlived = run.outlived or (outlives and len(run.stays) > before)


def _rest(run: Run, frame: Frame, state: State, here: Rest) -> None:
    if state.signalled and frame.loop and frame.background is None and on_its_way(run, frame, state, here):
        return None
    ended = here.ended(state)
    if here.kind == "flows" and state.signalled and cancelled(run, frame, state, here):
        return None
    if ended:
        run.taken = run.taken or here.taken
        return leave(frame, state, here.raises, here.text)
    if abandoned(run, frame, state):
        return None
    pending = state.store.pop(PENDING, None) if frame.loop and frame.background is None and not here.blocks else None
    if pending is not None:
        # The loop gets its turn, and calls its handler.
        return met(run, frame, state, here, pending)
    if state.signalled:
        if ended is None:
            run.doubts.append(f"whether {here.name} ends")
            return None
        if here.kind == "pause" or (here.seconds is not None and frame.background is None):
            return passes(run, frame, state, here, here.seconds)
        return still(run, frame, state, here)
    if frame.background is not None:
        return _rest_aside(run, frame, state, here)
    in_force = {**handlers(state), **here.owned}
    number = _visited(run, frame, state, here, in_force)
    if run.deliver == number:
        return met(run, frame, state, here, in_force.get(run.signal, DEFAULT))
    if here.kind == "rest":
        state.dead = True
    return None


def _visited(run: Run, frame: Frame, state: State, here: Rest, in_force: Mapping[str, Value]) -> int:
    """The main line rests here before the signal has come: the number of the visit."""
    task = frame.tasks[-1:] not in ((), (run.main_task,))
    run.visits.append(
        Visit(
            len(run.visits),
            "rest" if here.kind == "flows" else here.kind,
            here.text,
            here.name,
            in_force,
            frame.guards,
            blocked(state),
            here.launches,
            frame.loop,
            task,
            here.seconds,
            here.over is not None,
            frame.way,
        )
    )
    return len(run.visits) - 1


def _rest_aside(run: Run, frame: Frame, state: State, here: Rest) -> None:
    """A thread, a task or a process beside the main line waits here before the signal has come."""
    if frame.background == "task" and len(frame.tasks) == 1:
        run.places.setdefault(frame.tasks[0], []).append(here.text)
    if frame.background == "process" and run.telling:
        return met(run, frame, state, here, state.handler(run.signal))
    if here.seconds is not None:
        run.pausing.append(Pause(here.text, here.seconds, here.over))
        if run.arriving is not None and run.arriving.reached(state):
            ended = here.ended(state)
            if ended:
                return leave(frame, state, here.raises, here.text)
            return passes(run, frame, state, here, pauses.unless(ended, here.seconds))
    if here.kind == "pause" or (here.kind == "perhaps" and here.seconds is not None):
        run.ticking = run.ticking or frame.background == "task"
    elif here.kind in ("rest", "perhaps"):
        run.snapshots.append(state.copy())
        state.dead = here.kind == "rest"
        if here.kind == "rest":
            over = here.over or _never
            # What an event loop's wait ends is not all known: callbacks are called in it.
            run.waiting.append((lambda state: over(state) or None) if frame.loop else over)
    return None


def _never(state: State) -> bool:
    return False


def marked(run: Run, number: int, mark: str) -> Callable[[State], bool | None]:
    """Whether an object carries the mark that ends waiting for it."""

    def over(state: State) -> bool | None:
        run.look((number, mark))
        found = state.store.get((number, mark), FALSE)
        return truth(found)

    return over
