"""Child shells: subshells, pipelines and background jobs.

On the way to the steady state a child is evaluated at once, by the host, and what comes of it (a process that holds on, or an end) is
what the parent's block, pipeline or job consists of.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...parsers.shell import model as sh
from ...parsers.shell.walk import walk
from ...records import dataclass, field, replace
from ..process import Alternative, Bound, Process
from . import builtins, endings, filesystem, inputs, making, refusals, simple, substitution
from .outcome import Command
from .state import Block, Ended, Facts, JobState

if TYPE_CHECKING:
    from ...source import Text
    from .machine import Machine
    from .outcome import Around
    from .state import State
    from .values import Field

DEEPEST = 16
MOST_WAYS = 8
LONGEST_PIPELINE = 50
RUNNING = frozenset({".", "builtin", "command", "eval", "exec", "source", "xargs"})  # builtins that run something else
INTERRUPTS = frozenset({"SIGINT", "SIGQUIT"})


@dataclass(frozen=True, slots=True)
class Forked:
    """One way a child shell turned out, with what it leaves behind: facts for the rules, and jobs that outlive it."""

    alternative: Alternative
    facts: Facts = field(default_factory=Facts)
    orphans: tuple[JobState, ...] = ()
    command: Command | None = None


def child(machine: Machine, state: State, command: sh.Command, around: Around, construct: Text) -> State:
    """The state of a forked child shell that is about to run a command: traps reset, no jobs, ``set -e`` as it counts here."""
    forked = state.copy()
    constructs, calls = simple.place(state)
    forked.pid = machine.context.new_pid()
    forked.around, forked.calls = (*constructs, around), calls
    forked.jobs, forked.scopes, forked.candidate, forked.block = (), (), None, None
    forked.over, forked.unclaimed, forked.heard = {}, (), ()
    forked.guarded, forked.held = False, ()
    if state.inputs:
        forked.inputs = inputs.inherited(state, background=around == "background")
    kept = {"ERR"} if "E" in state.options else set()
    forked.traps = {name: trap for name, trap in state.traps.items() if trap.action == "" or name in kept}
    if state.tested:
        forked.options = forked.options - {"e"}
    forked.leads = "m" in state.options
    forked.options = forked.options - {"m"}  # bash: no job control in subshells
    if around == "background" and "m" not in state.options:
        forked.ignored = forked.ignored | INTERRUPTS
    plain = isinstance(command, (sh.Simple, sh.Subshell)) or (
        isinstance(command, sh.Pipeline) and len(command.commands) == 1
    )
    forked.stack = None
    forked.push("base", data=construct, label="subshell" if plain else "compound")
    if isinstance(command, sh.Subshell):
        # The child that was forked for the construct is the subshell.
        forked.around = (*forked.around, "subshell") if around != "subshell" else forked.around
        if command.redirects:
            forked.push("within", label="redirection")
        forked.push("seq", command.body)
    else:
        forked.push("seq", sh.Block(command.text, (command,)))
    return forked


def fork(machine: Machine, state: State, command: sh.Command, around: Around, construct: Text) -> list[Forked]:
    """What a child shell that runs a command turns out to be."""
    if machine.forking >= DEEPEST:
        reason = Bound("shells are nested too deeply to follow")
        process = Process(machine.context.new_pid(), state.shell.argv, "fork", construct, missing=(reason,))
        return [Forked(Alternative(process, reasons=(reason,)))]
    machine.forking += 1
    try:
        return machine.host.fork(machine, state, command, around, construct)[:MOST_WAYS]
    finally:
        machine.forking -= 1
        state.restless = state.restless or _makes_files(state, command)


def _makes_files(state: State, command: sh.Command) -> bool:
    """Whether what runs in a child may make files, of which its parent is told nothing."""
    known = state.shell.making
    found = known.get(id(command))
    if found is None or found[0] is not command:
        found = known[id(command)] = command, any(map(_writes, walk(command)))
    return found[1]


def _writes(part: object) -> bool:
    if isinstance(part, sh.Redirect):
        return part.operator not in ("<", "<<", "<<-", "<<<", "<&")
    if not isinstance(part, sh.Simple) or not part.words:
        return False
    name = part.words[0].literal
    if name is None or name in making.TOOLS or name in RUNNING:
        return True
    return name not in filesystem.HARMLESS and name not in builtins.TABLE


def _adopt(state: State, forked: Forked, *, background: bool = False) -> None:
    """Note in a shell what its child noted. What ran in the background is nothing that this shell waited for."""
    kept = ("rejected", "lost_execs", "assigned_execs", "daemons", "reasons")
    for name in kept if background else ("before", *kept):
        for item in getattr(forked.facts, name):
            state.note(name, item)
    state.jobs = (*state.jobs, *(replace(job, disowned=True) for job in forked.orphans))


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
            state.push("within", label="redirection")
        state.push("within", label="subshell")
        state.push("seq", node.body)
        return [state]
    ways = fork(machine, state, node, "subshell", node.text)
    result = []
    for each, forked in _apart(state, ways):
        _adopt(each, forked)
        process = forked.alternative.process
        if process is None:
            result.extend(machine.finished(each, forked.alternative.status))
        else:
            command = forked.command or _whole(each, node.text, process)
            each.block = Block("foreground", command, (process.pid,), tuple(grouped(each, [process])))
            result.append(each)
    return result


def tail_subshell(machine: Machine, state: State, node: sh.Subshell) -> bool:
    """Whether a shell at its last command runs a subshell in itself, without a fork (ash does)."""
    del node
    if machine.live or not simple.tail(state, redirected=False):
        return False
    frame = state.stack
    while frame is not None and frame.kind != "base":
        frame = frame.parent
    allowed = state.shell.dialect.tails.get(frame.label, ()) if frame is not None else ()
    return any("subshell" in labels for labels in allowed)


def _apart(state: State, ways: list[Forked]) -> list[tuple[State, Forked]]:
    states = simple.apart(state, [way.alternative for way in ways])
    return [(each, way) for (each, _), way in zip(states, ways, strict=True)]


def _whole(state: State, text: Text, process: Process | None) -> Command:
    around, calls = simple.place(state)
    argv = process.argv if process is not None else (text.value,)
    return Command(text, text, argv, True, calls, around, program=process.program if process else None)


def pipeline(machine: Machine, state: State, node: sh.Pipeline) -> list[State]:
    """``a | b``: every member a child; the shell waits for all of them."""
    if "lastpipe" in state.options and "m" not in state.options:
        return _last_here(machine, state, node)
    result = []
    for each, members in _members(machine, state, node, "pipeline", node.text):
        result.extend(_piped(machine, each, node, members))
    return result


def _last_here(machine: Machine, state: State, node: sh.Pipeline) -> list[State]:
    """With ``shopt -s lastpipe``, bash runs the last command of a pipeline itself."""
    *others, last = node.commands
    result: list[State] = []
    for each, members in _members(machine, state, replace(node, commands=tuple(others)), "pipeline", node.text):
        if any(forked.alternative.process is not None and not forked.alternative.process.helper for forked in members):
            each.ended = Ended("unknown", reason="a command that stays writes to the shell itself (lastpipe)")
            result.append(each)
            continue
        depth = each.stack.depth if each.stack is not None else 0
        text = inputs.piped(machine, each, others[-1])[-1]
        each.inputs = (*each.inputs, replace(text, depth=depth))
        each.push("within", label="pipeline")
        result.extend(machine.enter(each, last))
    return result


def _members(
    machine: Machine, state: State, node: sh.Pipeline, around: Around, construct: Text
) -> list[tuple[State, list[Forked]]]:
    """Every way that the members of a pipeline can turn out."""
    partial: list[tuple[State, list[Forked]]] = [(state, [])]
    for number, member in enumerate(node.commands):
        if number >= LONGEST_PIPELINE:
            state.note("reasons", Bound("a pipeline is too long to follow"))
            break
        following: list[tuple[State, list[Forked]]] = []
        for each, members in partial:
            own = each.inputs
            if number:
                each.inputs = inputs.piped(machine, each, node.commands[number - 1])
            ways = fork(machine, each, member, around, construct)
            each.inputs = own
            for forked_state, forked in _apart(each, ways):
                following.append((forked_state, [*members, forked]))
        partial = following[:MOST_WAYS]
    for each, members in partial:
        for forked in members:
            _adopt(each, forked)
    return partial


def _piped(machine: Machine, state: State, node: sh.Pipeline, members: list[Forked]) -> list[State]:
    processes: list[Process] = []
    commands: list[Command] = []
    command: Command | None = None
    for forked in members:
        process = forked.alternative.process
        if process is None:
            continue
        if processes:
            process = replace(process, reads=processes[-1].pid)
        if forked is not members[-1] and process.program is not None and process.program.name == "yes":
            process = replace(process, stays=False)  # it says yes for as long as somebody reads it
        commands.append(forked.command or _whole(state, node.text, process))
        command = command or commands[0]
        processes.append(process)
    if not processes:
        status = _status_of(state, [forked.alternative.status for forked in members])
        return machine.finished(state, status) if status is not None else machine.undecided(state, node.text.value)
    # A filter ends with what feeds it, so a pipeline holds on only if a member does that reads from nobody who ended.
    first = members[0].alternative.process
    if first is None and all(process.helper for process in processes):
        return machine.undecided(state, node.text.value)
    assert command is not None
    processes = grouped(state, processes)
    state.block = Block(
        "foreground", command, tuple(p.pid for p in processes), tuple(processes), pipeline=tuple(commands)
    )
    return [state]


def _status_of(state: State, statuses: list[int | None]) -> int | None:
    """The status of a pipeline: the last one's, with ``pipefail`` that of the last which failed."""
    if "pipefail" not in state.options:
        return statuses[-1]
    failed = [status for status in statuses if status != 0]
    return failed[-1] if failed else 0


def background(machine: Machine, state: State, node: sh.Background | sh.Coprocess) -> list[State]:
    """``command &``."""
    if isinstance(node.command, sh.Pipeline) and len(node.command.commands) > 1 and not node.command.negated:
        return _background_pipeline(machine, state, node, node.command)
    cut = refusals.cut_by_ampersand(state, node.command)
    if cut is not None:
        states = background(machine, state, sh.Background(node.text, cut))
        for each in states:
            each.last_pid = str(machine.context.new_pid())  # of the redirection behind the first &
        return states
    if isinstance(node, sh.Coprocess) and "coproc" in state.shell.dialect.misreads:
        return machine.finished(state, 127)  # no command of that name
    result = []
    for each, forked in _apart(state, fork(machine, state, node.command, "background", node.text)):
        _adopt(each, forked, background=True)
        process = forked.alternative.process
        pid = process.pid if process is not None else machine.context.new_pid()
        each.last_pid = str(pid)
        if process is None:
            each.over[pid] = forked.alternative.status
            each.unclaimed = (*each.unclaimed, pid)
        else:
            if "m" in each.options:
                process = replace(process, own_group=True)
            command = forked.command or _whole(each, node.text, process)
            each.jobs = (*each.jobs, JobState(pid, process, command, node.text))[-64:]
        if isinstance(node, sh.Coprocess):
            each.variables[(node.name or "COPROC") + "_PID"] = str(pid)
        each.done(0)
        result.append(each)
    return result


def _background_pipeline(
    machine: Machine, state: State, node: sh.Background | sh.Coprocess, members: sh.Pipeline
) -> list[State]:
    """``a | b &``: every member is a child of this shell, ``$!`` is the last."""
    result = []
    for each, ways in _members(machine, state, members, "pipeline", node.text):
        processes: list[tuple[Process, Forked]] = []
        over = False  # what would feed the next one
        for number, forked in enumerate(ways):
            process = forked.alternative.process
            if over and process is not None and process.helper and not process.stays:
                process = None  # a filter has ended with what fed it
            over = process is None and (over or not number)
            if process is not None:
                if processes:
                    process = replace(process, reads=processes[-1][0].pid)
                if not machine.live and "m" not in each.options:
                    process = replace(process, ignored=process.ignored | INTERRUPTS)
                processes.append((process, forked))
        pids = tuple(process.pid for process, _ in processes)
        members_of = grouped(each, [process for process, _ in processes])
        for process, (_, forked) in zip(members_of, processes, strict=True):
            command = forked.command or _whole(each, node.text, process)
            each.jobs = (*each.jobs, JobState(process.pid, process, command, node.text, members=pids))[-64:]
        lasts = bool(processes) and processes[-1][1] is ways[-1]
        each.last_pid = str(pids[-1] if lasts else machine.context.new_pid())
        if not processes:
            each.over[int(each.last_pid)] = ways[-1].alternative.status
            each.unclaimed = (*each.unclaimed, int(each.last_pid))
        each.done(0)
        result.append(each)
    return result


def substituted(machine: Machine, state: State, node: sh.Simple) -> None:
    """Note where a command substitution of this command may run until told to stop: servers are asked for their version this way, too."""
    if not node.expansions or machine.live or machine.forking >= DEEPEST:
        return
    for part in node.expansions:
        if not isinstance(part, sh.CommandSubstitution) or len(part.body.commands) != 1:
            continue
        inner = part.body.commands[0]
        if isinstance(inner, sh.Simple) and not substitution.computed(machine, state, part):
            _asked(machine, state, inner, part.text)


def _asked(machine: Machine, state: State, inner: sh.Simple, text: Text) -> None:
    """A program whose output is asked for. One that ended once is not followed again where nothing that it sees has changed."""
    fields = machine.expand(state, inner.words)
    name = fields[0].value if fields else None
    seen = (
        text,
        *(field.value for field in fields),
        filesystem.search(state),
        state.workdir,
        state.ignored,
        "m" in state.options,
    )
    program = name is not None and name not in state.functions and name not in builtins.TABLE
    if program and seen in state.shell.quiet:
        return
    if endings.quiet(machine, state, inner) or (program and _ends(machine, state, inner, fields)):
        if program:
            state.shell.quiet.add(seen)
        return
    quiet = True
    for forked in fork(machine, state, inner, "subshell", text):
        process = forked.alternative.process
        if process is not None and process.stays:
            quiet = False
            _adopt(state, forked)
            holding = state.copy()
            command = forked.command or _whole(state, text, process)
            holding.block = Block("foreground", command, (process.pid,), (process,))
            holding.candidate, holding.perhaps = None, True
            state.candidate = holding
    if program and quiet:
        state.shell.quiet.add(seen)


def _ends(machine: Machine, state: State, inner: sh.Simple, fields: list[Field]) -> bool:
    """Whether a program ends by itself in every way that it can turn out. False where that takes a shell to tell."""
    if inner.assignments or any(isinstance(part, sh.CommandSubstitution) for part in inner.expansions):
        return False
    pid = machine.context.new_pid()
    ways = machine.context.start(machine, state, fields, simple.surroundings(machine, state, pid1=False), pid)
    return not any(way.stays for way in ways)
