"""What an operator makes of a parameter's value: ``${x:-word}``, ``${x#pattern}``, ``${x/a/b}``, ``${x@Q}``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..builtins import exporting
from ..model.values import Unknown, bounded, default, name
from . import patterns
from .bounds import slice_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from ....parsers.shell import model as sh
    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Value


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
        bounds = slice_of(machine, state, part)
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
