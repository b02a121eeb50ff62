"""Functions and classes of the image's own that are called: they are gone through, with their parameters bound."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.python import model as syntax
from ....records import replace
from ..domain.lattice import any_of
from ..domain.state import Frame, joined
from ..domain.values import (
    NONE,
    UNKNOWN,
    Arguments,
    Bound,
    Box,
    Coroutine,
    Function,
    Instance,
    Items,
    Made,
    Partial,
    Ref,
    Scope,
    Type,
    Union,
)
from ..libraries import retries, special
from ..libraries.python_itself import FACTORY
from . import attributes, expressions
from .attributes import method
from .idle import Watch
from .run import MOST_CALLS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....source import Text
    from ..domain.state import Resume, State
    from ..domain.values import Value
    from .run import Run


# The kind of what a function decorated with ``contextlib.contextmanager`` returns.
MANAGER = "contextlib.manager"


def through(run: Run, frame: Frame, generator: Value, text: Text, state: State, resume: Resume) -> None:
    """Go through a generator from its call to its end; ``resume`` is what happens at its ``yield``."""
    if isinstance(generator, Partial) and isinstance(generator.function, Function):
        function = generator.function
        receiver = generator.arguments.values[0] if function.of is not None and generator.arguments.values else None
        gone_through(run, frame, function, receiver, generator.arguments, text, state, resume=resume)


def taken_up(frame: Frame, state: State, now: State, scope: int) -> None:
    """A generator that is gone through again is at its ``yield`` in ``frame``, when the program is in the state ``now``, and its own names
    are what they were in its first ``scope``."""
    state.become(now)
    names = [(name, value) for (number, name), value in now.store.items() if number == scope]
    state.store.update(((frame.scope.number, name), value) for name, value in names)


def gone_through(
    run: Run,
    frame: Frame,
    function: Function,
    receiver: Value | None,
    arguments: Arguments,
    text: Text,
    state: State,
    *,
    awaited: bool = False,
    resume: Resume | None = None,
) -> Value:
    """What a call of a function returns. A generator is made, or gone through where ``resume`` says what happens at its ``yield``; a
    coroutine is made, unless ``awaited``."""
    node = function.node
    if function.manager:
        return _stands_for(run, MANAGER, Partial(replace(function, manager=False), arguments), state)
    if isinstance(node, syntax.Function) and node.asynchronous and not awaited and not function.generator:
        return Coroutine(Bound(function, receiver) if receiver is not None else function, _rest(arguments, receiver))
    if function.again is not None:
        return retries.called(run, frame, function, receiver, arguments, text, state, awaited=awaited)
    if frame.calls.count(node) >= 2 or len(frame.calls) >= MOST_CALLS:
        run.doubts.append("the program calls itself too deeply to follow")
        return UNKNOWN
    shape = (node, frame.background, tuple(_shape(value) for value in arguments.every()))
    idle = run.idle.get(shape)
    if idle is not None and resume is None and idle.again(run, frame, state):
        return UNKNOWN
    known = len(state.store)
    inner = _inside(run, frame, function, receiver, text, resume)
    _parameters(run, inner, node.parameters, arguments, state, function.scope)
    if isinstance(node, syntax.Lambda):
        result = expressions.value(run, inner, node.body, state)
        frame.raises += inner.raises
        return result
    if function.generator and resume is None:
        return _stands_for(run, f"generator.{node.name}", Partial(function, arguments), state)
    watch = Watch(run, frame)
    result = _returned(run, frame, inner, node, state, known)
    if watch.idle() and not state.dead and not state.signalled:
        run.idle[shape] = watch.seen(inner.raises)
    return result


def _inside(
    run: Run, frame: Frame, function: Function, receiver: Value | None, text: Text, resume: Resume | None
) -> Frame:
    """The frame of a call that begins at ``text``."""
    return replace(
        frame,
        scope=Scope(run.number(), function.scope, function.scope.module),
        raises=[],
        breaks=[],
        continues=[],
        returns=[],
        outer={},
        resume=resume,
        calls=(*frame.calls, function.node),
        way=(*frame.way, text),
        receiver=receiver,
        function=function,
    )


def _returned(run: Run, frame: Frame, inner: Frame, node: syntax.Function, state: State, known: int) -> Value:
    """What a function returns on all its ways. What is behind the first ``known`` entries of the store is its own, and forgotten with it."""
    from .statements import block

    end = block(run, inner, node.body, state.copy())
    frame.raises += inner.raises
    values = [found for _, found in inner.returns] + ([NONE] if end is not None else [])
    state.become(joined([end, *(found for found, _ in inner.returns)]))
    if inner.scope.number not in run.captured:
        for left in (state, *(one.state for one in inner.raises)):
            left.forget(inner.scope.number, known)
    return any_of(values)


def _stands_for(run: Run, kind: str, call: Partial, state: State) -> Made:
    """An object that will go through a call."""
    made = Made(kind, run.number())
    state.store[(made.number, "#call")] = call
    return made


def _shape(value: Value) -> object:
    """An argument, as far as it may lead a function another way."""
    match value:
        case Made(kind=kind):
            return kind
        case Instance(type=found):
            return found
        case Items() | Box() | Union():
            return type(value)
        case _:
            return value


def _rest(arguments: Arguments, receiver: Value | None) -> Arguments:
    return arguments if receiver is None else Arguments(arguments.values[1:], arguments.named, arguments.more)


def _parameters(
    run: Run, frame: Frame, parameters: Sequence[syntax.Parameter], arguments: Arguments, state: State, outer: Scope
) -> None:
    named = dict(arguments.named)
    positions = list(arguments.values)
    key = frame.scope.number
    for parameter in parameters:
        if parameter.star == "*":
            state.store[(key, parameter.name)] = Items(tuple(positions)) if not arguments.more else UNKNOWN
            positions = []
        elif parameter.star == "**":
            state.store[(key, parameter.name)] = UNKNOWN
        elif positions and not parameter.named:
            state.store[(key, parameter.name)] = positions.pop(0)
        elif parameter.name in named:
            state.store[(key, parameter.name)] = named.pop(parameter.name)
        elif parameter.default is not None and not arguments.more:
            outside = Frame(outer, frame.background, frame.loop)
            state.store[(key, parameter.name)] = expressions.value(run, outside, parameter.default, state)
        else:
            state.store[(key, parameter.name)] = UNKNOWN


def accepts(function: Value, given: int) -> bool:
    """Whether a function may be called with so many positional arguments; True where that is not known: another function may stand behind a
    decorator."""
    if isinstance(function, Partial):
        known = not function.arguments.more and not function.arguments.named
        return not known or accepts(function.function, given + len(function.arguments.values))
    if isinstance(function, Bound):
        return accepts(function.function, given + 1)
    if not isinstance(function, Function) or not isinstance(function.node, syntax.Function | syntax.Lambda):
        return True
    if isinstance(function.node, syntax.Function) and function.node.decorators:
        return True
    if any(parameter.star == "*" for parameter in function.node.parameters):
        return True
    positional = [one for one in function.node.parameters if not one.star and not one.named]
    lacking = any(one.named and not one.star and one.default is None for one in function.node.parameters)
    needed = sum(one.default is None for one in positional)
    return needed <= given <= len(positional) and not lacking


def instance_of(run: Run, frame: Frame, kind: Type, arguments: Arguments, text: Text, state: State) -> Value:
    """A new object of a class."""
    made = Instance(kind, run.number())
    maker = method(run, made, "__new__", state)
    if maker is not None:
        given = Arguments((kind, *arguments.values), arguments.named, arguments.more)
        found = gone_through(run, frame, maker.function, kind, given, text, state)
        if not isinstance(found, Instance) or state.dead:
            return found
        made = found
    start = method(run, made, "__init__", state)
    if start is not None:
        given = Arguments((made, *arguments.values), arguments.named, arguments.more)
        gone_through(run, frame, start.function, made, given, text, state)
    else:
        state.store[(made.number, "#arguments")] = Items(arguments.values)
        positions = zip(_fields(kind), arguments.values, strict=False)
        given_names: set[str] = set()
        for name, value in (*positions, *arguments.named):
            state.store[(made.number, f"#{name}")] = value
            state.store[(made.number, name)] = value
            given_names.add(name)
        _defaults(run, frame, made, given_names, text, state)
        for base in attributes.lineage(kind):
            inherited = special.function(f"{base.name}.__init__") if isinstance(base, Ref) else None
            if inherited is not None:
                inherited(run, frame, made, arguments, text, state)
        then = method(run, made, "__post_init__", state)
        if then is not None and _fields(kind) and not state.dead:
            gone_through(run, frame, then.function, made, Arguments((made,)), text, state)
    return made


def _defaults(run: Run, frame: Frame, made: Instance, given: set[str], text: Text, state: State) -> None:
    """Fields of a dataclass that are made anew for each object: ``field(default_factory=…)``."""
    from .calls import call

    for name in _fields(made.type):
        classes = (one for one in attributes.lineage(made.type) if isinstance(one, Type))
        default = next((found for one in classes if (found := state.store.get((one.number, name))) is not None), None)
        factory = state.store.get((default.number, FACTORY)) if isinstance(default, Made) else None
        if factory is not None and name not in given and not state.dead:
            state.store[(made.number, name)] = call(run, frame, factory, (), text, state)


def _fields(kind: Type) -> list[str]:
    """The fields of a dataclass or a named tuple, in order; those that it inherits first."""
    found: list[str] = []
    for one in reversed(attributes.lineage(kind)):
        if not isinstance(one, Type):
            continue
        written = any("dataclass" in decorator.text.value for decorator in one.node.decorators)
        if written or Ref("typing.NamedTuple") in one.bases:
            targets = [line.targets[0] for line in one.node.body if isinstance(line, syntax.Assign)]
            found += [target.name for target in targets if isinstance(target, syntax.Name) and target.name not in found]
    return found
