"""``match``: the first arm whose pattern and guard fit; where that is not known, it and those behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.python import model as syntax
from ..domain import containers
from ..domain.lattice import truth
from ..domain.operators import operate
from ..domain.state import joined
from ..domain.values import UNKNOWN, Box, Const, Instance, Items
from . import expressions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..domain.state import Frame, State
    from ..domain.values import Value
    from .run import Run


def match(run: Run, frame: Frame, node: syntax.Match, state: State) -> State | None:
    """Execute the statement."""
    from .statements import block

    subject = expressions.value(run, frame, node.subject, state)
    if state.dead:
        return None
    ways: list[State | None] = []
    before = state.uncertain
    current: State | None = state
    for arm in node.arms:
        assert current is not None
        way = current.copy()
        fits = _fits(run, frame, arm.pattern, subject, way)
        if fits is not False and arm.guard is not None:
            fits = _both((fits, expressions.holds(run, frame, arm.guard, way)))
        if fits is False:
            continue
        if fits is None:
            way.uncertain = current.uncertain = before or current.signalled
        ways.append(block(run, frame, arm.body, way))
        if fits:
            current = None
            break
    result = joined([*ways, current])
    if result is not None and None not in ways:
        result.uncertain = before
    return result


def _both(found: Iterable[bool | None]) -> bool | None:
    found = list(found)
    return False if False in found else None if None in found else True


def _fits(run: Run, frame: Frame, pattern: syntax.Pattern, subject: Value, state: State) -> bool | None:
    """Whether a pattern fits, which binds its names; None where that is not known."""
    from ..libraries.kinds import instance_of

    match pattern:
        case syntax.IsValue(value=wanted):
            return truth(operate("==", (subject, expressions.value(run, frame, wanted, state))))
        case syntax.Capture(name=name, pattern=inner):
            fits = _fits(run, frame, inner, subject, state) if inner is not None else True
            _bind(run, frame, name, subject, state)
            return fits
        case syntax.OneOf(patterns=patterns):
            found = [_fits(run, frame, one, subject, state) for one in patterns]
            return True if True in found else None if None in found else False
        case syntax.Sequence(patterns=patterns):
            return _in_sequence(run, frame, patterns, subject, state)
        case syntax.OfClass(kind=kind, patterns=patterns, named=named):
            fits = instance_of(subject, expressions.value(run, frame, kind, state))
            parts = [_fits(run, frame, one, UNKNOWN, state) for one in patterns]
            for name, one in named:
                value = state.store.get((subject.number, name), UNKNOWN) if isinstance(subject, Instance) else UNKNOWN
                parts.append(_fits(run, frame, one, value, state))
            return _both((fits, *parts))
        case syntax.Mapping(items=items, rest=rest):
            _bind(run, frame, rest, UNKNOWN, state)
            return _in_dictionary(run, frame, items, subject, state)
        case syntax.Rest(name=name):
            _bind(run, frame, name, UNKNOWN, state)
            return True


def _in_sequence(
    run: Run, frame: Frame, patterns: tuple[syntax.Pattern, ...], subject: Value, state: State
) -> bool | None:
    starred = any(isinstance(one, syntax.Rest) for one in patterns)
    items = subject.items if isinstance(subject, Items) else None
    known = items is not None and not starred and len(items) == len(patterns)
    parts = [
        _fits(run, frame, one, items[at] if known and items is not None else UNKNOWN, state)
        for at, one in enumerate(patterns)
    ]
    if isinstance(subject, Const) or (items is not None and not starred and len(items) != len(patterns)):
        return False
    return _both(parts) if known else None


def _in_dictionary(
    run: Run, frame: Frame, items: tuple[tuple[syntax.Expression, syntax.Pattern], ...], subject: Value, state: State
) -> bool | None:
    known = isinstance(subject, Box) and subject.kind == "dict" and not containers.open_(subject, state)
    parts: list[bool | None] = [True if known else False if isinstance(subject, Const | Items) else None]
    for key, one in items:
        name = containers.key_of(expressions.value(run, frame, key, state))
        found = state.store.get((subject.number, name)) if isinstance(subject, Box) and known and name else None
        fits = _fits(run, frame, one, found or UNKNOWN, state)
        parts.append(fits if found is not None else False if known and name else None)
    return _both(parts)


def _bind(run: Run, frame: Frame, name: str | None, value: Value, state: State) -> None:
    if name is not None:
        run.write(state, (frame.outer.get(name, frame.scope).number, name), value)
