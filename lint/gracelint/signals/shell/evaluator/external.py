"""Programs that a simple command names: forked, or exec'ed in the place of the shell."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Literal

from ....records import replace
from ...process import Environment
from ..builtins import exporting
from ..files import changes, descriptors, filesystem, inputs, named_pipes, opening
from ..jobs import byname, children, dying, held, itself, jobtable, limited, newborn, orders, signalled
from ..model.parts import DIED, Block, Ended
from ..model.values import default
from ..substitution import printed
from . import commands, libraries, tails

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....parsers.shell import model as sh
    from ....source import Text
    from ...process import Alternative, Process
    from ..model.outcome import Command
    from ..model.parts import Truth
    from ..model.state import State
    from ..model.values import Field
    from .machine import Machine

NOT_STARTED = 127
_OPENING = frozenset({"cat", "flock", "tee"})


def run(machine: Machine, state: State, node: sh.Simple, fields: list[Field], skipped: int = 0) -> list[State]:
    """Run a program as a child, or in place of the shell where this shell execs its last command."""
    command = commands.describe(state, node, fields, skipped)
    watched = limited.watched(machine, fields)
    if watched is not None and default(watched.value) is None and not machine.live and not tails.is_last(state):
        return machine.finished(state, 0)  # it waits for some process to end, which is a passing phase
    name = command.argv[0].rpartition("/")[2] if command.argv else ""
    if name in _OPENING and opening.fails(machine, state, name, node, fields[1:]):
        return machine.finished(state, 1)
    if name == "flock" and fields[-1].shown.isdigit():
        state.note("locks", command)
    if tails.replaces(state, redirected=bool(node.redirects)):
        return execute(machine, state, node, fields, command, None, implicit=True)
    given = inputs.given(machine, state, node, fields)
    if node.redirects:
        reads = tuple(each for each in node.redirects if each.operator in opening.READS)
        opening.wrote(machine, state, node, printed.output(machine, state, (replace(node, redirects=reads),)))
    if state.inputs:
        inputs.consumed(state, node, name)
    environment = replace(
        surroundings(machine, state, node, pid1=False),
        given=given,
        closed=inputs.is_closed(machine, state, node),
        live=machine.live,
    )
    words = [field.shown for field in fields]
    if not filesystem.is_one(
        command.argv, filesystem.HARMLESS
    ):  # it finds files as they are, and may leave them otherwise
        state.restless = True
        changes.doubt(state, " ".join(words))
    feeders = held.beside(machine, state, node)
    result: list[State] = []
    for each, alternative in children.parted(
        state, machine.context.start(machine, state, fields, environment, machine.context.new_pid())
    ):
        if alternative.process is not None:
            process = limited.watching(held.feeding(alternative.process, feeders), watched)
            alternative = replace(alternative, process=_reading(machine, each, node, process))
        if alternative.failed is None or "/" in command.argv[0]:  # who is found nowhere on PATH is not forked for
            jobtable.forked(each)
        named_pipes.made_by_another(each, words)
        result.extend([each] if each.ended else _foreground(machine, each, command, alternative))
    return result


def _reading(machine: Machine, state: State, node: sh.Simple, process: Process) -> Process:
    """A program that is started, with what it reads."""
    if state.inputs:
        process = inputs.reading(machine, state, node, process)
    return process if machine.live else named_pipes.in_front(machine, state, node, process)


def _foreground(machine: Machine, state: State, command: Command, alternative: Alternative) -> list[State]:
    process = alternative.process
    if alternative.failed is not None:
        _note_failure(state, command, alternative)
        return machine.finished(state, NOT_STARTED if alternative.status is None else alternative.status)
    if process is not None and (alternative.shell is not None or process.shell is not None):
        changes.doubt(state)  # a script of its own
    if process is None:
        jobtable.program_over(state)
        _inherit(machine, state, alternative)
        if alternative.shell is not None:
            orders.carried_out(machine, state, alternative.shell, command.text)
        sent = alternative.shell.sent if alternative.shell is not None else ()
        ends = ended(machine, state, command, alternative.status, children.decided(alternative))
        return [itself.all_heard(machine, end, signalled.raised(end, sent)) for end in ends]
    program = process.program
    if program is None and not (machine.live or tails.is_last(state)) and libraries.defines(machine, state, process):
        return ended(machine, state, command, None)
    command = replace(command, program=program)
    if program is not None and program.daemonizes:
        state.note("daemons", command)
    ways = orders.carry_out(machine, state, process, command.text)
    for each, started in ways:
        (started,) = children.grouped(each, [started])
        each.block = Block("foreground", command, (started.pid,), (started,), status=alternative.status)
    return [each for each, _ in ways]


def _inherit(machine: Machine, state: State, alternative: Alternative) -> None:
    """The jobs that a shell has left when it ended are there still, files are as it has left them, and whom it has told is told."""
    if alternative.shell is not None:
        signalled.heard_of(machine, state, alternative.shell.sent)
        changes.adopt(state, alternative.shell)
        left = (replace(job, disowned=True) for job in alternative.shell.jobs if not job.told)
        state.jobs = (*state.jobs, *left)


def _note_failure(state: State, command: Command, alternative: Alternative) -> None:
    """Remember the file that could not be started, and where it is named."""
    culprit = alternative.culprit
    if culprit is not None and alternative.failed is not None:
        named = replace(culprit, text=command.words, implied=False) if culprit.implied else culprit
        state.note("failures", (alternative.failed, named))


def hear(state: State, ran: Iterable[Command]) -> None:
    """While foreground commands ran, the shell has heard which jobs have ended; bash tells nobody of one that was killed, nor of any in
    ``-c``. Those that have just been forked have had the time to begin, if what ran took its time."""
    state.noticed, state.cleared, state.slow = state.unclaimed, len(state.over), True
    if state.newborn or state.kin.newborn:
        quick = all(filesystem.is_one(each.argv, filesystem.QUICK) for each in ran)
        (newborn.grow if quick else newborn.begun)(state)
    dying.waited(state)
    if state.shell.dialect.wait.forgets_ended or (
        state.shell.dialect.wait.forgets_by_line and state.shell.mode == "command"
    ):
        state.heard = state.unclaimed
    elif state.shell.dialect.wait.forgets_killed:
        state.heard = tuple(pid for pid in state.unclaimed if state.over.get(pid) == DIED or pid in state.heard)


def ended(
    machine: Machine,
    state: State,
    command: Command,
    status: int | None,
    truth: Truth | None = None,
    pipeline: tuple[Command, ...] = (),
) -> list[State]:
    """A program in the foreground has ended, or a ``pipeline`` of them, with a status if that is known, or with what that rests on."""
    members = pipeline or (command,)
    hear(state, members)
    itself.child_ended(machine, state)
    if status is None:
        status = _status_of(machine, state, members)
    if status is None and truth is not None:
        return machine.finished(state, None, truth)
    if status is None:
        waits = command.argv[:1] == ("wait",)  # for numbers that nobody knows, others in each round of a loop
        asked = " | ".join(" ".join(each.argv) for each in members)
        return machine.undecided(state, (not waits and asked) or command.text.value)
    return machine.finished(state, status)


def _status_of(machine: Machine, state: State, members: tuple[Command, ...]) -> int | None:
    """The status of programs that have ended, as far as what they are tells it: the last one's, with ``pipefail`` that of the last which failed."""
    statuses = [_by_itself(machine, state, each) for each in members]
    if "pipefail" not in state.options:
        return statuses[-1]
    return next((each for each in reversed(statuses) if each != 0), 0)


def _by_itself(machine: Machine, state: State, command: Command) -> int | None:
    name = command.argv[0].rpartition("/")[2] if command.argv else ""
    if name in filesystem.SUCCEEDING:
        return 0
    if name in ("pgrep", "pidof", "ps"):
        return byname.status(machine, state, name, command.argv[1:])
    return None


def surroundings(machine: Machine, state: State, node: sh.Simple, *, pid1: bool) -> Environment:
    """What a program started here inherits."""
    return Environment(
        filesystem.folder(state),
        filesystem.search(state),
        state.shell.user,
        ignored=state.handed_down,
        pid1=pid1,
        depth=machine.forking + 1,
        leads="m" in state.options,
        made=state.made,
        permitted=state.permitted,
        commands=(*state.shell.earlier, *state.facts.before),
        assumed=state.assumed,
        child=True,
        aside=state.aside,
        kin=signalled.kin(state),
        exported=partial(exporting.handed, machine, state, node.assignments),
        descriptors=descriptors.handed_on(state, node.redirects),
    )


def end_with(state: State) -> None:
    """A command that the shell becomes, once a signal has come, is run as its child, behind which the shell, without its traps, has nothing more to do."""
    state.stack, state.traps = None, {name: trap for name, trap in state.traps.items() if trap.action == ""}


def execute(
    machine: Machine,
    state: State,
    node: sh.Simple,
    fields: list[Field],
    command: Command,
    keyword: Text | None,
    *,
    implicit: bool = False,
    shown: str = "",
) -> list[State]:
    """Replace the shell by a program; ``shown`` is another name to be shown under, of ``exec -a``."""
    itself = state.pid == state.shell.pid
    quits = implicit and itself and state.shell.dialect.exec.tail_ignores_quit
    environment = replace(
        surroundings(machine, state, node, pid1=state.pid == 1),
        child=state.child,
        kin=replace(signalled.kin(state), shells=state.kin.shells),
        leads=state.leads or (itself and state.shell.leads),
        ignored=state.handed_down | {"SIGQUIT"} if quits else state.handed_down,
        depth=machine.forking + 1,
        given=inputs.given(machine, state, node, fields),
        closed=inputs.is_closed(machine, state, node),
        live=machine.live,
    )
    feeders = held.beside(machine, state, node)
    result = []
    for each, alternative in children.parted(
        state, machine.context.start(machine, state, fields, environment, state.pid)
    ):
        process = alternative.process
        if process is None:
            _inherit(machine, each, alternative)
        else:
            own = None if state.pid == 1 else frozenset(job.pid for job in each.jobs)
            process = limited.watching(held.feeding(process, feeders), limited.watched(machine, fields), own)
        if shown and process is not None and process.argv[:1] == (fields[0].value,):
            process = replace(
                process, argv=(shown, *process.argv[1:])
            )  # not a script, which its interpreter is shown for
        _note_failure(each, command, alternative)
        if alternative.failed is not None and "execfail" in each.options and not implicit:
            result.extend(machine.finished(each, NOT_STARTED))
        elif alternative.failed is not None and each.shell.dialect.exec.leaves_by_exit_trap:
            result.append(machine.leave(each, 127, alternative.failed))
        else:
            result.extend(_becomes(machine, each, replace(alternative, process=process), command, keyword, implicit))
    return result


def _becomes(
    machine: Machine, state: State, alternative: Alternative, command: Command, keyword: Text | None, implicit: bool
) -> list[State]:
    process = alternative.process
    lost = tuple(trap for trap in state.traps.values() if trap.action)
    command = replace(command, program=process.program if process else None)
    ways = [(state, process)]
    if machine.live and process is not None:
        ways = list(orders.carry_out(machine, state, process, command.text))
    failed = alternative.failed
    for each, becomes in ways:
        status = alternative.status if failed is None else NOT_STARTED
        kind: Literal["exec", "exits"] = "exec" if failed is None else "exits"
        each.ended = Ended(kind, becomes, command, implicit, keyword, lost, status=status, failed=failed)
    return [each for each, _ in ways]
