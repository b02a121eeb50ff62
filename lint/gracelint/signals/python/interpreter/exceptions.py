"""Exceptions: which ``except`` catches what, and what becomes of the exit that a handler raises.

A kind is the full name of an exception's class; of the built-in ones only what matters here is told apart: SystemExit, KeyboardInterrupt
and GeneratorExit are no Exception, asyncio's CancelledError neither. "" is an exception that is not known, which counts as an ordinary one.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING

from ....parsers.python import model as syntax
from ..domain.lattice import alternatives
from ..domain.state import Guard, Raised, joined
from ..domain.values import UNKNOWN, Instance, Items, Made, Ref, Type

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..domain.state import Frame, State
    from ..domain.values import Value
    from .run import Run

EXITS = ("SystemExit", "KeyboardInterrupt")
SUPPRESSORS = ("contextlib.suppress",)
# The same class under other names, since Python 3.11.
_SAME = {
    "asyncio.TimeoutError": "TimeoutError",
    "asyncio.exceptions.TimeoutError": "TimeoutError",
    "concurrent.futures.TimeoutError": "TimeoutError",
    "socket.timeout": "TimeoutError",
    "socket.error": "OSError",
    "IOError": "OSError",
}
_CANCELLED = ("asyncio.CancelledError", "asyncio.exceptions.CancelledError", "trio.Cancelled")


def kind_of(run: Run, value: Value) -> str:
    """The kind of an exception, or of a class of exceptions."""
    match value:
        case Ref(name):
            name = name.removeprefix("builtins.")
            return _SAME.get(name, name)
        case Made(kind):
            return kind.removeprefix("builtins.")
        case Instance(type=found):
            return f"{found.node.name}#{found.number}"
        case Type():
            return f"{value.node.name}#{value.number}"
        case _:
            return ""


def lineage(kind: str, bases: dict[str, tuple[str, ...]]) -> frozenset[str]:
    """A kind with everything it inherits from."""
    found: set[str] = set()
    stack = [kind]
    while stack:
        one = stack.pop()
        if one in found:
            continue
        found.add(one)
        if one in bases:
            stack += bases[one]
        elif one in _CANCELLED:
            stack += ["BaseException", *_CANCELLED]
        elif (known := getattr(builtins, one, None)) is not None and isinstance(known, type):
            found |= {base.__name__ for base in known.__mro__}
        else:
            stack.append("Exception")
            found.add("BaseException")
    return frozenset(found)


def catches(run: Run, types: Value, raised: Raised) -> bool | None:
    """Whether an ``except`` of these types catches it; None where that is not known."""
    wanted = types.items if isinstance(types, Items) else alternatives(types)
    bases = run.class_bases
    known = lineage(raised.kind, bases)
    certain = True
    for one in wanted:
        kind = kind_of(run, one)
        if kind in known or kind in ("BaseException",):
            return True
        if one == UNKNOWN or not kind:
            certain = False
    return None if not certain and not (known & set(EXITS)) else False


def attempt(run: Run, frame: Frame, node: syntax.Try, state: State) -> State | None:
    """``try``."""
    from . import statements

    guards = frame.guards
    if node.final:
        frame.guards = (*frame.guards, Guard("finally", node.final[0].text))
    inner = frame.guards
    for handler in node.handlers:
        if (
            handler.type is not None
            and any(name in handler.type.text.value for name in EXITS)
            and _does_something(handler)
        ):
            frame.guards = (*frame.guards, Guard("except", handler.keyword))
    before = state.copy()
    saved, frame.raises = frame.raises, []
    outer = frame.returns, frame.breaks, frame.continues
    if node.final:
        frame.returns, frame.breaks, frame.continues = [], [], []
    inside = statements.block(run, frame, node.body, state)
    raised, frame.raises = frame.raises, []
    frame.guards = inner
    if inside is not None and node.otherwise:
        inside = statements.block(run, frame, node.otherwise, inside)
    ends: list[State | None] = [inside]
    passed: list[Raised] = []
    for one in raised:
        ends += _handled(run, frame, node, one, passed)
    reached = [inside, *(one.state for one in raised)]
    # What lacks a name, or input, ends there each time, whatever else might be raised.
    lacking = inside is None and any(one.kind in ("AttributeError", "NameError", "EOFError") for one in raised)
    if not lacking and not before.signalled and not any(state is not None and state.signalled for state in reached):
        ends += _implied(run, frame, node, before, inside)
    passed += frame.raises
    frame.guards, frame.raises = guards, saved
    if not node.final:
        frame.raises += passed
        return joined(ends)
    left = frame.returns, frame.breaks, frame.continues
    frame.returns, frame.breaks, frame.continues = outer
    return _finally(run, frame, node, joined(ends), passed, left)


def _finally(
    run: Run,
    frame: Frame,
    node: syntax.Try,
    normal: State | None,
    passed: list[Raised],
    left: tuple[list[tuple[State, Value]], list[State], list[State]],
) -> State | None:
    """Every way out of the statement goes through ``finally``."""
    from . import statements

    for one in passed:
        end = statements.block(run, frame, node.final, one.state)
        if end is not None:
            frame.raises.append(Raised(end, one.kind, one.text))
    for found, value in left[0]:
        end = statements.block(run, frame, node.final, found)
        if end is not None:
            frame.returns.append((end, value))
    for way, into in ((left[1], frame.breaks), (left[2], frame.continues)):
        into += [end for found in way if (end := statements.block(run, frame, node.final, found)) is not None]
    return statements.block(run, frame, node.final, normal)


def _handled(run: Run, frame: Frame, node: syntax.Try, one: Raised, passed: list[Raised]) -> list[State | None]:
    """What the ``except`` clauses make of an exception."""
    from . import expressions, statements

    ends: list[State | None] = []
    for handler in node.handlers:
        types: Value = (
            Ref("BaseException") if handler.type is None else expressions.value(run, frame, handler.type, one.state)
        )
        caught = catches(run, types, one)
        if caught is False:
            continue
        if one.state.signalled and lineage(one.kind, run.class_bases) & set(EXITS) and not _named(handler):
            run.swallowed.append(handler.keyword)
        outer, frame.exception = frame.exception, one.kind
        if handler.name:
            run.write(one.state, (frame.scope.number, handler.name), Made(one.kind, run.number()))
        ends.append(statements.block(run, frame, handler.body, one.state.copy() if caught is None else one.state))
        frame.exception = outer
        if caught:
            return ends
    passed.append(one)
    return ends


def _named(handler: syntax.Handler, names: Iterable[str] = EXITS) -> bool:
    """Whether a clause names what it catches, the exits or others."""
    return handler.type is not None and any(name in handler.type.text.value for name in names)


def _implied(run: Run, frame: Frame, node: syntax.Try, before: State, after: State | None) -> list[State | None]:
    """Anything in the body may raise: the clauses for ordinary exceptions may run, with what the body may have done until then."""
    from . import expressions, statements

    ends: list[State | None] = []
    start = joined([before, after])
    for handler in node.handlers:
        if start is None or (_named(handler) and not _named(handler, ("Exception",))):
            continue
        way = start.copy()
        if handler.type is not None:
            expressions.value(run, frame, handler.type, way)
        outer, frame.exception = frame.exception, ""
        ends.append(statements.block(run, frame, handler.body, way))
        frame.exception = outer
    return ends


def _does_something(handler: syntax.Handler) -> bool:
    return not all(
        isinstance(one, syntax.Plain) or (isinstance(one, syntax.Evaluate) and isinstance(one.value, syntax.Constant))
        for one in handler.body
    )


def suppressed(run: Run, manager: Value, one: Raised, state: State) -> bool:
    """Whether a context manager keeps an exception (``contextlib.suppress``)."""
    if not isinstance(manager, Made) or manager.kind not in SUPPRESSORS:
        return False
    types = state.store.get((manager.number, "#arguments"), Items(()))
    return catches(run, types, one) is True
