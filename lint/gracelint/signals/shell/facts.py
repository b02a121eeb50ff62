"""From a shell's state to what rules read: `Outcome`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .model.outcome import Job, Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...source import Text
    from ..process import Process
    from .model.outcome import Command, End, Stop
    from .model.parts import JobState
    from .model.state import State


def outcome(state: State, stop: Stop | None) -> Outcome:
    """What holds this shell, and what happened on the way."""
    shell, ended, block = state.shell, state.ended, state.block
    end: End
    command: Command | None
    if ended is not None:
        end, command = ended.kind, ended.command
    else:
        assert block is not None
        # A shell that reads what a process writes goes round with it.
        end, command = "loop" if block.kind == "read" else block.kind, block.command
    loop = _loop(state)
    if end == "foreground" and loop is not None and block is not None and _pauses(block.children):
        end = "loop"
    facts = state.facts
    return Outcome(
        shell.dialect.family,
        shell.dialect.version,
        shell.mode,
        shell.source,
        end,
        command,
        implicit=ended.implicit if ended else False,
        keyword=ended.keyword if ended else None,
        foreground=block.pids[0] if block is not None and block.kind == "foreground" and block.pids else None,
        pipeline=block.pipeline if block is not None else (),
        jobs=tuple(_job(state, job) for job in state.jobs if not job.told),
        traps=() if end == "exec" else tuple(trap for trap in state.traps.values() if trap.action != ""),
        rejected=facts.rejected,
        lost=ended.lost if ended else (),
        replaced=facts.replaced,
        ignored=tuple(trap for trap in state.traps.values() if trap.action == ""),
        lost_execs=facts.lost_execs,
        assigned_execs=facts.assigned_execs,
        daemons=facts.daemons,
        before=facts.before,
        loop=loop,
        arguments=_arguments(state, command),
        conditions=state.conditions,
        default=state.default,
        certain=not state.perhaps,
        stop=stop,
        unread=facts.unread,
        reasons=(*facts.reasons, *((ended.reason,) if ended and ended.reason else ())),
        functions={name: node.text for name, node in state.functions.items()},
        substitutions={held.process.pid: held.process.text for held in state.held if held.process.text is not None},
    )


def _pauses(processes: Sequence[Process]) -> bool:
    return bool(processes) and all(process.duration is not None for process in processes)


def _loop(state: State) -> Text | None:
    """The loop that the shell stands in."""
    frame = state.stack
    found: Text | None = None
    while frame is not None:
        if frame.kind == "while":
            found = frame.node.text
        frame = frame.parent
    return found


def _job(state: State, job: JobState) -> Job:
    process = job.process
    waits = state.block is not None and state.block.kind == "wait" and job.pid in state.block.pids
    return Job(
        job.text,
        job.command,
        job.pid,
        job.variable,
        process.stays,
        not process.helper or bool(process.children),
        state.block.command.text if waits and state.block is not None else None,
        tuple(sorted(process.ignored & {"SIGINT", "SIGQUIT"})),
    )


def _arguments(state: State, command: Command | None) -> Literal["all", "some", "none", "absent"]:
    given = state.shell.given
    if not given:
        return "absent"
    if command is None:
        return "none"
    argv = command.argv
    for start in range(len(argv) - len(given) + 1):
        if argv[start : start + len(given)] == given:
            return "all"
    return "some" if command.passes_arguments else "none"
