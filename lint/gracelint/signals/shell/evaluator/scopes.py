"""What functions, files that are read and loops leave on the stack, and how it is taken off again.

Hazard: what leaves its frame early has to do so through `unwind`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..loops import leaving
from ..model.parts import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ..model.keyed import Keyed, Reference
    from ..model.state import State
    from ..model.values import Array, Value
    from .interpreter import Frame
    from .machine import Machine


def restore(state: State) -> None:
    """Leave a function or a sourced file: its parameters and local variables end."""
    parameters, saved, lent = state.scopes[-1]
    state.scopes = state.scopes[:-1]
    if parameters is not None:
        state.parameters = parameters
    if not state.readonly.isdisjoint(saved):
        state.readonly = state.readonly.difference(saved)  # `local -r`, or `readonly` of what was local
    _give_back(state, saved, lent)


def _give_back(
    state: State,
    saved: Mapping[str, Value | Array | Keyed | Reference | None],
    lent: Sequence[tuple[str, tuple[bool | None, ...]]],
) -> None:
    """Variables are what they were, and handed on as they were."""
    for name, value in saved.items():
        if value is None:
            state.variables.pop(name, None)
        else:
            state.variables[name] = value
    if not lent:
        return
    exports = dict(state.exports)
    for name, before in lent:
        exports.pop(name, None)
        exports.update([(name, there) for there in before])
    state.exports = exports


def let_go(state: State, name: str) -> None:
    """A variable that stands in front of a call is the shell's own from here on, where it is so (`Builtins.keeps_lent`)."""
    if state.shell.dialect.builtins.keeps_lent:
        state.scopes = tuple([_without(scope, name) if scope.lent else scope for scope in state.scopes])


def take_back(state: State, name: str) -> bool:
    """Give a variable back by now that stands in front of a call, where that is what ``unset`` does; False: it does not stand there."""
    if not state.shell.dialect.builtins.keeps_lent:
        return False
    for at in range(len(state.scopes) - 1, -1, -1):
        lent = [each for each in state.scopes[at].lent if each[0] == name]
        if lent:
            _give_back(state, {name: state.scopes[at].variables.get(name)}, lent)
            state.scopes = (*state.scopes[:at], _without(state.scopes[at], name), *state.scopes[at + 1 :])
            return True
    return False


def _without(scope: Scope, name: str) -> Scope:
    lent = tuple([each for each in scope.lent if each[0] != name])
    kept = lent == scope.lent
    variables = scope.variables if kept else {key: value for key, value in scope.variables.items() if key != name}
    return Scope(scope.parameters, variables, lent)


def in_function(state: State) -> bool:
    """Whether a function is running here, also one of the shell that has forked this one."""
    return state.enclosed or _function(state) is not None


def saved_by_function(state: State) -> dict[str, Value | Array | Keyed | Reference | None] | None:
    """The variables that the innermost function will give back (files that it reads have none of their own); None where it is another shell's."""
    found = _function(state)
    return None if found is None else state.scopes[-1 - found][1]


def _function(state: State) -> int | None:
    """How many files are being read above the innermost function."""
    files, frame = 0, state.stack
    while frame is not None:
        if frame.kind == "call":
            if frame.label == "function":
                return files
            files += 1
        frame = frame.parent
    return None


def unwind(machine: Machine, state: State, until: Callable[[Frame], bool], *, within_call: bool = False) -> bool:
    """Take frames off until one that fits, which stays; False (nothing done) if there is none (``within_call``: in the function that runs here)."""
    frame = state.stack
    while frame is not None and not until(frame):
        if frame.kind == "base" or (within_call and frame.kind == "call" and frame.label == "function"):
            return False
        frame = frame.parent
    if frame is None:
        return False
    while state.stack is not frame:
        taken = state.pop()
        if taken.kind == "call":
            restore(state)
        elif taken.kind == "while":
            leaving.unwound(machine, state, taken)
    return True
