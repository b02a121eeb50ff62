"""Child shells: what is forked for subshells, pipelines and background jobs.

On the way to the steady state a child is evaluated at once, by the host, and what comes of it (a process that holds on, or an end) is
what the parent's block, pipeline or job consists of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ....parsers.shell.literals import literal_text
from ....records import dataclass, field, replace
from ...process import Alternative, Bound, Process
from ..evaluator import commands, once, scopes, tails
from ..evaluator.interpreter import TESTED
from ..files import changes, inputs, opening, outputs
from ..model.outcome import Command
from ..model.parts import Block, Facts, JobState
from . import dying, itself, jobtable, signalled, writing

if TYPE_CHECKING:
    from ....source import Text
    from ..evaluator.machine import Machine
    from ..model.outcome import Around
    from ..model.parts import Input, Left, Newborn, Truth
    from ..model.state import Signalled, State

DEEPEST = 16
MOST_WAYS = 8
INTERRUPTS = frozenset({"SIGINT", "SIGQUIT"})


@dataclass(frozen=True, slots=True)
class Forked:
    """One way a child shell turned out, with what it leaves behind."""

    alternative: Alternative
    facts: Facts = field(default_factory=Facts)
    """What rules may want to know."""
    orphans: tuple[JobState, ...] = ()
    """Jobs that outlive it."""
    command: Command | None = None
    left: tuple[Left, ...] = ()
    """What it, and the shells that it has started, have done to files."""
    sent: tuple[Signalled, ...] = ()
    """The signals that they have sent to others."""
    inputs: tuple[Input, ...] = ()
    """How far it has read these."""
    newborn: dict[int, Newborn] = field(default_factory=dict)
    """The jobs of others that may not have begun when it ends."""


def _child(machine: Machine, state: State, command: sh.Command, around: Around, construct: Text) -> State:
    """The state of a forked child shell that is about to run a command: traps reset, no jobs, ``set -e`` as it counts here."""
    forked = state.copy()
    constructs, calls = commands.place(state)
    forked.pid = machine.context.new_pid()
    forked.around, forked.calls = (*constructs, around), calls
    forked.enclosed = scopes.in_function(state)
    forked.kin, forked.sent, forked.slow, forked.coming = signalled.kin(state), (), False, ()
    forked.jobs, forked.scopes, forked.candidate, forked.midway, forked.block = (), (), None, None, None
    forked.over, forked.table, forked.cleared = {}, (), 0
    forked.unclaimed, forked.heard, forked.doubted, forked.passed, forked.noticed = (), (), (), (), ()
    forked.bereaved, forked.newborn = False, {}
    forked.guarded, forked.touched = None, frozenset()
    forked.interruptible, forked.trapped, forked.held = False, False, ()
    if state.outputs:
        forked.outputs = outputs.inherited(state, forked.pid)
    if state.inputs:
        forked.inputs = inputs.inherited(state, background=around == "background")
    kept = {"ERR"} if "E" in state.options else set()
    forked.traps = {name: trap for name, trap in state.traps.items() if trap.action == "" or name in kept}
    forked.leads = "m" in state.options
    forked.options = forked.options - {"m"}  # bash: no job control in subshells
    forked.ignored, forked.shell = state.handed_down, state.shell.withholding(frozenset())
    plain = isinstance(command, (sh.Simple, sh.Subshell)) or (
        isinstance(command, sh.Pipeline) and len(command.commands) == 1
    )
    forked.stack = None
    label = "subshell" if plain else "compound"
    forked.push("base", index=TESTED if state.tested else 0, data=construct, label=label)
    if isinstance(command, sh.Subshell):
        # The child that was forked for the construct is the subshell.
        forked.around = (*forked.around, "subshell") if around != "subshell" else forked.around
        if command.redirects:
            redirects = once.redirected(machine, forked, command, here=True).redirects
            opening.opened(machine, forked, command, redirects)
            outputs.redirect(machine, forked, redirects)
            inputs.redirect(machine, forked, redirects)
            forked.push("within", label="redirection")
        forked.push("seq", command.body)
    else:
        forked.push("seq", sh.Block(command.text, (command,)))
    return forked


def _ignore_interrupts(machine: Machine, forked: State, command: sh.Command) -> None:
    """A job in the background ignores SIGINT and SIGQUIT (POSIX 2.11): to its end in dash and BusyBox, and only itself in bash, where a
    function or a builtin does not even ignore SIGINT (`jobtraits.Trap.interrupts_jobs`)."""
    if not forked.shell.dialect.trap.interrupts_jobs:
        forked.ignored, forked.shell = forked.ignored | INTERRUPTS, forked.shell.ignoring(INTERRUPTS)
        return
    text = literal_text(command.words[0]) if isinstance(command, sh.Simple) and command.words else None
    name = text.value if text is not None else ""
    called = name in forked.functions or (name != "command" and machine.is_builtin(name))
    own = frozenset({"SIGQUIT"}) if called else INTERRUPTS
    forked.ignored = forked.ignored | own
    if called or not isinstance(command, sh.Simple):
        forked.shell = forked.shell.withholding(own)


def fork(
    machine: Machine, state: State, command: sh.Command, around: Around, construct: Text, *, background: bool = False
) -> list[Forked]:
    """What a child shell that runs a command turns out to be."""
    if machine.forking >= DEEPEST:
        reason = Bound("shells are nested too deeply to follow")
        process = Process(machine.context.new_pid(), state.shell.argv, "fork", construct, missing=(reason,))
        return [Forked(Alternative(process, reasons=(reason,)))]
    jobtable.forked(state)
    machine.forking += 1
    try:
        forked = _child(machine, state, command, around, construct)
        if (background or around == "background") and "m" not in state.options:
            _ignore_interrupts(machine, forked, command)
        ways = machine.host.fork(machine, state, forked, construct)[:MOST_WAYS]
        for way in ways:
            for left in way.left:
                changes.meet(state, left)
        return ways
    finally:
        machine.forking -= 1
        writing.noted(machine, state, command, around)


def adopt(machine: Machine, state: State, forked: Forked, *, background: bool = False) -> None:
    """Note in a shell what its child noted, and has done. What ran in the background is nothing that this shell waited for."""
    kept = ("rejected", "lost_execs", "assigned_execs", "daemons", "reasons")
    for name in kept if background else ("before", *kept):
        for item in getattr(forked.facts, name):
            state.note(name, item)
    state.jobs = (*state.jobs, *(replace(job, disowned=True) for job in forked.orphans))
    signalled.heard_of(machine, state, forked.sent)
    if not background and forked.alternative.process is None:
        state.newborn = {pid: job for pid, job in forked.newborn.items() if pid in state.newborn}
        for left in forked.left:
            changes.take(state, left)
        if state.inputs:
            inputs.shared(state, forked.inputs)


def grouped(state: State, processes: list[Process]) -> list[Process]:
    """With job control, the processes of a foreground command make a group of their own."""
    if "m" not in state.options or not processes:
        return processes
    leader = processes[0]
    return [replace(leader, own_group=True), *(replace(process, joins=leader.pid) for process in processes[1:])]


def subshell(machine: Machine, state: State, node: sh.Subshell) -> list[State]:
    """``( … )`` in the foreground."""
    if tail_subshell(machine, state, node):
        if node.redirects:
            inputs.enclose(machine, state, node.redirects)
            state.push("within", label="redirection")
        state.push("within", label="subshell")
        state.push("seq", node.body)
        return [state]
    ways = fork(machine, state, node, "subshell", node.text)
    result: list[State] = []
    for each, forked in apart(state, ways):
        adopt(machine, each, forked)
        process = forked.alternative.process
        if process is None:
            itself.child_ended(machine, each)
            dying.waited(each)
            ends = machine.finished(each, forked.alternative.status, decided(forked.alternative))
            result.extend(itself.all_heard(machine, end, signalled.raised(end, forked.sent)) for end in ends)
        else:
            command = forked.command or whole(each, node.text, process)
            each.block = Block("foreground", command, (process.pid,), tuple(grouped(each, [process])))
            result.append(each)
    return result


def tail_subshell(machine: Machine, state: State, node: sh.Subshell) -> bool:
    """Whether a shell at its last command runs a subshell in itself, without a fork (ash does)."""
    del node
    if machine.live or not tails.replaces(state, redirected=False):
        return False
    frame = state.stack
    while frame is not None and frame.kind != "base":
        frame = frame.parent
    allowed = state.shell.dialect.exec.tails.get(frame.label, ()) if frame is not None else ()
    return any("subshell" in labels for labels in allowed)


def decided(alternative: Alternative) -> Truth | None:
    """What the launch decides with which a shell has ended."""
    return settling(alternative.shell) if alternative.shell is not None and alternative.status is None else None


def settling(ended: State) -> Truth | None:
    """What a shell's last command has asked, if the launch decides it (``[ "${TRIES:-1}" -lt 30 ]``): for the one that waited for it, this
    tells nothing of its own variables."""
    truth = ended.truth
    return replace(truth, refine=()) if truth is not None and truth.default is not None else None


def apart(state: State, ways: list[Forked]) -> list[tuple[State, Forked]]:
    """One state for each way that a child turned out."""
    states = parted(state, [way.alternative for way in ways])
    return [(each, way) for (each, _), way in zip(states, ways, strict=True)]


def whole(state: State, text: Text, process: Process | None) -> Command:
    """A construct as a command, as rules see it."""
    around, calls = commands.place(state)
    argv = process.argv if process is not None else (text.value,)
    return Command(text, text, argv, True, calls, around, program=process.program if process else None)


def parted(state: State, alternatives: list[Alternative]) -> list[tuple[State, Alternative]]:
    """One state an alternative."""
    result = []
    for number, alternative in enumerate(alternatives):
        each = state.copy() if number + 1 < len(alternatives) else state
        each.conditions = (*each.conditions, *(c for c in alternative.conditions if c not in each.conditions))
        each.default, each.leaving = each.default and alternative.default, each.leaving or alternative.leaving
        if alternative.settled and alternative.settled is not each.settled:
            each.settled = {**each.settled, **alternative.settled}
        for reason in alternative.reasons:
            each.note("reasons", reason)
        result.append((each, alternative))
    return result
