"""Comprehensions: loops in expressions, with a scope of their own (generators are gone through where they stand).

Of what is not known how often it comes, one item stands for all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import replace
from ..domain import containers, numbers
from ..domain.state import joined
from ..domain.values import TRUE, UNKNOWN, Instance, Items, Made, Scope
from . import expressions

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....parsers.python import model as syntax
    from ..domain.state import Frame, State
    from ..domain.values import Value
    from .run import Run

MOST_ITEMS = 24
# The mark of an object that stands for others of its kind.
SEVERAL = "#several"


def comprehension(run: Run, frame: Frame, node: syntax.Comprehension, state: State) -> Value:
    """The value of a comprehension."""
    known = len(state.store)
    scope = Scope(run.number(), frame.scope, frame.scope.module)
    found = _Found()
    _loop(run, replace(frame, scope=scope), node, node.clauses, state, found)
    if scope.number not in run.captured:
        state.forget(scope.number, known)
    complete = found.exact or not any(value == UNKNOWN for _, value in found.items)
    if node.kind == "dict":
        items = [(containers.key_of(key), value) for key, value in found.items]
        return containers.made(run, "dict", items if complete else [(None, UNKNOWN)], state, known=found.exact)
    values = [value for _, value in found.items]
    if node.kind == "generator" or not complete:
        return Items(tuple(values)) if complete else UNKNOWN
    return containers.listed(run, node.kind, values, state, known=found.exact)


class _Found:
    """What has come of it: keys and values, whether that is ``exact``, and whether one item may stand for ``several``."""

    def __init__(self) -> None:
        self.items: list[tuple[Value, Value]] = []
        self.exact = True
        self.several = False


def _loop(
    run: Run, frame: Frame, node: syntax.Comprehension, clauses: Sequence[syntax.Clause], state: State, found: _Found
) -> None:
    from .bindings import store

    if not clauses:
        key = expressions.value(run, frame, node.key, state) if node.key is not None else UNKNOWN
        value = expressions.value(run, frame, node.value, state)
        if found.several and isinstance(value, Made | Instance):
            state.store[(value.number, SEVERAL)] = TRUE
        found.items.append((key, value))
        return
    clause = clauses[0]
    iterable = expressions.value(run, frame, clause.iterable, state)
    items = containers.items_of(run, iterable, state)
    if items is None:
        items = numbers.counted(iterable, state)
    if items is None or len(items) > MOST_ITEMS:
        found.exact, found.several = False, True
        items = (UNKNOWN,)
    for item in items:
        if state.dead:
            return
        run.step()
        store(run, frame, clause.target, item, state)
        _chosen(run, frame, node, clauses, state, found)


def _chosen(
    run: Run, frame: Frame, node: syntax.Comprehension, clauses: Sequence[syntax.Clause], state: State, found: _Found
) -> None:
    """One lap, if its conditions hold."""
    decided: bool | None = True
    for condition in clauses[0].conditions:
        one = expressions.holds(run, frame, condition, state)
        if one is False:
            return
        decided = decided if one else None
    if decided:
        _loop(run, frame, node, clauses[1:], state, found)
        return
    found.exact = False
    other = state.copy()
    _loop(run, frame, node, clauses[1:], state, found)
    state.become(joined([state, other]))
