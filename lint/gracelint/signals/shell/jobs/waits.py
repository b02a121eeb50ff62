"""``wait``: for whom a shell waits, and what it still knows of jobs that have ended."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import dataclass, field
from ..evaluator import commands
from ..files import changes
from ..model.parts import DIED, Block, Truth
from ..model.values import Unknown, default
from . import dying, held, jobtable, newborn
from .jobspecs import target

if TYPE_CHECKING:
    from ....parsers.shell import model as sh
    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Field


def _whole_job(state: State, pid: int) -> tuple[int, ...]:
    """The processes of the job that a process belongs to, or has belonged to: of a pipeline, all."""
    return next((job.members or (pid,) for job in state.jobs if pid in (job.pid, job.last)), ())


@dataclass(slots=True)
class _Asked:
    """For whom a ``wait`` asks: ``named`` processes or all (``pids``), and the first (``once``: ``-n``). Of the named ones, ``ended`` are
    jobs, and ``over`` the statuses of those that ended at once."""

    once: bool = False
    named: bool = False
    pids: list[int] = field(default_factory=list)
    over: list[int | None] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)


def wait(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``wait``, ``wait pid…``, ``wait -n``."""
    asked = _asked(machine, state, fields)
    if asked is None:
        return machine.finished(state, 2)
    if not asked.once:
        changes.arrived(state, asked.ended if asked.named else state.over)
    if asked.once:
        claimed = (pid for pid in state.unclaimed if pid not in state.heard and (not asked.named or pid in asked.ended))
        if (first := next(claimed, None)) is not None:
            return _told(machine, state, node, fields, first)
    elif not asked.named:
        ahead = _not_looked_at(machine, state)
        state.passed = tuple(pid for pid in state.unclaimed if pid not in ahead)
        state.unclaimed = ahead
    if asked.named:
        state.unclaimed = tuple(pid for pid in state.unclaimed if asked.once or pid not in asked.ended)
    return _stand(machine, state, node, fields, asked)


def _stand(machine: Machine, state: State, node: sh.Simple, fields: list[Field], asked: _Asked) -> list[State]:
    """A ``wait`` that nobody has an answer to yet: it holds the shell, unless nobody is left."""
    command = commands.describe(state, node, fields, 0)
    pids, traits = asked.pids, state.shell.dialect.wait
    running = [pid for pid in dict.fromkeys(pids) if pid in state.missed or machine.host.alive(state, pid) is not False]
    if running or state.dying.intersection((*pids, *asked.ended) if asked.named else state.dying):
        dying.waited(state)
    everything = not asked.named and not asked.once
    if everything and not running and not machine.live:
        others = _held_by_others(state)
        if isinstance(others, str):
            state.give_up(others)
            return [state]
        if others:
            running, pids = others, others
    orphans = machine.live and not asked.named and pids and traits.orphans
    if not running and not orphans:
        return _nobody_runs(machine, state, node, asked)
    if asked.once and not traits.whole_jobs and any(job.thinned for job in state.jobs if job.pid in pids):
        state.give_up("whether `wait -n` hears of what has ended at once in a pipeline")
        return [state]
    waited = tuple(running) if asked.once and running else tuple(dict.fromkeys(pids))
    first = _apart(state, waited) if asked.once else ()
    newborn.begun(state)
    state.block = Block("wait", command, waited, first=first, everything=everything)
    return [state]


def _nobody_runs(machine: Machine, state: State, node: sh.Simple, asked: _Asked) -> list[State]:
    """A ``wait`` for nobody who still runs comes back at once, with the status of the last one."""
    status: int | None = 0
    if not asked.pids and len(asked.over) == 1:
        status = asked.over[0]
    else:
        machine.host.reap(state, asked.pids)
        if not asked.named and not asked.once:
            state.passed = ()
            forget(state)
        if asked.named:
            status = state.over.get(asked.pids[-1], 0) if asked.pids else 127
        elif asked.once and not asked.pids:
            status = _nobody_left(state)
    return machine.undecided(state, node.text.value) if status is None else machine.finished(state, status)


def _asked(machine: Machine, state: State, fields: list[Field]) -> _Asked | None:
    """What the words of a ``wait`` ask for; None where it refuses one."""
    asked, traits = _Asked(), state.shell.dialect.wait
    rest = fields[1:]
    while rest:
        each, rest = rest[0], rest[1:]
        word = default(each.value)
        if word is not None and word.startswith("-"):
            if not set(word[1:]) <= set(traits.options + "-"):
                return None
            asked.once = asked.once or "n" in word
            if word.endswith("p") and rest:
                # Which one has ended, bash 5.1 and later say in a variable.
                state.variables[rest[0].shown] = Unknown(f"${rest[0].shown}", nonempty=True)
                rest = rest[1:]
            continue
        asked.named = True
        to, found = target(state, word, each, waiting=True)
        if to == "job":
            _add(state, asked, word, found)
        elif to == "nobody" and traits.gives_up:
            if not any(machine.host.alive(state, pid) is not False for pid in asked.pids):
                return None
            break
        elif word is None or (to == "other" and word):
            # An unknown pid: any child, as far as anybody knows.
            asked.pids.extend(job.pid for job in state.jobs)
    if not asked.named:
        asked.pids = [job.pid for job in state.jobs if not job.disowned]
        if not asked.once:
            asked.pids.extend(held.awaited(state))
    asked.once = asked.once and (not asked.named or traits.first_of_named)
    return asked


def _add(state: State, asked: _Asked, word: str | None, found: tuple[int, ...]) -> None:
    """Jobs that a word names."""
    # "pid 7 is not a child of this shell": of one that is disowned bash knows no more than that of others (measured, 5.2).
    found = tuple(pid for pid in found if not any(job.disowned and job.pid == pid for job in state.jobs))
    if state.shell.dialect.wait.keeps_waited and not (word or "").startswith("%"):
        found = tuple(pid for pid in found if jobtable.knows(state, pid))
    asked.over.extend(state.over[pid] for pid in found if pid in state.over)
    asked.ended.extend(found)
    if word and word.startswith("%"):
        asked.pids.extend(pid for pid in found if any(job.pid == pid for job in state.jobs))
        return
    asked.pids.extend(member for pid in found for member in _whole_job(state, pid))
    asked.pids.extend(each.process.pid for each in state.held if each.process.pid in found)


def _told(machine: Machine, state: State, node: sh.Simple, fields: list[Field], pid: int) -> list[State]:
    """``wait -n`` tells of a job that has ended before: certainly, or if the shell has not noticed yet that it is gone, a race, which it notices by forking."""
    traits, status = state.shell.dialect.wait, state.over.get(pid, 0)
    doubted = (traits.forgets_killed and status == DIED) or (traits.doubts_failed and status != 0)
    if not doubted and pid not in state.doubted:
        return _tells(machine, state, node, pid)
    state.done(None, Truth(None, None, "the shell has noticed", "the shell has not noticed yet"))
    ways = []
    for each, noticed in machine.split(state):
        if noticed:
            each.heard = (*each.heard, pid)
            ways.extend(wait(machine, each, node, fields))
        else:
            ways.extend(_tells(machine, each, node, pid))
    return ways


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
    """What others have left to PID 1, as far as it holds a ``wait`` for all behind jobs that have failed (`jobtraits.Wait.orphans`); or why that is not known."""
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


def _tells(machine: Machine, state: State, node: sh.Simple, pid: int) -> list[State]:
    """``wait -n`` tells of a job that has ended before."""
    state.unclaimed = tuple(each for each in state.unclaimed if each != pid)
    machine.host.reap(state, [pid])
    # Of a pipeline, BusyBox may only tell of the member that ended first, with 129 (measured, nine times of twelve).
    in_part = pid in state.pipelines and pid in state.dying and not state.shell.dialect.wait.whole_jobs
    status = None if in_part else state.over.get(pid)
    dying.waited(state)
    return machine.undecided(state, node.text.value) if status is None else machine.finished(state, status)


def forget(state: State) -> None:
    """A ``wait`` for all is over: bash knows nothing any more of what it has waited for."""
    if state.shell.dialect.wait.forgets_waited:
        stays = jobtable.waited_for_all(state)
        state.over, state.unclaimed = {stays: None} if stays else {}, ()
        state.jobs = tuple(job for job in state.jobs if job.disowned or not job.told)
