"""`threading.Thread`, `threading.Timer` and `multiprocessing.Process` as objects: made, started, joined, asked. What becomes of them:
`threads`, `processes`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..delivery import rests
from ..domain.lattice import truth
from ..domain.values import FALSE, NONE, TRUE, UNKNOWN, Const, Instance, Items, Made
from ..interpreter.comprehensions import SEVERAL
from ..interpreter.facts import Thread
from .processes import PROCESSES
from .threads import AFTER, FORGOTTEN, PASSED, PENDING, kind_of, over, start

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run
    from ..libraries.special import Special

_KINDS = ("threading.Thread", "threading.Timer", *PROCESSES)
# A timer is over within the usual grace period.
_SOON = 5
_FORGETFUL = ((3, 10), (3, 12))


def _made(kind: str, target: str = "target", given: int = 3) -> Special:
    def make(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
        made = Made(kind, run.number())
        state.store[(made.number, "#target")] = arguments.get(1, target) or UNKNOWN
        state.store[(made.number, "#args")] = arguments.get(given, "args") or Items(())
        state.store[(made.number, "daemon")] = arguments.get(-1, "daemon") or FALSE
        return made

    return make


_made_timer = _made("threading.Thread", "function", 2)


def _timer(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """A thread that waits before it does what it is for."""
    made = _made_timer(run, frame, receiver, arguments, text, state)
    assert isinstance(made, Made)
    _timed(made.number, arguments, state)
    return made


def _timed(number: int, arguments: Arguments, state: State) -> None:
    interval = arguments.get(0, "interval")
    seconds = interval.value if isinstance(interval, Const) else None
    if not isinstance(seconds, int | float):
        state.store[(number, PENDING)] = UNKNOWN
    elif seconds >= _SOON:
        state.store[(number, PENDING)] = TRUE
    elif interval is not None:
        state.store[(number, AFTER)] = interval


def _own_timer(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``Timer.__init__`` of a class of the image's own, whose ``run`` may go by the attributes."""
    from ..interpreter.attributes import method

    if not isinstance(receiver, Instance):
        return NONE
    number = receiver.number
    given: dict[str, tuple[int, Value]] = {
        "interval": (0, UNKNOWN),
        "function": (1, UNKNOWN),
        "args": (2, Items(())),
        "kwargs": (3, UNKNOWN),
    }
    for name, (at, default) in given.items():
        value = arguments.get(at, name)
        state.store[(number, name)] = default if value is None or value == NONE else value
    state.store[(number, "finished")] = Made("threading.Event", run.number())
    state.store[(number, "#target")] = state.store[(number, "function")]
    state.store[(number, "#args")] = state.store[(number, "args")]
    if method(run, receiver, "run", state) is None:
        _timed(number, arguments, state)
    return NONE


def _told(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``cancel()``; a ``run`` of the image's own may look for that, or not."""
    from ..interpreter.attributes import method

    if not isinstance(receiver, Made | Instance):
        return NONE
    finished = state.store.get((receiver.number, "finished"))
    if isinstance(finished, Made):
        run.write(state, (finished.number, "set"), TRUE)
    if isinstance(receiver, Made) or method(run, receiver, "run", state) is None:
        run.write(state, (receiver.number, "told"), TRUE)
    return NONE


def _started(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    from ..domain.containers import items_of
    from ..interpreter.attributes import method

    if not isinstance(receiver, Made | Instance):
        return NONE
    number = receiver.number
    target = state.store.get((number, "#target"))
    given: tuple[Value, ...] = ()
    if isinstance(receiver, Instance):
        target = method(run, receiver, "run", state) or target
    if target is None or isinstance(receiver, Made) or not isinstance(receiver, Instance):
        given = items_of(run, state.store.get((number, "#args"), Items(())), state) or ()
    daemon = state.store.get((number, "daemon"), state.store.get((number, "#daemon"), FALSE))
    process = _is_process(receiver)
    if frame.background is None or not process:
        kind = "process" if process else "thread"
        start(run, frame, Thread(number, kind, target, given, text, truth(daemon) is True), state)
    return NONE


def _is_process(receiver: Made | Instance) -> bool:
    if isinstance(receiver, Made):
        return receiver.kind in PROCESSES
    return any(getattr(base, "name", "") in PROCESSES for base in receiver.type.bases)


def join(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """Wait for a thread, a process or a future."""
    if not isinstance(receiver, Made | Instance):
        return NONE
    limit = arguments.get(0, "timeout")
    limit = None if limit == NONE else limit
    kind = "pause" if limit is not None else kind_of(run, receiver.number, state)
    first = len(frame.raises)
    ended = over(run, frame, receiver.number, text, limit)
    rests.rest(run, frame, text, "join", state, kind=kind, over=ended, seconds=limit)
    if limit is None:
        passed(run, receiver.number, state)
    if run.broken_off:
        _forget(run, receiver, [one.state for one in frame.raises[first:]])
    return NONE


def _forget(run: Run, thread: Made | Instance, states: list[State]) -> None:
    """What a handler raises in a join of a thread leaves it: from Python 3.10 to 3.12, the thread is then taken to have ended, although it
    has not, and the program's end does not wait for it (``Thread._wait_for_tstate_lock``, bpo-45274; measured on 3.10, 3.11, 3.12 and
    3.13)."""
    version = run.sources.version
    future = isinstance(thread, Made) and thread.kind != "threading.Thread"
    if future or _is_process(thread) or (version is not None and not _FORGETFUL[0] <= version <= _FORGETFUL[1]):
        return
    for state in states:
        several = (thread.number, SEVERAL) in state.store
        state.store[(thread.number, FORGOTTEN)] = UNKNOWN if version is None or several else TRUE


def passed(run: Run, number: int, state: State) -> None:
    """The program has waited for the end of a thread, before any signal."""
    if not state.dead and not state.signalled and (number, SEVERAL) not in state.store:
        state.store[(number, PASSED)] = TRUE


def _alive(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    if not isinstance(receiver, Made | Instance):
        return UNKNOWN
    ended = over(run, frame, receiver.number, text)(state)
    return UNKNOWN if ended is None else Const(not ended)


def _set_daemon(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    if isinstance(receiver, Made | Instance):
        state.store[(receiver.number, "daemon")] = arguments.get(0, "daemonic") or UNKNOWN
    return NONE


def _current(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    return Made("threading.main_thread", run.nobody if frame.background != "thread" else run.number())


def _main_thread(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    return Made("threading.main_thread", run.nobody)


SPECIAL: dict[str, Special] = {
    "threading.Thread": _made("threading.Thread"),
    "threading.Timer": _timer,
    "threading.Timer.__init__": _own_timer,
    "threading.Timer.cancel": _told,
    "threading.Thread.cancel": _told,
    "threading.current_thread": _current,
    "threading.main_thread": _main_thread,
    **{name: _made(name) for name in PROCESSES},
    **{f"{kind}.start": _started for kind in _KINDS},
    **{f"{kind}.join": join for kind in _KINDS},
    **{f"{kind}.is_alive": _alive for kind in _KINDS},
    "threading.Thread.setDaemon": _set_daemon,
}
