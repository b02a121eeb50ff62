"""Simple commands: assignments, functions, builtins, and programs that are forked or exec'ed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...records import replace
from ..process import Bound, Environment
from . import (
    assigning,
    builtins,
    children,
    filesystem,
    held,
    inputs,
    itself,
    jobcontrol,
    limited,
    misuse,
    opening,
    orders,
    refusals,
    remarks,
    tails,
)
from .outcome import Command
from .state import DIED, Block, Ended, Truth
from .values import Field, clip, default

if TYPE_CHECKING:
    from ...parsers.shell import model as sh
    from ...source import Text
    from ..process import Alternative
    from .machine import Machine
    from .outcome import Around
    from .state import State

DEEPEST_CALLS = 60
NOT_STARTED = 127


def run(machine: Machine, state: State, node: sh.Simple) -> list[State]:
    """Run one simple command."""
    if refusals.refused(machine, state, node):
        return [state]
    if node.redirects:
        node = refusals.with_named_descriptors(state, node)
    if state.shell.aliases and node.words and node.words[0].literal in state.shell.aliases:
        state.ended = Ended("unknown", reason=f"{node.words[0].literal} is an alias, which is not followed")
        return [state]
    if not node.words:
        return assigning.alone(machine, state, node)
    kept = assigning.kept(state, node) if node.assignments else None
    if kept is not None and (state.shell.dialect.specials_end or "e" in state.options):
        return [machine.leave(state, 1, f"{kept} is read-only, and {state.shell.dialect.family} gives up")]
    fields = machine.expand(state, node.words)
    skipped = 0
    prefixes = {"command", "builtin"} - state.shell.dialect.lacks
    while fields and fields[0].value in prefixes and len(fields) > 1:
        if str(fields[1].value) in ("-v", "-V"):
            return builtins.query(machine, state, fields[2:])
        only = fields[0].value == "builtin"
        fields, skipped = fields[1:], skipped + 1
        if only and (named := default(fields[0].value)) is not None and builtins.found(named) is None:
            return machine.finished(state, 1)
        if fields[0].value == "-p":
            fields, skipped = fields[1:], skipped + 1
    if not fields:
        return assigning.alone(machine, state, node)
    if len(fields) > 1 and fields[0].value in ("env", "busybox") and str(fields[1].value) in builtins.BY_PATH:
        fields, skipped = [replace(fields[1], value=f"/bin/{fields[1].shown}"), *fields[2:]], skipped + 1
    name = default(fields[0].value)
    if name is not None and not skipped and name in state.functions:
        assigning.assign(machine, state, node.assignments)
        return _call(machine, state, node, fields, name)
    if name in state.shell.dialect.lacks:
        return machine.finished(state, 127)
    builtin = builtins.found(name) if name is not None else None
    if builtin is not None:
        refusal = misuse.refusal(machine, state, node, fields, special=not skipped)
        if refusal is not None:
            return refusal
        if name in ("exec", "eval", ".", "source", "export", "set", "trap"):
            assigning.assign(machine, state, node.assignments)
        return builtin(machine, state, node, fields)
    return external(machine, state, node, fields, skipped)


def _call(machine: Machine, state: State, node: sh.Simple, fields: list[Field], name: str) -> list[State]:
    if len(state.scopes) >= DEEPEST_CALLS:
        state.ended = Ended("unknown", reason=Bound(f"the function {name} calls itself too deeply to follow"))
        return [state]
    if remarks.only_prints(machine, state, node, fields):
        return machine.finished(state, 0)
    function = state.functions[name]
    state.scopes = (*state.scopes, (state.parameters, {}))
    state.parameters = tuple(fields[1:])
    if node.redirects:
        held.enclose(machine, state, node.redirects)
        inputs.enclose(machine, state, node.redirects)
        state.push("within", label="redirection")
    state.push("call", function, data=node.text, label="function")
    return machine.enter(state, function.body)


# In front of a command that signals others, root changes nothing but that it may.
_AS_ROOT = frozenset({"sudo", "doas"})
_SIGNALLING = frozenset({"kill", "pkill", "killall", "xargs"})


def external(machine: Machine, state: State, node: sh.Simple, fields: list[Field], skipped: int = 0) -> list[State]:
    """Run a program as a child, or in place of the shell where this shell execs its last command."""
    if machine.live and len(fields) > 1 and fields[0].shown in _AS_ROOT and fields[1].shown in _SIGNALLING:
        return builtins.TABLE[fields[1].shown](machine, state, node, fields[1:])
    command = describe(state, node, fields, skipped)
    watched = limited.watched(machine, fields)
    if watched is not None and default(watched.value) is None and not machine.live:
        return machine.finished(state, 0)  # it waits for some process to end, which is a passing phase
    if watched is not None and machine.live:
        return builtins.TABLE["wait"](machine, state, node, [fields[0], watched])
    ways = limited.script(machine, state, node, fields) if machine.live else None
    if ways is not None:
        return ways
    name = command.argv[0].rpartition("/")[2] if command.argv else ""
    if name in ("cat", "tee") and opening.fails(machine, state, name, fields[1:]):
        return machine.finished(state, 1)
    if not machine.live and tails.replaces(state, redirected=bool(node.redirects)):
        return execute(machine, state, node, fields, command, None, implicit=True)
    given = inputs.given(machine, state, node, fields)
    if state.inputs:
        inputs.consumed(state, node, name)
    if name not in filesystem.HARMLESS:
        state.restless = True
        filesystem.doubt(state, " ".join(field.shown for field in fields))
    environment = replace(surroundings(machine, state, pid1=False), given=given)
    feeders = held.beside(machine, state, node)
    result: list[State] = []
    for each, alternative in apart(
        state, machine.context.start(machine, state, fields, environment, machine.context.new_pid())
    ):
        if alternative.process is not None:
            process = limited.watching(held.feeding(alternative.process, feeders), watched)
            alternative = replace(alternative, process=process)
        result.extend(_foreground(machine, each, command, alternative))
    return result


def apart(state: State, alternatives: list[Alternative]) -> list[tuple[State, Alternative]]:
    """One state an alternative."""
    result = []
    for number, alternative in enumerate(alternatives):
        each = state.copy() if number + 1 < len(alternatives) else state
        each.conditions = (*each.conditions, *(c for c in alternative.conditions if c not in each.conditions))
        each.default = each.default and alternative.default
        for reason in alternative.reasons:
            each.note("reasons", reason)
        result.append((each, alternative))
    return result


def _foreground(machine: Machine, state: State, command: Command, alternative: Alternative) -> list[State]:
    process = alternative.process
    if alternative.failed is not None:
        _note_failure(state, command, alternative)
        return machine.finished(state, NOT_STARTED if alternative.status is None else alternative.status)
    if alternative.shell is not None or (process is not None and process.shell is not None):
        filesystem.doubt(state)  # a script of its own
    if process is None:
        _inherit(state, alternative)
        if alternative.shell is not None:
            orders.carried_out(machine, state, alternative.shell, command.text)
        return _ended(machine, state, command, alternative.status)
    program = process.program
    command = replace(command, program=program)
    if program is not None and program.daemonizes:
        state.note("daemons", command)
    ways = orders.carry_out(machine, state, process, command.text)
    for each, started in ways:
        (started,) = children.grouped(each, [started])
        each.block = Block("foreground", command, (started.pid,), (started,), status=alternative.status)
    return [each for each, _ in ways]


def _inherit(state: State, alternative: Alternative) -> None:
    """The jobs that a shell has left when it ended are there still."""
    left = alternative.shell.jobs if alternative.shell is not None else ()
    state.jobs = (*state.jobs, *(replace(job, disowned=True) for job in left if not job.told))


def _note_failure(state: State, command: Command, alternative: Alternative) -> None:
    """Remember the file that could not be started, and where it is named."""
    culprit = alternative.culprit
    if culprit is not None and alternative.failed is not None:
        named = replace(culprit, text=command.words, implied=False) if culprit.implied else culprit
        state.note("failures", (alternative.failed, named))


def over(machine: Machine, state: State, status: int | None = None, *, counts: bool = True) -> list[State]:
    """The command that the shell was blocked in is over. Unless it ``counts``, ``set -e`` does not look at it yet: a trap comes first."""
    block = state.block
    assert block is not None
    state.block = None
    if state.stack is not None and state.stack.kind == "captured":
        return [state]  # a substitution's program, and no command yet
    if block.everything:
        state.unclaimed = ()
        jobcontrol.forget(state)
        status = 0
    if not counts:
        _hear(state)
        state.done(status, Truth.success(f"`{clip(block.command.text.value)}`"))
        return [state]
    return _ended(machine, state, block.command, status)


def _hear(state: State) -> None:
    """While a foreground command ran, the shell has heard which jobs have ended; bash tells nobody of one that was killed, nor of any in ``-c``. Those that have just been forked have had the time to begin."""
    state.newborn = {}
    if state.shell.dialect.forgets_ended or (state.shell.dialect.forgets_by_line and state.shell.mode == "command"):
        state.heard = state.unclaimed
    elif state.shell.dialect.forgets_killed:
        state.heard = tuple(pid for pid in state.unclaimed if state.over.get(pid) == DIED or pid in state.heard)


def _ended(machine: Machine, state: State, command: Command, status: int | None) -> list[State]:
    _hear(state)
    itself.child_ended(machine, state)
    if status is None and command.argv and command.argv[0].rpartition("/")[2] in filesystem.SUCCEEDING:
        status = 0
    if status is None:
        return machine.undecided(state, " ".join(command.argv) or command.text.value)
    return machine.finished(state, status)


def surroundings(machine: Machine, state: State, *, pid1: bool) -> Environment:
    """What a program started here inherits."""
    workdir = default(state.workdir)
    return Environment(
        workdir if workdir is not None else machine.context.image.workdir,
        filesystem.search(state),
        state.shell.user,
        ignored=state.ignored,
        pid1=pid1,
        depth=machine.forking + 1,
        leads="m" in state.options,
        made=state.made,
        permitted=state.permitted,
        commands=state.facts.before,
    )


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
    quits = implicit and itself and state.shell.dialect.tail_ignores_quit
    environment = replace(
        surroundings(machine, state, pid1=state.pid == 1),
        leads=state.leads or (itself and state.shell.leads),
        ignored=state.ignored | {"SIGQUIT"} if quits else state.ignored,
        depth=machine.forking + 1,
        given=inputs.given(machine, state, node, fields),
    )
    feeders = held.beside(machine, state, node)
    result = []
    for each, alternative in apart(state, machine.context.start(machine, state, fields, environment, state.pid)):
        lost = tuple(trap for trap in each.traps.values() if trap.action)
        process = alternative.process
        if process is None:
            _inherit(each, alternative)
        else:
            process = limited.watching(held.feeding(process, feeders), limited.watched(machine, fields))
        if shown and process is not None and process.argv[:1] == (fields[0].value,):
            process = replace(
                process, argv=(shown, *process.argv[1:])
            )  # not a script, which its interpreter is shown for
        program = process.program if process else None
        _note_failure(each, command, alternative)
        if alternative.failed is not None and "execfail" in each.options and not implicit:
            result.extend(machine.finished(each, NOT_STARTED))
            continue
        if alternative.failed is not None and each.shell.dialect.leaves_by_exit_trap:
            result.append(machine.leave(each, 127, alternative.failed))
            continue
        each.ended = Ended(
            "exec" if alternative.failed is None else "exits",
            process,
            replace(command, program=program),
            implicit,
            keyword,
            lost,
            status=None if alternative.failed is None else NOT_STARTED,
            failed=alternative.failed,
        )
        result.append(each)
    return result


def describe(state: State, node: sh.Simple, fields: list[Field], skipped: int) -> Command:
    """A simple command as rules see it."""
    around, calls = place(state)
    first = node.words[min(skipped, len(node.words) - 1)].text if node.words else node.text
    last = node.words[-1].text if node.words else node.text
    return Command(
        node.text,
        first.until(last) if first.buffer is last.buffer else node.text,
        tuple(field.shown for field in fields),
        all(field.known for field in fields),
        calls,
        around,
        bool(node.assignments),
        passes_arguments=any(field.parameter for field in fields),
        redirected=bool(node.redirects),
    )


def place(state: State) -> tuple[tuple[Around, ...], tuple[Text, ...]]:
    """The constructs around the current command, and the calls that led to it, outermost first."""
    around: list[Around] = []
    calls: list[Text] = []
    frame = state.stack
    while frame is not None:
        if frame.kind == "within" and frame.label:
            around.append("redirection" if frame.label == "redirected" else frame.label)  # type: ignore[arg-type] # labels of "within" frames are the constructs
        elif frame.kind in ("call", "eval", "trap"):
            around.append("function" if frame.kind == "call" else frame.kind)
            if frame.kind != "trap":
                calls.append(frame.data)  # type: ignore[arg-type] # the text of the call
        elif frame.kind == "not":
            around.append("negation")
        frame = frame.parent
    return (*state.around, *reversed(around)), (*state.calls, *reversed(calls))
