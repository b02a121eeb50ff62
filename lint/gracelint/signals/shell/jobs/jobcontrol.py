"""Builtin commands about jobs, ``jobs``, ``fg``, ``disown`` and their like; `TABLE` also holds those of `traps`, `kills`, `execs` and `waits`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import replace
from ..builtins import traps
from ..model.parts import Block, Truth
from ..model.values import default
from . import execs, fed, jobtable, kills, waits
from .jobspecs import target

if TYPE_CHECKING:
    from collections.abc import Callable

    from ....parsers.shell import model as sh
    from ..evaluator.machine import Machine
    from ..model.parts import JobState
    from ..model.state import State
    from ..model.values import Field


def _jobs(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``jobs``: of those that have ended it tells once; ``-p`` shows only numbers."""
    pids = any(field.shown.startswith("-") and "p" in field.shown for field in fields[1:])
    if not pids or state.shell.dialect.wait.forgets_shown:
        jobtable.shown(state)
    return machine.finished(state, 0)


def _disown(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``disown``: of the last job, of those named, or of all (``-a``)."""
    own = [job for job in state.jobs if not job.disowned and machine.host.alive(state, job.pid) is not False]
    if any(field.shown.startswith("-") and "h" in field.shown for field in fields[1:]):
        return machine.finished(state, 0)  # -h: only SIGHUP is kept from them
    everything = any(field.shown in ("-a", "-r", "-ar") for field in fields[1:])
    if everything:
        gone = {job.pid for job in own}
    elif len(fields) > 1:
        gone = {pid for field in fields[1:] for pid in target(state, default(field.value), field, waiting=True)[1]}
    else:
        return _disown_last(machine, state, own)
    state.jobs = tuple(replace(job, disowned=job.disowned or job.pid in gone) for job in state.jobs)
    return machine.finished(state, 0 if gone or everything else 1)


def _disown_last(machine: Machine, state: State, own: list[JobState]) -> list[State]:
    """``disown`` without words: of the last job. One that has just ended is that until the shell hears of it."""
    if not own:
        return machine.finished(state, 0 if state.unclaimed else 1)
    last = set(own[-1].members or (own[-1].pid,))
    states = [(state, False)]
    if any(pid > own[-1].pid for pid in state.unclaimed):
        state.done(None, Truth(None, None, "a job that ends at once is still there", "a job that ends at once is gone"))
        states = machine.split(state)
    result = []
    for each, ended in states:
        if not ended:
            each.jobs = tuple(replace(job, disowned=job.disowned or job.pid in last) for job in each.jobs)
        result.extend(machine.finished(each, 0))
    return result


def _background(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``bg``: nothing is stopped here, so it resumes nothing; without job control it refuses."""
    return machine.finished(state, 0 if "m" in state.options else 1)


def foreground(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``fg``: the last job, or the one that is named, becomes the foreground command."""
    jobs = [job for job in state.jobs if machine.host.alive(state, job.pid) is not False]
    if len(fields) > 1:
        whom, members = target(state, default(fields[1].value), fields[1], waiting=True)
        if whom == "other":
            state.give_up(f"which job {fields[1].shown} is")
            return [state]
        jobs = [job for job in jobs if job.pid in members]
    if not jobs or "m" not in state.options:
        return machine.finished(state, 1)
    job = jobs[-1]
    state.block = Block("foreground", job.command, job.members or (job.pid,))
    return [state]


TABLE: dict[str, Callable[[Machine, State, sh.Simple, list[Field]], list[State]]] = {
    "exec": execs.execute,
    "trap": traps.trap,
    "kill": kills.kill,
    "pkill": kills.by_name,
    "killall": kills.by_name,
    "xargs": fed.run,
    "wait": waits.wait,
    "jobs": _jobs,
    "bg": _background,
    "fg": foreground,
    "disown": _disown,
}
