"""Statements, in the order in which they run.

`block` returns the state behind the statements, None where execution does not get there; other ways out are collected in the frame. Where a
condition is not known both ways are gone and joined (`loops` has loops).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.python import model as syntax
from ..domain import containers
from ..domain.state import DEFAULT, PROCESS, Raised, handlers, joined
from ..domain.values import Box, Const
from . import exceptions, expressions, failures
from .bindings import assign, bind, define_class, define_function
from .imports import imported, imported_from
from .run import DEEPEST

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..domain.state import Frame, State
    from .run import Run


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
            from .loops import while_loop

            return while_loop(run, frame, node, state)
        case syntax.For():
            from .loops import for_loop

            return for_loop(run, frame, node, state)
        case syntax.With():
            from .managers import with_block

            return with_block(run, frame, node, state)
        case syntax.Try():
            return exceptions.attempt(run, frame, node, state)
        case syntax.Match():
            from .matching import match

            return match(run, frame, node, state)
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
            found = expressions.value(run, frame, part, state)
            if node.keyword == "assert" and part is node.parts[0]:
                failures.asserted(run, frame, node, containers.holds(run, found, state), state)
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


def _told_apart(ways: Sequence[State | None]) -> None:
    """A handler that only one of the ways installs is in force behind one of them."""
    living = [way for way in ways if way is not None]
    for signal in {name for way in living for name in handlers(way)}:
        for way in living:
            way.store.setdefault((PROCESS, signal), DEFAULT)


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
    _told_apart(ways)
    result = joined(ways)
    if result is not None and None not in ways:
        result.uncertain = before
    return result
