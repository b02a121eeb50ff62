"""Command substitutions: the shell reads what they write, and goes on where nobody is left who could write more.

A substitution that starts jobs is followed as the child shell that it is: a job that is left behind with the pipe as its output holds the
shell for as long as it runs; one whose output leads elsewhere is an orphan. Of other substitutions it is asked only whether a program in
them runs until it is told to stop. Servers are asked for their version or their settings in this way, by options of which the catalogue
need not know: one that is given an option is not known to stay.

Once a signal has come, those are followed that start jobs, take time, or tell others to stop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ....records import replace
from ..builtins import table
from ..evaluator import expansions, external
from ..files import changes, filesystem, opening
from ..jobs import children, jobtable, writing
from ..loops import endings
from ..model.aside import Aside
from ..model.parts import Block
from ..model.values import clip
from . import kept_open, printed
from .inside import acts, answers, has_effects, lasts, starts_jobs

if TYPE_CHECKING:
    from ...process import Process
    from ..evaluator.interpreter import Frame
    from ..evaluator.machine import Machine
    from ..jobs.children import Forked
    from ..model.outcome import Command
    from ..model.parts import JobState
    from ..model.state import State
    from ..model.values import Field


def captured(machine: Machine, state: State, command: object, number: int = 0) -> list[State]:
    """The ways on behind the substitutions of a command, from this one on; those with a block wait for what one of them has left behind,
    and come back for the next."""
    ways = [state]
    if machine.forking >= children.DEEPEST:
        return ways
    found = expansions.of(machine, state, command)
    for at in range(number, len(found)):
        ways = [
            following
            for each in ways
            for following in ([each] if each.block or each.ended else _one(machine, each, command, at, found[at]))
        ]
    return ways


def _one(machine: Machine, state: State, command: object, at: int, found: expansions.Substitution) -> list[State]:
    part = found.part
    if (state.table or state.newborn) and expansions.runs(machine, state, found) is not False:
        jobtable.forked(state)
    starts = starts_jobs(state, part)
    lasting = not starts and lasts(machine, state, part)
    effective = has_effects(machine, state, part)
    if machine.live and not (starts or lasting or effective or acts(machine, state, part)):
        return [state]
    runs = expansions.runs(machine, state, found)
    if runs is False:
        return [state]
    if starts or lasting or machine.live:
        if runs is None:
            state.give_up(f"whether {part.text.value} runs")
            return [state]
        return _left_behind(machine, state, command, at, found)
    if effective:
        if runs is None:
            children.fork(machine, state, sh.Subshell(part.text, part.body, ()), "subshell", part.text)
            return [state]
        return _left_behind(machine, state, command, at, found)
    inner = part.body.commands[0] if len(part.body.commands) == 1 else None
    if isinstance(inner, sh.Simple) and runs and inner.redirects:
        with Aside(state):
            opening.opened(machine, state, inner, inner.redirects)
            opening.wrote(machine, state, inner, None)
    if isinstance(inner, sh.Simple) and runs and not printed.computed(machine, state, part):
        return _asked(machine, state, command, at, inner, found)
    return [state]


def _left_behind(
    machine: Machine, state: State, command: object, at: int, found: expansions.Substitution
) -> list[State]:
    """Follow a substitution as a shell of its own."""
    part = found.part
    body = sh.Subshell(part.text, part.body, ())
    ways = []
    for each, forked in children.apart(state, children.fork(machine, state, body, "subshell", part.text)):
        holding, process = _holding(machine, each, found, forked), forked.alternative.process
        if process is not None and (process.stays or machine.live):
            each.push("captured", command, at, found if machine.live else None, str(process.pid))
            _block(each, forked.command or children.whole(each, part.text, process), (process,))
        elif holding:
            each.push("captured", command, at)
            _block(each, holding[0].command, tuple(job.process for job in holding))
        ways.append(each)
    return ways


def resumed(machine: Machine, state: State, frame: Frame) -> list[State]:
    """What a substitution was waiting for is over: now the jobs that its shell has left (in a stop, where they are not known before), the
    next substitution, or the command."""
    state.pop()
    found = frame.data
    if isinstance(found, expansions.Substitution):
        part = found.part
        left = machine.host.left(int(frame.label))
        answers = [
            (process, kept_open.holds(state, part.body, process.text, document=found.document)) for process in left
        ]
        if any(answer is None for _, answer in answers):
            state.give_up(f"who keeps open what {part.text.value} reads")
            return [state]
        holding = tuple(process for process, open_there in answers if open_there)
        if holding:
            state.push("captured", frame.node, frame.index)
            _block(state, children.whole(state, part.text, holding[0]), holding)
            return [state]
    return machine.begin(state, frame.node, frame.index + 1)


def _block(state: State, command: Command, processes: tuple[Process, ...]) -> None:
    state.block = Block("foreground", command, tuple(process.pid for process in processes), processes)


def _holding(machine: Machine, state: State, found: expansions.Substitution, forked: Forked) -> list[JobState]:
    """The jobs that a substitution has left and that keep it open; the others are orphans of the shell."""
    holding = kept_open.keeping_open(state, found.part.body, forked.orphans, found.part.text, document=found.document)
    children.adopt(machine, state, replace(forked, orphans=tuple(job for job in forked.orphans if job not in holding)))
    return holding


def _asked(
    machine: Machine, state: State, command: object, at: int, inner: sh.Simple, found: expansions.Substitution
) -> list[State]:
    """A program whose output is asked for. One that ended once is not followed again where nothing that it sees has changed."""
    part = found.part
    with Aside(state):
        fields = machine.expand(state, inner.words)
    name = fields[0].value if fields else None
    seen = (
        part.text,
        *(field.value for field in fields),
        filesystem.search(state),
        state.workdir,
        state.handed_down,
        "m" in state.options,
    )
    program = name is not None and name not in state.functions and name not in table.TABLE
    if program and seen in state.shell.found.quiet:
        return [state]
    quiet = name not in writing.SHELLS and endings.quiet(machine, state, inner)
    if quiet or (program and _ends(machine, state, inner, fields)):
        if program:
            state.shell.found.quiet.add(seen)
        return [state]
    forks = children.fork(machine, state, inner, "subshell", part.text)
    if program and not any(forked.alternative.stays or forked.orphans or forked.left for forked in forks):
        state.shell.found.quiet.add(seen)
        return [state]
    ways = children.apart(state, forks)
    for each, forked in ways:
        _read(machine, each, command, at, found, forked)
    return [each for each, _ in ways]


def _read(
    machine: Machine, state: State, command: object, at: int, found: expansions.Substitution, forked: Forked
) -> None:
    """Read what a program writes, until it ends and those that it leaves behind. A server that may only have been asked for something is
    taken for one that ends; that it holds on is the other candidate."""
    holding, process = _holding(machine, state, found, forked), forked.alternative.process
    if process is None or not process.stays or state.ended:
        if holding:
            state.push("captured", command, at)
            _block(state, holding[0].command, tuple(job.process for job in holding))
        return
    runner = forked.command or children.whole(state, found.part.text, process)
    asked = runner.program is not None and runner.program.kind == "servers"
    asks = answers(runner.argv) if asked else False
    if asks is None:
        output = clip(found.part.text.value)
        state.give_up(f"whether `{' '.join(runner.argv)}` ends, of which {output} is the output")
        return
    holds = state.copy() if asks else state
    holds.push("captured", command, at)
    _block(holds, runner, (process,))
    if asks:
        holds.candidate, holds.perhaps = None, True
        state.candidate = holds


def _ends(machine: Machine, state: State, inner: sh.Simple, fields: list[Field]) -> bool:
    """Whether a program ends by itself in every way that it can turn out. False where that takes a shell to tell."""
    if inner.assignments or any(isinstance(part, sh.CommandSubstitution) for part in inner.expansions):
        return False
    pid = machine.context.new_pid()
    ways = machine.context.start(machine, state, fields, external.surroundings(machine, state, inner, pid1=False), pid)
    return not any(way.stays or (way.shell is not None and _leaves(state, way.shell)) for way in ways)


def _leaves(state: State, shell: State) -> bool:
    """Whether a script that has ended has left anything behind: jobs, or files."""
    left = changes.since(state, shell)
    return bool(shell.jobs or left.made) or not left.permitted <= state.permitted
