"""``wait``: for whom a shell waits, and what it still knows of jobs that have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..evaluator import commands
from ..model.parts import DIED, Block, Truth
from ..model.values import Unknown, default
from . import dying, held
from .jobspecs import target

if TYPE_CHECKING:
    from ....parsers.shell import model as sh
    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Field


def _whole_job(state: State, pid: int) -> tuple[int, ...]:
    """The processes of the job that a process belongs to, or has belonged to: of a pipeline, all."""
    return next((job.members or (pid,) for job in state.jobs if pid in (job.pid, job.last)), ())


def wait(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``wait``, ``wait pid…``, ``wait -n``."""
    once = False
    pids: list[int] = []
    over: list[int | None] = []
    ended: list[int] = []
    named = False
    rest = fields[1:]
    while rest:
        field, rest = rest[0], rest[1:]
        word = default(field.value)
        if word is not None and word.startswith("-"):
            if not set(word[1:]) <= set(state.shell.dialect.wait.options + "-"):
                return machine.finished(state, 2)
            once = once or "n" in word
            if word.endswith("p") and rest:
                # Which one has ended, bash 5.1 and later say in a variable.
                state.variables[rest[0].shown] = Unknown(f"${rest[0].shown}", nonempty=True)
                rest = rest[1:]
            continue
        named = True
        to, found = target(state, word, field, waiting=True)
        if to == "job":
            # "pid 7 is not a child of this shell": of one that is disowned bash knows no more than that of others (measured, 5.2).
            found = tuple(pid for pid in found if not any(job.disowned and job.pid == pid for job in state.jobs))
            over.extend(state.over[pid] for pid in found if pid in state.over)
            ended.extend(found)
            if word and word.startswith("%"):
                pids.extend(pid for pid in found if any(job.pid == pid for job in state.jobs))
                continue
            pids.extend(member for pid in found for member in _whole_job(state, pid))
            pids.extend(each.process.pid for each in state.held if each.process.pid in found)
        elif to == "nobody" and state.shell.dialect.wait.gives_up:
            if not any(machine.host.alive(state, pid) is not False for pid in pids):
                return machine.finished(state, 2)
            break
        elif word is None or (to == "other" and word):
            # An unknown pid: any child, as far as anybody knows.
            pids.extend(job.pid for job in state.jobs)
    if not named:
        pids = [job.pid for job in state.jobs if not job.disowned]
        if not once:
            pids.extend(held.awaited(state))
    once = once and (not named or state.shell.dialect.wait.first_of_named)
    claimed = (
        next((pid for pid in state.unclaimed if pid not in state.heard and (not named or pid in ended)), None)
        if once
        else None
    )
    dialect, ended_with = state.shell.dialect, state.over.get(claimed or 0, 0)
    doubted = (dialect.wait.forgets_killed and ended_with == DIED) or (dialect.wait.doubts_failed and ended_with != 0)
    if claimed is None:
        if named:
            state.unclaimed = tuple(pid for pid in state.unclaimed if once or pid not in ended)
        elif not once:
            ahead = _not_looked_at(machine, state)
            state.passed = tuple(pid for pid in state.unclaimed if pid not in ahead)
            state.unclaimed = ahead
    elif doubted or claimed in state.doubted:
        # Told of, if the shell has not noticed yet that it is gone: a race, which it notices by forking.
        state.done(None, Truth(None, None, "the shell has noticed", "the shell has not noticed yet"))
        ways = []
        for each, noticed in machine.split(state):
            if noticed:
                each.heard = (*each.heard, claimed)
                ways.extend(wait(machine, each, node, fields))
            else:
                ways.extend(_told(machine, each, node, claimed))
        return ways
    else:
        return _told(machine, state, node, claimed)
    command = commands.describe(state, node, fields, 0)
    running = [pid for pid in dict.fromkeys(pids) if machine.host.alive(state, pid) is not False]
    if running or state.dying.intersection(pids):
        dying.waited(state)
    orphans = machine.live and not named and pids and state.shell.dialect.wait.orphans
    if not (named or once or running or machine.live):
        others = _held_by_others(state)
        if isinstance(others, str):
            state.give_up(others)
            return [state]
        if others:
            running, pids = others, others
    if not running and not pids and len(over) == 1:
        return machine.undecided(state, node.text.value) if over[0] is None else machine.finished(state, over[0])
    if not running and not orphans:
        machine.host.reap(state, pids)
        if not named and not once:
            forget(state)
        status: int | None = state.over.get(pids[-1], 0) if named and pids else 0
        if (named or once) and not pids:
            status = 127 if named else _nobody_left(state)
        return machine.undecided(state, node.text.value) if status is None else machine.finished(state, status)
    if once and not dialect.wait.whole_jobs and any(job.thinned for job in state.jobs if job.pid in pids):
        state.give_up("whether `wait -n` hears of what has ended at once in a pipeline")
        return [state]
    everything = not named and not once
    waited = tuple(running) if once and running else tuple(dict.fromkeys(pids))
    state.newborn = {}
    state.block = Block("wait", command, waited, first=_apart(state, waited) if once else (), everything=everything)
    return [state]


def _apart(state: State, pids: tuple[int, ...]) -> tuple[tuple[int, ...], ...]:
    """These processes, of one job together where the shell waits for it as a whole."""
    if not state.shell.dialect.wait.whole_jobs:
        return tuple((pid,) for pid in pids)
    jobs = {job.pid: job.members for job in state.jobs}
    return tuple(dict.fromkeys(tuple(each for each in pids if each in jobs.get(pid, ())) or (pid,) for pid in pids))


def _nobody_left(state: State) -> int | None:
    """What ``wait -n`` comes to without a job that it could wait for."""
    if not state.shell.dialect.wait.keeps_ended or not state.over:
        return 127
    return 0 if len(state.over) > state.cleared else None


def _held_by_others(state: State) -> list[int] | str:
    """What others have left to PID 1, as far as it holds a ``wait`` for all behind jobs that have failed (`traits.Wait.orphans`); or why that is not known."""
    if state.pid != 1 or not state.shell.dialect.wait.orphans:
        return []
    others = [job.pid for job in state.jobs if job.disowned and not job.told and job.process.stays]
    if not others and not state.shell.watched:
        return []
    statuses = [state.over.get(pid) for pid in (*state.unclaimed, *state.passed) if pid not in state.noticed]
    if not statuses or not statuses[-1]:
        return []
    if not all(statuses):
        return "which one of the jobs that end at once is the last, so that `wait` is held by what others have left, or not"
    return others or "BusyBox's timeout counts the time in a child of the shell, which this `wait` may wait for"


def _not_looked_at(machine: Machine, state: State) -> tuple[int, ...]:
    """Which of the jobs that have ended a ``wait`` for all has not come to while it stands at one that runs."""
    running = [job.pid for job in state.jobs if not job.disowned and machine.host.alive(state, job.pid) is not False]
    if not running:
        return ()
    if state.shell.dialect.wait.oldest_first:
        return tuple(pid for pid in state.unclaimed if pid > min(running))
    return tuple(pid for pid in state.unclaimed if pid < max(running))


def _told(machine: Machine, state: State, node: sh.Simple, pid: int) -> list[State]:
    """``wait -n`` tells of a job that has ended before."""
    state.unclaimed = tuple(each for each in state.unclaimed if each != pid)
    machine.host.reap(state, [pid])
    dying.waited(state)
    status = state.over.get(pid)
    return machine.undecided(state, node.text.value) if status is None else machine.finished(state, status)


def forget(state: State) -> None:
    """A ``wait`` for all is over: bash knows nothing any more of what it has waited for."""
    if state.shell.dialect.wait.forgets_waited:
        state.over, state.unclaimed = {}, ()
        state.jobs = tuple(job for job in state.jobs if job.disowned or not job.told)
