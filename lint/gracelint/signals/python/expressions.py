"""Expressions: their values, and the calls in them in the order in which they are made."""

from __future__ import annotations

import operator
from typing import TYPE_CHECKING, Any

from ...parsers.python import model as syntax
from ..names import number as signal_number
from .knowledge import standard
from .run import DEEPEST
from .state import joined
from .values import (
    FALSE,
    NONE,
    TRUE,
    UNKNOWN,
    Arguments,
    Bound,
    Box,
    Const,
    Coroutine,
    Function,
    Instance,
    Items,
    Made,
    Method,
    Module,
    Partial,
    Ref,
    Super,
    Type,
    Union,
    alternatives,
    join,
    truth,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from .run import Run
    from .state import Frame, State
    from .values import Scope, Value

# Constants of the standard library that decide conditions: a container runs Linux, and nobody checks types in it.
_CONSTANTS: dict[str, Value] = {
    "sys.platform": Const("linux"),
    "os.name": Const("posix"),
    "typing.TYPE_CHECKING": FALSE,
    "typing_extensions.TYPE_CHECKING": FALSE,
    "os.sep": Const("/"),
    "asyncio.CancelledError": Ref("asyncio.CancelledError"),
    "asyncio.exceptions.CancelledError": Ref("asyncio.CancelledError"),
    "sys.version_info": UNKNOWN,
}
_OPERATORS: dict[str, Callable[[Any, Any], Any]] = {
    "==": operator.eq, "!=": operator.ne, "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_MOST_TEXT = 10_000


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
            return lookup(run, frame.scope, name, state)
        case syntax.Attribute():
            return attribute(run, frame, value(run, frame, node.value, state), node.name, node, state)
        case syntax.Call():
            from .calls import evaluate

            return evaluate(run, frame, node, state)
        case syntax.Items(kind=kind, items=parts):
            items = tuple(value(run, frame, part, state) for part in parts)
            if any(isinstance(part, syntax.Other) and part.kind == "starred" for part in parts):
                return UNKNOWN
            return (
                Items(items)
                if kind != "list"
                else _box(run, "list", [(repr(i), v) for i, v in enumerate(items)], state)
            )
        case syntax.Dictionary():
            return _dictionary(run, frame, node, state)
        case syntax.Lambda():
            return Function(node, frame.scope)
        case syntax.Await():
            from .rests import awaited

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
        case syntax.Other(parts=parts):
            for part in parts:
                value(run, frame, part, state)
            return UNKNOWN


def _box(run: Run, kind: str, items: list[tuple[str, Value]], state: State) -> Box:
    box = Box(run.number(), kind)
    for key, item in items:
        state.store[(box.number, key)] = item
    return box


def _dictionary(run: Run, frame: Frame, node: syntax.Dictionary, state: State) -> Value:
    items: list[tuple[str, Value]] = []
    for key, item in node.items:
        found = value(run, frame, item, state)
        name = value(run, frame, key, state) if key is not None else UNKNOWN
        items.append((repr(name.value), found) if isinstance(name, Const) else ("#open", TRUE))
    return _box(run, "dict", items, state)


def _choice(run: Run, frame: Frame, node: syntax.Choice, state: State) -> Value:
    decided = truth(value(run, frame, node.test, state))
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
            decided = truth(left)
            if decided is (node.operator == "or"):
                return left
            if decided is None:
                other = state.copy()
                right = value(run, frame, operand, other)
                state.become(joined([state, other]))
                # A false left side of "and" is false whatever follows.
                left = FALSE if node.operator == "and" and truth(right) is False else UNKNOWN
                if node.operator == "or" and truth(right) is True:
                    left = TRUE
            else:
                left = value(run, frame, operand, state)
        return left
    return operate(run, node.operator, tuple(value(run, frame, operand, state) for operand in node.operands))


def operate(run: Run, operator_: str, operands: tuple[Value, ...]) -> Value:
    """The value of an operator on values."""
    if operator_ == "not":
        decided = truth(operands[0])
        return UNKNOWN if decided is None else Const(not decided)
    if len(operands) != 2:
        return UNKNOWN
    left, right = operands
    if operator_ in ("is", "is not", "==", "!="):
        same = _same(left, right)
        return UNKNOWN if same is None else Const(same is (operator_ in ("is", "==")))
    if operator_ in ("in", "not in") and isinstance(right, Items):
        found = [_same(left, item) for item in right.items]
        if True in found or None not in found:
            return Const((True in found) is (operator_ == "in"))
        return UNKNOWN
    if isinstance(left, Const) and isinstance(right, Const):
        return _calculated(operator_, left.value, right.value)
    if operator_ == "+" and isinstance(left, Items) and isinstance(right, Items):
        return Items(left.items + right.items)
    return UNKNOWN


def _calculated(operator_: str, left: Any, right: Any) -> Value:
    try:
        if operator_ in _OPERATORS:
            return Const(bool(_OPERATORS[operator_](left, right)))
        if operator_ == "+" and isinstance(left, str | int | float) and len(str(left)) + len(str(right)) < _MOST_TEXT:
            return Const(left + right)
        if operator_ in ("in", "not in") and isinstance(left, str) and isinstance(right, str):
            return Const((left in right) is (operator_ == "in"))
    except (TypeError, ValueError, OverflowError):
        return UNKNOWN
    return UNKNOWN


def _same(left: Value, right: Value) -> bool | None:
    """Whether two values are equal; None where that is not known."""
    one, other = signal_of(left), signal_of(right)
    if one is not None and other is not None:
        return one == other
    if isinstance(left, Const) and isinstance(right, Const):
        return left.value == right.value
    if UNKNOWN in (left, right) or isinstance(left, Union) or isinstance(right, Union):
        return None
    if NONE in (left, right):
        return (
            False
            if isinstance(left if right == NONE else right, Function | Bound | Instance | Type | Items | Box | Made)
            else None
        )
    return True if left == right and isinstance(left, Ref | Instance | Made | Type) else None


def signal_of(found: Value) -> str | None:
    """The signal a value stands for: ``signal.SIGTERM``, ``signal.Signals.SIGTERM``, 15."""
    from ..names import name

    if isinstance(found, Ref) and found.name.startswith(("signal.SIG", "signal.Signals.SIG")):
        word = found.name.rpartition(".")[2]
        return word if signal_number(word) is not None else None
    if (
        isinstance(found, Const)
        and isinstance(found.value, int)
        and not isinstance(found.value, bool)
        and 0 < found.value < 65
    ):
        return name(found.value)
    return None


# --- names and attributes ----------------------------------------------------------------------------------------------


def lookup(run: Run, scope: Scope, name: str, state: State) -> Value:
    """What a name stands for."""
    inner: Scope | None = scope
    root = scope
    while inner is not None:
        found = state.store.get((inner.number, name))
        if found is not None:
            if state.signalled:
                run.read.add((inner.number, name))
            return found
        root, inner = inner, inner.parent
    everything = state.store.get((root.number, "*"))
    import builtins

    if hasattr(builtins, name):
        return Ref(f"builtins.{name}")
    return Ref(f"{everything.name}.{name}") if isinstance(everything, Ref) else UNKNOWN


def attribute(run: Run, frame: Frame, owner: Value, name: str, node: syntax.Expression, state: State) -> Value:
    """``owner.name``."""
    if isinstance(owner, Union):
        found = [attribute(run, frame, one, name, node, state) for one in alternatives(owner)]
        result = found[0]
        for one in found[1:]:
            result = join(result, one)
        return result
    match owner:
        case Ref(name=full):
            full = f"{full}.{name}"
            if full == "sys.argv":
                return Items(tuple(Const(word) for word in run.argv))
            loaded = run.modules.get(full)
            return loaded or _CONSTANTS.get(full, Ref(full))
        case Module(name=full, number=number):
            inner = state.store.get((number, name))
            if state.signalled:
                run.read.add((number, name))
            return inner if inner is not None else run.modules.get(f"{full}.{name}", UNKNOWN)
        case Instance() | Super() | Type() | Made() | Box():
            return _member(run, frame, owner, name, node, state)
        case Coroutine():
            return Ref(f"coroutine.{name}")
        case Const(value=str()):
            return Partial(Ref(f"str.{name}"), Arguments((owner,)))
        case _:
            return UNKNOWN


def _member(
    run: Run,
    frame: Frame,
    owner: Instance | Super | Type | Made | Box,
    name: str,
    node: syntax.Expression,
    state: State,
) -> Value:
    if not isinstance(owner, Super):
        if state.signalled:
            run.read.add((owner.number, name))
        found = state.store.get((owner.number, name))
        if found is not None:
            return found
    if isinstance(owner, Made | Box):
        return Method(owner, f"{owner.kind}.{name}")
    receiver = owner.receiver if isinstance(owner, Super) else owner
    kind = owner if isinstance(owner, Type) else owner.type
    skipping = isinstance(owner, Super)
    for base in lineage(kind)[1 if skipping else 0 :]:
        if isinstance(base, Ref):
            if base.name == "builtins.object" or (base.name.startswith("typing.") or base.name == "abc.ABC"):
                continue
            return (
                Method(receiver, f"{base.name}.{name}")
                if isinstance(receiver, Instance)
                else Ref(f"{base.name}.{name}")
            )
        if not isinstance(base, Type):
            return UNKNOWN
        found = state.store.get((base.number, name))
        if found is None:
            continue
        if state.signalled:
            run.read.add((base.number, name))
        return _bound(run, frame, found, receiver, base, node, state)
    return UNKNOWN


def _bound(
    run: Run, frame: Frame, found: Value, receiver: Value, base: Type, node: syntax.Expression, state: State
) -> Value:
    """A member of a class, reached through an object."""
    if isinstance(found, Function):
        function = Function(found.node, found.scope, found.generator, found.static, base)
        is_class = any(decorator.text.value == "classmethod" for decorator in getattr(found.node, "decorators", ()))
        if is_class:
            return Bound(function, receiver.type if isinstance(receiver, Instance) else receiver)
        return function if found.static or isinstance(receiver, Type) else Bound(function, receiver)
    if isinstance(found, Made) and found.kind == "builtins.property" and isinstance(receiver, Instance):
        from .calls import call

        getter = state.store.get((found.number, "get"))
        if isinstance(getter, Function):
            return call(run, frame, Bound(Function(getter.node, getter.scope, of=base), receiver), (), node.text, state)
    return found


def lineage(kind: Type) -> list[Value]:
    """A class and its bases, in an order that is Python's for simple hierarchies."""
    found: list[Value] = [kind]
    for base in kind.bases:
        found += [
            one for one in (lineage(base) if isinstance(base, Type) and len(found) < 40 else [base]) if one not in found
        ]
    # Foreign bases come last, where Python's linearisation puts what all of them share.
    return [*(one for one in found if isinstance(one, Type)), *(one for one in found if not isinstance(one, Type))]


def _subscript(run: Run, frame: Frame, node: syntax.Subscript, state: State) -> Value:
    container = value(run, frame, node.value, state)
    key = value(run, frame, node.index, state)
    if isinstance(key, Const):
        if (
            isinstance(container, Items)
            and isinstance(key.value, int)
            and -len(container.items) <= key.value < len(container.items)
        ):
            return container.items[key.value]
        if isinstance(container, Box):
            if state.signalled:
                run.read.add((container.number, repr(key.value)))
            return state.store.get((container.number, repr(key.value)), UNKNOWN)
        if container == Ref("signal.Signals") and isinstance(key.value, str):
            return Ref(f"signal.{key.value}")
        if container == Ref("os.environ") and isinstance(key.value, str):
            known = run.env.get(key.value)
            return Const(known) if known is not None else UNKNOWN
    if isinstance(container, Ref) and not standard(container.name):
        return UNKNOWN
    return container if isinstance(container, Ref) else UNKNOWN
