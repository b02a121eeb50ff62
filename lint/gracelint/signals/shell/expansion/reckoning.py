"""Arithmetic in a script's state: expressions expanded, worked out, and what they assign carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....regexes import regex
from ..model.parts import Truth
from ..model.values import Unknown, clip, concatenate, default
from . import arithmetic, embedded, parameters
from .arithmetic import ASSIGNED
from .bounds import compute
from .integers import Invalid, Undecided

if TYPE_CHECKING:
    from ....parsers.shell import model as sh
    from ....source import Text
    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Value

MANNERS = {"dash": arithmetic.DASH, "ash": arithmetic.ASH, "bash": arithmetic.BASH}
SIMPLE = regex(r"\$(?:\{([A-Za-z_]\w*|\d+|#)\}|([A-Za-z_]\w*|\d|#))")


def value(machine: Machine, state: State, part: sh.Arithmetic) -> Value:
    """What ``$((…))`` becomes; what it assigns is assigned."""
    expression = expanded(machine, state, part.expression, part.text)
    if is_text(state, part):
        return concatenate(["$[", expression, "]"])
    if isinstance(expression, str):
        found = carry_out(state, expression)
        if found is not None:
            return str(found)
        by_default = _by_default(state, expression)
    else:
        by_default = None if expression.default is None else _by_default(state, expression.default)
    return Unknown(part.text.value, None if by_default is None else str(by_default), nonempty=True)


def is_text(state: State, part: sh.Arithmetic) -> bool:
    """Whether ``$[…]`` is nothing but text."""
    return part.text.value.startswith("$[") and not state.shell.dialect.syntax.dollar_brackets


def expanded(machine: Machine, state: State, expression: str, text: Text) -> Value:
    """An expression with what stands for other text in it replaced."""
    if "$" not in expression and "`" not in expression:
        return expression
    plain = SIMPLE.sub("", expression)
    if "$" in plain or "`" in plain:
        if len(expression) > arithmetic.LONGEST or "\\" in expression:
            return Unknown(expression)
        word = embedded.as_word(machine, expression.replace('"', ""), text)
        return machine.value(state, word) if word is not None else Unknown(expression)
    pieces: list[Value] = []
    at = 0
    for match in SIMPLE.finditer(expression):
        found = parameters.parameter(state, match[1] or match[2])
        pieces += [expression[at : match.start()], "" if found is None else found]
        at = match.end()
    return concatenate([*pieces, expression[at:]])


def carry_out(state: State, expression: str) -> int | None:
    """The value of an expression whose text is known; None where it is not known. What it assigns is assigned."""
    manner = MANNERS[state.shell.dialect.family]
    try:
        return arithmetic.evaluate(
            expression, lambda name: held(state, name), lambda name, text: assign(state, name, text), manner
        )
    except Invalid:
        return None
    except Undecided:
        for match in ASSIGNED.finditer(expression):
            name = match[1] or match[2]
            state.variables[name] = Unknown(f"${name}", nonempty=True)
        return None


def is_invalid(state: State, expression: Value) -> bool:
    """Whether the shell cannot work an expression out, for certain."""
    if not isinstance(expression, str):
        return False
    try:
        arithmetic.evaluate(expression, lambda name: held(state, name), manner=MANNERS[state.shell.dialect.family])
    except Invalid:
        return True
    except Undecided:
        return False
    return False


def _by_default(state: State, expression: str) -> int | None:
    """Its value under the default launch."""

    def lookup(name: str) -> str | None:
        found = parameters.parameter(state, name) if "[" not in name else None
        return "" if found is None else default(found)

    try:
        return arithmetic.evaluate(expression, lookup, manner=MANNERS[state.shell.dialect.family])
    except (Invalid, Undecided):
        return None


def held(state: State, name: str) -> str | None:
    """What a variable, or an element of an array, holds for arithmetic: unset is nothing, and counts as 0."""
    name, bracket, index = name.partition("[")
    if not bracket:
        found = parameters.parameter(state, name)
    else:
        number = compute(state, index.rstrip("]"), ahead=True)
        items = parameters.array(state, name)
        if number is None:
            return None
        found = items[number] if -len(items) <= number < len(items) else ""
    return found if isinstance(found, str) else "" if found is None else None


def assign(state: State, name: str, text: str) -> None:
    """Carry out what an expression assigns, to a variable or an element."""
    name, bracket, index = name.partition("[")
    if not bracket:
        state.variables[name] = text
        return
    parameters.assign_element(state, name, index.rstrip("]"), text)


def truth(machine: Machine, state: State, expression: str, text: Text) -> Truth:
    """``(( … ))`` and ``let``: true where the value is not 0."""
    whole = expanded(machine, state, expression.strip(), text)
    label = clip(expression.strip())
    if not isinstance(whole, str):
        known = None if whole.default is None else _by_default(state, whole.default)
        return Truth(None, None if known is None else bool(known), f"(({label}))", f"not (({label}))")
    found = carry_out(state, whole)
    if found is not None or is_invalid(state, whole):
        return Truth(bool(found))
    known = _by_default(state, whole)
    return Truth(None, None if known is None else bool(known), f"(({label}))", f"not (({label}))")
