"""Pipelines: what runs beside what.

Every member is a child of the shell, which waits for all of them (in the background: `asynchronous`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ....parsers.shell.walk import walk
from ....records import replace
from ...process import Bound, Process
from ..files import inputs, outputs
from ..model.parts import Block, JobState
from ..model.values import clip
from ..substitution import asking, kept_open
from . import children, dying, itself, signalled, unread

if TYPE_CHECKING:
    from ....source import Text
    from ..evaluator.machine import Machine
    from ..model.outcome import Command
    from ..model.state import State
    from .children import Forked

LONGEST_PIPELINE = 50


def pipeline(machine: Machine, state: State, node: sh.Pipeline) -> list[State]:
    """``a | b``: every member a child; the shell waits for all of them."""
    if "lastpipe" in state.options and "m" not in state.options:
        return _last_here(machine, state, node)
    result = []
    for here, members in members_of(machine, state, node, node.text):
        sent = [each for forked in members for each in forked.sent]
        for end in _piped(machine, here, node, members):
            heard = end.block is None and bool(sent)
            result.append(itself.all_heard(machine, end, signalled.raised(end, sent)) if heard else end)
    return result


def _last_here(machine: Machine, state: State, node: sh.Pipeline) -> list[State]:
    """With ``shopt -s lastpipe``, bash runs the last command of a pipeline itself."""
    *others, last = node.commands
    result: list[State] = []
    for each, members in members_of(machine, state, replace(node, commands=tuple(others)), node.text):
        if any(forked.alternative.process is not None and not forked.alternative.process.filters for forked in members):
            each.give_up("a command that stays writes to the shell itself (lastpipe)")
            result.append(each)
            continue
        depth = each.stack.depth if each.stack is not None else 0
        text = inputs.piped(machine, each, others[-1])[-1]
        each.inputs = (*each.inputs, replace(text, depth=depth))
        each.push("within", label="pipeline")
        result.extend(machine.enter(each, last))
    return result


def members_of(
    machine: Machine, state: State, node: sh.Pipeline, construct: Text, *, background: bool = False
) -> list[tuple[State, list[Forked]]]:
    """Every way that the members of a pipeline can turn out."""
    partial: list[tuple[State, list[Forked]]] = [(state, [])]
    for number, member in enumerate(node.commands):
        if number >= LONGEST_PIPELINE:
            state.note("reasons", Bound("a pipeline is too long to follow"))
            break
        following: list[tuple[State, list[Forked]]] = []
        for each, members in partial:
            own, printed_to = each.inputs, each.outputs
            if number:
                each.inputs = inputs.piped(machine, each, node.commands[number - 1], _feeder(members))
            if number + 1 < len(node.commands):
                each.outputs = outputs.piped(each, errors=_takes_errors(member, node.commands[number + 1]))
            ways = children.fork(machine, each, member, "pipeline", construct, background=background)
            each.inputs, each.outputs = own, printed_to
            for forked_state, forked in children.apart(each, ways):
                following.append((forked_state, [*members, forked]))
        partial = following[: children.MOST_WAYS]
    for each, members in partial:
        for forked in members:
            children.adopt(machine, each, forked, background=background)
    return partial


def _takes_errors(member: sh.Command, following: sh.Command) -> bool:
    """Whether ``|&`` stands between two members of a pipeline."""
    return "|&" in member.text.buffer.value[member.text.end : following.text.start]


def _feeder(members: list[Forked]) -> Process | None:
    """The last of these members of a pipeline, if it lasts: by itself, or as a filter of one that does."""
    process = members[-1].alternative.process
    if process is None or process.stays is not False:
        return process
    before = _feeder(members[:-1]) if process.filters and not inputs.stops_early(process) and members[1:] else None
    return replace(process, stays=before.stays) if before is not None else None


def _piped(machine: Machine, state: State, node: sh.Pipeline, members: list[Forked]) -> list[State]:
    processes: list[Process] = []
    commands: list[Command] = []
    command: Command | None = None
    left: Process | None = None
    for number, forked in enumerate(members):
        process = forked.alternative.process
        if process is None:
            left = left_of(state, node, number, members) or left
            if state.ended is not None:
                return [state]
            continue
        if left is not None and not inputs.stops_early(process):
            process = replace(process, reads=left.pid)
        elif processes:
            process = replace(process, reads=processes[-1].pid)
        following = members[number + 1 :]
        if following and unread.ends(state, node.commands[number], process, following[0].alternative.process):
            process = replace(process, stays=False)
        commands.append(forked.command or children.whole(state, node.text, process))
        command = command or commands[0]
        processes.append(process)
        left = _adopted(process) if number + 1 < len(members) else None
        if left is not None:
            _remember(state, node, [process])
    if not processes:
        itself.child_ended(machine, state)
        dying.waited(state)
        return _over(machine, state, node, members)
    # A filter ends with what feeds it, so a pipeline holds on only if a member does that reads from nobody who ended.
    first = members[0].alternative.process
    kept = any(process.reads in {job.pid for job in state.jobs} for process in processes)
    if first is None and not kept and all(process.filters for process in processes):
        _remember(state, node, processes)
        return _over(machine, state, node, members)
    assert command is not None
    processes = children.grouped(state, processes)
    pids, status = tuple(process.pid for process in processes), None
    if members[-1].alternative.process is None:  # what it reads from may still run
        status = status_of(state, members)
    state.block = Block("foreground", command, pids, tuple(processes), status=status, pipeline=tuple(commands))
    return [state]


def _over(machine: Machine, state: State, node: sh.Pipeline, members: list[Forked]) -> list[State]:
    status = status_of(state, members)
    if status is not None:
        return machine.finished(state, status)
    truth = asking.among_variables(machine, state, node)
    return machine.finished(state, None, truth) if truth else machine.undecided(state, asking.unnegated(node))


def _adopted(process: Process) -> Process | None:
    """A job that a filter was given by the shell that it was, and that writes to where it writes."""
    return next((job for job in process.adopted if job.stays and process.filters), None)


def _remember(state: State, node: sh.Pipeline, processes: list[Process]) -> None:
    """What a filter was before its exec has started: jobs that are left when it ends."""
    for process in processes:
        for job in process.adopted if process.filters else ():
            command = children.whole(state, node.text, job)
            state.jobs = (*state.jobs, JobState(job.pid, job, command, node.text, disowned=True))[-64:]


def left_of(state: State, node: sh.Pipeline, number: int, members: list[Forked]) -> Process | None:
    """The process that a member of a pipeline has left behind, and that keeps open what the next one reads, which therefore does not come to its end."""
    orphans = members[number].orphans
    if number + 1 >= len(members) or not orphans:
        return None
    reader = node.commands[number + 1]
    found = kept_open.keeping_open(state, node.commands[number], orphans, reader.text)
    reading = members[number + 1].alternative.process
    ended = reading is None or (reading.stays is False and not reading.filters)
    if found and ended and any(isinstance(each, sh.While) or _consumes(each) for each in walk(reader)):
        state.give_up(f"what `{' '.join(found[0].process.argv)}` writes, which `{clip(reader.text.value)}` reads")
    return found[0].process if found else None


def writes_elsewhere(state: State, node: sh.Pipeline, number: int) -> bool:
    """Whether a member that is a single command gives up the pipe, so that the next one soon comes to the end of what it reads, beside a job that runs on."""
    member = node.commands[number]
    return isinstance(member, sh.Simple) and not kept_open.holds(state, member, member.text, document=False)


def _consumes(command: object) -> bool:
    """Whether a command is a program that reads its input to the end."""
    return isinstance(command, sh.Simple) and bool(command.words) and command.words[0].literal in inputs.CONSUMING


def status_of(state: State, members: list[Forked]) -> int | None:
    """The status of a pipeline whose members have ended, filters with what fed them: the last one's, with ``pipefail`` that of the last which failed."""
    statuses = [
        0
        if each.alternative.process is not None and inputs.succeeds(each.alternative.process)
        else each.alternative.status
        for each in members
    ]
    if "pipefail" not in state.options:
        return statuses[-1]
    failed = [status for status in statuses if status]
    return failed[-1] if failed else None if None in statuses else 0
