"""What a command expands before it runs: the command substitutions in its words, here-documents, conditions and expressions, in the order
in which the shell comes to them.

Some of them run only where an expansion around them needs them: the word of ``${x:-$(app)}``, the right side of ``[[ $a && $(app) ]]``, a later pattern of ``case``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from ....parsers.shell import model as sh
from ....records import dataclass, replace
from ..conditions import double_brackets, single_brackets
from ..expansion import embedded
from ..model.aside import Aside
from ..model.values import Unknown
from .refusals import ARRAY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....source import Text
    from ..model.state import State
    from .machine import Machine

DEEPEST = 8
_WITH_WORDS = frozenset({sh.Simple, sh.For, sh.Case, sh.Conditional, sh.ArithmeticCommand})
Gate: TypeAlias = "sh.Parameter | sh.Both | None"


@dataclass(frozen=True, slots=True)
class Substitution:
    """A command substitution of a command, and what decides whether it runs: the parameter or the condition around it (None: nothing that
    is looked at), outermost first. ``document``: it is in a here-document."""

    part: sh.CommandSubstitution
    gates: tuple[Gate, ...] = ()
    document: bool = False


def of(machine: Machine, state: State, command: object) -> tuple[Substitution, ...]:
    """The substitutions of a command, none of those in what it runs."""
    found = state.shell.read.expanding
    _, known = found.get(id(command)) or found.keep(command, tuple(_own(machine, command)))
    return known


def _own(machine: Machine, command: Any) -> Iterator[Substitution]:
    redirects: tuple[sh.Redirect, ...] = getattr(command, "redirects", ())
    if not redirects and command.__class__ not in _WITH_WORDS:
        return
    texts = [command.text, *(each.heredoc for each in redirects if each.heredoc)]
    if not any("$(" in text.value or "`" in text.value for text in texts):
        return
    match command:
        case sh.Simple():
            yield from _in_words(machine, command.words)
            for word in command.words[1:]:
                for assignment in array_of(machine, word) or ():
                    yield from _in_words(machine, assignment.array or ())
            yield from _in_redirects(machine, redirects)
            for assignment in command.assignments:
                yield from _in_text(machine, assignment.index, assignment.text)
                yield from _in_words(machine, assignment.array or ())
                if assignment.value is not None:
                    yield from _in_words(machine, (assignment.value,))
            return
        case sh.For():
            yield from _in_words(machine, command.words or ())
        case sh.Case():
            yield from _in_words(machine, (command.subject,))
            patterns = [pattern for arm in command.arms for pattern in arm.patterns]
            yield from _in_words(machine, patterns[:1])
            yield from _in_words(machine, patterns[1:], (None,))
        case sh.Conditional():
            yield from _in_condition(machine, command.expression, ())
        case sh.ArithmeticCommand():
            yield from _in_text(machine, command.expression, command.text)
    yield from _in_redirects(machine, redirects)


def _in_words(
    machine: Machine, words: tuple[sh.Word, ...] | list[sh.Word], gates: tuple[Gate, ...] = ()
) -> Iterator[Substitution]:
    if len(gates) > DEEPEST:
        return
    for part in (part for word in words if word.literal is None for part in word.parts):
        if isinstance(part, sh.CommandSubstitution):
            yield Substitution(part, gates)
        elif isinstance(part, sh.Arithmetic):
            yield from _in_text(machine, part.expression, part.text, gates)
        elif isinstance(part, sh.Parameter):
            if part.index not in (None, "@", "*"):
                yield from _in_text(machine, part.index, part.text, gates)
            inner = [word for word in (part.argument, part.replacement) if word is not None]
            yield from _in_words(machine, inner, (*gates, part))


def _in_text(machine: Machine, text: str | None, where: Text, gates: tuple[Gate, ...] = ()) -> Iterator[Substitution]:
    if text and ("$(" in text or "`" in text):
        word = embedded.as_word(machine, text, where)
        if word is not None:
            yield from _in_words(machine, (word,), gates)


def _in_redirects(machine: Machine, redirects: tuple[sh.Redirect, ...]) -> Iterator[Substitution]:
    for each in redirects:
        if each.heredoc is not None:
            if each.expands:
                for found in _in_text(machine, each.heredoc.value, each.heredoc):
                    yield replace(found, document=True)
        elif each.target is not None:
            yield from _in_words(machine, (each.target,))


def _in_condition(
    machine: Machine, condition: sh.Condition, gates: tuple[Gate, ...], depth: int = 0
) -> Iterator[Substitution]:
    if depth > single_brackets.DEEPEST:
        return
    if isinstance(condition, sh.Not):
        yield from _in_condition(machine, condition.operand, gates, depth + 1)
    elif isinstance(condition, sh.Both):
        yield from _in_condition(machine, condition.left, gates, depth + 1)
        yield from _in_condition(machine, condition.right, (*gates, condition), depth + 1)
    elif isinstance(condition, sh.Unary):
        yield from _in_words(machine, (condition.operand,), gates)
    else:
        yield from _in_words(machine, (condition.left, condition.right), gates)


def array_of(machine: Machine, word: sh.Word) -> tuple[sh.Assignment, ...] | None:
    """The assignment of an array among the arguments of ``declare``, ``NAME=(…)``: it is read as one."""
    if not ARRAY.match(word.text.value):
        return None
    commands = machine.context.parse(word.text, file=False).body.commands
    first = commands[0] if len(commands) == 1 else None
    return first.assignments if isinstance(first, sh.Simple) and not first.words else None


def runs(machine: Machine, state: State, substitution: Substitution) -> bool | None:
    """Whether a substitution runs in this state; None where that is not known."""
    answers = [_passes(machine, state, gate) for gate in substitution.gates]
    return False if False in answers else None if None in answers else True


def _passes(machine: Machine, state: State, gate: Gate) -> bool | None:
    if gate is None:
        return None
    if isinstance(gate, sh.Both):
        with Aside(state):
            left = double_brackets.double(machine, state, gate.left).value
        return None if left is None else left is (gate.operator == "&&")
    operator = gate.operator or ""
    if operator not in ("-", ":-", "=", ":=", "?", ":?", "+", ":+"):
        return True
    if gate.name in ("@", "*") or gate.index is not None:
        return None
    value = machine.parameter(state, gate.name)
    if isinstance(value, Unknown):
        there = True if value.nonempty or operator[0] != ":" else None
    else:
        there = value is not None and (value != "" or operator[0] != ":")
    return None if there is None else there is operator.endswith("+")
