"""``command &``, ``a | b &`` and ``coproc``: what is started and not waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ....records import replace
from ..files import changes, named_pipes
from ..model.parts import ALWAYS, Input, JobState
from ..substitution import printed
from . import children, dying, itself, jobtable, newborn, pipelines, signalled

if TYPE_CHECKING:
    from ...process import Process
    from ..evaluator.machine import Machine
    from ..model.state import State
    from .children import Forked


def _background_pipeline(
    machine: Machine, state: State, node: sh.Background | sh.Coprocess, members: sh.Pipeline
) -> list[State]:
    """``a | b &``: every member is a child of this shell, ``$!`` is the last."""
    result = []
    around, state.around = state.around, (*state.around, "background")
    for each, ways in pipelines.members_of(machine, state, members, node.text, background=True):
        each.around = around
        processes: list[tuple[Process, Forked]] = []
        over = False  # what would feed the next one
        kept: Process | None = None
        for number, forked in enumerate(ways):
            process = forked.alternative.process
            if over and process is not None and process.filters and not process.stays:
                process = None  # a filter has ended with what fed it
            left = pipelines.left_of(each, members, number, ways) if process is None else None
            over = process is None and left is None and (over or not number)
            kept = left or kept
            if process is not None:
                if processes and process.filters and pipelines.writes_elsewhere(each, members, number - 1):
                    process = replace(process, stays=False, duration=0.0)  # it reads what nobody writes
                elif processes:
                    process = replace(process, reads=processes[-1][0].pid)
                elif kept is not None:
                    process = replace(process, reads=kept.pid, stays=kept.stays)
                processes.append((process, forked))
        pids = tuple(process.pid for process, _ in processes)
        lasts = bool(processes) and processes[-1][1] is ways[-1]
        last = pids[-1] if lasts else machine.context.new_pid()
        grouped = children.grouped(each, [process for process, _ in processes])
        for process, (_, forked) in zip(grouped, processes, strict=True):
            command = forked.command or children.whole(each, node.text, process)
            job = JobState(process.pid, process, command, node.text, members=pids, thinned=len(pids) < len(ways))
            job = job if lasts else replace(job, last=last)
            each.jobs = (*each.jobs, job)[-64:]
        newborn.begin(each, pids)
        each.last_pid = str(last)
        jobtable.enter(each, last)
        for forked in ways:
            changes.expect(each, last, forked.left)
        if not processes:
            dying.ended(each, last)
            each.over[last] = pipelines.status_of(each, ways)
            each.pipelines = (*each.pipelines, last)
            each.unclaimed = (*each.unclaimed, last)
        each.done(0)
        result.append(each)
    return result


def _only_pipeline(command: sh.Command) -> sh.Pipeline | None:
    """The pipeline that is all there is in braces."""
    while isinstance(command, sh.Group) and not command.redirects and len(command.body.commands) == 1:
        (command,) = command.body.commands
        command = command.command if isinstance(command, sh.Background) else command
    return command if isinstance(command, sh.Pipeline) and len(command.commands) > 1 else None


def background(machine: Machine, state: State, node: sh.Background | sh.Coprocess) -> list[State]:
    """``command &``."""
    merged = _only_pipeline(node.command) if state.shell.dialect.exec.merges_background else None
    command = merged or node.command
    negated = False
    if isinstance(command, sh.Pipeline) and len(command.commands) > 1 and not command.negated:
        return _background_pipeline(machine, state, node, command)
    if isinstance(command, sh.Pipeline) and len(command.commands) == 1 and state.shell.dialect.exec.negates_in_place:
        negated = command.negated
        (command,) = command.commands
    if isinstance(node, sh.Coprocess) and "coproc" in state.shell.dialect.syntax.misreads:
        return machine.finished(state, 127)  # no command of that name
    result = []
    for each, forked in children.apart(state, children.fork(machine, state, command, "background", node.text)):
        children.adopt(machine, each, forked, background=True)
        process = forked.alternative.process
        pid = process.pid if process is not None else machine.context.new_pid()
        each.last_pid = str(pid)
        jobtable.enter(each, pid)
        if process is None:
            itself.child_ended(machine, each)
            dying.ended(each, pid)
            status = forked.alternative.status
            each.over[pid] = int(not status) if negated and status is not None else status
            each.unclaimed = (*each.unclaimed, pid)
        else:
            if "m" in each.options:
                process = replace(process, own_group=True)
            if isinstance(command, sh.Simple):  # of others, those below them have the pipe open as well
                named_pipes.written(machine, each, command.redirects, pid)
            process = named_pipes.reading(machine, each, command, process)
            runs = forked.command or children.whole(each, node.text, process)
            each.jobs = (*each.jobs, JobState(pid, process, runs, node.text))[-64:]
            newborn.begin(each, (pid,))
        changes.expect(each, pid, forked.left)
        if isinstance(node, sh.Coprocess):
            _connected(machine, each, node, pid, process)
        result.extend(itself.perhaps_heard(machine, each, signalled.raised(each, forked.sent), node.text))
    return result


def _connected(machine: Machine, state: State, node: sh.Coprocess, pid: int, process: Process | None) -> None:
    """What a coprocess is to the shell: its number, and the descriptors of what it writes and reads (of the first one, in bash 5.2)."""
    name = node.name or "COPROC"
    state.variables[f"{name}_PID"] = str(pid)
    state.variables[name] = ("63", "60")
    text = printed.output(machine, state, (node.command,))
    known = text if isinstance(text, str) else None
    filters = process is not None and process.filters  # which writes when the shell has written to it
    source = Input("63", known, ALWAYS, None if process is None else pid, pipe=filters, other="60")
    state.inputs = (*state.inputs, source)[-16:]
