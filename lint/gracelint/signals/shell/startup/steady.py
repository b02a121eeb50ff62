"""What a shell is in its steady state: whether its block lasts, what of its jobs is over, and the process that it is to the one that started it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import replace
from ...process import Alternative, Process, with_before
from ..files import changes, inputs

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ..model.parts import Block, JobState
    from ..model.state import State


# Of two durations that differ by less, nobody knows which one is over first, in seconds.
_MOMENT = 0.05


def lasts(state: State) -> bool | None:
    """Whether a shell's block lasts until something is told to stop."""
    block = state.block
    assert block is not None
    if block.kind == "foreground":
        return _any(how_long(state, _held_by(state, block)))
    if block.kind == "read" and state.pid in block.pids:
        return True  # a line that only the shell itself could write
    if block.first:
        jobs = [[job.process for job in state.jobs if job.pid in pids and not job.told] for pids in block.first]
        return _all([_any(how_long(state, each)) for each in jobs if each]) if any(jobs) else False
    awaited = how_long(state, _held_by(state, block))
    awaited += [held.lasts for held in state.held if held.process.pid in block.pids]
    return _any(awaited) if awaited else False


def how_long(state: State, processes: list[Process]) -> list[bool | None]:
    """How long each of some processes lasts. A filter ends with what feeds it, be it one of them, or a job that is left beside them."""
    left = {job.pid: job.process.stays for job in state.jobs if not job.told}
    among = {process.pid for process in processes}
    found: list[bool | None] = []
    for process in processes:
        if process.reads is None or not process.filters:
            found.append(process.stays)
        elif process.reads not in among:
            found.append(left.get(process.reads, process.stays))
    return found


def settle(state: State) -> list[State]:
    """The ways in which a shell that has come to its steady state can stand there. Jobs that end by themselves are over, and as it waits
    for something, it has heard of that. Of one with something to lose (a migration, an import) nobody knows how long it takes: on a second
    way such are still there, and a stop cuts them off. So is, on a further one, what a shell in the background runs of the application's
    own."""
    if state.coming:
        changes.arrived(state, None)
    midway = [] if state.midway is None else [state.midway]
    _drained(state)
    stands = state.block is not None or (state.ended is not None and state.ended.kind == "exec")
    passing = [job for job in state.jobs if not job.told and _passes(state, job.process)] if stands else []
    if not passing:
        return [state, *midway]
    lasting = [job for job in passing if not job.process.helper]
    before = [_before_it_is_over(state.copy(), passing, lasting)] if lasting else []
    _without(state, passing)
    return [state, *before, *midway]


def _drained(state: State) -> None:
    """Of a pipeline that lasts, what ends by itself at its beginning is over (``find … | xargs tail -F``), with the filters behind it."""
    block = state.block
    if block is None or block.kind != "foreground" or len(block.pipeline) < 2:
        return
    certain = lasts(state)
    if certain is False:
        return
    over: list[int] = []
    for process in block.children:
        fed = process.filters and process.reads in over
        first = process.reads is None and (certain or process.helper) and _passes(state, process)
        if not (fed if over else first):
            break
        over.append(process.pid)
    left = len(over)
    state.block = replace(
        block,
        command=block.pipeline[left],
        pids=block.pids[left:],
        children=block.children[left:],
        pipeline=block.pipeline[left:],
    )


def midway(state: State) -> State | None:
    """Where a shell is that runs such a program in the background, or waits for it; None for any other."""
    block = state.block
    if block is None or block.kind not in ("foreground", "wait") or not state.aside:
        return None
    own = {process.pid: process for process in _held_by(state, block) if _is_own(process)}
    if not own:
        return None
    there = state.copy()
    there.candidate, there.perhaps = None, True
    there.conditions += tuple(map(_not_over, own.values()))
    left = {pid: replace(process, stays=None) for pid, process in own.items()}
    there.block = replace(block, children=tuple(left.get(child.pid, child) for child in block.children))
    there.jobs = tuple(replace(job, process=left.get(job.pid, job.process)) for job in state.jobs)
    return there


def _held_by(state: State, block: Block) -> list[Process]:
    """The processes that a shell waits for, in the foreground or by ``wait``."""
    if block.children:
        return list(block.children)
    return [job.process for job in state.jobs if job.pid in block.pids and not job.told]


def _is_own(process: Process) -> bool:
    return process.own and (process.stays is False or (process.stays is None and process.shell is not None))


def _not_over(process: Process) -> str:
    return f"`{' '.join(process.argv)}` is not over yet"


def outlast(state: State, processes: Sequence[Process]) -> None:
    """Processes that the shell has waited for have ended, and so have the jobs that take less time than they did."""
    if not state.jobs or not processes or None in (lasted := [process.duration for process in processes]):
        return
    least = max(seconds for seconds in lasted if seconds is not None) - _MOMENT
    shorter = [job for job in state.jobs if not job.told and (job.process.duration or least) < least]
    _without(state, [job for job in shorter if _passes(state, job.process)])


def _before_it_is_over(state: State, passing: list[JobState], lasting: list[JobState]) -> State:
    """The way on which jobs with something to lose are still there. It is not what becomes of the launch by default where they are steps that belong to a start,
    which the catalogue knows to end soon; of an application's own program nobody knows how long it stays."""
    own = {job.pid for job in lasting if job.process.own}
    state.conditions += tuple(_not_over(job.process) for job in lasting)
    state.default = state.default and bool(own)
    state.jobs = tuple(
        replace(job, process=replace(job.process, stays=None)) if job.pid in own else job for job in state.jobs
    )
    _without(state, [job for job in passing if job not in lasting])
    return state


def _without(state: State, passing: list[JobState]) -> None:
    """Take for over what ends by itself."""
    gone = {job.pid: job.process.duration for job in passing}
    state.over = {**state.over, **{pid: None if seconds is None else 0 for pid, seconds in gone.items()}}
    state.unclaimed += tuple(gone)
    state.jobs = tuple(
        replace(job, told=job.told or job.pid in gone, thinned=job.thinned or not gone.keys().isdisjoint(job.members))
        for job in state.jobs
    )


def _passes(state: State, process: Process) -> bool:
    """Whether a job ends by itself, and leaves nothing behind. A filter does where a job that does feeds it, or where it reads a file that is no named pipe."""
    jobs = {job.pid: job for job in state.jobs}
    while process.duration is None and process.filters and process.reads is not None:
        feeder = jobs.pop(process.reads, None)
        if feeder is None or feeder.told:
            return feeder is not None
        process = feeder.process
    if process.shell is not None or process.adopted or not all(_passes(state, child) for child in process.children):
        return False
    daemonizes = process.program is not None and process.program.daemonizes
    may_wait = process.name in inputs.FILTERS and any(each.pipe for each in state.made.values())
    return process.stays is False and not daemonizes and not may_wait


def _any(values: Iterable[bool | None]) -> bool | None:
    found = list(values)
    return True if True in found else None if None in found else False


def _all(values: list[bool | None]) -> bool | None:
    return False if False in values else None if None in values else True


def alternative_of(state: State, known: int, pid: int) -> Alternative:
    """What a shell process is to the one that started it."""
    conditions = state.conditions[known:]
    ended, reasons = state.ended, state.facts.reasons
    if ended is None:
        return Alternative(
            shell_process(state, pid),
            None,
            conditions,
            state.default,
            reasons,
            settled=state.settled,
            leaving=state.leaving,
        )
    if ended.kind == "exits" or (ended.kind == "exec" and ended.process is None):
        failed, culprit = ended.failed, None
        reason, word = state.facts.failures[-1] if state.facts.failures else ("", None)
        if reason and (failed == reason or (failed is None and ended.status in (126, 127))):
            failed, culprit = reason, word
        return Alternative(
            None, ended.status, conditions, state.default, reasons, failed, state, culprit, state.settled
        )
    if ended.kind == "unknown":
        reasons = (*reasons, ended.reason)
        process = Process(pid, state.shell.argv, "fork", state.shell.source, missing=(ended.reason,))
    else:
        assert ended.process is not None  # what was exec'ed runs, or is not known
        jobs = tuple(job.process for job in state.jobs if not job.told)
        process = replace(ended.process, adopted=(*jobs, *ended.process.adopted))
    if state.pid == state.shell.pid:
        process = with_before(process, Process(pid, state.shell.argv, "fork", state.shell.source, shell=state))
    return Alternative(process, None, conditions, state.default, reasons, settled=state.settled, leaving=state.leaving)


def shell_process(state: State, pid: int) -> Process:
    """The process of a shell that holds on, with its children."""
    block = state.block
    assert block is not None
    jobs = tuple(job.process for job in state.jobs if not job.told)
    held = tuple(child for child in block.children if child not in jobs)
    substitutions = tuple(each.process for each in state.held)
    stays = True if block.kind == "loop" else lasts(state)
    if state.perhaps and stays:
        stays = None
    return Process(
        pid,
        state.shell.argv,
        "fork",
        state.shell.source,
        shell=state,
        children=(*held, *jobs, *substitutions),
        ignored=state.ignored,
        stays=stays,
    )
