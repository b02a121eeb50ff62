"""The jobs of `schedule`: functions that ``run_pending`` calls when their time has come, which nobody knows; one that returns ``CancelJob``
is called no more.

(schedule.readthedocs.io/en/stable/reference.html; measured with schedule 1.2)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..delivery import rests
from ..domain import containers
from ..domain.state import PROCESS, joined
from ..domain.values import NONE, UNKNOWN, Arguments, Box, Const, Made, Partial, Ref

if TYPE_CHECKING:
    from collections.abc import Callable

    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Value
    from ..interpreter.run import Run
    from ..libraries.special import Special

_SCHEDULER, JOB = "schedule.Scheduler", "schedule.Job"
# The one that the module's own functions stand for.
_DEFAULT = Made(_SCHEDULER, PROCESS)
_JOBS, _OF, _DOES = "jobs", "#scheduler", "#does"
_CANCEL = Ref("schedule.CancelJob")
_UNITS = "second seconds minute minutes hour hours day days week weeks monday tuesday wednesday thursday friday saturday sunday"


def _of(receiver: Value | None) -> Made:
    return receiver if isinstance(receiver, Made) else _DEFAULT


def _jobs_of(scheduler: Made) -> str:
    """The attribute that holds its jobs: ``scheduler.jobs``, ``schedule.jobs``."""
    return "schedule.jobs" if scheduler == _DEFAULT else "jobs"


def _made(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    made = Made(_SCHEDULER, run.number())
    _box(run, made, state)
    return made


def _every(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``every(10)``, whose attributes (``.minutes``) are the job itself."""
    job = Made(JOB, run.number())
    state.store[(job.number, _OF)] = _of(receiver)
    state.store.update({(job.number, unit): job for unit in _UNITS.split()})
    return job


def _same(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    return receiver or UNKNOWN


def _does(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    function = arguments.get(0, "job_func") or UNKNOWN
    if isinstance(receiver, Made):
        given = Arguments(arguments.values[1:], arguments.named, arguments.more)
        state.store[(receiver.number, _DOES)] = Partial(function, given)
        scheduler = state.store.get((receiver.number, _OF))
        if isinstance(scheduler, Made):
            containers.append(run, scheduler, _jobs_of(scheduler), receiver, state)
    return receiver or UNKNOWN


def repeated(run: Run, frame: Frame, job: Value, function: Value, text: Text, state: State) -> None:
    """``@repeat(every(10).minutes)``."""
    _does(run, frame, job, Arguments((function,)), text, state)


def _cancelled(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    job = arguments.get(0, "job")
    if isinstance(job, Made):
        containers.taken_out(run, _of(receiver), _jobs_of(_of(receiver)), job, state)
    elif run.handling:
        run.doubts.append("which job it cancels")
    return NONE


def _cleared(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    box = _box(run, receiver, state)
    if next(arguments.every(), NONE) == NONE:
        containers.refill(run, box, (), state)
        run.write(state, (box.number, containers.LENGTH), Const(0))
    else:
        containers.opened(run, box, state)
    return NONE


def _box(run: Run, receiver: Value | None, state: State) -> Box:
    key = (_of(receiver).number, _jobs_of(_of(receiver)))
    found = state.store.get(key)
    box = found if isinstance(found, Box) else containers.listed(run, "list", (), state)
    state.store[key] = box
    return box


def _jobs(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    return _box(run, receiver, state) if next(arguments.every(), NONE) == NONE else UNKNOWN


def _idle(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """None where there is no job any more."""
    return NONE if containers.holds(run, _box(run, receiver, state), state) is False else UNKNOWN


def _run(called: Callable[[Run, Frame, Made, Text, State], None]) -> Special:
    def run_jobs(
        run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
    ) -> Value:
        rests.rest(run, frame, text, "schedule.run_pending", state, kind="pause")
        called(run, frame, _of(receiver), text, state)
        return NONE

    return run_jobs


def _all(run: Run, frame: Frame, scheduler: Made, text: Text, state: State) -> None:
    from ..interpreter.calls import call

    for job in containers.appended(run, scheduler, _jobs_of(scheduler), state):
        if not state.dead and isinstance(job, Made):
            found = call(run, frame, state.store.get((job.number, _DOES), UNKNOWN), (), text, state)
            if found == _CANCEL and not state.dead:
                containers.taken_out(run, scheduler, _jobs_of(scheduler), job, state)


def _due(run: Run, frame: Frame, scheduler: Made, text: Text, state: State) -> None:
    """Whether the time of any has come is not known."""
    if state.dead or not containers.appended(run, scheduler, _jobs_of(scheduler), state):
        return
    other = state.copy()
    if state.signalled:
        state.uncertain = other.uncertain = True
    _all(run, frame, scheduler, text, state)
    state.become(joined([state, other]))


_METHODS: dict[str, Special] = {
    "every": _every,
    "run_pending": _run(_due),
    "run_all": _run(_all),
    "clear": _cleared,
    "cancel_job": _cancelled,
    "get_jobs": _jobs,
    "idle_seconds": _idle,
    "next_run": _idle,
}
SPECIAL: dict[str, Special] = {
    _SCHEDULER: _made,
    f"{JOB}.do": _does,
    **dict.fromkeys((f"{JOB}.{word}" for word in ("at", "to", "until", "tag")), _same),
    "schedule.repeat": lambda run, frame, receiver, arguments, text, state: arguments.get(0, "job") or UNKNOWN,
    **{f"schedule.{name}": found for name, found in _METHODS.items()},
    **{f"{_SCHEDULER}.{name}": found for name, found in _METHODS.items()},
}
