"""Commands that hold the shell and end by themselves: the way goes on behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import replace
from ..evaluator import simple
from ..files import changes
from ..jobs.itself import handling
from ..model.parts import JobState
from . import counting, steady
from .behind import pauses_to_leave

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ...process import Process
    from ..evaluator.machine import Machine
    from ..model.parts import Block
    from ..model.state import State


def settled(machine: Machine, state: State) -> list[State]:
    """Go on behind commands that end, and remember the last that may not."""
    pending, result = [state], []
    while pending:
        each = pending.pop()
        block = each.block
        if each.ended is not None or block is None or block.kind == "loop":
            result.append(each)
            continue
        stays = steady.lasts(each)
        if stays:
            result.append(each)
            continue
        if block.kind == "foreground" and pauses_to_leave(each.shell.source, block.command):
            pending.extend(simple.over(machine, each, block.status))
            continue
        cleans = handling(each)  # what a trap's action runs is not what the script is for
        if each.midway is None and not cleans:
            each.midway = steady.midway(each)
        if stays is None and not each.tested and not cleans:  # a command whose outcome is looked at is written to end
            each.candidate = _candidate(each)
        if block.kind == "foreground" and not cleans:
            for command in (*(other for other in block.pipeline if other is not block.command), block.command):
                each.note("before", command)
            if each.candidate is not None and not counting.last(each):
                each.candidate = None
        steady.outlast(each, block.children)
        if block.kind == "wait":
            gone = set(_first_to_end(each, block.first) if block.first else block.pids)
            changes.arrived(each, gone)
            each.jobs = tuple(replace(job, told=True) if job.pid in gone else job for job in each.jobs)
        else:
            each.jobs = (*each.jobs, *_left(block), *_of_ended(block))
            _adopt_files(each, block)
        pending.extend(simple.over(machine, each, block.status))
    return result


def _first_to_end(state: State, jobs: Sequence[tuple[int, ...]]) -> tuple[int, ...]:
    """The job that ``wait -n`` comes back for: one that ends by itself, the shortest first, or else one that may."""
    running = {job.pid: job.process for job in state.jobs if not job.told and job.process.stays is not True}
    ending = [job for job in jobs if all(pid in running for pid in job)]

    def last(job: tuple[int, ...]) -> tuple[bool, float]:
        return max((running[pid].stays is None, running[pid].duration or 0.0) for pid in job)

    return min(ending, key=last) if ending else jobs[0]


def _candidate(state: State) -> State:
    candidate = state.copy()
    candidate.candidate, candidate.perhaps = None, True
    return candidate


def _adopt_files(state: State, block: Block) -> None:
    """A shell that ends behind what may hold it leaves the files as it has made them by then."""
    if len(block.children) == 1:
        shell = block.children[0].shell
        if shell is not None and shell.beyond is not None:
            changes.adopt(state, shell.beyond)


def _left(block: Block) -> list[JobState]:
    """What a command leaves running, also where another program (sudo, timeout) has started it."""
    return [_job(block, process) for child in block.children for process in _outliving(child)]


def _of_ended(block: Block) -> list[JobState]:
    """The jobs of shells that became a command which has ended (``sh -c 'app & exec setup'``)."""
    waiting = list(block.children)
    found = []
    while waiting:
        process = waiting.pop()
        waiting.extend(process.children)
        found += [_job(block, job) for job in process.adopted if job.stays is not False]
    return found


def _job(block: Block, process: Process) -> JobState:
    """What a command has left behind, which is no job of the shell's own."""
    command = replace(block.command, argv=process.argv, program=process.program)
    return JobState(process.pid, process, command, block.command.text, disowned=True)


def _outliving(process: Process) -> Iterator[Process]:
    """The processes of a tree that put themselves in the background; of a shell that ends behind what may hold it, those that are still there by then."""
    if process.program is not None and process.program.daemonizes:
        yield replace(process, stays=True)
        return
    beyond = process.shell.beyond if process.shell is not None else None
    if beyond is not None:
        yield from (job.process for job in beyond.jobs if not job.told)
        return
    for child in process.children:
        yield from _outliving(child)
