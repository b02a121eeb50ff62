"""`sched.scheduler`, and the background scheduler of apscheduler. Of `sched`: events that are entered, cancelled, and run when their time
has come.

`run` goes from event to event: it pauses until the next one is due, which a signal does not shorten (`time.sleep`), looks whether it is
still in the queue, and calls what it is for. It is over when the queue is empty; an action that enters another event keeps it going.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..delivery import meeting, rests
from ..domain import containers
from ..domain.state import joined
from ..domain.values import FALSE, NONE, TRUE, UNKNOWN, Arguments, Items, Made, Method
from ..interpreter.facts import Thread
from .threads import start

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Value
    from ..interpreter.run import Run
    from ..libraries.special import Special

_SCHEDULER = "sched.scheduler"
_EVENT = "sched.Event"
_QUEUE = "queue"
# So many events beyond those that were there, and as many after the signal, before it is taken to go on for ever.
_LAPS = 3


def _made(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    made = Made(_SCHEDULER, run.number())
    state.store[(made.number, _QUEUE)] = containers.listed(run, "list", (), state)
    return made


def _entered(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``enter(delay, priority, action, argument)``, and ``enterabs``, whose time nobody knows."""
    event = Made(_EVENT, run.number())
    absolute = text.value.partition("(")[0].endswith("enterabs")
    state.store[(event.number, "#delay")] = UNKNOWN if absolute else arguments.get(0, "delay") or UNKNOWN
    state.store[(event.number, "#action")] = arguments.get(2, "action") or UNKNOWN
    state.store[(event.number, "#argument")] = arguments.get(3, "argument") or Items(())
    if isinstance(receiver, Made):
        containers.append(run, receiver, _QUEUE, event, state)
    return event


def _cancelled(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    event = arguments.get(0, "event")
    if isinstance(receiver, Made) and isinstance(event, Made):
        containers.taken_out(run, receiver, _QUEUE, event, state)
    elif run.handling:
        run.doubts.append("which event it cancels")
    return NONE


def _run(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    if not isinstance(receiver, Made):
        return UNKNOWN
    if arguments.get(0, "blocking") == FALSE:
        return _due(run, frame, receiver, text, state)
    first, left = len(run.visits), _LAPS + len(containers.appended(run, receiver, _QUEUE, state))
    while not state.dead:
        queue = containers.appended(run, receiver, _QUEUE, state)
        if not queue:
            return NONE
        if left == 0:
            _for_ever(run, frame, text, state, first)
            break
        event, signalled, left = queue[0], state.signalled, left - 1
        delay = state.store.get((event.number, "#delay"), UNKNOWN) if isinstance(event, Made) else UNKNOWN
        rests.rest(run, frame, text, f"{_SCHEDULER}.run", state, kind="pause", seconds=delay)
        if state.signalled and not signalled:
            left = _LAPS
        if event in containers.appended(run, receiver, _QUEUE, state):
            _called(run, frame, receiver, event, text, state)
    return UNKNOWN


def _called(run: Run, frame: Frame, scheduler: Made, event: Value, text: Text, state: State) -> None:
    """The time of an event has come."""
    from ..interpreter.calls import call

    if state.dead or not isinstance(event, Made):
        return
    containers.taken_out(run, scheduler, _QUEUE, event, state)
    given = containers.items_of(run, state.store.get((event.number, "#argument"), UNKNOWN), state)
    call(run, frame, state.store.get((event.number, "#action"), UNKNOWN), given or (), text, state)


def _due(run: Run, frame: Frame, scheduler: Made, text: Text, state: State) -> Value:
    """``run(blocking=False)``: what is due is called; whether anything is, is not known."""
    other = state.copy()
    for event in containers.appended(run, scheduler, _QUEUE, state):
        _called(run, frame, scheduler, event, text, state)
    state.become(joined([state, other]))
    return UNKNOWN


def _for_ever(run: Run, frame: Frame, text: Text, state: State, first: int) -> None:
    """It goes on, from visit number ``first``."""
    run.endless.append((first, len(run.visits)))
    if state.signalled:
        meeting.stay(run, text, f"{_SCHEDULER}.run", state)
    elif frame.background is not None:
        run.snapshots.append(state.copy())
    state.dead = True


# --- apscheduler -----------------------------------------------------------------------------------------------------------

_BACKGROUND = "apscheduler.schedulers.background.BackgroundScheduler"
_BLOCKING = "apscheduler.schedulers.blocking.BlockingScheduler"
# Decorators of jobs.
SCHEDULED = (f"{_BACKGROUND}.scheduled_job", f"{_BLOCKING}.scheduled_job")


def _background(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    made = Made(_BACKGROUND, run.number())
    state.store[(made.number, "daemon")] = arguments.get(-1, "daemon") or TRUE
    return made


def _begun(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """Its thread is a daemon unless it is told otherwise, and goes on until the scheduler is shut down."""
    if isinstance(receiver, Made) and state.store.get((receiver.number, "daemon")) == FALSE:
        target = Method(receiver, f"{_BACKGROUND}.main_loop")
        start(run, frame, Thread(receiver.number, "thread", target, (), text, daemon=False), state)
    return NONE


def _added(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``add_job(function, …)``: it runs in threads of a pool, which the program's end waits for, however the scheduler was shut down."""
    job = Made("apscheduler.job.Job", run.number())
    function = arguments.get(0, "func")
    if function is not None and not state.signalled:
        given = containers.items_of(run, arguments.get(2, "args") or Items(()), state)
        start(run, frame, Thread(job.number, "thread", function, given or (), text, daemon=False), state)
    return job


def scheduled(run: Run, frame: Frame, function: Value, text: Text, state: State) -> None:
    """``@scheduler.scheduled_job(…)``."""
    _added(run, frame, None, Arguments((function,)), text, state)


def _main_loop(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    if isinstance(receiver, Made):
        rests.rest(run, frame, text, "the scheduler", state, over=rests.marked(run, receiver.number, "shutdown"))
    return NONE


SPECIAL: dict[str, Special] = {
    _BACKGROUND: _background,
    f"{_BACKGROUND}.add_job": _added,
    f"{_BLOCKING}.add_job": _added,
    f"{_BACKGROUND}.start": _begun,
    f"{_BACKGROUND}.main_loop": _main_loop,
    _SCHEDULER: _made,
    f"{_SCHEDULER}.enter": _entered,
    f"{_SCHEDULER}.enterabs": _entered,
    f"{_SCHEDULER}.cancel": _cancelled,
    f"{_SCHEDULER}.run": _run,
}
