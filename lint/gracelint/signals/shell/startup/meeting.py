"""Where ways through a script become one again: two states at the same place that agree in all that matters, and outcomes that differ only in their conditions."""

from __future__ import annotations

from operator import attrgetter
from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ....records import replace
from ..files import changes, inputs, outputs
from ..jobs import held
from ..model.parts import MOST_FACTS, holds
from ..model.values import Unknown, default

if TYPE_CHECKING:
    from collections.abc import Mapping, MutableMapping
    from typing import Any

    from ...model import Program
    from ...process import Process
    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Array, Value
    from .waiting import Waiting

WIDEN = 6
PRECISE = 60
MEETING = frozenset({"seq", "while", "for"})  # frames at which ways become one again
CALLS = frozenset({"call", "eval"})  # at the end of which there is a command with a status
THROUGH = frozenset({"seq", "within", "while", "for"})  # which leave a status as it is
NOTED = ("rejected", "replaced", "lost_execs", "assigned_execs", "daemons", "locks", "reasons", "unread")
_noted = attrgetter(*NOTED)


def may_meet(state: State) -> bool:
    """Whether a way is at a place where ways become one again, or at its end."""
    return state.stack is None or state.stack.kind in MEETING


def merged(machine: Machine, waiting: Waiting, state: State) -> bool:
    """Let two ways become one again where they agree."""
    if state.stack is None or not may_meet(state):
        return False
    if state.held:
        held.leave(state)
    if state.outputs and state.outputs[-1].depth != outputs.ALWAYS:
        outputs.leave(state)
    if state.inputs:
        inputs.leave(state)
    here = waiting.at(state.stack)
    if not here:
        return False
    widen = len(here) >= (WIDEN if machine.budget.spent < PRECISE else 1)
    comparable = None
    counts = state.stack.tested
    ends = not counts and _may_end_it(state)
    for other in here:
        if other.jobs != state.jobs or (counts and (other.status, other.truth) != (state.status, state.truth)):
            continue
        if ends and other.status != state.status and (other.status or state.status):
            continue
        comparable = comparable or state.standing()
        if other.standing() != comparable:
            continue
        same_loop = state.rounds is not None and other.rounds is state.rounds
        if (
            widen
            or same_loop
            or (other.variables == state.variables and other.scopes == state.scopes and other.made == state.made)
        ):
            _merge(other, state)
            waiting.again(other)
            return True
    return False


def _may_end_it(state: State) -> bool:
    """Whether the status that a way brings along is still that of a function, a file that is read or an ``eval`` when these are over, so
    that ``set -e`` ends the shell if it is a failure (``f() { [ -r x ] && . x; }``): what fails and what does not stay apart until then,
    and no longer. The same holds for the last status of another script, at which its parent may look."""
    strict, frame = "e" in state.options, state.stack
    while frame is not None:
        if frame.kind == "seq" and isinstance(frame.node, sh.Block) and frame.index < len(frame.node.commands):
            return False
        if frame.kind in CALLS:
            return strict
        if frame.kind not in THROUGH:
            return frame.kind == "base" and state.pid != 1
        frame = frame.parent
    return False


def _merge(into: State, state: State) -> None:
    _meet(into.variables, state.variables, into, state)
    for (_, saved, _), (_, other_saved, _) in zip(into.scopes, state.scopes, strict=True):
        one_sided = saved.keys() ^ other_saved.keys()  # local on one of the ways alone
        _meet(saved, other_saved, into, state)
        saved.update((name, Unknown(f"${name}")) for name in one_sided)
    if into.required is not state.required:
        into.required = tuple(dict.fromkeys((*into.required, *state.required)))
    if into.conditions is not state.conditions:
        kept = tuple([condition for condition in into.conditions if condition in state.conditions])
        into.conditions = (*kept, *[condition for condition in into.required if condition not in kept])
    if into.exports != state.exports:
        into.exports = _exported(into, state)
    if into.status != state.status:
        into.status, into.truth = None, None
    if into.workdir != state.workdir:
        into.workdir = Unknown("$PWD", nonempty=True)
    if into.made != state.made:
        into.made = changes.either(into.made, state.made)
    into.restless, into.unread = into.restless or state.restless, into.unread or state.unread
    if into.coming is not state.coming:
        into.coming = tuple([each for each in into.coming if each in state.coming])
    into.slow = into.slow or state.slow
    into.midway = into.midway or state.midway
    into.awaited = into.awaited and state.awaited
    if state.newborn:
        into.newborn = {**into.newborn, **state.newborn}
    if into.round is not state.round:  # the ways began their rounds differently
        into.round = None
    _meet_candidates(into, state)
    into.default, into.leaving = into.default or state.default, into.leaving or state.leaving
    into.settled = {one: other for one, other in into.settled.items() if one in state.settled}
    if into.assumed != state.assumed:
        known = state.assumed.get
        into.assumed = {key: value for key, value in into.assumed.items() if known(key) is value}
    for name, items, noted in zip(NOTED, _noted(state.facts), _noted(into.facts), strict=True):
        if items is not noted:  # of before they went apart
            for item in items:
                into.note(name, item)


def _exported(into: State, state: State) -> Mapping[str, bool | None]:
    """What is handed on behind the place where two ways meet: what the default launch hands on, where only one of them is its way."""
    found: dict[str, bool | None] = {}
    for name in into.exports.keys() | state.exports.keys():
        here = name in into.exports, into.exports.get(name)
        there = name in state.exports, state.exports.get(name)
        known, value = here if here == there or (into.default and not state.default) else there
        if here != there and into.default is state.default:
            known, value = True, None
        if known:
            found[name] = value
    return found


def _meet_candidates(into: State, state: State) -> None:
    """Of two ways that meet, the last command that one of them may hold on at: that of the default launch, if there is one.

    What ran on that way goes last in what ran on both, so that it still counts as the last.
    """
    first, second = state, into
    if state.candidate is not None and (into.candidate is None or (state.default and not into.default)):
        into.candidate = state.candidate
        first, second = into, state
    last, earlier = second.facts.before, first.facts.before
    if earlier is last:
        return
    shared = set(map(id, last))  # of before they went apart
    before = (*[command for command in earlier if id(command) not in shared and not holds(last, command)], *last)
    into.facts = replace(into.facts, before=before[-MOST_FACTS:])


def _meet(variables: MutableMapping[str, Any], others: Mapping[str, Any], into: State, state: State) -> None:
    """What variables are behind the place where two ways meet."""
    if variables == others:
        return
    for name in others.keys() - variables.keys():
        variables[name] = None
    # What has another value there, or none; most have the very same.
    apart = [name for name, one in variables.items() if others.get(name) is not one]
    for name in apart:
        one, two = variables[name], others.get(name)
        if one != two:
            variables[name] = _either(name, one, two, into.default, state.default)


def _either(
    name: str, one: Value | Array | None, two: Value | Array | None, first: bool, second: bool
) -> Value | Array:
    """A variable that two ways leave with different values; what the default launch makes of it is kept."""
    chosen = one if first and not second else two if second and not first else None
    if isinstance(chosen, tuple):
        return tuple(
            Unknown(f"${name}", default(item), rest=isinstance(item, Unknown) and item.rest) for item in chosen
        )
    known = default(chosen) if isinstance(chosen, (str, Unknown)) else None
    return Unknown(f"${name}", known)


def distinct(states: list[State]) -> list[State]:
    """One state an outcome: those that differ only in conditions become one, with the conditions they share."""
    result: list[State] = []
    index: dict[object, State] = {}
    for state in states:
        key = _identity(state)
        known = index.get(key)
        if known is None:
            index[key] = state
            result.append(state)
        else:
            known.required = tuple(dict.fromkeys((*known.required, *state.required)))
            shared = [condition for condition in known.conditions if condition in state.conditions]
            known.conditions = (*shared, *(condition for condition in known.required if condition not in shared))
            known.default, known.leaving = known.default or state.default, known.leaving or state.leaving
    return result


def _identity(state: State) -> object:
    command = state.ended.command if state.ended else state.block.command if state.block else None
    process = state.ended.process if state.ended else None
    children = state.block.children if state.block is not None and not state.ended else ()
    return (
        state.ended.kind if state.ended else state.block.kind if state.block else "",
        state.ended.reason if state.ended else "",
        state.ended.status if state.ended and state.pid != 1 else None,  # who started it may ask
        (command.text, command.argv) if command else None,
        _shape(process) if process else None,
        tuple(_shape(child) for child in children),
        tuple((name, trap.text, trap.action) for name, trap in sorted(state.traps.items())),
        state.ignored,
        state.guarded,
        state.interruptible,
        tuple((job.text, _shape(job.process)) for job in state.jobs if not job.told),
        tuple(each.process.text for each in state.held),
        state.outputs,
        (state.sent, frozenset(state.made.items())) if state.pid != 1 and state.ended else None,
        "e" in state.options,
        "m" in state.options,
    )


def _shape(process: Process) -> object:
    """A process, what it has started and what was left to it: a command may turn out in several ways, which are no less different for being
    started by the same words."""
    program = process.program
    return (
        process.argv,
        id(process.shell) if process.shell else None,
        # The same words may be another thing in another folder, or with other variables.
        (program.name, program.timeout, program.missing, _reactions(program)) if program is not None else None,
        tuple(_shape(child) for child in process.children),
        tuple(_shape(left) for left in process.adopted),
    )


def _reactions(program: Program) -> tuple[tuple[str, str], ...]:
    return tuple([(signal, reaction.disposition) for signal, reaction in program.as_pid1.items()])
