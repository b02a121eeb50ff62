"""``[[``, and the patterns of ``case``: what a condition is in a given state, as in `single_brackets`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ..expansion import patterns
from ..expansion.words import pattern, value
from ..model.parts import Truth
from ..model.values import Unknown, default, name
from . import extended, single_brackets

if TYPE_CHECKING:
    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Value


def double(machine: Machine, state: State, condition: sh.Condition, depth: int = 0) -> Truth:
    """``[[ condition ]]``."""
    if depth > single_brackets.DEEPEST:
        return single_brackets.unknown("a deeply nested condition holds", "a deeply nested condition does not hold")
    if isinstance(condition, sh.Not):
        return double(machine, state, condition.operand, depth + 1).negated()
    if isinstance(condition, sh.Both):
        left = double(machine, state, condition.left, depth + 1)
        if left.value is (condition.operator == "||"):
            return left
        return single_brackets.combine(left, condition.operator, double(machine, state, condition.right, depth + 1))
    if "splits" in state.shell.dialect.syntax.misreads:
        truth = _splitting(machine, state, condition)
        if truth is not None:
            return truth
    if isinstance(condition, sh.Unary):
        return single_brackets.unary(machine, state, condition.operator, value(machine, state, condition.operand))
    left_value = value(machine, state, condition.left)
    if condition.operator in ("=", "==", "!="):
        equal = matching(machine, state, left_value, condition.right)
        return equal.negated() if condition.operator == "!=" else equal
    if condition.operator == "=~":
        return _expression(machine, state, left_value, condition)
    reckoned = state.shell.dialect.syntax.reckons_in_brackets
    right_value = value(machine, state, condition.right)
    return single_brackets.binary(machine, state, left_value, condition.operator, right_value, reckoned=reckoned)


def _expression(machine: Machine, state: State, subject: Value, condition: sh.Binary) -> Truth:
    """``[[ text =~ regex ]]``; what its groups hold is in ``BASH_REMATCH``."""
    state.variables["BASH_REMATCH"] = Unknown("${BASH_REMATCH}")
    pieces: list[str] = []
    for part in condition.right.parts:
        held = (
            part.value.value if isinstance(part, sh.LiteralText) else value(machine, state, sh.Word(part.text, (part,)))
        )
        if not isinstance(held, str):
            pieces = []
            break
        quoted = not isinstance(part, sh.ProcessSubstitution) and part.quoted
        pieces.append("".join(each if each.isalnum() else f"\\{each}" for each in held) if quoted else held)
    known = default(subject)
    found = extended.match("".join(pieces), known) if pieces and known is not None else None
    text = condition.text.value
    if found is None:
        return single_brackets.unknown(text, f"not {text}")
    if not isinstance(subject, str):
        return single_brackets.unknown(text, f"not {text}", found.found)
    if found.groups is not None:
        state.variables["BASH_REMATCH"] = found.groups
    return Truth(found.found)


def _splitting(machine: Machine, state: State, condition: sh.Unary | sh.Binary) -> Truth | None:
    """``[[`` of busybox is a ``[`` that knows patterns: an empty word without quotes is none, and one that splits is an error. None where it makes no difference."""
    unary_one = isinstance(condition, sh.Unary)
    words = (condition.operand,) if isinstance(condition, sh.Unary) else (condition.left, condition.right)
    for word in words:
        if not any(isinstance(part, sh.Parameter) and not part.quoted for part in word.parts):
            continue
        fields = machine.expand(state, (word,))
        if len(fields) == 1:
            continue
        # `[[ -n ]]` asks whether "-n" is empty.
        holds = unary_one and not fields and condition.text.value.startswith("-")
        if isinstance(value(machine, state, word), str):
            return Truth(holds)
        text = condition.text.value
        return single_brackets.unknown(text, f"not {text}", holds)
    return None


def matching(machine: Machine, state: State, subject: Value, word: sh.Word) -> Truth:
    """Whether a value matches a pattern: ``case`` and ``[[ == ]]``."""
    compiled = pattern(machine, state, word)
    if compiled is not None and isinstance(subject, str):
        return Truth(patterns.matches(compiled, subject))
    shown = word.literal
    label = shown if shown is not None else word.text.value
    if compiled is None:
        return single_brackets.unknown(f"{name(subject)} is {label}", f"{name(subject)} is not {label}")
    assert not isinstance(subject, str)
    if all(isinstance(token, patterns.Star) for token in compiled) and compiled:
        return Truth(True)
    plain = all(isinstance(token, str) for token in compiled)
    by_default = None if subject.default is None else patterns.matches(compiled, subject.default)
    if not compiled and subject.nonempty:
        return Truth(False)
    refine: tuple[tuple[bool, str, Value], ...] = ()
    if plain and subject.variable:
        refine = ((True, subject.variable, patterns.literal_prefix(compiled)),)
    sign = ("=", "!=") if plain else ("is like", "is not like")
    return Truth(
        None,
        by_default,
        f"{subject.name} {sign[0]} {label or 'empty'}",
        f"{subject.name} {sign[1]} {label or 'empty'}",
        refine,
    )
