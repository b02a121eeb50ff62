"""Calls: of the image's own functions and classes, which are gone through, and of foreign ones, of which `knowledge` tells what matters."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...parsers.python import model as syntax
from ...records import replace
from ...regexes import regex
from . import expressions, rests, special
from .knowledge import entry_of, perhaps_rests, standard
from .run import MOST_CALLS
from .state import CANCELLED, SERVES, Frame, Raised, joined
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
    Own,
    Partial,
    Ref,
    Scope,
    Super,
    Type,
    Union,
    alternatives,
    join,
    truth,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...source import Text
    from .knowledge import Entry
    from .run import Run
    from .state import State
    from .values import Value

# A foreign function of such a name may well install a handler.
_INSTALLS = regex(r"signal|graceful|terminat|shutdown_hook|killer|install_handler|sigterm", re.IGNORECASE)


def evaluate(run: Run, frame: Frame, node: syntax.Call, state: State) -> Value:
    """The value of a call."""
    run.step()
    run.executed.add((node.text.buffer, node.text.start))
    if isinstance(node.function, syntax.Name) and node.function.name == "super" and not node.arguments:
        return _super(frame)
    function = expressions.value(run, frame, node.function, state)
    arguments = _arguments(run, frame, node, state)
    if state.dead:
        return UNKNOWN
    return _called(run, frame, function, arguments, node.text, state)


def _super(frame: Frame) -> Value:
    receiver, function = frame.receiver, frame.function
    if isinstance(receiver, Instance) and isinstance(function, Function) and function.of is not None:
        return Super(receiver, function.of)
    return UNKNOWN


def _arguments(run: Run, frame: Frame, node: syntax.Call, state: State) -> Arguments:
    from .statements import items_of

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
    return rests.awaited(run, frame, found, text, state) if awaited and isinstance(found, Coroutine) else found


def method(run: Run, owner: Instance, name: str, state: State) -> Value | None:
    """A method of the image's own; None if the class has none of this name."""
    for base in expressions.lineage(owner.type):
        found = state.store.get((base.number, name)) if isinstance(base, Type) else None
        if isinstance(found, Function) and isinstance(base, Type):
            return Bound(Function(found.node, found.scope, found.generator, found.static, base), owner)
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
        case Ref(name=name):
            return foreign(run, frame, name.removeprefix("builtins."), None, arguments, text, state, awaited=awaited)
        case Method(receiver=receiver, name=name):
            return foreign(run, frame, name, receiver, arguments, text, state, awaited=awaited)
        case _:
            return _unknown(run, frame, arguments, text, state)


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


def _unknown(run: Run, frame: Frame, arguments: Arguments, text: Text, state: State) -> Value:
    """A call of something that is not known."""
    name = text.value.partition("(")[0].strip()
    if run.handling:
        run.opaque = run.opaque or name.rpartition(".")[2] not in _HARMLESS
    if name.endswith(".cancel") and frame.loop:
        state.store[CANCELLED] = TRUE
        if run.handling:
            run.opaque = False
    if perhaps_rests(name) and frame.background is None:
        run.foreign.append((text, name))
    if _INSTALLS.search(name.rpartition(".")[2]):
        _may_install(run, state)
    return UNKNOWN


# What these return must be awaited, and does nothing before.
_ASYNCHRONOUS = ("asyncio.", "trio.", "anyio.", "hypercorn.asyncio.", "hypercorn.trio.")
_HARMLESS = frozenset(
    "debug info warning warn error critical exception log print write flush format join append".split()
)


def _may_install(run: Run, state: State) -> None:
    from .state import PROCESS

    for signal in ("SIGTERM", "SIGINT"):
        state.store[(PROCESS, signal)] = UNKNOWN


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
) -> Value:
    node = function.node
    if isinstance(node, syntax.Function) and node.asynchronous and not awaited and not function.generator:
        return Coroutine(Bound(function, receiver) if receiver is not None else function, _rest(arguments, receiver))
    if frame.calls.count(node) >= 2 or len(frame.calls) >= MOST_CALLS:
        run.doubts.append("the program calls itself too deeply to follow")
        return UNKNOWN
    scope = Scope(run.number(), function.scope, function.scope.module)
    inner = replace(
        frame,
        scope=scope,
        raises=[],
        breaks=[],
        continues=[],
        returns=[],
        outer={},
        calls=(*frame.calls, node),
        receiver=receiver,
        function=function,
    )
    _parameters(run, inner, node.parameters, arguments, state, function.scope)
    if isinstance(node, syntax.Lambda):
        result = expressions.value(run, inner, node.body, state)
        frame.raises += inner.raises
        return result
    if function.generator:
        return _generator(run, node)
    from .statements import block

    end = block(run, inner, node.body, state.copy())
    frame.raises += inner.raises
    values = [found for _, found in inner.returns] + ([NONE] if end is not None else [])
    state.become(joined([end, *(found for found, _ in inner.returns)]))
    if not values:
        return UNKNOWN
    result = values[0]
    for found in values[1:]:
        result = join(result, found)
    return result


def _rest(arguments: Arguments, receiver: Value | None) -> Arguments:
    return arguments if receiver is None else Arguments(arguments.values[1:], arguments.named, arguments.more)


def _generator(run: Run, node: syntax.Function) -> Value:
    return Made(f"generator.{node.name}", run.number())


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
        for name, value in arguments.named:
            state.store[(made.number, f"#{name}")] = value
            state.store[(made.number, name)] = value
    return made


# --- foreign ones ------------------------------------------------------------------------------------------------------


def foreign(
    run: Run,
    frame: Frame,
    name: str,
    receiver: Value | None,
    arguments: Arguments,
    text: Text,
    state: State,
    *,
    awaited: bool = False,
) -> Value:
    """A call that leads out of the image's own code."""
    found = special.function(name)
    if found is not None:
        return found(run, frame, receiver, arguments, text, state)
    entry = entry_of(name)
    if entry is not None and not awaited and name.startswith(_ASYNCHRONOUS) and entry["does"] in ("rest", "pause"):
        return Coroutine(
            Method(receiver, name) if isinstance(receiver, Made | Instance | Box) else Ref(name), arguments
        )
    if entry is not None:
        return _known(run, frame, name, entry, receiver, arguments, text, state)
    if receiver is not None and isinstance(receiver, Instance):
        return _inherited(run, frame, name, receiver, arguments, text, state)
    if receiver is not None and isinstance(receiver, Box):
        return special.boxed(run, receiver, name, arguments, state)
    if (
        not standard(name)
        and not name.startswith(("str.", "list.", "dict.", "generator.", "coroutine."))
        and "." in name
    ):
        _noted(run, frame, name, arguments, text, state)
    elif run.handling and receiver is not None and name.rpartition(".")[2] not in _HARMLESS:
        run.opaque = run.opaque or not standard(name)
    return Made(name, run.number())


def _inherited(
    run: Run, frame: Frame, name: str, receiver: Instance, arguments: Arguments, text: Text, state: State
) -> Value:
    """A method that an object of the image's own has from a foreign class."""
    last = name.rpartition(".")[2]
    if last == "__init__":
        for key, value in arguments.named:
            state.store[(receiver.number, f"#{key}")] = value
        return NONE
    if not standard(name):
        _noted(run, frame, name, arguments, text, state)
    return UNKNOWN


def _noted(run: Run, frame: Frame, name: str, arguments: Arguments, text: Text, state: State) -> None:
    """A foreign call nothing is known of."""
    if run.handling:
        run.opaque = True
    if frame.background is None and perhaps_rests(name):
        run.foreign.append((text, name))
    mentioned = any(
        expressions.signal_of(value) in ("SIGTERM", "SIGINT") and isinstance(value, Ref) for value in arguments.every()
    )
    if mentioned or _INSTALLS.search(name.rpartition(".")[2]):
        _may_install(run, state)


def _known(
    run: Run,
    frame: Frame,
    name: str,
    entry: Entry,
    receiver: Value | None,
    arguments: Arguments,
    text: Text,
    state: State,
) -> Value:
    number = run.nobody
    if isinstance(receiver, Made | Instance) and not entry.get("singleton"):
        number = receiver.number
    match entry["does"]:
        case "marks":
            run.write(state, (number, entry["mark"]), TRUE)
            return NONE
        case "changes":
            run.opaque = run.opaque or state.signalled
            return Made(name, run.number())
        case "calls":
            return call(run, frame, arguments.get(0, "callback") or UNKNOWN, arguments.values[1:], text, state)
        case "serves":
            state.store[SERVES] = Ref(name)
            return Made(name, run.number())
        case "endless" | "inert" | "perhaps":
            return Made(name, run.number())
    kind = entry["does"]
    if "timeout" in entry:
        given = arguments.get(*entry["timeout"])
        if given not in (None, NONE, FALSE):
            kind = "pause"
    if "unblocked" in entry and (given := arguments.get(*entry["unblocked"])) is not None and truth(given) is not True:
        kind = "pause"
    if "seconds" in entry and _long(arguments.get(entry["seconds"], "seconds")):
        kind = "perhaps"
    if entry.get("timed-by") and state.store.get((number, entry["timed-by"])) is not None:
        kind = "pause"
    owned = _owned(entry, arguments)
    launches = bool(entry.get("launches"))
    if launches and kind == "rest":
        kind = "perhaps"
        run.children.append((number, text))
    rests.rest(
        run,
        frame,
        text,
        name,
        state,
        kind=kind,
        over=rests.marked(run, number, entry["until"]) if "until" in entry else None,
        raises=entry.get("raises", ""),
        interrupted=bool(entry.get("interrupted")),
        owned=owned,
        launches=launches,
    )
    if kind == "pause" and entry.get("until") == "put" and truth(state.store.get((number, "put"), FALSE)) is not True:
        # Nobody has put anything there: the limit is over.
        frame.raises.append(Raised(state.copy(), "queue.Empty", text))
        state.dead = state.dead or state.signalled
    if kind == "pause" and entry.get("until") == "set":
        return state.store.get((number, "set"), FALSE)
    return Made(name, run.number())


def _owned(entry: Entry, arguments: Arguments) -> dict[str, Value]:
    """The handlers a framework installs for its own time."""
    if "unless" in entry:
        given = arguments.get(*entry["unless"])
        trigger = entry["unless"][1].endswith("trigger")
        if given is not None and (trigger or truth(given) is not True):
            return {}
    on = dict(entry["on"])
    if "when" in entry:
        chosen = next(
            (found for name in entry["when"]["given"] if (found := arguments.get(-1, name)) is not None), FALSE
        )
        on |= entry["when"]["on"] if truth(chosen) is True else {}
    return {signal: Own(reaction["does"], reaction["why"]) for signal, reaction in on.items()}


def _long(value: Value | None) -> bool:
    return isinstance(value, Const) and isinstance(value.value, int | float) and value.value >= 30
