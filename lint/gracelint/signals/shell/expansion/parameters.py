"""Parameters: ``$x``, ``$1``, ``${x:-word}``, ``${x#pattern}``, ``${x[1]}``, and what they become in a given state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ....records import replace
from ..model.keyed import Keyed, Reference
from ..model.values import Field, Unknown, concatenate, join
from . import specials
from .bounds import compute, slice_of
from .embedded import key_of
from .operators import operate

if TYPE_CHECKING:
    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Array, Value


_ANY_NAME = "_"


def array(state: State, variable: str) -> Array:
    """An array's items; a scalar is an array of one."""
    found = state.variables.get(state.meant(variable))
    if isinstance(found, Keyed):
        return found.values
    if found is None or isinstance(found, Reference):
        return specials.array(state, variable) if specials.is_array(state, variable) else ()
    return found if isinstance(found, tuple) else (found,)


def section(
    machine: Machine, state: State, part: sh.Parameter, items: list[Field], shell_name: Field | None
) -> list[Field]:
    """``${@:2:1}``, ``${array[@]:1}``."""
    bounds = slice_of(machine, state, part)
    if any(bound is None for bound in bounds):
        return [Field(Unknown(part.text.value), part.text, shell_name is not None)]
    offset, length = bounds[0] or 0, bounds[1] if len(bounds) > 1 else None
    if shell_name is not None:
        items = [shell_name, *items]
    rest = next((at for at, field in enumerate(items) if field.rest), None)
    if rest is not None:
        offset = min(offset, rest)
        if offset < 0 or (length is not None and offset + length > rest):
            return [items[rest]]
    if offset < 0:
        offset = max(0, len(items) + offset)
    return items[offset:] if length is None else items[offset : offset + max(0, length)]


def parameter(state: State, variable: str) -> Value | None:
    """The value of a parameter, special ones included; None if it is unset for certain."""
    if variable.isdigit():
        number = int(variable) if len(variable) < 9 else 1 << 30
        if number == 0:
            return state.shell.name
        return state.positional(number)
    return specials.value(state, variable) if specials.has(state, variable) else _plain_parameter(state, variable)


def _plain_parameter(state: State, variable: str) -> Value | None:
    found = state.lookup(variable)
    if found is not None or state.meant(variable) in state.variables:
        return found
    if specials.is_foreign(variable):
        return None
    if state.unread:
        return Unknown(f"${variable}")
    if variable.isupper() or ("_" in variable and variable.upper() == variable):
        # Nobody set it here, but `docker run -e` may: by convention only upper-case names are for users.
        return Unknown(f"${variable}", "", variable=variable)
    return None


def expanded(machine: Machine, state: State, part: sh.Parameter) -> Value:
    """What ``${…}`` becomes, where it becomes one value."""
    if part.operator == "indirect" or _is_last(state, part):
        target = parameter(state, part.name if part.operator == "indirect" else "#")
        if not isinstance(target, str):
            return Unknown(part.text.value)
        if part.argument is not None:
            return _behind_indirection(machine, state, part, target)
        found = parameter(state, target)
        return "" if found is None else found
    if part.operator not in (None, "length") and (part.name in ("@", "*") or part.index in ("@", "*")):
        return _several(machine, state, part)
    if part.index is not None and part.name not in ("@", "*"):
        return _element(machine, state, part)
    if part.operator == "length":
        if part.name in ("@", "*"):
            return state.count
        found = parameter(state, part.name)
        if isinstance(found, Unknown):
            known = found.default
            return Unknown(part.text.value, str(len(known)) if known is not None else None, True)
        return str(len(found or ""))
    return operate(machine, state, part, parameter(state, part.name))


# Operators that ask whether there is something, of all items together.
_OF_THE_WHOLE = frozenset({"-", ":-", "=", ":=", "?", ":?", "+", ":+"})


def _several(machine: Machine, state: State, part: sh.Parameter) -> Value:
    """What an operator makes of ``$@``, ``$*`` and ``${array[@]}``, where it becomes one value (``rest="${@:2}"``)."""
    between = specials.separator(state) if "*" in (part.name, part.index) else " "
    whole = part.operator in _OF_THE_WHOLE
    each = replace(part, quoted=False, operator=None if whole else part.operator)
    values = [field.value for field in machine.items(state, each) or ()]
    joined = join(values, between)
    return operate(machine, state, part, joined if values else None) if whole else joined


def _is_last(state: State, part: sh.Parameter) -> bool:
    """Whether this is ``${!#}``, in bash the last argument: to the others it is ``$!`` with nothing cut off in front of it."""
    reads_it = "indirect" not in state.shell.dialect.syntax.bad_substitutions
    return part.name == "!" and part.operator == "#" and part.argument is None and reads_it


def _behind_indirection(machine: Machine, state: State, part: sh.Parameter, target: str) -> Value:
    """``${!n:-word}``: the same as if the name that ``n`` holds had been written."""
    meant = state.shell.read.indirect.of(part, lambda part: _meant(machine, state, part, target), also=target)
    if meant is None:
        return Unknown(part.text.value)
    found = expanded(machine, state, meant)
    return found if isinstance(found, str) else concatenate([found, ""])  # as between quotes


def _meant(machine: Machine, state: State, part: sh.Parameter, target: str) -> sh.Parameter | None:
    """The parameter that ``${!n:-word}`` stands for where ``n`` holds this name; None where that is not known."""
    assert part.argument is not None
    written = state.shell.read.unnamed.of(part, lambda part: _unnamed(machine, part))
    if written is None or not (target.isidentifier() or target.isdigit()):
        return None
    text = machine.context.joined(f"${{{target}{part.argument.text.value}}}", part.text)
    return replace(written, name=target, text=text)


def _unnamed(machine: Machine, part: sh.Parameter) -> sh.Parameter | None:
    """What stands behind the name in ``${!n:-word}``, read once behind any other name, as functions use one such line for many names
    (``file_env`` of the official images)."""
    assert part.argument is not None
    rest = part.argument.text.value
    if not rest:
        return None
    text = machine.context.joined(f': "${{{_ANY_NAME}{rest}}}"', part.text)
    commands = machine.context.parse(text, file=False).body.commands
    command = commands[0] if len(commands) == 1 else None
    read = command.words[1].sole if isinstance(command, sh.Simple) and len(command.words) == 2 else None
    return read if isinstance(read, sh.Parameter) and read.name == _ANY_NAME else None


def _element(machine: Machine, state: State, part: sh.Parameter) -> Value:
    items = array(state, part.name)
    rest = next((at for at, item in enumerate(items) if isinstance(item, Unknown) and item.rest), None)
    if part.index in ("@", "*"):
        if part.operator == "length":
            return str(len(items)) if rest is None else Unknown(part.text.value, nonempty=True)
        return join(items, specials.separator(state) if part.index == "*" else " ")
    keyed = state.variables.get(state.meant(part.name))
    if isinstance(keyed, Keyed):
        key = key_of(machine, state, part.index or "", part.text)
        found = keyed.get(key) if key is not None else Unknown(part.text.value)
        if part.operator == "length":
            return str(len(found or "")) if not isinstance(found, Unknown) else Unknown(part.text.value, nonempty=True)
        return operate(machine, state, part, found)
    number = compute(state, part.index or "")
    if number is None or (rest is not None and not 0 <= number < rest):
        return Unknown(part.text.value)
    inside = -len(items) <= number < len(items)
    if part.operator == "length":
        found = items[number] if inside else ""
        return str(len(found)) if isinstance(found, str) else Unknown(part.text.value, nonempty=True)
    return operate(machine, state, part, items[number] if inside else None)


def assign_element(state: State, name: str, index: str, value: Value) -> None:
    """``name[index]=value``."""
    number = compute(state, index)
    name = state.meant(name)
    found = state.variables.get(name)
    items = list(array(state, name))
    if number is None or not 0 <= number <= 1000 or isinstance(found, Unknown):
        state.forget(name)
        return
    items.extend([""] * (number + 1 - len(items)))
    items[number] = value
    state.variables[name] = tuple(items)
