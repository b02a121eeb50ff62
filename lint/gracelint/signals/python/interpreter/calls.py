"""Calls: what is called, and with which arguments. `functions` goes through the image's own functions and classes; `library.foreign` has
the others."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.python import model as syntax
from ..concurrency import awaiting
from ..domain.lattice import alternatives, join
from ..domain.state import ASKED, Frame, joined
from ..domain.values import (
    NONE,
    UNKNOWN,
    Arguments,
    Bound,
    Coroutine,
    Function,
    Instance,
    Made,
    Method,
    Own,
    Partial,
    Ref,
    Super,
    Type,
    Union,
)
from ..libraries import commands, foreign, policies, retries
from . import expressions, failures
from .attributes import method
from .functions import gone_through, instance_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....source import Text
    from ..domain.state import State
    from ..domain.values import Value
    from .run import Run


def evaluate(run: Run, frame: Frame, node: syntax.Call, state: State) -> Value:
    """The value of a call."""
    run.step()
    run.executed.add((node.text.buffer, node.text.start))
    if isinstance(node.function, syntax.Name) and node.function.name == "super":
        return _super(run, frame, node, state)
    function = expressions.value(run, frame, node.function, state)
    arguments = arguments_of(run, frame, node, state)
    failures.called(run, frame, node, function, arguments, state)
    if state.dead:
        return UNKNOWN
    return _called(run, frame, function, arguments, node.text, state)


def _super(run: Run, frame: Frame, node: syntax.Call, state: State) -> Value:
    """``super()``, and ``super(Class, self)``."""
    receiver, function = frame.receiver, frame.function
    kind: Value | None = function.of if isinstance(function, Function) else None
    given = arguments_of(run, frame, node, state).values
    if len(given) == 2:
        kind, receiver = given
    return Super(receiver, kind) if isinstance(receiver, Instance | Type) and isinstance(kind, Type) else UNKNOWN


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


def _called(
    run: Run, frame: Frame, function: Value, arguments: Arguments, text: Text, state: State, *, awaited: bool = False
) -> Value:
    match function:
        case Union():
            return _any(run, frame, function, arguments, text, state)
        case Function():
            return gone_through(run, frame, function, None, arguments, text, state, awaited=awaited)
        case Bound(function=inner, receiver=receiver):
            given = Arguments((receiver, *arguments.values), arguments.named, arguments.more)
            return gone_through(run, frame, inner, receiver, given, text, state, awaited=awaited)
        case Partial(function=inner, arguments=first):
            given = Arguments(first.values + arguments.values, (*first.named, *arguments.named), arguments.more)
            return _called(run, frame, inner, given, text, state, awaited=awaited)
        case Type():
            return instance_of(run, frame, function, arguments, text, state)
        case Instance():
            own = method(run, function, "__call__", state)
            return _called(run, frame, own, arguments, text, state) if own is not None else UNKNOWN
        case Own():
            state.store[ASKED] = function
            return NONE
        case Made(kind=kind) if kind in commands.GROUPS:
            return commands.called(run, frame, function, arguments, text, state)
        case Made(kind=kind) if kind in policies.OBJECTS:
            return retries.calls(run, frame, function, arguments, text, state)
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
