"""Names: assignments and definitions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.python import model as syntax
from ....records import replace
from ..concurrency import recurring, schedulers
from ..domain import containers, operators
from ..domain.lattice import alternatives
from ..domain.state import Frame, joined
from ..domain.values import (
    UNKNOWN,
    Arguments,
    Bound,
    Box,
    Function,
    Instance,
    Items,
    Made,
    Module,
    Partial,
    Ref,
    Scope,
    Super,
    Type,
    Union,
    Value,
)
from ..libraries import collections, commands, policies, retries
from ..libraries.knowledge import standard
from . import expressions, failures
from .exceptions import kind_of

if TYPE_CHECKING:
    from typing import Literal

    from ..domain.state import State
    from .run import Run


# --- assignments -------------------------------------------------------------------------------------------------------


def assign(run: Run, frame: Frame, node: syntax.Assign, state: State) -> None:
    """``a = b = value``, ``a += value``."""
    if node.value is None:
        return
    found = expressions.value(run, frame, node.value, state)
    if state.dead:
        return
    if node.operator is not None:
        old = expressions.value(run, frame, node.targets[0], state)
        if node.operator == "+" and isinstance(old, Box):
            collections.method(run, old, "extend", Arguments((found,)), state)
            return
        found = operators.operate(node.operator, (old, found))
    for target in node.targets:
        store(run, frame, target, found, state)


def store(run: Run, frame: Frame, target: syntax.Expression, found: Value, state: State) -> None:
    """Bind a target."""
    match target:
        case syntax.Name(name=name):
            run.write(state, (frame.outer.get(name, frame.scope).number, name), found)
        case syntax.Attribute(value=inner, name=name):
            _store_attribute(run, expressions.value(run, frame, inner, state), name, found, state)
        case syntax.Subscript(value=inner, index=index):
            container = expressions.value(run, frame, inner, state)
            key = expressions.value(run, frame, index, state)
            if isinstance(container, Box):
                containers.put(run, container, containers.key_of(key), found, state)
            elif run.handling:
                run.opaque = True
        case syntax.Items(items=items):
            failures.unpacked(run, frame, target, found, state)
            known = found.items if isinstance(found, Items) and len(found.items) == len(items) else None
            for place, item in enumerate(items):
                store(run, frame, item, known[place] if known else UNKNOWN, state)
        case syntax.Other(parts=parts):
            for part in parts:
                store(run, frame, part, UNKNOWN, state)


def _store_attribute(run: Run, owner: Value, name: str, found: Value, state: State) -> None:
    several = isinstance(owner, Union)
    for one in alternatives(owner):
        match one:
            case (
                Instance(number=number)
                | Made(number=number)
                | Module(number=number)
                | Type(number=number)
                | Box(number=number)
            ):
                run.write(state, (number, name), UNKNOWN if several else found)
            case Super(receiver=receiver):
                run.write(state, (receiver.number, name), found)
            case _ if run.handling:
                run.opaque = True


# --- definitions -------------------------------------------------------------------------------------------------------


def bind(frame: Frame, name: str, keyword: Literal["global", "nonlocal"], state: State) -> Scope:
    """The scope that a ``global`` or ``nonlocal`` name lives in."""
    scope: Scope | None = frame.scope.parent
    while scope is not None and scope.parent is not None:
        if keyword == "nonlocal" and (scope.number, name) in state.store:
            return scope
        scope = scope.parent
    return scope or frame.scope


def define_function(run: Run, frame: Frame, node: syntax.Function, state: State) -> None:
    """``def``: decorators are called; those of the standard library and of frameworks are taken to leave the function what it is."""
    # What is defined in the body of a class does not see the names of the class.
    inside = frame.scope.number in run.types and frame.scope.parent is not None
    scope = frame.scope.parent if inside and frame.scope.parent is not None else frame.scope
    found: Value = Function(node, scope, node.generator)
    run.captured.add(frame.scope.number)
    for decorator in reversed(node.decorators):
        found = _decorated(run, frame, decorator, found, state)
    run.write(state, (frame.outer.get(node.name, frame.scope).number, node.name), found)


def _decorated(run: Run, frame: Frame, decorator: syntax.Expression, function: Value, state: State) -> Value:
    from .calls import call

    applied = expressions.value(run, frame, decorator, state)
    if isinstance(applied, Function | Bound | Partial | Type | Instance) or applied == Ref("atexit.register"):
        return call(run, frame, applied, (function,), decorator.text, state)
    name = applied.name if isinstance(applied, Ref) else applied.kind if isinstance(applied, Made) else ""
    if name.startswith(("click.", "typer.", "rich_click.", "asyncclick.")):
        command = commands.decorated(run, frame, decorator, function, state)
        if command is not None:
            return command
    if name == recurring.JOB:
        recurring.repeated(run, frame, applied, function, decorator.text, state)
    if name in schedulers.SCHEDULED:
        schedulers.scheduled(run, frame, function, decorator.text, state)
    if not standard(name):
        run.hook(decorator.text.value, decorator.text, function, state)
    if name in ("builtins.staticmethod", "staticmethod") and isinstance(function, Function):
        return replace(function, static=True)
    if name in ("builtins.property", "property", "functools.cached_property"):
        made = Made("builtins.property", run.number())
        run.write(state, (made.number, "get"), function)
        return made
    if name in ("contextlib.contextmanager", "contextlib.asynccontextmanager") and isinstance(function, Function):
        return replace(function, manager=True)
    if name in policies.DECORATORS:
        return retries.decorated(run, applied, function)
    return function


def define_class(run: Run, frame: Frame, node: syntax.Class, state: State) -> None:
    """``class``: its body is run in a scope of its own, which functions in it do not see."""
    run.captured.add(frame.scope.number)
    bases = tuple(expressions.value(run, frame, base, state) for base in node.bases)
    found = Type(node, run.number(), bases)
    run.types.add(found.number)
    run.class_bases[kind_of(run, found)] = tuple(kind_of(run, base) for base in bases) or ("object",)
    from .statements import block

    scope = Scope(found.number, frame.scope, frame.scope.module)
    inner = Frame(scope, frame.background, frame.loop, guards=frame.guards, raises=frame.raises)
    state.become(joined([block(run, inner, node.body, state)]))
    if not state.dead:
        run.write(state, (frame.outer.get(node.name, frame.scope).number, node.name), found)
