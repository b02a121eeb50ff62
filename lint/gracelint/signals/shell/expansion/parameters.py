"""Parameters: ``$x``, ``$1``, ``${x:-word}``, ``${x#pattern}``, ``${x[1]}``, and what they become in a given state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ....records import replace
from ....regexes import regex
from ..builtins import exporting
from ..model.keyed import Keyed, Reference
from ..model.values import Field, Unknown, bounded, concatenate, default, join, name
from . import arithmetic, patterns, specials
from .embedded import key_of
from .integers import Invalid, Undecided

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Array, Value


_ANY_NAME = "_"
_DOLLAR = regex(r"\$(?:\{(\w+)\}|(\w+))")


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
    raw = machine.value(state, part.argument)
    bounds = [compute(state, piece) for piece in raw.split(":", 1)] if isinstance(raw, str) else [None]
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


def compute(state: State, expression: str) -> int | None:
    """The value of an arithmetic expression; None where not known."""
    from .reckoning import held  # which needs this module

    plain = _DOLLAR.sub(r"\1\2", expression.strip())
    try:
        return arithmetic.evaluate(plain, lambda variable: held(state, variable))
    except (Invalid, Undecided):
        return None


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
    if part.operator == ":" and part.name in ("@", "*"):
        return join(field.value for field in machine.items(state, part) or state.parameters)
    if part.operator == "@" and part.name in ("@", "*"):
        return join(operate(machine, state, part, field.value) for field in state.parameters)
    return operate(machine, state, part, parameter(state, part.name))


def _is_last(state: State, part: sh.Parameter) -> bool:
    """Whether this is ``${!#}``, in bash the last argument: to the others it is ``$!`` with nothing cut off in front of it."""
    reads_it = "indirect" not in state.shell.dialect.syntax.bad_substitutions
    return part.name == "!" and part.operator == "#" and part.argument is None and reads_it


def _behind_indirection(machine: Machine, state: State, part: sh.Parameter, target: str) -> Value:
    """``${!n:-word}``: the same as if the name that ``n`` holds had been written.

    What stands behind the name is read once, behind another name, as functions use one such line for many names.
    """
    meant = state.shell.found.indirect.of(part, lambda part: _meant(machine, part, target), also=target)
    if meant is None:
        return Unknown(part.text.value)
    found = expanded(machine, state, meant)
    return found if isinstance(found, str) else concatenate([found, ""])  # as between quotes


def _meant(machine: Machine, part: sh.Parameter, target: str) -> sh.Parameter | None:
    """The parameter that ``${!n:-word}`` stands for where ``n`` holds this name; None where that is not known."""
    assert part.argument is not None
    rest = part.argument.text.value
    if not (target.isidentifier() or target.isdigit()) or not rest:
        return None
    text = machine.context.joined(f': "${{{_ANY_NAME}{rest}}}"', part.text)
    commands = machine.context.parse(text, file=False).body.commands
    command = commands[0] if len(commands) == 1 else None
    read = command.words[1].sole if isinstance(command, sh.Simple) and len(command.words) == 2 else None
    if not isinstance(read, sh.Parameter) or read.name != _ANY_NAME:
        return None
    return replace(read, name=target, text=machine.context.joined(f"${{{target}{rest}}}", part.text))


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


def operate(machine: Machine, state: State, part: sh.Parameter, current: Value | None) -> Value:
    """Apply a parameter's operator to its value (None: unset)."""
    operator = part.operator
    if operator is None:
        return "" if current is None else current
    if operator in ("-", ":-", "=", ":=", "?", ":?", "+", ":+"):
        return _conditional(machine, state, part, current, operator)
    if isinstance(current, Unknown):
        known = operate(machine, state, part, current.default) if current.default is not None else None
        return Unknown(part.text.value if "$" in part.text.value else f"${part.name}", default(known or ""))
    if current is None and operator == "@":
        return ""
    changed = _change(machine, state, part, current or "", operator)
    return changed if changed is not None else Unknown(part.text.value)


def _conditional(machine: Machine, state: State, part: sh.Parameter, current: Value | None, operator: str) -> Value:
    empty_counts = operator.startswith(":")
    if isinstance(current, Unknown):
        absent = None if not current.nonempty else False
        if absent is None and current.default not in (None, "") and current.variable is None:
            absent = False
    else:
        absent = current is None or (empty_counts and current == "")
    kind = operator[-1]
    if kind == "+":
        if absent is None:
            unset = isinstance(current, Unknown) and current.default == ""
            alternative = machine.value(state, part.argument)
            return Unknown(part.text.value, "" if unset else default(alternative))
        return "" if absent else machine.value(state, part.argument)
    if absent is False:
        return current if current is not None else ""
    if kind == "?":
        # The shell exits here where it is unset; whatever goes on has a value.
        refined = Unknown(f"${part.name}", nonempty=True)
        require(state, part.name, refined)
        return refined
    instead = machine.value(state, part.argument)
    if absent is None and isinstance(current, Unknown):
        fallback = default(instead) if current.default in ("", None) else current.default
        result: Value = Unknown(
            name(current),
            fallback if current.default is not None else None,
            nonempty=bool(instead) if isinstance(instead, str) else instead.nonempty,
        )
    else:
        result = instead
    if kind == "=" and not part.name.isdigit():
        state.variables[state.meant(part.name)] = result
    return result


def require(state: State, variable: str, refined: Value) -> None:
    """The shell gives up where a variable is not set: whatever goes on is the way on which it is. What a function is called with is no
    condition that anybody could set."""
    if variable.isdigit() and state.scopes:
        return
    condition = f"${variable} is set"
    if condition not in state.conditions:
        state.conditions, state.required = (*state.conditions, condition), (*state.required, condition)
    if not variable.isdigit():
        if variable not in state.variables:
            exporting.export(state, [variable])  # the user's
        state.variables[variable] = refined


def _change(machine: Machine, state: State, part: sh.Parameter, text: str, operator: str) -> Value | None:
    """``#``, ``%``, ``/``, ``:``, ``^``, ``,`` on a known value; None where the result is not known."""
    if operator in ("#", "##", "%", "%%"):
        compiled = machine.pattern(state, part.argument) if part.argument else ()
        if compiled is None:
            return None
        return patterns.trim(compiled, text, end=operator[0] == "%", longest=len(operator) == 2)
    if operator in ("/", "//", "/#", "/%"):
        compiled = machine.pattern(state, part.argument) if part.argument else None
        replacement = machine.value(state, part.replacement)
        if compiled is None or not isinstance(replacement, str):
            return None
        replaced = patterns.replace(compiled, text, replacement, operator)
        return None if replaced is None else bounded(replaced)
    if operator == ":":
        raw = machine.value(state, part.argument)
        bounds = [compute(state, piece) for piece in raw.split(":", 1)] if isinstance(raw, str) else [None]
        if any(bound is None for bound in bounds):
            return None
        offset = bounds[0] or 0
        start = offset if offset >= 0 else max(0, len(text) + offset)
        if len(bounds) == 1:
            return text[start:]
        length = bounds[1] or 0
        return text[start : start + length] if length >= 0 else text[start:length]
    if operator in ("^^", ",,"):
        return text.upper() if operator == "^^" else text.lower()
    if operator in ("^", ","):
        return (text[:1].upper() if operator == "^" else text[:1].lower()) + text[1:]
    if operator == "@" and part.argument is not None:
        change = TRANSFORMATIONS.get(part.argument.literal or "")
        return None if change is None else change(text)
    return None


def _quoted(text: str) -> str | None:
    """``${x@Q}``: always between quotes (``sh_single_quote``, or ``ansic_quote`` where a character cannot be shown, which is not followed)."""
    return "'" + text.replace("'", "'\\''") + "'" if text.isprintable() else None


TRANSFORMATIONS: dict[str, Callable[[str], str | None]] = {
    "Q": _quoted,
    "U": str.upper,
    "L": str.lower,
    "u": lambda text: text[:1].upper() + text[1:],
}


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
