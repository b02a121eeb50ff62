"""What fails since the signal: names that nothing has bound, attributes that no object has, calls that do not fit.

Whoever catches the exception goes on without what its handler was to do. It is looked for once the signal has arrived, as a program that
fails before would not be there. An exception is certain where the program's text binds such a name nowhere; elsewhere the interpretation
may have missed who binds it, and in a handler both ways are gone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.python import model as syntax
from ....regexes import regex
from ..domain.operators import signal_of
from ..domain.state import Raised
from ..domain.values import (
    NONE,
    Arguments,
    Bound,
    Const,
    Function,
    Instance,
    Items,
    Module,
    Number,
    Ref,
    Super,
    Type,
)
from ..libraries.knowledge import standard
from ..program import members

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Value
    from .run import Run

# What an attribute of a class of the image's own may come from besides its text.
_BEFORE_BODY = regex(r"\A[^:]*\bmetaclass\s*=\s*(?!(?:abc\.)?ABCMeta\b)")
_HOOKS = ("__getattr__", "__getattribute__", "__setattr__", "__slots__")
_PLAIN_BASES = (Ref("builtins.object"), Ref("abc.ABC"))


def _fail(run: Run, frame: Frame, kind: str, text: Text, state: State, *, certain: bool) -> None:
    """It raises; if that is not ``certain``, perhaps."""
    if state.dead or not (certain or run.handling):
        return
    frame.raises.append(Raised(state.copy(), kind, text))
    state.dead = certain


def name(run: Run, frame: Frame, node: syntax.Name, state: State) -> None:
    """A name that has no value."""
    module = run.sources.bound(node.text) if state.signalled else None
    if module is not None and not node.name.startswith("__"):
        _fail(run, frame, "NameError", node.text, state, certain=not module.sees(node.name, node.text.start))


def local(run: Run, frame: Frame, node: syntax.Name, state: State) -> None:
    """A name of the function itself that has no value yet, though another of that name may be seen outside."""
    function = frame.function
    if not state.signalled or not isinstance(function, Function) or frame.scope.parent is not function.scope:
        return
    if (frame.scope.number, node.name) not in state.store and node.name in run.sources.locals_of(function.node):
        _fail(run, frame, "UnboundLocalError", node.text, state, certain=True)


def attribute(run: Run, frame: Frame, owner: Value, node: syntax.Expression, state: State) -> None:
    """An attribute that was not found."""
    if not state.signalled or not isinstance(node, syntax.Attribute) or node.name.startswith("__"):
        return
    if owner == NONE:
        _fail(run, frame, "AttributeError", node.text, state, certain=_certain(run, frame, node.value, state))
    elif isinstance(owner, Module):
        text = run.sources.find(owner.name)
        module = run.sources.bound(text[0]) if text is not None else None
        if module is not None and not (module.has(node.name) or module.has("__getattr__")):
            _fail(run, frame, "AttributeError", node.text, state, certain=not _set_somewhere(run, node.name))
    elif (known := members.kind_of(owner)) is not None and not hasattr(known, node.name):
        _fail(run, frame, "AttributeError", node.text, state, certain=not _set_somewhere(run, node.name))
    elif isinstance(owner, Instance | Super | Type):
        kind = owner if isinstance(owner, Type) else owner.type
        if _plain(run, kind, state):
            _fail(run, frame, "AttributeError", node.text, state, certain=not _set_somewhere(run, node.name))


def _set_somewhere(run: Run, name: str) -> bool:
    """Whether anything in the program gives an object an attribute of this name."""
    return any(module.sets(name) for module in run.sources.all_bound())


def _plain(run: Run, kind: Type, state: State) -> bool:
    """Whether a class has what its text, and that of its bases, says and nothing else."""
    from .attributes import lineage

    for one in lineage(kind):
        if not isinstance(one, Type):
            if one not in _PLAIN_BASES:
                return False
        elif (
            one.node.decorators
            or _BEFORE_BODY.match(one.node.text.value)
            or any((one.number, hook) in state.store for hook in _HOOKS)
        ):
            return False
    return True


def _certain(run: Run, frame: Frame, node: syntax.Expression, state: State) -> bool:
    """Whether a variable that is None here is that for certain: nobody else may have given it anything."""
    if not isinstance(node, syntax.Name | syntax.Attribute):
        return False
    modules = list(run.sources.all_bound())
    own = isinstance(node, syntax.Name) and (frame.scope.number, node.name) in state.store
    if own and not any(module.anything or node.name in module.declared for module in modules):
        return True
    return not any(module.anything or node.name in module.given for module in modules)


def called(run: Run, frame: Frame, node: syntax.Call, function: Value, arguments: Arguments, state: State) -> None:
    """A call of something that cannot be called, or not with these arguments."""
    if not state.signalled:
        return
    if isinstance(function, Const):
        certain = function != NONE or _certain(run, frame, node.function, state)
        _fail(run, frame, "TypeError", node.text, state, certain=certain)
    elif not fits(run, function, arguments):
        _fail(run, frame, "TypeError", node.text, state, certain=True)


def fits(run: Run, function: Value, arguments: Arguments) -> bool:
    """Whether a function takes these arguments; True where that is not known: another function may stand behind a foreign decorator."""
    if isinstance(function, Bound):
        given = Arguments((function.receiver, *arguments.values), arguments.named, arguments.more)
        return fits(run, function.function, given)
    if not isinstance(function, Function) or arguments.more:
        return True
    if isinstance(function.node, syntax.Function) and not all(
        decorator.text.value in ("staticmethod", "classmethod")
        or any(decorator.text.value in module.functions for module in run.sources.all_bound())
        for decorator in function.node.decorators
    ):
        return True
    left = {name for name, _ in arguments.named}
    positions, starred = len(arguments.values), {one.star for one in function.node.parameters}
    for parameter in function.node.parameters:
        if parameter.star:
            continue
        if positions and not parameter.named:
            positions -= 1
            if parameter.name in left:
                return "**" in starred
        elif parameter.name in left:
            left.remove(parameter.name)
        elif parameter.default is None:
            return False
    return (not positions or "*" in starred) and (not left or "**" in starred)


def calculated(run: Run, frame: Frame, node: syntax.Operation, operands: tuple[Value, ...], state: State) -> None:
    """``"text" + number``, ``"%s %s" % one``, ``number / 0``."""
    if not state.signalled or len(operands) != 2:
        return
    left, right = operands
    texts = [isinstance(one, Const) and isinstance(one.value, str) for one in operands]
    if node.operator == "+" and ((texts[0] and _no_text(right)) or (_no_text(left) and texts[1])):
        _fail(run, frame, "TypeError", node.text, state, certain=True)
    elif node.operator == "%" and isinstance(left, Const) and isinstance(left.value, str):
        given = len(right.items) if isinstance(right, Items) else 1 if _one_value(right) else None
        if given is not None and given != len(_CONVERSIONS.findall(left.value.replace("%%", ""))):
            _fail(run, frame, "TypeError", node.text, state, certain=True)
    elif node.operator in ("/", "//", "%") and right == Const(0) and isinstance(left, Const | Number):
        _fail(run, frame, "ZeroDivisionError", node.text, state, certain=True)


# Those that take no other arguments (``%*d``) and no names (``%(name)s``).
_CONVERSIONS = regex(r"%")


def _one_value(value: Value) -> bool:
    return isinstance(value, Const | Number) or signal_of(value) is not None


def _no_text(value: Value) -> bool:
    if isinstance(value, Const):
        return not isinstance(value.value, str)
    return isinstance(value, Number | Items | Function | Instance) or signal_of(value) is not None


def subscript(run: Run, frame: Frame, node: syntax.Subscript, owner: Value, state: State) -> None:
    """``None[key]``."""
    if state.signalled and owner == NONE:
        _fail(run, frame, "TypeError", node.text, state, certain=_certain(run, frame, node.value, state))


def key(run: Run, frame: Frame, node: syntax.Subscript, state: State, *, kind: str) -> None:
    """``container[key]`` of a key that nobody is known to have put there."""
    # A negative index counts from the end.
    if state.signalled and not isinstance(node.index, syntax.Operation):
        _fail(run, frame, kind, node.text, state, certain=False)


def unpacked(run: Run, frame: Frame, target: syntax.Items, found: Value, state: State) -> None:
    """``first, second = items`` of more items, or fewer."""
    starred = any(isinstance(one, syntax.Other) for one in target.items)
    if state.signalled and isinstance(found, Items) and not starred and len(found.items) != len(target.items):
        _fail(run, frame, "ValueError", target.text, state, certain=True)


def imported(run: Run, frame: Frame, found: Ref, text: Text, state: State) -> None:
    """``import`` of a package that nobody has installed, and that the program did not have before the signal either."""
    package = found.name.partition(".")[0]
    if not state.signalled:
        run.packages.add(package)
    elif package not in run.packages and not standard(package) and run.sources.bare:
        _fail(run, frame, "ModuleNotFoundError", text, state, certain=True)


def asserted(run: Run, frame: Frame, node: syntax.Plain, holds: bool | None, state: State) -> None:
    """``assert`` of what does not hold."""
    if state.signalled and holds is False:
        _fail(run, frame, "AssertionError", node.text, state, certain=True)
