"""Names and attributes: what a name stands for in its scope, and a member of a module, a class or an object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import replace
from ..domain.lattice import alternatives, any_of
from ..domain.state import PROCESS, Frame, Raised
from ..domain.values import (
    FALSE,
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
)
from ..libraries.knowledge import builtin
from ..program.entries import Unsure
from ..program.versions import lacks, spans
from . import failures

if TYPE_CHECKING:
    from ....parsers.python import model as syntax
    from ..domain.state import State
    from ..domain.values import Scope, Value
    from .run import Run


# Constants of the standard library that decide conditions: a container runs Linux, and nobody checks types in it.
CONSTANTS: dict[str, Value] = {
    "sys.platform": Const("linux"),
    "os.name": Const("posix"),
    "typing.TYPE_CHECKING": FALSE,
    "typing_extensions.TYPE_CHECKING": FALSE,
    "os.sep": Const("/"),
    "asyncio.CancelledError": Ref("asyncio.CancelledError"),
    "asyncio.exceptions.CancelledError": Ref("asyncio.CancelledError"),
}


def lookup(run: Run, scope: Scope, name: str, state: State) -> Value | None:
    """What a name stands for; None where nothing has bound it."""
    inner: Scope | None = scope
    root = scope
    while inner is not None:
        found = state.store.get((inner.number, name))
        if found is not None:
            run.look((inner.number, name))
            return found
        root, inner = inner, inner.parent
    everything = state.store.get((root.number, "*"))
    if builtin(name):
        return Ref(f"builtins.{name}")
    return Ref(f"{everything.name}.{name}") if isinstance(everything, Ref) else None


def constant(run: Run, name: str) -> Value:
    """What a name of the standard library stands for, where that is known; else the name itself."""
    if name == "sys.version_info":
        return Items((*map(Const, run.sources.version), UNKNOWN)) if run.sources.version is not None else UNKNOWN
    return CONSTANTS.get(name, Ref(name))


def refused(run: Run, frame: Frame, kind: str, node: syntax.Expression | syntax.Statement, state: State) -> Value:
    """The image's Python has no such name: this raises."""
    written = " ".join(node.text.value.split())[:60]
    run.lacking.append(f"the image's Python knows no {written} ({kind})")
    frame.raises.append(Raised(state.copy(), kind, node.text))
    state.dead = True
    return UNKNOWN


def attribute(run: Run, frame: Frame, owner: Value, name: str, node: syntax.Expression, state: State) -> Value:
    """``owner.name``."""
    if isinstance(owner, Union):
        return any_of([attribute(run, frame, one, name, node, state) for one in alternatives(owner)])
    match owner:
        case Ref(name=full):
            full = f"{full}.{name}"
            if full == "sys.argv":
                return Items(tuple(UNKNOWN if isinstance(word, Unsure) else Const(word) for word in run.argv))
            loaded = run.modules.get(full) or state.store.get((PROCESS, full))
            if loaded is None and lacks(run.sources.version, full):
                return refused(run, frame, "AttributeError", node, state)
            if loaded is None and full not in spans():
                failures.attribute(run, frame, owner, node, state)
            return loaded or constant(run, full)
        case Module(name=full, number=number):
            inner = state.store.get((number, name))
            run.look((number, name))
            if inner is None and f"{full}.{name}" not in run.modules:
                failures.attribute(run, frame, owner, node, state)
            return inner if inner is not None else run.modules.get(f"{full}.{name}", UNKNOWN)
        case Instance() | Super() | Type() | Made() | Box():
            return _member(run, frame, owner, name, node, state)
        case Coroutine():
            return Ref(f"coroutine.{name}")
        case Const() if name in ("value", "name"):
            # A member of an enumeration is its value here.
            return owner if name == "value" else UNKNOWN
        case Const(value=str()):
            return Partial(Ref(f"str.{name}"), Arguments((owner,)))
        case Const():
            failures.attribute(run, frame, owner, node, state)
            return UNKNOWN
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
    if isinstance(owner, Made) and _method_of(f"{owner.kind}.{name}"):
        # What is noted of an object under the same name ("set" of an event) is no attribute of it.
        return Method(owner, f"{owner.kind}.{name}")
    if isinstance(owner, Made) and owner.kind == "threading.local" and frame.background == "thread":
        # Each thread has its own.
        return UNKNOWN
    if not isinstance(owner, Super):
        run.look((owner.number, name))
        found = state.store.get((owner.number, name))
        if found is not None and not (isinstance(owner, Type) and isinstance(found, Function)):
            return found
    if isinstance(owner, Made | Box):
        failures.attribute(run, frame, owner, node, state)
        return Method(owner, f"{owner.kind}.{name}")
    receiver = owner.receiver if isinstance(owner, Super) else owner
    kind = owner if isinstance(owner, Type) else owner.type
    skipping = isinstance(owner, Super)
    for base in lineage(kind)[1 if skipping else 0 :]:
        if isinstance(base, Ref):
            if name == "__new__":
                continue
            if base.name == "builtins.object" or (base.name.startswith("typing.") or base.name == "abc.ABC"):
                continue
            full = _foreign(kind, name, base)
            return Method(receiver, full) if isinstance(receiver, Instance) else Ref(full)
        if not isinstance(base, Type):
            return UNKNOWN
        found = state.store.get((base.number, name))
        if found is None:
            continue
        run.look((base.number, name))
        return _bound(run, frame, found, receiver, base, node, state)
    if name == "__new__":
        return Ref("object.__new__")
    failures.attribute(run, frame, owner, node, state)
    return UNKNOWN


def _method_of(full: str) -> bool:
    from ..libraries.special import known

    return known(full)


def _foreign(kind: Type, name: str, first: Ref) -> str:
    """The full name of a member that a class has from foreign ones: of the first of them that is known to have it, else of the first of all."""
    names = [f"{base.name}.{name}" for base in lineage(kind) if isinstance(base, Ref)]
    return next((full for full in names if _method_of(full)), f"{first.name}.{name}")


def _bound(
    run: Run, frame: Frame, found: Value, receiver: Value, base: Type, node: syntax.Expression, state: State
) -> Value:
    """A member of a class, reached through an object."""
    if isinstance(found, Function):
        function = replace(found, of=base)
        is_class = any(decorator.text.value == "classmethod" for decorator in getattr(found.node, "decorators", ()))
        if is_class:
            return Bound(function, receiver.type if isinstance(receiver, Instance) else receiver)
        return function if found.static or isinstance(receiver, Type) else Bound(function, receiver)
    if isinstance(found, Made) and found.kind == "builtins.property" and isinstance(receiver, Instance):
        from .calls import call

        getter = state.store.get((found.number, "get"))
        if isinstance(getter, Function):
            return call(run, frame, Bound(replace(getter, of=base), receiver), (), node.text, state)
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


def method(run: Run, owner: Instance, name: str, state: State) -> Bound | None:
    """A method of the image's own; None if the class has none of this name."""
    for base in lineage(owner.type):
        found = state.store.get((base.number, name)) if isinstance(base, Type) else None
        if isinstance(found, Function) and isinstance(base, Type):
            return Bound(replace(found, of=base), owner)
    return None
