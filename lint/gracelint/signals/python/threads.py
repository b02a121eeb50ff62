"""Threads and processes: what they do to the program's state until they rest, and whether the program's end waits for them.

Only the main thread runs handlers. A thread is gone through when it is started, as far as its first rest; after the signal it is gone through again, from the
beginning, with what the handler did: if it then comes to its end, so did the real one, wherever it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import forked, pauses, rests
from .comprehensions import SEVERAL
from .forked import PROCESSES
from .run import Thread
from .state import joined
from .values import (
    FALSE,
    NONE,
    TRUE,
    UNKNOWN,
    Arguments,
    Bound,
    Const,
    Function,
    Instance,
    Items,
    Made,
    Method,
    Partial,
    Ref,
    truth,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal

    from ...source import Text
    from .run import Run
    from .special import Special
    from .state import Frame, State
    from .values import Value

# A thread that is taken to have ended.
_FORGOTTEN = "#forgotten"
# A timer that is not over within the usual grace period.
_PENDING = "#pending"
_SOON = 5
_NO_LATE_THREADS = (3, 12)
_FORGETFUL = ((3, 10), (3, 12))


def _known(target: Value | None) -> bool:
    """Whether a thread's function can be gone through: one of the image's own, or one of which is known what it does."""
    if isinstance(target, Method | Ref):
        from .knowledge import standard
        from .special import known

        return known(target.name) or standard(target.name)
    return isinstance(target, Function | Bound | Partial | Instance)


def start(run: Run, frame: Frame, thread: Thread, state: State) -> None:
    """A thread begins: its effects until it rests are the program's, what it raises is only printed."""
    from .calls import call

    run.threads.append(thread)
    if frame.background == "thread" and _node(thread.target) in frame.calls:
        # A timer that sets itself again.
        state.store[(thread.object, "#lives")] = _again_and_again(run)
        return
    first = len(run.threads)
    kind: Literal["thread", "process"] = "process" if thread.kind == "process" else "thread"
    outer, run.snapshots = run.snapshots, []
    outer_pauses, run.pausing = run.pausing, []
    inner = frame.elsewhere(kind)
    way = forked.begun(run, thread, state) if kind == "process" else state.copy()
    if thread.target is not None:
        call(run, inner, thread.target, thread.arguments, thread.text, way)
    resting, run.snapshots = run.snapshots, outer
    run.paused[thread.object], run.pausing = run.pausing, outer_pauses
    ended = [way, *(one.state for one in inner.raises)]
    ended = [one for one in ended if not one.dead]
    lives: Value = TRUE if resting and not ended else UNKNOWN if resting else FALSE
    if not _known(thread.target):
        lives = UNKNOWN
    if _again(run, thread, first):
        lives = _again_and_again(run)
    lives = state.store.get((thread.object, _PENDING), lives)
    if kind == "thread":
        state.become(joined([*resting, *ended]) or state)
    else:
        forked.note(thread, resting, state)
    state.store[(thread.object, "#lives")] = lives


def _node(target: Value | None) -> object:
    """The function behind a target."""
    while isinstance(target, Partial | Bound):
        target = target.function
    return target.node if isinstance(target, Function) else target


def _again(run: Run, thread: Thread, first: int) -> bool:
    """Whether one of the threads started since does the same as this one, and is waited for."""
    node = _node(thread.target)
    return isinstance(thread.target, Function | Bound | Partial) and any(
        _node(one.target) is node and not one.daemon for one in run.threads[first:]
    )


def _again_and_again(run: Run) -> Value:
    """Whether a thread that starts its successor goes on for ever: since 3.12 none can be started when the interpreter is at its end (RuntimeError), and whether
    one gets in before that is a race."""
    version = run.sources.version
    return TRUE if version is not None and version < _NO_LATE_THREADS else UNKNOWN


def ends(run: Run, frame: Frame, thread: Thread, state: State) -> bool | None:
    """Whether a thread comes to its end; None where that is not known."""
    from .calls import call

    forgotten = state.store.get((thread.object, _FORGOTTEN))
    if forgotten is not None:
        return truth(forgotten)
    lives = truth(state.store.get((thread.object, "#lives"), UNKNOWN))
    if lives is False:
        return True
    known = _known(thread.target)
    if thread.kind == "process" and known and (state.signalled or _told_to_end(thread, state)):
        return forked.ends(run, frame, thread, state)
    if _told_to_end(thread, state):
        return True
    if not state.signalled or thread.target is None or (thread.object, _PENDING) in state.store:
        return False if lives else None
    if not known:
        return None
    kept, certain, doubts = list(run.stays), run.uncertain_stays, len(run.doubts)
    inner = frame.elsewhere("thread")
    way, first = state.copy(), len(run.threads)
    call(run, inner, thread.target, thread.arguments, thread.text, way)
    resting = len(run.stays) > len(kept)
    run.stays, run.uncertain_stays = kept, certain
    unsure = len(run.doubts) > doubts
    if _again(run, thread, first):
        return False if truth(_again_and_again(run)) else None
    ended = not way.dead or bool(inner.raises)
    if unsure or (ended and resting):
        return None
    return ended and not resting


def _told_to_end(thread: Thread, state: State) -> bool:
    return TRUE in (state.store.get((thread.object, "told")), state.store.get((thread.object, "killed")))


def waiting(run: Run, frame: Frame, state: State) -> None:
    """A signal is pending: the first thread that waits for it takes it, and goes on."""
    for thread in run.threads:
        if thread.kind == "thread" and _known(thread.target) and _took(run, frame, thread, state):
            return


def _took(run: Run, frame: Frame, thread: Thread, state: State) -> bool:
    from .calls import call

    assert thread.target is not None
    kept, certain, ways, doubts = list(run.stays), run.uncertain_stays, len(run.endings), len(run.doubts)
    inner, way = frame.elsewhere("thread"), state.copy()
    call(run, inner, thread.target, thread.arguments, thread.text, way)
    run.stays, run.uncertain_stays = kept, certain
    if not run.taken:
        del run.doubts[doubts:]
        return False
    gone = way.dead and len(run.endings) > ways
    state.become(None if gone else joined([way, *(one.state for one in inner.raises)]) or state)
    return True


def over(run: Run, frame: Frame, object_: int) -> Callable[[State], bool | None]:
    """Whether all that an object started has ended."""

    def judged(state: State) -> bool | None:
        found = {ends(run, frame, thread, state) for thread in run.threads if thread.object == object_}
        if found == {True} and state.signalled and not _died(object_, state):
            pauses.beside(run, object_, state)
        return False if False in found else None if None in found else True

    return judged


def _died(object_: int, state: State) -> bool:
    """Whether it is in no pause of its own any more: a process that was told has been gone through from the pause in which that found it."""
    lives = truth(state.store.get((object_, "#lives"), UNKNOWN))
    return lives is False or state.store.get((object_, "told")) == TRUE or (object_, "killed") in state.store


# --- threading.Thread, multiprocessing.Process -------------------------------------------------------------------------


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
    interval = arguments.get(0, "interval")
    seconds = interval.value if isinstance(interval, Const) else None
    if not isinstance(seconds, int | float):
        state.store[(made.number, _PENDING)] = UNKNOWN
    elif seconds >= _SOON:
        state.store[(made.number, _PENDING)] = TRUE
    return made


def _told(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    if isinstance(receiver, Made):
        run.write(state, (receiver.number, "told"), TRUE)
    return NONE


def _started(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    from .calls import method
    from .containers import items_of

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
    lives = truth(state.store.get((receiver.number, "#lives"), FALSE))
    kind = "pause" if limit is not None and limit != NONE else "rest" if lives else "perhaps"
    first = len(frame.raises)
    seconds = limit if kind == "pause" else None
    rests.rest(run, frame, text, "join", state, kind=kind, over=over(run, frame, receiver.number), seconds=seconds)
    if run.broken_off:
        _forget(run, receiver, [one.state for one in frame.raises[first:]])
    return NONE


def _forget(run: Run, thread: Made | Instance, states: list[State]) -> None:
    """What a handler raises in a join of a thread leaves it: from Python 3.10 to 3.12, the thread is then taken to have ended, although it has not, and the program's
    end does not wait for it (``Thread._wait_for_tstate_lock``, bpo-45274; measured on 3.10, 3.11, 3.12 and 3.13)."""
    version = run.sources.version
    future = isinstance(thread, Made) and thread.kind != "threading.Thread"
    if future or _is_process(thread) or (version is not None and not _FORGETFUL[0] <= version <= _FORGETFUL[1]):
        return
    for state in states:
        several = (thread.number, SEVERAL) in state.store
        state.store[(thread.number, _FORGOTTEN)] = UNKNOWN if version is None or several else TRUE


def _alive(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    if not isinstance(receiver, Made | Instance):
        return UNKNOWN
    ended = over(run, frame, receiver.number)(state)
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
    "threading.Timer.cancel": _told,
    "threading.Thread.cancel": _told,
    "threading.current_thread": _current,
    "threading.main_thread": _main_thread,
    **{name: _made(name) for name in PROCESSES},
    **{f"{kind}.start": _started for kind in ("threading.Thread", *PROCESSES)},
    **{f"{kind}.join": join for kind in ("threading.Thread", *PROCESSES)},
    **{f"{kind}.is_alive": _alive for kind in ("threading.Thread", *PROCESSES)},
    "threading.Thread.setDaemon": _set_daemon,
}
