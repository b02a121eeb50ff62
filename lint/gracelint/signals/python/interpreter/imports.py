"""Imports.

An import of a module that the image holds runs that module, once, as Python would; any other module is a name that leads out (`Ref`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import replace
from ..domain.state import Frame, Raised, joined
from ..domain.values import NONE, UNKNOWN, Const, Module, Ref, Scope, Value
from ..program.versions import lacks
from . import failures
from .attributes import constant, refused
from .run import OutOfBoundsError

if TYPE_CHECKING:
    from ....parsers.python import model as syntax
    from ..domain.state import State
    from .run import Run


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
