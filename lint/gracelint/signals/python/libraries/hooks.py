"""What foreign code calls by itself: functions of the program's own that it was given, by a decorator or as an argument.

A server runs an application's startup hooks before it serves, in its main thread and with its own handlers in force; what it runs for a
request comes later, if at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....parsers.python import model as syntax
from ....records import replace
from ....regexes import regex
from ..delivery import arrival
from ..domain.lattice import join
from ..domain.state import DEFAULT, PROCESS, handlers, joined
from ..domain.values import UNKNOWN, Arguments, Bound, Const, Function, Instance, Partial
from ..interpreter.facts import Closing, Hook

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ....source import Text
    from ..domain.state import Frame, Resume, State
    from ..domain.values import Value
    from ..interpreter.run import Run

# What a hook is called that runs when the application starts up, before the first request.
_STARTUP = regex(r"\blifespan\b|startup|before_serving|before_server_start|after_server_start|cleanup_ctx|worker_ready")
_NEVER = regex(
    r"shutdown|after_serving|server_stop|on_cleanup|teardown|cli\.command|errorhandler|exception_handler|\btask\b|worker_process_init|worker_init|celeryd_|beat_init"
)


# Of those the ones that run when the server ends.
_SHUTDOWN = regex(
    r"(?:on_event|event_handler)\W+shutdown|on_shutdown|on_cleanup|after_serving|server_stop|worker_shutdown"
)
# What stands behind a ``yield`` without one of these comes to its end.
_WAITS = regex(r"\b(?:await|async|while|wait|join|sleep|result|shutdown|stop|close|exit|serve|run)\b")


def install(own: Mapping[str, Value], state: State, *, loop: bool) -> None:
    """The server installs its handlers; ``loop``: in its event loop."""
    for signal, handler in own.items():
        state.store[(PROCESS, signal)] = handler
        if loop:
            state.store[(PROCESS, arrival.LOOP + signal)] = handler


def run_hooks(run: Run, frame: Frame, text: Text, application: Value, state: State, *, threads: bool) -> None:
    """What runs when the application starts up has run; what a request runs may have (in a thread of the server's, where nothing can be
    installed: ``threads``)."""
    if state.dead:
        return
    for hook in run.hooks:
        if _STARTUP.search(hook.name) and not state.dead:
            _called(run, frame, hook.function, hook.text, state)
    requests = [hook for hook in run.hooks if not _STARTUP.search(hook.name) and not _NEVER.search(hook.name)]
    if isinstance(application, Function | Bound | Instance):
        requests.append(Hook("", text, application))
    before = handlers(state)
    for hook in requests:
        if threads and not _asynchronous(hook.function):
            continue
        way = state.copy()
        lists: list[list[Any]] = [run.visits, run.threads, run.foreign, run.doubts]
        lengths = list(map(len, lists))
        _called(run, replace(frame, raises=[]), hook.function, hook.text, way)
        for found, length in zip(lists, lengths, strict=True):
            del found[length:]
        for signal, handler in handlers(way).items():
            if handler != before.get(signal, DEFAULT):
                state.store[(PROCESS, signal)] = join(state.handler(signal), handler)


def in_force(
    run: Run, frame: Frame, text: Text, application: Value, owned: Mapping[str, Value], state: State, *, loop: bool
) -> dict[str, Value]:
    """The handlers in force while a program's own call serves an application (``uvicorn.run(app)``): the server's, ``owned``, or what took
    their place.

    An application that is given by its name is imported by the call.
    """
    before = {signal: state.handler(signal) for signal in owned}
    imported = _imported(run, frame, application, state)
    own = {
        signal: handler if state.handler(signal) == before[signal] else join(handler, state.handler(signal))
        for signal, handler in owned.items()
    }
    install(own, state, loop=loop)
    run_hooks(run, frame, text, imported, state, threads=True)
    found = {signal: state.handler(signal) for signal in own}
    if not state.dead:
        for signal, handler in before.items():
            state.store[(PROCESS, signal)] = handler
    return found


def _imported(run: Run, frame: Frame, application: Value, state: State) -> Value:
    from ..interpreter.imports import module

    if not isinstance(application, Const) or not isinstance(application.value, str):
        return application
    name, _, attribute = application.value.partition(":")
    if not name or run.sources.find(name) is None:
        return UNKNOWN
    way, visits = state.copy(), len(run.visits)
    module(run, replace(frame, raises=[]), name, way)
    if way.dead or len(run.visits) > visits:
        # It comes to rest while it is imported, or fails: not what the server serves.
        del run.visits[visits:]
        return UNKNOWN
    state.become(way)
    loaded = run.modules.get(name)
    return state.store.get((loaded.number, attribute), UNKNOWN) if loaded is not None else UNKNOWN


def shut_down(run: Run, frame: Frame, state: State) -> None:
    """The server ends in order: what its hooks do behind their ``yield``, in its event loop, and those that are for its end."""
    from ..interpreter.functions import through

    for closing in run.closings:
        if isinstance(closing.function, Function):
            _at_the_end(run, frame, closing.function, (), closing.text, state)
        elif not state.dead:
            resume, stays = _taking_up(state.copy(), closing.scope), len(run.stays)
            inner = _inside(frame, closing.function)
            through(run, inner, closing.function, closing.text, state, resume)
            _ended(run, inner, stays, state)
    for hook in run.hooks:
        if _SHUTDOWN.search(hook.name):
            _at_the_end(run, frame, hook.function, (UNKNOWN, UNKNOWN, UNKNOWN), hook.text, state)


def _taking_up(now: State, scope: int) -> Resume:
    from ..interpreter.functions import taken_up

    def resume(at: Frame, yielded: Value, state: State) -> None:
        taken_up(at, state, now, scope)

    return resume


def _at_the_end(
    run: Run, frame: Frame, function: Value, arguments: tuple[Value, ...], text: Text, state: State
) -> None:
    from ..interpreter.calls import call

    if not state.dead:
        inner, stays = _inside(frame, function), len(run.stays)
        call(run, inner, function, arguments, text, state, awaited=True)
        _ended(run, inner, stays, state)


def _ended(run: Run, inner: Frame, stays: int, state: State) -> None:
    """Something that runs when the server ends has run."""
    run.loop_handled = True
    if len(run.stays) > stays:
        run.unfinished = run.stays[-1].text
    # What is raised there the server logs, and goes on.
    state.become(joined([state, *(one.state for one in inner.raises)]))


def _behind(function: Function, at: Frame) -> Function | None:
    """What stands behind the ``yield`` at which a generator is, as a function that sees its names; None where that is not a plain rest of
    its body."""
    if not isinstance(function.node, syntax.Function):
        return None
    body = function.node.body
    places = [place for place, one in enumerate(body) if "yield" in one.text.value]
    if len(places) != 1 or not isinstance(body[places[0]], syntax.Evaluate):
        return None
    node = replace(function.node, body=body[places[0] + 1 :], parameters=(), generator=False)
    return replace(function, node=node, scope=at.scope, generator=False, manager=False, of=None)


def _called(run: Run, frame: Frame, function: Value, text: Text, state: State) -> None:
    from ..interpreter.calls import call
    from ..interpreter.functions import through

    target = function.function if isinstance(function, Bound) else function
    inner = _inside(frame, function)
    if isinstance(target, Function) and (target.manager or target.generator):
        # It runs as far as its ``yield``.
        reached: list[State] = []

        def resume(at: Frame, yielded: Value, now: State) -> None:
            reached.append(now.copy())
            if _WAITS.search(target.node.text.value.rpartition("yield")[2]):
                behind = _behind(target, at)
                run.closings.append(Closing(behind if behind is not None else made, text, at.scope.number))
            now.dead = True

        given = (function.receiver, UNKNOWN) if isinstance(function, Bound) else (UNKNOWN,)
        made = Partial(replace(target, manager=False), Arguments(given))
        through(run, inner, made, text, state, resume)
        state.become(joined(reached))
        return
    call(run, inner, function, (UNKNOWN, UNKNOWN, UNKNOWN), text, state, awaited=True)
    if state.dead and inner.raises:
        # What is raised there the server logs, and goes on.
        state.become(joined(one.state for one in inner.raises))


def _inside(frame: Frame, function: Value) -> Frame:
    """The frame in which a server calls a hook."""
    return replace(frame, raises=[], breaks=[], continues=[], returns=[], loop=_asynchronous(function))


def _asynchronous(function: Value) -> bool:
    function = function.function if isinstance(function, Partial) else function
    function = function.function if isinstance(function, Bound) else function
    return isinstance(function, Function) and bool(getattr(function.node, "asynchronous", False))
