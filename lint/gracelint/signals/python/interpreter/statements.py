"""Statements, in the order in which they run.

`block` returns the state behind the statements, None where execution does not get there; other ways out are collected in the frame. Where a
condition is not known both ways are gone and joined. Loops are run until nothing new happens: once as they are, once with everything that changed
forgotten; with the signal on its way a few times more.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from ....parsers.python import model as syntax
from ..delivery import pauses, rests
from ..domain import containers, numbers
from ..domain.state import Raised, differing, joined
from ..domain.values import UNKNOWN, Box, Const, Number, bounds, is_number, join, within
from . import exceptions, expressions
from .bindings import assign, bind, define_class, define_function, imported, imported_from
from .generators import generator_of, over
from .progress import advances
from .run import DEEPEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Value
    from .run import Run

LAPS = 2
LAPS_AFTER = 3
MOST_ITEMS = 24


def block(run: Run, frame: Frame, statements: Sequence[syntax.Statement], state: State | None) -> State | None:
    """Execute statements."""
    if run.nesting > DEEPEST:
        run.doubts.append("the program is nested too deeply to follow")
        return state
    run.nesting += 1
    try:
        for statement in statements:
            if state is None or state.dead:
                return None
            run.step(len(state.store))
            run.executed.add((statement.text.buffer, statement.text.start))
            state = _execute(run, frame, statement, state)
    finally:
        run.nesting -= 1
    return None if state is None or state.dead else state


def _execute(run: Run, frame: Frame, node: syntax.Statement, state: State) -> State | None:
    match node:
        case syntax.Evaluate():
            expressions.value(run, frame, node.value, state)
        case syntax.Assign():
            assign(run, frame, node, state)
        case syntax.Import():
            imported(run, frame, node, state)
        case syntax.ImportFrom():
            imported_from(run, frame, node, state)
        case syntax.Function():
            define_function(run, frame, node, state)
        case syntax.Class():
            define_class(run, frame, node, state)
        case syntax.Return():
            result = expressions.value(run, frame, node.value, state) if node.value is not None else Const(None)
            if not state.dead:
                frame.returns.append((state, result))
            return None
        case syntax.Raise():
            _raise(run, frame, node, state)
            return None
        case syntax.If():
            return _if(run, frame, node, state)
        case syntax.While():
            return _while(run, frame, node, state)
        case syntax.For():
            return _for(run, frame, node, state)
        case syntax.With():
            from .managers import with_block

            return with_block(run, frame, node, state)
        case syntax.Try():
            return exceptions.attempt(run, frame, node, state)
        case syntax.Match():
            expressions.value(run, frame, node.subject, state)
            ways = [block(run, frame, arm, state.copy()) for arm in node.arms]
            return joined([*ways, state])
        case syntax.Scope():
            for name in node.names:
                frame.outer[name] = bind(frame, name, node.keyword, state)
        case syntax.Plain():
            return _plain(run, frame, node, state)
    return state


def _plain(run: Run, frame: Frame, node: syntax.Plain, state: State) -> State | None:
    if node.keyword == "break":
        frame.breaks.append(state)
        return None
    if node.keyword == "continue":
        frame.continues.append(state)
        return None
    for part in node.parts:
        if node.keyword == "del" and isinstance(part, syntax.Subscript):
            _delete(run, frame, part, state)
        else:
            expressions.value(run, frame, part, state)
    return state


def _delete(run: Run, frame: Frame, node: syntax.Subscript, state: State) -> None:
    container = expressions.value(run, frame, node.value, state)
    key = expressions.value(run, frame, node.index, state)
    if isinstance(container, Box):
        containers.dropped(run, container, containers.key_of(key), state)


def _raise(run: Run, frame: Frame, node: syntax.Raise, state: State) -> None:
    kind = frame.exception
    if node.value is not None:
        kind = exceptions.kind_of(run, expressions.value(run, frame, node.value, state))
    if not state.dead:
        frame.raises.append(Raised(state, kind, node.text))


# --- conditions --------------------------------------------------------------------------------------------------------


def _if(run: Run, frame: Frame, node: syntax.If, state: State) -> State | None:
    decided = expressions.holds(run, frame, node.test, state)
    if state.dead:
        return None
    if decided is not None:
        return block(run, frame, node.body if decided else node.otherwise, state)
    before = state.uncertain
    other = state.copy()
    state.uncertain = other.uncertain = before or state.signalled
    ways = [block(run, frame, node.body, state), block(run, frame, node.otherwise, other)]
    result = joined(ways)
    if result is not None and None not in ways:
        result.uncertain = before
    return result


# --- loops -------------------------------------------------------------------------------------------------------------


class _Loop:
    """The ways out of a loop under way; inside it, ``break`` and ``continue`` are its own."""

    def __init__(self, run: Run, frame: Frame) -> None:
        self.run, self.frame = run, frame
        self.saved = (frame.breaks, frame.continues)
        self.first = len(run.visits)
        self.ways = (len(frame.returns), len(frame.raises), len(run.endings))
        self.exits: list[State] = []

    def body(self, statements: Sequence[syntax.Statement], state: State) -> State | None:
        """One lap; the state at its end."""
        self.frame.breaks, self.frame.continues = [], []
        end = block(self.run, self.frame, statements, state)
        self.exits += self.frame.breaks
        return joined([end, *self.frame.continues])

    def close(self, *, endless: bool) -> State | None:
        """The loop is left; ``endless``: only a way out of its body leads out. Its visits are judged by that."""
        self.frame.breaks, self.frame.continues = self.saved
        if endless:
            (self.run.tentative if self.leaves() else self.run.endless).append((self.first, len(self.run.visits)))
        return joined(self.exits)

    def leaves(self) -> bool:
        """Whether a way out of it was found."""
        ways = (len(self.frame.returns), len(self.frame.raises), len(self.run.endings))
        return bool(self.exits) or ways != self.ways


def _while(run: Run, frame: Frame, node: syntax.While, state: State) -> State | None:
    loop = _Loop(run, frame)
    laps = LAPS
    current: State | None = state
    endless, undecided = True, False
    first = state.copy()
    lap = 0
    while current is not None:
        decided = expressions.holds(run, frame, node.test, current)
        if current.dead:
            endless, current = False, None
            break
        undecided = undecided or decided is None
        if decided is False or (decided is None and not (current.signalled and not run.influenced)):
            out = current if decided is False else current.copy()
            out.uncertain = out.uncertain or (decided is None and out.signalled)
            out = block(run, frame, node.otherwise, out) if node.otherwise else out  # type: ignore[assignment] # None is no way out
            if out is not None:
                loop.exits.append(out)
            if decided is False:
                endless, current = False, None
                break
        if lap >= laps:
            break
        if decided is None:
            current.uncertain = current.uncertain or current.signalled
        start = current.copy()
        signalled = current.signalled
        rests.visit_loop(run, frame, node.text, current)
        current = loop.body(node.body, current)
        if current is not None and current.signalled and not signalled:
            laps = lap + 1 + LAPS_AFTER
        elif current is not None and not current.signalled and lap == 0:
            current = _widened(start, current)
        elif current is not None and not current.signalled and lap == 1:
            laps += _narrowed(first, start, current)
        lap += 1
    if current is not None:
        _round_and_round(run, frame, node.text, current)
    # A body that ends in its first lap, without a rest in it, goes round no more than once.
    inside = {one.kind for one in run.visits[loop.first :]}
    round_again = current is not None or lap > 1 or "rest" in inside
    finite = (undecided or loop.leaves()) and inside <= {"loop"} and advances(node)
    return loop.close(endless=endless and round_again and not finite)


def _round_and_round(run: Run, frame: Frame, text: Text, state: State) -> None:
    """A loop goes on for ever."""
    if state.signalled:
        rests.stay(run, text, "the loop", state)
    elif frame.background is not None:
        run.snapshots.append(state)


def _widened(before: State, after: State) -> State:
    """The state at the top of a loop's later laps: what a lap changes is no longer known, of a number not how far it goes on in the direction in which it went."""
    for key, value in differing(before.store, after.store):
        old = before.store.get(key)
        if old is not None and old != value:
            if is_number(old) and is_number(value):
                (least, most), (lower, upper) = bounds(old), bounds(value)
                after.store[key] = within(least if lower >= least else -inf, most if upper <= most else inf)
            else:
                both = join(old, value)
                after.store[key] = UNKNOWN if isinstance(old, Const) or isinstance(value, Const) else both
    return after


def _narrowed(first: State, start: State, after: State) -> bool:
    """Whether a lap has shown how far a number goes, of which that was not known at the ``start`` of the lap (``delay = min(2 * delay, 60)``): it is then what it was
    at the ``first``, or what the lap made of it."""
    found = False
    for key, value in differing(start.store, after.store):
        old, initial = start.store.get(key), first.store.get(key)
        if isinstance(old, Number) and initial is not None and is_number(value) and is_number(initial):
            after.store[key] = join(initial, value)
            found = found or bounds(old) != bounds(after.store[key])
    return found


def _for(run: Run, frame: Frame, node: syntax.For, state: State) -> State | None:
    iterable = expressions.value(run, frame, node.iterable, state)
    if state.dead:
        return None
    known = containers.items_of(run, iterable, state)
    loop = _Loop(run, frame)
    generator = generator_of(iterable, state)
    if generator is not None:
        return _over(run, frame, node, generator, loop, state)
    current: State | None = state
    if known is not None and len(known) <= MOST_ITEMS:
        for item in known:
            if current is None:
                break
            assign_to(run, frame, node.target, item, current)
            current = loop.body(node.body, current)
        ended = block(run, frame, node.otherwise, current) if current is not None and node.otherwise else current
        if ended is not None:
            loop.exits.append(ended)
        return loop.close(endless=False)
    endless = rests.iterating(run, frame, node.iterable.text, iterable, state)
    if joined([state]) is None:
        return loop.close(endless=False)
    lap, laps = 0, LAPS
    state = start = state.copy()
    while current is not None and lap < laps:
        if endless is not True:
            loop.exits.append(pauses.repeated(state, start, current.copy(), numbers.laps(iterable, current)))
        start, signalled = current.copy(), current.signalled
        if endless is not False:
            rests.visit_loop(run, frame, node.text, current)
        assign_to(run, frame, node.target, numbers.item(iterable, current), current)
        current = loop.body(node.body, current)
        if current is not None and current.signalled and not signalled:
            laps = lap + 1 + LAPS_AFTER
        elif current is not None and not current.signalled and lap == 0:
            current = _widened(start, current)
        lap += 1
    if current is not None:
        if endless is not True:
            loop.exits.append(pauses.repeated(state, start, current, numbers.laps(iterable, current)))
        else:
            _round_and_round(run, frame, node.text, current)
    return loop.close(endless=endless is not False)


def _over(run: Run, frame: Frame, node: syntax.For, generator: Value, loop: _Loop, state: State) -> State | None:
    """A loop over a generator of the image's own."""

    def lap(item: Value, state: State) -> State | None:
        assign_to(run, frame, node.target, item, state)
        return loop.body(node.body, state)

    end = over(run, frame, node, generator, state, lap, loop.leaves)
    if end is not None:
        end = block(run, frame, node.otherwise, end) if node.otherwise else end
        loop.exits += [end] if end is not None else []
    return loop.close(endless=False)


def assign_to(run: Run, frame: Frame, target: syntax.Expression, value: Value, state: State) -> None:
    """Bind the target of a loop."""
    from .bindings import store

    store(run, frame, target, value, state)
