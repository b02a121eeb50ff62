"""Calls: of the image's own functions and classes, which are gone through; `foreign` has the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.python import model as syntax
from ....records import replace
from ..concurrency import awaiting
from ..domain.state import ASKED, Frame, joined
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
    Method,
    Own,
    Partial,
    Ref,
    Scope,
    Super,
    Type,
    Union,
    alternatives,
    join,
)
from ..library import commands, foreign, special
from . import attributes, expressions
from .idle import Watch
from .run import MOST_CALLS

# The kind of what a function decorated with ``contextlib.contextmanager`` returns.
MANAGER = "contextlib.manager"

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....source import Text
    from ..domain.state import Resume, State
    from ..domain.values import Value
    from .run import Run


def evaluate(run: Run, frame: Frame, node: syntax.Call, state: State) -> Value:
    """The value of a call."""
    run.step()
    run.executed.add((node.text.buffer, node.text.start))
    if isinstance(node.function, syntax.Name) and node.function.name == "super" and not node.arguments:
        return _super(frame)
    function = expressions.value(run, frame, node.function, state)
    arguments = arguments_of(run, frame, node, state)
    if state.dead:
        return UNKNOWN
    return _called(run, frame, function, arguments, node.text, state)


def _super(frame: Frame) -> Value:
    receiver, function = frame.receiver, frame.function
    if isinstance(receiver, Instance) and isinstance(function, Function) and function.of is not None:
        return Super(receiver, function.of)
    return UNKNOWN


def arguments_of(run: Run, frame: Frame, node: syntax.Call, state: State) -> Arguments:
    """What a call is given."""
    from ..domain.containers import items_of

    values: list[Value] = []
    named: list[tuple[str, Value]] = []
    more = False
    for argument in node.arguments:
        found = expressions.value(run, frame, argument.value, state)
        if argument.star == "*":
            items = items_of(run, found, state)
            more = more or items is None
            values += items or ()
        elif argument.star == "**":
            more = True
        elif argument.name is not None:
            named.append((argument.name, found))
        else:
            values.append(found)
    return Arguments(tuple(values), tuple(named), more)


def call(
    run: Run,
    frame: Frame,
    function: Value,
    arguments: Sequence[Value],
    text: Text,
    state: State,
    *,
    named: Sequence[tuple[str, Value]] = (),
    awaited: bool = False,
) -> Value:
    """Call a function; ``awaited``: if it is ``async``, it is awaited at once."""
    found = _called(run, frame, function, Arguments(tuple(arguments), tuple(named)), text, state, awaited=awaited)
    return awaiting.awaited(run, frame, found, text, state) if awaited and isinstance(found, Coroutine) else found


def method(run: Run, owner: Instance, name: str, state: State) -> Value | None:
    """A method of the image's own; None if the class has none of this name."""
    for base in attributes.lineage(owner.type):
        found = state.store.get((base.number, name)) if isinstance(base, Type) else None
        if isinstance(found, Function) and isinstance(base, Type):
            return Bound(replace(found, of=base), owner)
    return None


def _called(
    run: Run, frame: Frame, function: Value, arguments: Arguments, text: Text, state: State, *, awaited: bool = False
) -> Value:
    match function:
        case Union():
            return _any(run, frame, function, arguments, text, state)
        case Function():
            return _function(run, frame, function, None, arguments, text, state, awaited=awaited)
        case Bound(function=inner, receiver=receiver):
            given = Arguments((receiver, *arguments.values), arguments.named, arguments.more)
            return _function(run, frame, inner, receiver, given, text, state, awaited=awaited)
        case Partial(function=inner, arguments=first):
            given = Arguments(first.values + arguments.values, (*first.named, *arguments.named), arguments.more)
            return _called(run, frame, inner, given, text, state, awaited=awaited)
        case Type():
            return _instance(run, frame, function, arguments, text, state)
        case Instance():
            own = method(run, function, "__call__", state)
            return _called(run, frame, own, arguments, text, state) if own is not None else UNKNOWN
        case Own():
            state.store[ASKED] = function
            return NONE
        case Made(kind=kind) if kind in commands.GROUPS:
            return commands.called(run, frame, function, arguments, text, state)
        case Ref(name=name):
            return foreign.called(
                run, frame, name.removeprefix("builtins."), None, arguments, text, state, awaited=awaited
            )
        case Method(receiver=receiver, name=name):
            return foreign.called(run, frame, name, receiver, arguments, text, state, awaited=awaited)
        case _:
            return foreign.unknown(run, frame, arguments, text, state)


def _any(run: Run, frame: Frame, function: Union, arguments: Arguments, text: Text, state: State) -> Value:
    ways: list[State] = []
    result: Value | None = None
    for one in alternatives(function):
        way = state.copy()
        found = _called(run, frame, one, arguments, text, way)
        if not way.dead:
            ways.append(way)
            result = found if result is None else join(result, found)
    state.become(joined(ways))
    return result or UNKNOWN


def through(run: Run, frame: Frame, generator: Value, text: Text, state: State, resume: Resume) -> None:
    """Go through a generator from its call to its end; ``resume`` is what happens at its ``yield``."""
    if isinstance(generator, Partial) and isinstance(generator.function, Function):
        function = generator.function
        receiver = generator.arguments.values[0] if function.of is not None and generator.arguments.values else None
        _function(run, frame, function, receiver, generator.arguments, text, state, resume=resume)


def taken_up(frame: Frame, state: State, now: State, scope: int) -> None:
    """A generator that is gone through again is at its ``yield`` in ``frame``, when the program is in the state ``now``, and its own names are what they were in
    its first ``scope``."""
    state.become(now)
    names = [(name, value) for (number, name), value in now.store.items() if number == scope]
    state.store.update(((frame.scope.number, name), value) for name, value in names)


# --- the image's own ---------------------------------------------------------------------------------------------------


def _function(
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
    node = function.node
    if function.manager:
        made = Made(MANAGER, run.number())
        state.store[(made.number, "#call")] = Partial(replace(function, manager=False), arguments)
        return made
    if isinstance(node, syntax.Function) and node.asynchronous and not awaited and not function.generator:
        return Coroutine(Bound(function, receiver) if receiver is not None else function, _rest(arguments, receiver))
    if frame.calls.count(node) >= 2 or len(frame.calls) >= MOST_CALLS:
        run.doubts.append("the program calls itself too deeply to follow")
        return UNKNOWN
    shape = (node, frame.background, tuple(_shape(value) for value in arguments.every()))
    idle = run.idle.get(shape)
    if idle is not None and resume is None and idle.again(run, frame, state):
        return UNKNOWN
    known = len(state.store)
    scope = Scope(run.number(), function.scope, function.scope.module)
    inner = replace(
        frame,
        scope=scope,
        raises=[],
        breaks=[],
        continues=[],
        returns=[],
        outer={},
        resume=resume,
        calls=(*frame.calls, node),
        way=(*frame.way, text),
        receiver=receiver,
        function=function,
    )
    _parameters(run, inner, node.parameters, arguments, state, function.scope)
    if isinstance(node, syntax.Lambda):
        result = expressions.value(run, inner, node.body, state)
        frame.raises += inner.raises
        return result
    if function.generator and resume is None:
        made = Made(f"generator.{node.name}", run.number())
        state.store[(made.number, "#call")] = Partial(function, arguments)
        return made
    from .statements import block

    watch = Watch(run, frame)
    end = block(run, inner, node.body, state.copy())
    frame.raises += inner.raises
    values = [found for _, found in inner.returns] + ([NONE] if end is not None else [])
    state.become(joined([end, *(found for found, _ in inner.returns)]))
    if scope.number not in run.captured:
        for left in (state, *(one.state for one in inner.raises)):
            left.forget(scope.number, known)
    if watch.idle() and not state.dead and not state.signalled:
        run.idle[shape] = watch.seen(inner.raises)
    if not values:
        return UNKNOWN
    result = values[0]
    for found in values[1:]:
        result = join(result, found)
    return result


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


def _instance(run: Run, frame: Frame, kind: Type, arguments: Arguments, text: Text, state: State) -> Value:
    made = Instance(kind, run.number())
    start = method(run, made, "__init__", state)
    if start is not None:
        _called(run, frame, start, arguments, text, state)
    else:
        state.store[(made.number, "#arguments")] = Items(arguments.values)
        positions = zip(_fields(kind), arguments.values, strict=False)
        for name, value in (*positions, *arguments.named):
            state.store[(made.number, f"#{name}")] = value
            state.store[(made.number, name)] = value
        for base in attributes.lineage(kind):
            inherited = special.function(f"{base.name}.__init__") if isinstance(base, Ref) else None
            if inherited is not None:
                inherited(run, frame, made, arguments, text, state)
    return made


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
