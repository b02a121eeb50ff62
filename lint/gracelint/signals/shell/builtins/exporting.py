"""What a shell hands on to the programs that it starts: variables, bash's functions, and what the launch has decided.

A variable is handed on that came with the shell's own environment, or that was exported (POSIX 2.5.3, `export`; bash(1), ENVIRONMENT). One
that was taken out of it (``unset``, ``export -n``) is handed on as empty, which is how the evaluator holds an unset one. Of others a child
knows as much as of any that only the user sets: a shell that assigns to one which the user has set hands its own value on, and else nothing
(``State.exports`` says neither). One that was exported on one of two ways which have met is there or not: its value is not known (None).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import dataclass, field, replace
from ..model.values import Unknown

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from ....parsers.shell import model as sh
    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Value

FUNCTION = "()"
_OPEN = frozenset("$`")


@dataclass(frozen=True, slots=True)
class Exported:
    """What a process gets from the shell that starts it. ``exports`` says of each variable whether it is there (False: certainly not; None:
    perhaps), and ``settled`` what the launch has decided (`State.settled`)."""

    variables: Mapping[str, Value] = field(default_factory=dict)
    exports: Mapping[str, bool | None] = field(default_factory=dict)
    functions: Mapping[str, sh.Function] = field(default_factory=dict)
    settled: Mapping[str, str] = field(default_factory=dict)

    def with_variables(self, assigned: Mapping[str, str | None], *, cleared: bool) -> Exported:
        """The same behind ``env NAME=value`` (None: ``env -u NAME``); ``cleared``: behind ``env -i``."""
        kept: Mapping[str, Value] = dict.fromkeys(self.variables, "") if cleared else self.variables
        exports = dict.fromkeys(self.exports, False) if cleared else self.exports
        values: dict[str, Value] = {
            name: Unknown(value) if value and not _OPEN.isdisjoint(value) else value or ""
            for name, value in assigned.items()
        }
        functions = {} if cleared else self.functions
        return replace(
            self,
            variables={**kept, **values},
            exports={**exports, **{name: value is not None for name, value in assigned.items()}},
            functions=functions,
        )


def of_image(variables: Mapping[str, str | None]) -> Exported:
    """What the engine gives to the first process."""
    known: dict[str, Value] = {name: value for name, value in variables.items() if value is not None}
    return Exported(known, dict.fromkeys(known, True))


def receive(state: State, exported: Exported) -> None:
    """A shell that starts takes over what it was given."""
    there = exported.exports.get
    state.variables.update(
        {name: None if there(name) is False else value for name, value in exported.variables.items()}
    )
    state.exports, state.settled = exported.exports, exported.settled
    state.assumed.update(dict.fromkeys(exported.settled, True))
    if state.shell.dialect.family == "bash":
        state.functions = dict(exported.functions)


def handed(machine: Machine, state: State, assignments: Iterable[sh.Assignment]) -> Exported:
    """What a program gets that this shell starts, with assignments in front of the command."""
    variables: dict[str, Value] = {}
    functions: dict[str, sh.Function] = {}
    for name, there in state.exports.items():
        if name.endswith(FUNCTION):
            function = name.removesuffix(FUNCTION)
            if there and function in state.functions:
                functions[function] = state.functions[function]
            continue
        value = Unknown(f"${name}") if there is None else state.lookup(name) if there else ""
        if value is not None:
            variables[name] = value
    exports = state.exports
    for assignment in assignments:
        if assignment.array is None and assignment.index is None:
            variables[assignment.name] = machine.value(state, assignment.value)
            exports = {**exports, assignment.name: True}
    return Exported(variables, exports, functions, state.settled)


def export(state: State, names: Iterable[str], there: bool = True) -> None:
    """From now on these are handed on, or are not; a function has `FUNCTION` behind its name."""
    changed = {name: there for name in names if state.exports.get(name) is not there}
    if changed:
        state.exports = {**state.exports, **changed}
