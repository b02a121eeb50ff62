"""Processes of `multiprocessing`: what one does when it is told to end.

A forked process begins with the handlers of its parent, and may install others; memory is its own, but for what was made to be shared.
Method: it is gone through as far as its first rest when it is started; once told it is gone through again from its beginning, and SIGTERM
arrives at that rest, as it does in the program itself.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..delivery import pauses
from ..delivery.lasting import aside
from ..domain.lattice import truth
from ..domain.state import DEFAULT, IGNORE, PROCESS, joined
from ..domain.values import FALSE, NONE, TRUE, UNKNOWN, Const, Instance, Made
from ..libraries import queues
from . import feeders

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.facts import Thread
    from ..interpreter.run import Run
    from ..libraries.special import Special

PROCESSES = ("multiprocessing.Process", "multiprocessing.context.Process")
# The handler for SIGTERM that a process has where it rests.
HANDLER = "#handler"
# How long after the signal it was told.
_TOLD_AT = "#told-at"
_METHOD = (PROCESS, "start-method")
# Since 3.14 a process begins in a server that was forked early (docs.python.org/3/library/multiprocessing.html#contexts-and-start-methods).
_NO_FORK = (3, 14)
_TERMINATE = "SIGTERM"


def begun(run: Run, thread: Thread, state: State) -> State:
    """The state in which a process begins."""
    way = state.copy()
    given = state.store.get(_METHOD)
    method = given.value if isinstance(given, Const) else None
    version = run.sources.version
    forks = method == "fork" or (given is None and version is not None and version < _NO_FORK)
    for name in [key[1] for key in way.store if key[0] == PROCESS and key[1].startswith("SIG")]:
        if not forks and way.store[(PROCESS, name)] not in (DEFAULT, IGNORE):
            # Whether it has the handler depends on where the program installs it.
            way.store[(PROCESS, name)] = UNKNOWN
    run.forked[thread.object] = way.copy()
    return way


def note(thread: Thread, resting: list[State], state: State) -> None:
    """Keep which handler a process has where it rests."""
    found = joined([one.copy() for one in resting])
    if found is not None:
        state.store[(thread.object, HANDLER)] = found.handler(_TERMINATE)
        queues.fed(found, state)


def ends(run: Run, frame: Frame, thread: Thread, state: State) -> bool | None:
    """Whether a process comes to its end; None where that is not known."""
    from ..interpreter.calls import call

    handler = state.store.get((thread.object, HANDLER), DEFAULT)
    told = state.store.get((thread.object, "told")) == TRUE
    if truth(state.store.get((thread.object, "killed"), FALSE)) or (told and handler == DEFAULT):
        return True
    if (thread.object, queues.ENDED) in state.store:
        return truth(state.store[(thread.object, queues.ENDED)])
    if told and handler == IGNORE:
        return False
    if thread.target is None or thread.object not in run.forked:
        return None
    waits = [over(state) for over in run.waits.get(thread.object, ())] if not told else []
    if waits and all(over is False for over in waits):
        # It is where it rested before the signal, of which it knows nothing.
        return False if truth(state.store.get((thread.object, "#lives"), UNKNOWN)) else None
    way = run.forked[thread.object].copy()
    share(way, state)
    way.signalled = not told
    with aside(run):
        run.telling = told
        if told:
            run.signal = _TERMINATE
        endings, doubts, stays = len(run.endings), len(run.doubts), len(run.stays)
        inner = frame.elsewhere("process", thread.object)
        call(run, inner, thread.target, thread.arguments, thread.text, way)
        ended = not way.dead or bool(inner.raises) or len(run.endings) > endings
        ways = [one.state for one in inner.raises] + [one.state for one in run.endings[endings:]]
        ways += [] if way.dead else [way]
        rested, unsure = len(run.stays) > stays, len(run.doubts) > doubts
    if ended and not rested and not unsure:
        queues.ended(thread.object, state, joined([one.copy() for one in ways]) or state)
    if told and ended:
        since = state.store.get((thread.object, _TOLD_AT), Const(0))
        pauses.told(run, thread.object, ways, state, since)
    if unsure or ended is rested or (ended and feeders.stuck(run, frame, thread.object, state)):
        return None
    return ended


def share(way: State, state: State) -> None:
    """What was made to be shared is the same on both sides."""
    shared = {
        value.number
        for value in state.store.values()
        if isinstance(value, Made) and value.kind.startswith("multiprocessing.") and value.kind not in PROCESSES
    }
    way.store.update((key, value) for key, value in state.store.items() if key[0] in shared)


def _telling(mark: str) -> Special:
    def tell(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
        if frame.background == "process":
            # Its parent's processes are not its own: that raises, or tells a sibling.
            run.doubts.append("what a process does with the processes of its parent")
        elif isinstance(receiver, Made | Instance):
            run.write(state, (receiver.number, mark), TRUE)
            state.store.setdefault((receiver.number, _TOLD_AT), pauses.elapsed(state))
        return NONE

    return tell


def _start_method(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    state.store[_METHOD] = arguments.get(0, "method") or UNKNOWN
    return NONE


SPECIAL: dict[str, Special] = {
    "multiprocessing.set_start_method": _start_method,
    **{f"{kind}.terminate": _telling("told") for kind in PROCESSES},
    **{f"{kind}.kill": _telling("killed") for kind in PROCESSES},
}
