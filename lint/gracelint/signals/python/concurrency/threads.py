"""Threads and processes: what they do to the program's state until they rest, and whether the program's end waits for them.

Only the main thread runs handlers. A thread is gone through when it is started, as far as its first rest; after the signal it is gone
through again, from the beginning, with what the handler did: if it then comes to its end, so did the real one, unless that is still where
it rested, because nothing has woken it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..delivery import lasting, rests
from ..delivery.lasting import Begun
from ..domain.lattice import truth
from ..domain.state import joined
from ..domain.values import FALSE, TRUE, UNKNOWN, Bound, Function, Instance, Method, Partial, Ref
from ..interpreter.comprehensions import SEVERAL
from ..libraries import queues
from . import processes, watchers

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Literal

    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Value
    from ..interpreter.facts import Thread
    from ..interpreter.run import Run

# A thread that is taken to have ended.
FORGOTTEN = "#forgotten"
# One that the program has waited for.
PASSED = "#passed"
# A timer that is not over within the usual grace period.
PENDING = "#pending"
# A thread that only a timer starts which the program's end does not wait for, and which is not over soon: it is there only if the program has lasted until then.
LATE = "#late"
# How long a timer that is over soon waits.
AFTER = "#after"
# Its first releases start no thread once the interpreter has begun to end (RuntimeError); 3.12.3 and all others do (gh-113964; measured on
# 3.10.13, 3.11.7, 3.12.1, 3.13.0).
_NO_LATE_THREADS = (3, 12)


def _known(target: Value | None) -> bool:
    """Whether a thread's function can be gone through: one of the image's own, or one of which is known what it does."""
    if isinstance(target, Method | Ref):
        from ..libraries.knowledge import standard
        from ..libraries.special import known

        return known(target.name) or standard(target.name)
    return isinstance(target, Function | Bound | Partial | Instance)


def start(run: Run, frame: Frame, thread: Thread, state: State) -> None:
    """A thread begins: its effects until it rests are the program's, what it raises is only printed."""
    for earlier in run.threads:
        if earlier.text == thread.text and (earlier.object, PASSED) in state.store:
            # The lap before has waited for it.
            state.store[(earlier.object, FORGOTTEN)] = TRUE
    run.threads.append(thread)
    if run.repeating:
        state.store[(thread.object, SEVERAL)] = TRUE
    if frame.background == "thread" and _node(thread.target) in frame.calls:
        # A timer that sets itself again.
        state.store[(thread.object, "#lives")] = _again_and_again(run)
        return
    first = len(run.threads)
    kind: Literal["thread", "process"] = "process" if thread.kind == "process" else "thread"
    outer, run.snapshots = run.snapshots, []
    outer_pauses, run.pausing = run.pausing, []
    outer_waits, run.waiting = run.waiting, []
    arriving, run.arriving = run.arriving, None
    way = processes.begun(run, thread, state) if kind == "process" else state.copy()

    def go(frame: Frame, way: State) -> list[State]:
        return _through(run, frame.elsewhere(kind, thread.object), thread, way)

    share = processes.share if kind == "process" else lasting.shared
    run.begun[thread.object] = Begun(way.copy(), go, share, lambda frame, state: ends(run, frame, thread, state))
    before = state.copy()
    ended = go(frame, way)
    resting, run.snapshots = run.snapshots, outer
    run.paused[thread.object], run.pausing = run.pausing, outer_pauses
    run.waits[thread.object], run.waiting = run.waiting, outer_waits
    run.arriving = arriving
    lives: Value = TRUE if resting and not ended else UNKNOWN if resting else FALSE
    if not _known(thread.target):
        lives = UNKNOWN
    pending = state.store.get((thread.object, PENDING))
    successors = _successors(run, thread, first)
    if successors and (pending is None or all(one.text == thread.text for one in successors)):
        # It is the successor that lives on; where both are started at one place, either stands for the other.
        lives, pending = FALSE, None
        state.store.pop((thread.object, PENDING), None)
    lives = lives if pending is None else pending
    if kind == "thread":
        state.become(joined([*resting, *ended]) or state)
        if before.signalled:
            lasting.started(run, thread.object, before, state)
    else:
        processes.note(thread, resting, state)
    state.store[(thread.object, "#lives")] = lives
    if thread.daemon and (thread.object, PENDING) in state.store:
        state.store.update(((one.object, LATE), TRUE) for one in run.threads[first:])


def _through(run: Run, inner: Frame, thread: Thread, way: State) -> list[State]:
    """Go through a thread from its beginning; the states in which it ends."""
    from ..interpreter.calls import call

    after = way.store.get((thread.object, AFTER))
    if after is not None:
        rests.rest(run, inner, thread.text, "threading.Timer", way, kind="pause", seconds=after)
    if thread.target is not None and not way.dead:
        call(run, inner, thread.target, thread.arguments, thread.text, way)
    return [one for one in (way, *(raised.state for raised in inner.raises)) if not one.dead]


def _node(target: Value | None) -> object:
    """The function behind a target."""
    while isinstance(target, Partial | Bound):
        target = target.function
    return target.node if isinstance(target, Function) else target


def _successors(run: Run, thread: Thread, first: int) -> list[Thread]:
    """The threads started since that do the same as this one, and are waited for."""
    if not isinstance(thread.target, Function | Bound | Partial):
        return []
    node = _node(thread.target)
    return [one for one in run.threads[first:] if _node(one.target) is node and not one.daemon]


def _again_and_again(run: Run) -> Value:
    """Whether a thread that starts its successor goes on for ever."""
    return UNKNOWN if run.sources.version in (None, _NO_LATE_THREADS) else TRUE


def ends(run: Run, frame: Frame, thread: Thread, state: State) -> bool | None:
    """Whether a thread comes to its end; None where that is not known."""
    from ..interpreter.calls import call

    forgotten = state.store.get((thread.object, FORGOTTEN))
    if forgotten is not None:
        return truth(forgotten)
    if (thread.object, queues.ENDED) in state.store:
        return truth(state.store[(thread.object, queues.ENDED)])
    lives = truth(state.store.get((thread.object, "#lives"), UNKNOWN))
    if lives is False and not run.paused.get(thread.object):
        return True
    known = _known(thread.target)
    if thread.kind == "process" and known and (state.signalled or _told_to_end(thread, state)):
        return processes.ends(run, frame, thread, state)
    if _told_to_end(thread, state):
        return True
    if lives is False:
        # It ends when its pauses are over.
        return True if state.signalled else None
    if not state.signalled or thread.target is None or (thread.object, PENDING) in state.store:
        return False if lives else None
    if not known:
        return None
    waits = [over(state) for over in run.waits.get(thread.object, ())] if thread.kind == "thread" else []
    if waits and all(over is False for over in waits):
        # It is where it rested before the signal: what it would look at before that, or after, does not matter.
        return False if lives else None
    kept, certain, doubts = list(run.stays), run.uncertain_stays, len(run.doubts)
    inner = frame.elsewhere("thread", thread.object)
    way, first = state.copy(), len(run.threads)
    call(run, inner, thread.target, thread.arguments, thread.text, way)
    resting = len(run.stays) > len(kept)
    run.stays, run.uncertain_stays = kept, certain
    unsure = len(run.doubts) > doubts
    if _successors(run, thread, first):
        return False if truth(_again_and_again(run)) else None
    ended = not way.dead or bool(inner.raises)
    if ended and not way.dead and not (unsure or resting):
        queues.ended(thread.object, state, way)
    if unsure or (ended and (resting or (waits and True not in waits))):
        return None
    if ended and not waits and run.paused.get(thread.object) and _goes_on(run, frame, thread, state):
        # It would end if it began now; where the signal found it, it may go on.
        return None
    return ended and not resting


def _goes_on(run: Run, frame: Frame, thread: Thread, state: State) -> bool:
    """Whether a thread may go on for ever from one of its pauses."""
    return None in lasting.from_pauses(run, frame, thread.object, state)


def _told_to_end(thread: Thread, state: State) -> bool:
    return TRUE in (state.store.get((thread.object, "told")), state.store.get((thread.object, "killed")))


def waiting(run: Run, frame: Frame, state: State) -> None:
    """A signal is pending: the first thread that waits for it takes it, and goes on."""
    for thread in run.threads:
        if thread.kind == "thread" and _known(thread.target) and _took(run, frame, thread, state):
            return


def woken(run: Run, frame: Frame, text: Text, state: State) -> None:
    """What a handler did has ended the waits of some threads: what these do then, to their ends, is done on its behalf."""
    for thread in list(run.threads):
        waits = run.waits.get(thread.object, ()) if thread.kind == "thread" else ()
        if state.dead or not any(over(state) for over in waits):
            continue
        kept, certain, doubts, exits = list(run.stays), run.uncertain_stays, len(run.doubts), len(run.endings)
        way = state.copy()
        found = _through(run, frame.elsewhere("thread", thread.object), thread, way)
        ended = len(run.stays) == len(kept) and len(run.doubts) == doubts
        run.stays, run.uncertain_stays = kept, certain
        del run.doubts[doubts:]
        if ended:
            after = joined(found)
            if after is not None:
                queues.ended(thread.object, state, after)
                after.store.update(
                    (key, value) for key, value in state.store.items() if key == (thread.object, queues.ENDED)
                )
            # It may have ended the whole program (``os._exit``).
            state.become(after if after is not None or len(run.endings) > exits else state)
    if frame.loop and run.loop_handled:
        watchers.woken(run, frame, text, state)


def _took(run: Run, frame: Frame, thread: Thread, state: State) -> bool:
    from ..interpreter.calls import call

    assert thread.target is not None
    kept, certain, ways, doubts = list(run.stays), run.uncertain_stays, len(run.endings), len(run.doubts)
    inner, way = frame.elsewhere("thread", thread.object), state.copy()
    call(run, inner, thread.target, thread.arguments, thread.text, way)
    run.stays, run.uncertain_stays = kept, certain
    if not run.taken:
        del run.doubts[doubts:]
        return False
    gone = way.dead and len(run.endings) > ways
    state.become(None if gone else joined([way, *(one.state for one in inner.raises)]) or state)
    return True


def over(
    run: Run, frame: Frame, object_: int, text: Text, limit: Value | None = None
) -> Callable[[State], bool | None]:
    """Whether all that an object started has ended, for whom waits for it at ``text``, no longer than ``limit``."""

    def judged(state: State) -> bool | None:
        found = {ends(run, frame, thread, state) for thread in run.threads if thread.object == object_}
        if found == {True} and state.signalled and not _died(object_, state):
            lasting.waited(run, frame, object_, text, state, limit)
        return False if False in found else None if None in found else True

    return judged


def _died(object_: int, state: State) -> bool:
    """Whether nobody waits for a pause of its own any more: a process that was told has been gone through from the pause in which that found it."""
    told = state.store.get((object_, "told")) == TRUE or (object_, "killed") in state.store
    return told or (object_, FORGOTTEN) in state.store


def kind_of(run: Run, number: int, state: State) -> str:
    """What kind of rest it is to wait for the end of a thread."""
    lives = truth(state.store.get((number, "#lives"), FALSE))
    if lives is False and run.paused.get(number):
        return "pause" if lasting.seconds(run, number) < lasting.LONG else "perhaps"
    return "rest" if lives else "perhaps"
