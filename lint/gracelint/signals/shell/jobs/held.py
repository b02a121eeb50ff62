"""Process substitutions that a shell keeps open itself: those of ``exec > >(tee log)``, ``{ … } > >(cat)``,
``while …; done < <(tail -F log)``.

What reads in ``>(…)`` ends when nobody can write to it any more, so it lasts as long as the shell has it open. Measured with bash 5.2: it
is a child of the shell, ``$!`` is its number, and a ``wait`` for all waits for it, also where ``$!`` is by now another one's (bash 5.3 no
longer does that); ``wait -n``, ``jobs`` and ``%1`` do not know it. So ``wait`` never returns in a script that sends its own output through
one, unless the descriptor is given up before, or the signal goes to the whole group, of which that dies as well: what the shell prints from
then on brings it SIGPIPE, which ends it, or, as PID 1, makes ``echo`` fail (pipe(7); measured). busybox's ash neither waits for it nor sets
``$!``. A process substitution of one command (``cat <(app)``) is the shell's child beside it (`beside`), and nobody waits for it but who
reads what it writes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....image.model import Argument
from ....parsers.shell import model as sh
from ....records import replace
from ...process import Process
from ..files import inputs, outputs
from ..model.parts import Held, JobState
from . import children

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..evaluator.machine import Machine
    from ..model.state import State


def redirect(machine: Machine, state: State, redirects: Iterable[sh.Redirect]) -> None:
    """``exec`` without a command: from here on descriptors lead elsewhere."""
    for each in redirects:
        numbers = outputs.descriptors(each)
        state.held = tuple(replace(held, descriptors=held.descriptors - numbers) for held in state.held)
        copied = each.target.literal if each.operator in (">&", "<&") and each.target is not None else None
        if copied is not None:
            state.held = tuple(
                replace(held, descriptors=held.descriptors | numbers) if copied in held.descriptors else held
                for held in state.held
            )
        else:
            _open(machine, state, each, numbers, outputs.ALWAYS)
    for held in state.held:
        if not held.descriptors and held.writes:
            machine.host.close(state, held.process.pid)
    state.held = tuple(held for held in state.held if held.descriptors or not held.writes)


def enclose(machine: Machine, state: State, redirects: Iterable[sh.Redirect]) -> None:
    """A compound command, or a function, with redirections of its own, which hold while the stack is deeper than it is now."""
    depth = state.stack.depth if state.stack is not None else 0
    leave(state, depth)
    for each in redirects:
        _open(machine, state, each, outputs.descriptors(each), depth)


def beside(machine: Machine, state: State, node: sh.Simple) -> list[Process]:
    """Start what runs in the process substitutions of one command; those that write to it, and may last. What it writes to is let go with
    it, and ends as a filter does, or is left to the shell."""
    words = (*node.words, *(each.target for each in node.redirects if each.target is not None))
    feeders = []
    for part in (part for word in words if word.literal is None for part in word.parts):
        if not isinstance(part, sh.ProcessSubstitution):
            continue
        writes = part.direction == ">"
        if writes and not state.shell.dialect.wait.substitutions:
            continue
        process = _started(machine, state, part)
        if process is None or (process.filters if writes else process.stays is False):
            continue
        command = children.whole(state, part.text, process)
        state.jobs = (*state.jobs, JobState(process.pid, process, command, part.text, disowned=True))[-64:]
        if not writes:
            feeders.append(process)
    return feeders


def feeding(process: Process, feeders: list[Process]) -> Process:
    """A program that goes through what process substitutions write: a filter ends with the last of them, or, if it may stop before, perhaps."""
    if not feeders or not process.filters or process.reads is not None or process.name not in inputs.FILTERS:
        return process
    last = max(feeders, key=lambda each: (each.stays is True, each.stays is None))
    return replace(process, reads=last.pid, stays=None if inputs.stops_early(process) else last.stays, duration=None)


def leave(state: State, depth: int | None = None) -> None:
    """Constructs that are over have closed what they held."""
    if not state.held:
        return
    if depth is None:
        depth = state.stack.depth if state.stack is not None else 0
    state.held = tuple(held for held in state.held if held.depth < depth)


def awaited(state: State) -> list[int]:
    """Those that a ``wait`` for all waits for."""
    leave(state)
    if not state.shell.dialect.wait.substitutions:
        return []
    last = state.shell.dialect.wait.substitutions == "last"
    pids = [held.process.pid for held in state.held]
    return [pid for pid in pids if not last or str(pid) == state.last_pid]


def _open(machine: Machine, state: State, each: sh.Redirect, numbers: frozenset[str], depth: int) -> None:
    part = each.target.sole if each.target is not None else None
    if not isinstance(part, sh.ProcessSubstitution):
        return
    writes = part.direction == ">"
    process = _started(machine, state, part)
    if process is not None and (writes or process.stays is not False):
        state.held = (*state.held, Held(process, part, numbers, writes, depth))[-16:]


def _started(machine: Machine, state: State, part: sh.ProcessSubstitution) -> Process | None:
    """What runs in one that is opened now, and is ``$!`` from here on; None if that has ended at once. Of several ways, the one that lasts longest."""
    writes = part.direction == ">"
    commands = part.body.commands
    command = commands[0] if len(commands) == 1 else sh.Subshell(part.text, part.body)
    found = [way.alternative.process for way in children.fork(machine, state, command, "background", part.text)]
    processes = [process for process in found if process is not None and not (writes and _reads_in_a_loop(process))]
    if processes:
        process = max(processes, key=lambda each: (each.stays is True, each.stays is None))
    elif writes:
        # It reads in a way that cannot be followed (`while read -r line`), and ends as a filter does.
        filtering = machine.context.describe((Argument("cat", part.text),))
        process = Process(machine.context.new_pid(), state.shell.argv, "fork", part.text, filtering)
    else:
        process = None
    pid = machine.context.new_pid() if process is None else process.pid
    if state.shell.dialect.wait.substitutions:
        state.last_pid = str(pid)
    if process is None or (process.stays is False and not writes):
        state.over = {**state.over, pid: None}
    return replace(process, reads=state.pid) if process is not None and writes else process


def _reads_in_a_loop(process: Process) -> bool:
    """Whether it is a shell that goes through its input by itself: how often is not known."""
    return process.shell is not None and (process.shell.block is None or process.shell.block.kind == "loop")
