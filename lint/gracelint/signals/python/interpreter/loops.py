"""Loops: run until nothing new happens, once as they are and once with everything that changed forgotten; with the signal on its way a few
times more.

What goes round for ever is where the signal may find the program.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..concurrency import channels, nurseries, polling
from ..delivery import alarms, meeting, pauses
from ..delivery.arrival import NOTED, SENT
from ..delivery.laps import iterating, visit_loop
from ..domain import containers, numbers
from ..domain.lattice import truth
from ..domain.operators import operate
from ..domain.state import joined
from ..domain.values import CALLED, CALLS, LAST, Box, Const, Instance, Made, Method
from ..libraries import policies, retries
from . import expressions
from .attributes import method
from .bindings import store
from .generators import generator_of, over
from .progress import advances
from .statements import block
from .widening import escaped, narrowed, widened

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ....parsers.python import model as syntax
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Value
    from .run import Run

LAPS = 2
LAPS_AFTER = 3
MOST_ITEMS = 24


class _Loop:
    """The ways out of a loop under way; inside it, ``break`` and ``continue`` are its own."""

    def __init__(self, run: Run, frame: Frame) -> None:
        self.run, self.frame = run, frame
        self.saved = (frame.breaks, frame.continues)
        self.first = len(run.visits)
        self.ways = (len(frame.returns), len(frame.raises), len(run.endings))
        self.exits: list[State] = []
        self.repeating = 0

    def repeats(self) -> None:
        """It is not known how often it goes round."""
        self.repeating = 1
        self.run.repeating += 1

    def body(self, statements: Sequence[syntax.Statement], state: State) -> State | None:
        """One lap; the state at its end."""
        self.frame.breaks, self.frame.continues = [], []
        end = block(self.run, self.frame, statements, state)
        self.exits += self.frame.breaks
        return joined([end, *self.frame.continues])

    def close(self, *, endless: bool) -> State | None:
        """The loop is left; ``endless``: only a way out of its body leads out. Its visits are judged by that."""
        self.frame.breaks, self.frame.continues = self.saved
        self.run.repeating -= self.repeating
        if endless:
            (self.run.tentative if self.leaves() else self.run.endless).append((self.first, len(self.run.visits)))
        return joined(self.exits)

    def leaves(self) -> bool:
        """Whether a way out of it was found."""
        ways = (len(self.frame.returns), len(self.frame.raises), len(self.run.endings))
        return bool(self.exits) or ways != self.ways


def while_loop(run: Run, frame: Frame, node: syntax.While, state: State) -> State | None:
    """``while``; the state behind it."""

    def test(state: State) -> bool | None:
        return expressions.holds(run, frame, node.test, state)

    return _as_long_as(run, frame, node, test, state, advancing=advances(node))


def _as_long_as(
    run: Run,
    frame: Frame,
    node: syntax.While | syntax.For,
    test: Callable[[State], bool | None],
    state: State,
    *,
    advancing: bool,
) -> State | None:
    """A loop that goes on as long as a test holds; ``advancing``: its laps bring it to an end."""
    loop = _Loop(run, frame)
    lap, laps = 0, LAPS
    current: State | None = state
    endless, undecided = True, False
    first = state.copy()
    while current is not None:
        decided = test(current)
        if current.dead:
            endless, current = False, None
            break
        undecided = undecided or decided is None
        if decided is False or (decided is None and not (current.signalled and not run.influenced)):
            loop.exits += _left(run, frame, node, current, decided)
        if decided is False:
            endless, current = False, None
            break
        if lap >= laps:
            if not _moved(run, frame, node.text, current):
                break
            laps = lap + LAPS_AFTER
            if current.dead:
                current = None
                break
        if decided is None:
            current.uncertain = current.uncertain or current.signalled
        start = current.copy()
        visit_loop(run, frame, node.text, current)
        current = loop.body(node.body, current)
        if current is not None:
            current, laps = _next(run, first, start, current, lap, laps)
        lap += 1
    if current is not None:
        _round_and_round(run, frame, node.text, current)
    # A body that ends in its first lap, without a rest in it, goes round no more than once.
    inside = {one.kind for one in run.visits[loop.first :]}
    round_again = current is not None or lap > 1 or "rest" in inside
    finite = (undecided or loop.leaves()) and inside <= {"loop"} and advancing
    return loop.close(endless=endless and round_again and not finite)


def _left(run: Run, frame: Frame, node: syntax.While | syntax.For, state: State, decided: bool | None) -> list[State]:
    """The state behind a loop that is left at its top, if one can get there: for certain, or perhaps (``decided`` is None)."""
    leaves = state if decided is False else state.copy()
    leaves.uncertain = leaves.uncertain or (decided is None and leaves.signalled)
    out = block(run, frame, node.otherwise, leaves) if node.otherwise else leaves
    return [] if out is None else [out]


def _moved(run: Run, frame: Frame, text: Text, state: State) -> bool:
    """Whether something comes to pass beside a loop, of which the last laps have shown nothing new: an alarm, a thread that goes on."""
    if not (alarms.rings(run, frame, text, state) or polling.moved_on(run, frame, state)):
        return False
    if SENT in state.store:
        state.store[NOTED] = state.store.pop(SENT)
    return True


def _next(run: Run, first: State, start: State, end: State, lap: int, laps: int) -> tuple[State, int]:
    """A lap that began at ``start`` has come to its ``end``: the state in which the next one begins, and how many there are to be."""
    if end.signalled:
        return end, laps if start.signalled else lap + 1 + LAPS_AFTER
    if lap == 0:
        return widened(start, end, run.ceilings), laps
    if lap == 1:
        return end, laps + (escaped(start, end) or narrowed(first, start, end))
    return end, laps


def _round_and_round(run: Run, frame: Frame, text: Text, state: State) -> None:
    """A loop goes on for ever."""
    if state.signalled:
        meeting.stay(run, text, "the loop", state)
    elif frame.background is not None:
        run.snapshots.append(state)


def for_loop(run: Run, frame: Frame, node: syntax.For, state: State) -> State | None:
    """``for``; the state behind it."""
    from .calls import call

    iterable = expressions.value(run, frame, node.iterable, state)
    if state.dead:
        return None
    if isinstance(iterable, Instance):
        own = method(run, iterable, "__aiter__" if node.asynchronous else "__iter__", state)
        iterable = call(run, frame, own, (), node.iterable.text, state) if own is not None else iterable
    if isinstance(iterable, Made) and iterable.kind in (CALLS, nurseries.RECEIVER, channels.RECEIVES):
        return _called_again(run, frame, node, iterable, state)
    if isinstance(iterable, Made) and iterable.kind in policies.OBJECTS:
        return _attempted(run, frame, node, iterable, state)
    known = containers.items_of(run, iterable, state)
    loop = _Loop(run, frame)
    generator = generator_of(iterable, state)
    if generator is not None:
        return _over(run, frame, node, generator, loop, state)
    if known is None:
        known = numbers.counted(iterable, state)
    if known is None or (isinstance(iterable, Box) and not isinstance(containers.length(run, iterable, state), Const)):
        loop.repeats()
    if known is not None and len(known) <= MOST_ITEMS:
        return _item_by_item(run, frame, node, known, loop, state)
    return _some_items(run, frame, node, iterable, loop, state)


def _item_by_item(
    run: Run, frame: Frame, node: syntax.For, known: Iterable[Value], loop: _Loop, state: State
) -> State | None:
    """A loop over some things that are known."""
    current: State | None = state
    for item in known:
        if current is None:
            break
        store(run, frame, node.target, item, current)
        current = loop.body(node.body, current)
    ended = block(run, frame, node.otherwise, current) if current is not None and node.otherwise else current
    if ended is not None:
        loop.exits.append(ended)
    return loop.close(endless=False)


def _some_items(run: Run, frame: Frame, node: syntax.For, iterable: Value, loop: _Loop, state: State) -> State | None:
    """A loop over nobody knows what, or over too much of it."""
    endless = iterating(run, frame, node.iterable.text, iterable, state)
    if joined([state]) is None:
        return loop.close(endless=False)
    current: State | None = state
    lap, laps = 0, LAPS
    state = start = state.copy()
    while current is not None and lap < laps:
        if endless is not True:
            loop.exits.append(pauses.repeated(state, start, current.copy(), numbers.laps(iterable, current)))
        start, signalled = current.copy(), current.signalled
        if endless is not False:
            visit_loop(run, frame, node.text, current)
        store(run, frame, node.target, numbers.item(iterable, current), current)
        current = loop.body(node.body, current)
        if current is not None and current.signalled and not signalled:
            laps = lap + 1 + LAPS_AFTER
        elif current is not None and not current.signalled and lap == 0:
            current = widened(start, current)
        lap += 1
    if current is not None:
        if endless is not True:
            loop.exits.append(pauses.repeated(state, start, current, numbers.laps(iterable, current)))
        else:
            _round_and_round(run, frame, node.text, current)
    return loop.close(endless=endless is not False)


def _called_again(run: Run, frame: Frame, node: syntax.For, iterable: Made, state: State) -> State | None:
    """``for item in iter(function, last)``; ``async for signal in receiver``, which has no last one."""
    from .calls import call

    def test(state: State) -> bool | None:
        called = state.store.get((iterable.number, CALLED), Method(iterable, f"{iterable.kind}.__anext__"))
        item = call(run, frame, called, (), node.iterable.text, state, awaited=node.asynchronous)
        if not state.dead:
            store(run, frame, node.target, item, state)
        last = channels.END if iterable.kind == channels.RECEIVES else state.store.get((iterable.number, LAST))
        return True if last is None else truth(operate("!=", (item, last)))

    return _as_long_as(run, frame, node, test, state, advancing=(iterable.number, LAST) in state.store)


def _attempted(run: Run, frame: Frame, node: syntax.For, policy: Made, state: State) -> State | None:
    """``for attempt in Retrying(…)``."""
    loop = _Loop(run, frame)

    def lap(attempt: Value, state: State) -> State | None:
        store(run, frame, node.target, attempt, state)
        return loop.body(node.body, state)

    end = retries.iterated(run, frame, policy, lap, node.iterable.text, state)
    if end is not None:
        end = block(run, frame, node.otherwise, end) if node.otherwise else end
        loop.exits += [end] if end is not None else []
    return loop.close(endless=False)


def _over(run: Run, frame: Frame, node: syntax.For, generator: Value, loop: _Loop, state: State) -> State | None:
    """A loop over a generator of the image's own."""

    def lap(item: Value, state: State) -> State | None:
        store(run, frame, node.target, item, state)
        return loop.body(node.body, state)

    end = over(run, frame, node, generator, state, lap, loop.leaves)
    if end is not None:
        end = block(run, frame, node.otherwise, end) if node.otherwise else end
        loop.exits += [end] if end is not None else []
    return loop.close(endless=False)
