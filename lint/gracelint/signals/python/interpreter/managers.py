"""``with``: context managers are entered and left, whichever way the block is left.

A generator that ``contextlib.contextmanager`` makes a manager of is gone through as Python does it: the block stands where its ``yield``
stands, what is raised in the block is raised there, and what follows the ``yield`` runs when the block is left. Ways out of the block that
raise nothing (``return``, ``break``, ``continue``) go through what follows the ``yield`` each for itself: the generator is gone through
again for each.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..concurrency import nurseries
from ..concurrency.groups import GROUP, leave_group
from ..delivery import turns
from ..domain import containers
from ..domain.lattice import alternatives, truth
from ..domain.state import Guard, joined
from ..domain.values import NONE, NOTHING, UNKNOWN, Arguments, Instance, Made, Partial, Ref, Unknown
from ..libraries import retries, special
from . import exceptions, expressions
from .attributes import method
from .bindings import store
from .calls import call
from .functions import MANAGER, taken_up, through

if TYPE_CHECKING:
    from ....parsers.python import model as syntax
    from ....source import Text
    from ..domain.state import Frame, Raised, State
    from ..domain.values import Value
    from ..libraries.special import Special
    from .run import Run

# Inside these, waits end by TimeoutError.
_LIMITS = (
    "asyncio.timeout", "asyncio.timeout_at", "async_timeout.timeout", "anyio.fail_after", "trio.fail_after", *nurseries.LIMITED
)  # fmt: skip
# What these give back, nobody has to when the process is gone: locks in its memory, its threads and tasks.
_PASSING = ("threading.", "concurrent.futures.ThreadPoolExecutor", "concurrent.futures.thread.", "multiprocessing.pool.ThreadPool", "asyncio.", "warnings.catch_warnings", "contextlib.nullcontext")  # fmt: skip
_SECONDS = "#seconds"
_CALLBACKS = "#callbacks"
_STACKS = ("contextlib.ExitStack", "contextlib.AsyncExitStack")


def with_block(run: Run, frame: Frame, node: syntax.With, state: State) -> State | None:
    """``with``, from its first manager on."""
    return _items(run, frame, node, 0, state)


def _is_passing(manager: Value, expression: syntax.Expression) -> bool:
    return expression.text.value.startswith(("open(", "suppress(")) or (
        isinstance(manager, Made) and manager.kind.startswith(_PASSING)
    )


def _items(run: Run, frame: Frame, node: syntax.With, at: int, state: State) -> State | None:
    from .statements import block

    if at == len(node.items):
        return block(run, frame, node.body, state)
    expression, target = node.items[at]
    manager = expressions.value(run, frame, expression, state)
    if isinstance(manager, Made) and manager.kind == MANAGER and not state.dead:
        return _Around(run, frame, node, at).go(state.store[(manager.number, "#call")], state)
    entered = _entered(run, frame, manager, expression, state)
    if state.dead:
        return None
    if target is not None:
        store(run, frame, target, entered, state)
    guards, limited, scopes = frame.guards, frame.limited, frame.scopes
    scope = nurseries.scope_of(manager, state)
    if scope is not None:
        frame.scopes = nurseries.inside(frame, scope, state)
    if isinstance(manager, Made) and manager.kind in _LIMITS:
        frame.limited = state.store.get((manager.number, _SECONDS), UNKNOWN)
    elif not (isinstance(manager, Made) and manager.kind in exceptions.SUPPRESSORS):
        frame.guards = (*guards, Guard("with", expression.text, passing=_is_passing(manager, expression)))
    ways = _Ways(frame)
    try:
        inside = _items(run, frame, node, at + 1, state)
    finally:
        frame.guards, frame.limited, frame.scopes = guards, limited, scopes
        ways.close()
    if node.asynchronous and isinstance(manager, Made):
        for one in ways.raises:
            turns.abandoned(run, frame, one.state)
    ends = [_left(run, frame, manager, expression, one) for one in ways.raises]
    for found, value in ways.returns:
        _exited(run, frame, manager, expression, found)
        if not found.dead:
            frame.returns.append((found, value))
    for way, into in ((ways.breaks, frame.breaks), (ways.continues, frame.continues)):
        for found in way:
            _exited(run, frame, manager, expression, found)
        into += [found for found in way if not found.dead]
    if inside is not None and isinstance(manager, Made) and manager.kind == GROUP:
        leave_group(run, frame, manager, expression.text, inside)
    elif inside is not None:
        _exited(run, frame, manager, expression, inside)
    return joined([inside, *ends])


class _Ways:
    """The ways out of a block, kept apart from those of what is around it until `close`."""

    def __init__(self, frame: Frame) -> None:
        self.frame = frame
        self._outer = frame.raises, frame.returns, frame.breaks, frame.continues
        self.raises: list[Raised] = []
        self.returns: list[tuple[State, Value]] = []
        self.breaks: list[State] = []
        self.continues: list[State] = []
        frame.raises, frame.returns, frame.breaks, frame.continues = (
            self.raises,
            self.returns,
            self.breaks,
            self.continues,
        )

    def close(self) -> None:
        """The frame has its own lists again; whoever swapped one of them meanwhile has swapped it back."""
        frame = self.frame
        frame.raises, frame.returns, frame.breaks, frame.continues = self._outer


def _entered(run: Run, frame: Frame, manager: Value, node: syntax.Expression, state: State) -> Value:
    """What ``with … as`` binds."""
    for one in alternatives(manager):
        if isinstance(one, Instance):
            for name in ("__enter__", "__aenter__"):
                enter = method(run, one, name, state)
                if enter is not None:
                    return call(run, frame, enter, (), node.text, state, awaited=True)
        elif isinstance(one, Made) and (own := special.function(f"{one.kind}.__enter__")) is not None:
            own(run, frame, one, NOTHING, node.text, state)
    return manager if isinstance(manager, Made | Instance | Unknown | Ref) else UNKNOWN


def _left(run: Run, frame: Frame, manager: Value, node: syntax.Expression, one: Raised) -> State | None:
    """An exception leaves the block: the state behind the statement if the manager keeps it, else it goes on."""
    if one.state.dead:
        return None
    if exceptions.suppressed(run, manager, one, one.state):
        return one.state
    keeps = truth(_exited(run, frame, manager, node, one.state, one.kind))
    if one.state.dead or keeps:
        return one.state
    if keeps is None and one.state.signalled and one.kind in exceptions.EXITS:
        run.doubts.append("whether a context manager keeps the exit to itself")
    frame.raises.append(one)
    return None


def _exited(
    run: Run, frame: Frame, manager: Value, node: syntax.Expression, state: State, kind: str | None = None
) -> Value:
    """Leave the block, by an exception of a ``kind`` if there is one; what the manager returns tells whether it keeps that to itself."""
    if isinstance(manager, Instance):
        for name in ("__exit__", "__aexit__"):
            leave = method(run, manager, name, state)
            if leave is not None:
                return call(run, frame, leave, (UNKNOWN, UNKNOWN, UNKNOWN), node.text, state, awaited=True)
    elif isinstance(manager, Made) and manager.kind in _STACKS:
        for callback in reversed(containers.appended(run, manager, _CALLBACKS, state)):
            if not state.dead:
                call(run, frame, callback, (), node.text, state, awaited=True)
    elif isinstance(manager, Made) and (own := special.function(f"{manager.kind}.__exit__")) is not None:
        left = NOTHING if kind is None else Arguments((Ref(kind or "Exception"),))
        found = own(run, frame, manager, left, node.text, state)
        keeps = manager.kind == retries.ATTEMPT or nurseries.scope_of(manager, state) is not None
        return found if keeps else NONE
    elif isinstance(manager, Made):
        from ..concurrency.executors import joined_all

        joined_all(run, frame, manager, node.text, state)
    return NONE


class _Around:
    """A generator around a block: the rest of the ``with`` from the manager at ``at`` on."""

    def __init__(self, run: Run, frame: Frame, node: syntax.With, at: int) -> None:
        self.run, self.frame, self.node, self.at = run, frame, node, at
        self.ways: _Ways | None = None
        self.scope = 0

    def go(self, generator: Value, state: State) -> State | None:
        """Go through it; the state behind the statement."""
        start, text = state.copy(), self.node.items[self.at][0].text
        through(self.run, self.frame, generator, text, state, self._block)
        if self.ways is None:
            return None if state.dead else state
        for found, value in self.ways.returns:
            if (end := self._again(generator, start, found)) is not None:
                self.frame.returns.append((end, value))
        for way, into in ((self.ways.breaks, self.frame.breaks), (self.ways.continues, self.frame.continues)):
            into += [end for found in way if (end := self._again(generator, start, found)) is not None]
        return None if state.dead else state

    def _block(self, inner: Frame, yielded: Value, state: State) -> None:
        """The ``yield``: the block runs."""
        if self.ways is not None:
            # A second yield is an error.
            state.dead = True
            return
        frame, self.scope = self.frame, inner.scope.number
        target = self.node.items[self.at][1]
        if target is not None:
            store(self.run, frame, target, yielded, state)
        guards, frame.guards = frame.guards, inner.guards
        self.ways = _Ways(frame)
        try:
            # A copy, which the ways out of the block may be.
            end = _items(self.run, frame, self.node, self.at + 1, state.copy())
        finally:
            frame.guards = guards
            self.ways.close()
        inner.raises += self.ways.raises
        state.become(end)

    def _again(self, generator: Value, start: State, found: State) -> State | None:
        """What follows the ``yield``, for a way out of the block that raises nothing; what is raised behind it goes on."""
        way = start.copy()
        ways = _Ways(self.frame)

        def resume(inner: Frame, yielded: Value, state: State) -> None:
            taken_up(inner, state, found, self.scope)

        try:
            through(self.run, self.frame, generator, self.node.text, way, resume)
        finally:
            ways.close()
        self.frame.raises += [one for one in ways.raises if one.state.signalled and not start.signalled]
        return None if way.dead else way


def _limit(kind: str) -> Special:
    def limit(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
        made = Made(kind, run.number())
        state.store[(made.number, _SECONDS)] = UNKNOWN if kind.endswith("_at") else arguments.get(0, "delay") or UNKNOWN
        nurseries.shields(made, arguments, state)
        return made

    return limit


# --- contextlib.ExitStack ----------------------------------------------------------------------------------------------


def callback(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``callback(function, *arguments)``, ``push_async_callback``."""
    if isinstance(receiver, Made) and arguments.values:
        later = Partial(arguments.values[0], Arguments(arguments.values[1:], arguments.named, arguments.more))
        containers.append(run, receiver, _CALLBACKS, later, state)
    return arguments.get(0, "callback") or UNKNOWN


def enter(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``enter_context(manager)``: of the image's own classes the methods are called; another's effect is none that matters."""
    manager = arguments.get(0, "cm") or UNKNOWN
    if not isinstance(manager, Instance):
        if isinstance(manager, Made) and manager.kind == MANAGER:
            run.doubts.append("what a context manager in an ExitStack does")
        return manager
    for name in ("__exit__", "__aexit__"):
        leave = method(run, manager, name, state)
        if leave is not None and isinstance(receiver, Made):
            later = Partial(leave, Arguments((UNKNOWN, UNKNOWN, UNKNOWN)))
            containers.append(run, receiver, _CALLBACKS, later, state)
    for name in ("__enter__", "__aenter__"):
        start = method(run, manager, name, state)
        if start is not None:
            return call(run, frame, start, (), text, state, awaited=True)
    return manager


SPECIAL: dict[str, Special] = {
    **{kind: _limit(kind) for kind in _LIMITS},
    **{f"{stack}.callback": callback for stack in _STACKS},
    **{f"{stack}.push_async_callback": callback for stack in _STACKS},
    **{f"{stack}.enter_context": enter for stack in _STACKS},
    **{f"{stack}.enter_async_context": enter for stack in _STACKS},
}
