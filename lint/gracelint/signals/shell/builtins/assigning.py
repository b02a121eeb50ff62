"""Assignments: ``x=…``, ``x+=…``, of arrays and their elements, with a command or alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ....records import replace
from ....regexes import regex
from ..evaluator import refusals
from ..expansion import parameters
from ..expansion.embedded import key_of
from ..model.keyed import Keyed, Reference
from ..model.parts import Truth
from ..model.values import Unknown, clip, concatenate
from ..substitution import statuses
from . import exporting

if TYPE_CHECKING:
    from ....source import Text
    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Array, Value

_ELEMENT = regex(r"\[([^]]*)\]=")


def alone(machine: Machine, state: State, node: sh.Simple) -> list[State]:
    """Assignments without a command, or words of which nothing is left: the status is that of the last command substitution."""
    if not state.shell.dialect.syntax.appends and any(assignment.appends for assignment in node.assignments):
        return machine.finished(state, 127)  # no command of that name
    unchanged = kept(state, node)
    if unchanged is not None:
        return refusals.kept(machine, state, unchanged)
    assign(machine, state, node.assignments)
    status: int | None = 0
    truth = None
    values = [assignment.value for assignment in node.assignments if assignment.value]
    elements = [word for assignment in node.assignments for word in assignment.array or ()]
    for part in (part for word in (*node.words, *values, *elements) for part in word.parts):
        if isinstance(part, sh.CommandSubstitution):
            status = statuses.status(machine, state, part)
            truth = Truth.success(clip(part.text.value)) if status is None else None
    return machine.finished(state, status, truth)


def kept(state: State, node: sh.Simple) -> str | None:
    """The first variable that is to get a value and is read-only."""
    return next((each.name for each in node.assignments if each.name in state.readonly), None)


def assign(machine: Machine, state: State, assignments: tuple[sh.Assignment, ...]) -> None:
    """Carry out assignments."""
    if "a" in state.options:
        exporting.export(state, [assignment.name for assignment in assignments])
    for assignment in assignments:
        if assignment.name in state.readonly:
            continue
        name = state.meant(assignment.name)
        if assignment.array is not None:
            if isinstance(state.variables.get(name), Keyed):
                _assign_keyed(machine, state, name, assignment)
                continue
            items = tuple(field.value for field in machine.expand(state, assignment.array))
            if assignment.appends:
                found = parameters.array(state, name)
                items = (*found, *items)
            state.variables[name] = items
            continue
        value = machine.value(state, assignment.value)
        if assignment.index is not None and isinstance(state.variables.get(name), Keyed):
            _set_key(machine, state, name, assignment.index, value, assignment.text)
            continue
        if assignment.index is not None:
            parameters.assign_element(state, name, assignment.index, value)
            continue
        if assignment.appends:
            value = concatenate([machine.parameter(state, name) or "", value])
        existing = state.variables.get(name)
        state.variables[name] = (value, *existing[1:]) if isinstance(existing, tuple) else value
        remember_pid(state, name, value)


def hand_on(machine: Machine, state: State, assignments: tuple[sh.Assignment, ...]) -> None:
    """Carry out assignments in front of a function or a builtin, which are exported to what that starts."""
    assign(machine, state, assignments)
    exporting.export(state, [assignment.name for assignment in assignments])


def lend(
    machine: Machine, state: State, assignments: tuple[sh.Assignment, ...]
) -> tuple[dict[str, Value | Array | Keyed | Reference | None], tuple[tuple[str, tuple[bool | None, ...]], ...]]:
    """The same in front of a function, which has them only while it runs (measured in all three shells): what it gives back, as a `Scope` has it."""
    if not assignments:
        return {}, ()
    names = dict.fromkeys([assignment.name for assignment in assignments])
    saved = {state.meant(name): state.variables.get(state.meant(name)) for name in names}
    lent = tuple([(name, (state.exports[name],) if name in state.exports else ()) for name in names])
    hand_on(machine, state, assignments)
    return saved, lent


def remember_pid(state: State, name: str, value: object) -> None:
    """``pid=$!`` names a job."""
    if isinstance(value, str) and value and value == state.last_pid:
        state.jobs = tuple(
            replace(job, variable=name) if str(job.pid) == value and job.variable is None else job for job in state.jobs
        )


def _set_key(machine: Machine, state: State, name: str, index: str, value: Value, text: Text) -> None:
    """``name[key]=value`` of an array by keys."""
    known = state.variables.get(name)
    key = key_of(machine, state, index, text)
    if key is None or not isinstance(known, Keyed) or len(known.items) >= 1000:
        state.forget(name)
    else:
        state.variables[name] = known.with_item(key, value)
        remember_pid(state, name, value)


def _assign_keyed(machine: Machine, state: State, name: str, assignment: sh.Assignment) -> None:
    """``name=([key]=value …)`` of an array by keys; without keys, words are keys and values in turn (bash 5.1)."""
    if not assignment.appends:
        state.variables[name] = Keyed()
    for word in assignment.array or ():
        match = _ELEMENT.match(word.text.value)
        if match is None:
            state.forget(name)
            return
        pieces = machine.context.parse(word.text.cut(match.end(), len(word.text)), file=False).body.commands
        value: Value = ""
        if pieces:
            first = pieces[0]
            plain = len(pieces) == 1 and isinstance(first, sh.Simple) and len(first.words) == 1
            value = (
                machine.value(state, first.words[0])
                if plain and isinstance(first, sh.Simple)
                else Unknown(word.text.value)
            )
        _set_key(machine, state, name, match[1], value, word.text)
