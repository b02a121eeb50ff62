"""Expressions: their values, and the calls in them in the order in which they are made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.python import model as syntax
from ....regexes import regex
from ..domain import containers
from ..domain.lattice import fallen_back, join, truth
from ..domain.operators import operate
from ..domain.state import joined
from ..domain.values import FALSE, NONE, TRUE, UNKNOWN, Assumed, Box, Const, Function, Items, Ref
from ..libraries.knowledge import standard
from ..libraries.outside import environment
from ..program.versions import lacks
from . import attributes, failures
from .run import DEEPEST

if TYPE_CHECKING:
    from ..domain.state import Frame, State
    from ..domain.values import Value
    from .run import Run


def value(run: Run, frame: Frame, node: syntax.Expression, state: State) -> Value:
    """The value of an expression; the state is changed by what it does, and dead where it does not come back."""
    if run.nesting > DEEPEST:
        return UNKNOWN
    run.nesting += 1
    try:
        return _value(run, frame, node, state)
    finally:
        run.nesting -= 1


def _value(run: Run, frame: Frame, node: syntax.Expression, state: State) -> Value:
    match node:
        case syntax.Constant(value=found):
            return Const(found)
        case syntax.Name(name=name):
            failures.local(run, frame, node, state)
            named = attributes.lookup(run, frame.scope, name, state)
            if named is None:
                failures.name(run, frame, node, state)
                return UNKNOWN
            if isinstance(named, Ref) and lacks(run.sources.version, named.name):
                return attributes.refused(run, frame, "NameError", node, state)
            return named
        case syntax.Attribute():
            return attributes.attribute(run, frame, value(run, frame, node.value, state), node.name, node, state)
        case syntax.Call():
            from .calls import evaluate

            return evaluate(run, frame, node, state)
        case syntax.Items(kind=kind, items=parts):
            items = tuple(value(run, frame, part, state) for part in parts)
            if any(isinstance(part, syntax.Other) and part.kind == "starred" for part in parts):
                return UNKNOWN
            return Items(items) if kind != "list" else containers.listed(run, "list", items, state)
        case syntax.Dictionary():
            return _dictionary(run, frame, node, state)
        case syntax.Lambda():
            run.captured.add(frame.scope.number)
            return Function(node, frame.scope)
        case syntax.Await():
            from ..concurrency.awaiting import awaited

            return awaited(run, frame, value(run, frame, node.value, state), node.text, state)
        case syntax.Operation():
            return _operation(run, frame, node, state)
        case syntax.Subscript():
            return _subscript(run, frame, node, state)
        case syntax.Choice():
            return _choice(run, frame, node, state)
        case syntax.Bind():
            bound = value(run, frame, node.value, state)
            run.write(state, (frame.scope.number, node.name), bound)
            return bound
        case syntax.Comprehension():
            from .comprehensions import comprehension

            return comprehension(run, frame, node, state)
        case syntax.Other(kind="slice", parts=(inner, first), text=text) if _OPEN_END.search(text.value):
            return _sliced(value(run, frame, inner, state), value(run, frame, first, state))
        case syntax.Other(kind="slice", parts=(inner, last), text=text) if _OPEN_START.search(text.value):
            return _sliced(value(run, frame, inner, state), None, value(run, frame, last, state))
        case syntax.Other(kind=kind, parts=parts):
            inside = [value(run, frame, part, state) for part in parts]
            if kind == "yield" and frame.resume is not None and not state.dead:
                frame.resume(frame, inside[0] if inside else NONE, state)
            return UNKNOWN


def _dictionary(run: Run, frame: Frame, node: syntax.Dictionary, state: State) -> Value:
    items: list[tuple[str | None, Value]] = []
    for key, item in node.items:
        found = value(run, frame, item, state)
        name = value(run, frame, key, state) if key is not None else UNKNOWN
        items.append((containers.key_of(name), found))
    return containers.made(run, "dict", items, state)


def holds(run: Run, frame: Frame, node: syntax.Expression, state: State) -> bool | None:
    """Whether a condition holds; None where that is not known."""
    return containers.holds(run, value(run, frame, node, state), state)


def _choice(run: Run, frame: Frame, node: syntax.Choice, state: State) -> Value:
    decided = holds(run, frame, node.test, state)
    if decided is not None:
        return value(run, frame, node.body if decided else node.otherwise, state)
    other = state.copy()
    found = join(value(run, frame, node.body, state), value(run, frame, node.otherwise, other))
    state.become(joined([state, other]))
    return found


def _operation(run: Run, frame: Frame, node: syntax.Operation, state: State) -> Value:
    if node.operator in ("and", "or"):
        left = value(run, frame, node.operands[0], state)
        for operand in node.operands[1:]:
            decided = containers.holds(run, left, state)
            if decided is (node.operator == "or"):
                return left
            if decided is None:
                other = state.copy()
                right = value(run, frame, operand, other)
                state.become(joined([state, other]))
                # A false left side of "and" is false whatever follows.
                found = containers.holds(run, right, other)
                if isinstance(left, Assumed) and not (node.operator == "and" and found is False):
                    left = fallen_back(left, right) if truth(left.value) is (node.operator == "and") else left
                    continue
                left = FALSE if node.operator == "and" and found is False else UNKNOWN
                if node.operator == "or" and found is True:
                    left = TRUE
            else:
                left = value(run, frame, operand, state)
        return left
    operands = tuple(value(run, frame, operand, state) for operand in node.operands)
    if node.operator == "not":
        decided = containers.holds(run, operands[0], state)
        return UNKNOWN if decided is None else Const(not decided)
    if node.operator in ("in", "not in") and isinstance(operands[1], Box):
        operands = (operands[0], _inside(run, operands[1], state))
    failures.calculated(run, frame, node, operands, state)
    return operate(node.operator, operands)


def _inside(run: Run, box: Box, state: State) -> Value:
    """What a membership is looked for in."""
    if not isinstance(containers.length(run, box, state), Const):
        return UNKNOWN
    items = containers.items_of(run, box, state)
    return UNKNOWN if items is None else Items(items)


# ``[first:]`` and ``[:last]``, and no other slices of one bound.
_OPEN_END = regex(r"\[[^:\[\]]+:\s*\]\Z")
_OPEN_START = regex(r"\[\s*:[^:\[\]]+\]\Z")


def _sliced(container: Value, first: Value | None, last: Value | None = None) -> Value:
    """``container[first:]``, ``container[:last]``."""
    bounds = [one.value for one in (first, last) if isinstance(one, Const) and isinstance(one.value, int)]
    if isinstance(container, Items) and len(bounds) == 1:
        return Items(container.items[bounds[0] :] if first is not None else container.items[: bounds[0]])
    return UNKNOWN


def _subscript(run: Run, frame: Frame, node: syntax.Subscript, state: State) -> Value:
    container = value(run, frame, node.value, state)
    key = value(run, frame, node.index, state)
    failures.subscript(run, frame, node, container, state)
    if isinstance(container, Box):
        name = containers.key_of(key)
        if name is None:
            return UNKNOWN
        run.look((container.number, name))
        if (container.number, name) not in state.store and not containers.open_(container, state):
            failures.key(run, frame, node, state, kind="KeyError" if container.kind == "dict" else "IndexError")
        return state.store.get((container.number, name), UNKNOWN)
    if isinstance(key, Const):
        if (
            isinstance(container, Items)
            and isinstance(key.value, int)
            and -len(container.items) <= key.value < len(container.items)
        ):
            return container.items[key.value]
        if container == Ref("signal.Signals") and isinstance(key.value, str):
            return Ref(f"signal.{key.value}")
        if container == Ref("os.environ") and isinstance(key.value, str):
            return environment(run, key.value, UNKNOWN)
    if isinstance(container, Ref) and not standard(container.name):
        return UNKNOWN
    return container if isinstance(container, Ref) else UNKNOWN
