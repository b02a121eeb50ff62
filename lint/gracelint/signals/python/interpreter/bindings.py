"""Names: assignments, definitions and imports.

An import of a module that the image holds runs that module, once, as Python would; any other module is a name that leads out (`Ref`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.python import model as syntax
from ....records import replace
from ..concurrency import recurring, schedulers
from ..domain import containers, operators
from ..domain.lattice import alternatives
from ..domain.state import Frame, Raised, joined
from ..domain.values import (
    NONE,
    UNKNOWN,
    Arguments,
    Bound,
    Box,
    Const,
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
from ..program.versions import lacks
from . import expressions, failures
from .attributes import constant, refused
from .exceptions import kind_of
from .run import OutOfBoundsError

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


# --- imports -----------------------------------------------------------------------------------------------------------


def imported(run: Run, frame: Frame, node: syntax.Import, state: State) -> None:
    """``import a.b as c``."""
    found = module(run, _on_the_way(frame, node), node.module, state)
    if _unknown_to_python(run, frame, found, node, state):
        return
    if node.alias is None:
        root = node.module.partition(".")[0]
        found = run.modules.get(root) or (Ref(root) if root == node.module or not isinstance(found, Module) else found)
    run.write(
        state,
        (
            frame.outer.get(node.alias or node.module.partition(".")[0], frame.scope).number,
            node.alias or node.module.partition(".")[0],
        ),
        found,
    )


def imported_from(run: Run, frame: Frame, node: syntax.ImportFrom, state: State) -> None:
    """``from a import b``."""
    name = _absolute(run, frame, node, state)
    way = _on_the_way(frame, node)
    source = module(run, way, name, state)
    if _unknown_to_python(run, frame, source, node, state):
        return
    if not node.names:
        if isinstance(source, Module):
            for (number, key), value in list(state.store.items()):
                if number == source.number and not key.startswith("_"):
                    run.write(state, (frame.scope.number, key), value)
        else:
            run.write(state, (frame.scope.number, "*"), source)
        return
    for original, alias in node.names:
        if isinstance(source, Module):
            found: Value = state.store.get((source.number, original), UNKNOWN)
            if found == UNKNOWN:
                inner = module(run, way, f"{name}.{original}", state)
                found = inner if isinstance(inner, Module) else UNKNOWN
        else:
            inner = module(run, way, f"{name}.{original}", state) if name and run.sources.namespace(name) else source
            full = f"{name}.{original}"
            if not isinstance(inner, Module) and lacks(run.sources.version, full):
                refused(run, frame, "ImportError", node, state)
                return
            found = inner if isinstance(inner, Module) else constant(run, full)
        run.write(state, (frame.scope.number, alias or original), found)


def _on_the_way(frame: Frame, node: syntax.Import | syntax.ImportFrom) -> Frame:
    """The frame in which a module is run: what it does stands behind the statement that imports it, as behind a call."""
    return replace(frame, way=(*frame.way, node.text))


def _unknown_to_python(
    run: Run, frame: Frame, found: Value, node: syntax.Import | syntax.ImportFrom, state: State
) -> bool:
    """Whether the image's Python lacks a module of the standard library, or the image a package."""
    if not isinstance(found, Ref):
        return False
    if lacks(run.sources.version, found.name):
        refused(run, frame, "ModuleNotFoundError", node, state)
    else:
        failures.imported(run, frame, found, node.text, state)
    return state.dead


def _absolute(run: Run, frame: Frame, node: syntax.ImportFrom, state: State) -> str:
    if not node.level:
        return node.module
    package = state.store.get((_module_scope(frame.scope).number, "__package__"), NONE)
    parts = str(package.value or "").split(".") if isinstance(package, Const) else []
    parts = parts[: len(parts) - node.level + 1]
    return ".".join([*(part for part in parts if part), *([node.module] if node.module else [])])


def _module_scope(scope: Scope) -> Scope:
    while scope.parent is not None:
        scope = scope.parent
    return scope


def module(run: Run, frame: Frame, name: str, state: State) -> Value:
    """A module by its full name, run if it was not yet; its packages first."""
    parts = name.split(".")
    found: Value = Ref(name)
    for length in range(1, len(parts) + 1):
        full = ".".join(parts[:length])
        loaded = run.modules.get(full)
        if loaded is None:
            loaded = _load(run, frame, full, state)
            if (
                loaded is not None
                and length > 1
                and (parent := run.modules.get(".".join(parts[: length - 1]))) is not None
            ):
                run.write(state, (parent.number, parts[length - 1]), loaded)
        if state.dead:
            return UNKNOWN
        if loaded is None and length < len(parts) and not run.sources.namespace(full):
            # What is in a package that the image does not hold is not there either.
            return Ref(name)
        found = loaded if loaded is not None else Ref(name)
    return found


def _load(run: Run, frame: Frame, name: str, state: State) -> Module | None:
    source = run.sources.find(name)
    if source is None:
        return None
    text, package = source
    loaded, scope = run.module(name, state, name.replace(".", "/") + ".py")
    state.store[(scope.number, "__package__")] = Const(name if package else name.rpartition(".")[0])
    parsed = run.sources.parse(text)
    if parsed is None:
        raise OutOfBoundsError("the program has too many modules, or too large ones, to be read")
    if run.sources.refused(text):
        frame.raises.append(Raised(state.copy(), "SyntaxError", text.cut(0, 0)))
        state.dead = True
        return None
    if parsed.problem is not None:
        doubt = f"the module {name} cannot be read: {parsed.problem.message}"
        if not parsed.problem.certain:
            raise OutOfBoundsError(doubt)
        run.doubts.append(doubt)
    from .statements import block

    inner = Frame(scope, frame.background, guards=frame.guards, raises=frame.raises, way=frame.way)
    state.become(joined([block(run, inner, parsed.body, state)]))
    return loaded
