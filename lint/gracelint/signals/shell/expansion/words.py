"""Expansion: what a word of a script becomes, in a given state.

Follows the shells' order (parameters, substitutions, splitting; quoting kept per piece). Globs and tildes stay as written. What is not known
becomes a named `Unknown`, and where its default is known, the operators are applied to the default too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ..model.keyed import Keyed
from ..model.values import Field, Unknown, concatenate
from ..substitution.printed import substitute
from . import operators, parameters, patterns, reckoning
from .globs import MOST_FIELDS, braces

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Value


def expand(machine: Machine, state: State, words: tuple[sh.Word, ...]) -> list[Field]:
    """The fields that words become."""
    found = state.shell.read.plain
    _, (always, all_of_them) = found.get(id(words)) or found.keep(words, _always(state, words))
    if all_of_them:
        return always[:MOST_FIELDS]  # type: ignore[return-value]  # all of them are fields
    result: list[Field] = []
    for field, word in zip(always, words, strict=True):
        if field is not None:
            result.append(field)
        elif word.literal is not None:
            result.extend([Field(each, word.text) for each in braces(word)])
        elif word.whole:
            result.append(Field(concatenate(_values(machine, state, word)), word.text, word.positional))
        else:
            result.extend(_split(machine, state, word))
            if len(result) > MOST_FIELDS:
                break
    return result if len(result) <= MOST_FIELDS else result[:MOST_FIELDS]


def _always(state: State, words: tuple[sh.Word, ...]) -> tuple[list[Field | None], bool]:
    """What `_plain` says of each of the words, and whether it is a field for all."""
    fields = [_plain(state, word) for word in words]
    return fields, all(fields)


def _plain(state: State, word: sh.Word) -> Field | None:
    """The field that a word always becomes; None where it has an expansion, or braces that make several of it."""
    literal = word.literal
    if literal is None or ("{" in literal and state.shell.dialect.syntax.braces and braces(word)):
        return None
    if word.text.value[:2] in ("$'", '$"') and word.text.value[1] not in state.shell.dialect.syntax.dollar_quotes:
        literal = f"${literal}"
    return Field(literal, word.text)


def value(machine: Machine, state: State, word: sh.Word | None) -> Value:
    """A word's value where nothing splits (assignments, ``case`` subjects, here-strings)."""
    if word is None:
        return ""
    literal = word.literal
    if literal is not None:
        return literal
    values = _values(machine, state, word)
    if len(values) == 1:
        known = values[0]  # between quotes, it is one word, whatever it was
        return known if isinstance(known, str) or len(word.parts) == 1 else concatenate([known, ""])
    return concatenate(values)


def _values(machine: Machine, state: State, word: sh.Word) -> list[Value]:
    """What the pieces of a word become, each by itself."""
    return [
        piece if piece.__class__ is str else _part(machine, state, piece)  # type: ignore[arg-type]  # a part, as it is no string
        for piece in word.pieces
    ]


def pattern(machine: Machine, state: State, word: sh.Word) -> patterns.Pattern | None:
    """A word as a pattern: quoted pieces stand for themselves. None where it is not known."""
    pieces: list[tuple[str, bool]] = []
    for part in word.parts:
        if isinstance(part, sh.LiteralText):
            pieces.append((part.value.value, part.quoted))
            continue
        known = _part(machine, state, part)
        if not isinstance(known, str):
            return None
        pieces.append((known, part.quoted if not isinstance(part, sh.ProcessSubstitution) else True))
    return patterns.compile_pattern(pieces, caret="^" not in state.shell.dialect.syntax.misreads)


class _Draft:
    """A field in the making."""

    def __init__(self) -> None:
        self.parts: list[Value] = []
        self.started = False
        self.parameter = False
        self.whole: Field | None = None

    def add(self, part: Value) -> None:
        self.parts.append(part)
        self.started = True

    def take(self, field: Field) -> None:
        """Add a positional parameter's value."""
        self.whole = field if not self.started else None
        self.add(field.value)
        self.parameter = True


def _split(machine: Machine, state: State, word: sh.Word) -> Iterator[Field]:
    draft = _Draft()
    for part in word.parts:
        if isinstance(part, sh.LiteralText):
            if part.text.value != '"':  # a quote alone only opens or closes: "$@" of nothing is no field
                draft.add(part.value.value)
                draft.whole = None
            continue
        items = items_of(machine, state, part)
        if items is not None:
            quoted = isinstance(part, sh.Parameter) and part.quoted
            for number, item in enumerate(items):
                if number:
                    yield from _finish(draft, word)
                    draft = _Draft()
                if quoted or isinstance(item.value, Unknown):
                    draft.take(item)
                else:
                    for count, piece in enumerate(item.value.split()):
                        if count:
                            yield from _finish(draft, word)
                            draft = _Draft()
                        draft.take(item if piece == item.value else Field(piece, item.text, True))
            continue
        known = _part(machine, state, part)
        positional = _positional(part)
        if isinstance(part, sh.ProcessSubstitution) or part.quoted:
            draft.add(known)
            draft.parameter |= positional
            continue
        for found, glued in _pieces(state, known):
            if not glued:
                yield from _finish(draft, word)
                draft = _Draft()
            if found is not None:
                draft.add(found)
                draft.parameter |= positional
    yield from _finish(draft, word)


def _positional(part: sh.Part) -> bool:
    return part.__class__ is sh.Parameter and part.name.isdigit() and part.name != "0"


def _finish(draft: _Draft, word: sh.Word) -> Iterator[Field]:
    if draft.whole is not None and len(draft.parts) == 1:
        yield draft.whole
    elif draft.started:
        yield Field(concatenate(draft.parts), word.text, draft.parameter)


def _pieces(state: State, known: Value) -> Iterator[tuple[Value | None, bool]]:
    """The pieces of an unquoted expansion, each with whether it is glued to what stands before."""
    if isinstance(known, Unknown):
        if known.default is None or (not known.default and known.nonempty):
            yield known, True
            return
        # The command lines of the default launch: its value there decides how it splits.
        known = known.default
    assert isinstance(known, str)
    separators = state.lookup("IFS")
    blank = separators if isinstance(separators, str) else " \t\n"
    if not any(character in known for character in blank):
        if known:
            yield known, True
        return
    translated = known.translate({ord(character): " " for character in blank})
    pieces = [piece for piece in translated.split(" ") if piece]
    if translated.startswith(" "):
        yield None, False
    for number, piece in enumerate(pieces):
        yield piece, number == 0
    if translated.endswith(" ") and pieces:
        yield None, False


def items_of(machine: Machine, state: State, part: sh.Part) -> list[Field] | None:
    """The items of ``$@``, ``$*`` and ``${array[@]}`` where they become fields of their own; None for any other part."""
    if not isinstance(part, sh.Parameter):
        return None
    if part.name in ("@", "*"):
        if part.name == "*" and part.quoted:
            return None
        items = list(state.parameters)
        shell_name = Field(state.shell.name, part.text)
    elif part.index in ("@", "*") and not (part.index == "*" and part.quoted):
        if part.operator == "keys":
            found = state.variables.get(state.meant(part.name))
            if isinstance(found, Unknown):
                return [Field(Unknown(part.text.value, rest=True), part.text)]
            if isinstance(found, Keyed):
                return [Field(key, part.text) for key in found.keys]
            return [Field(str(number), part.text) for number in range(len(parameters.array(state, part.name)))]
        items = _elements(state, part)
        shell_name = None
    else:
        return None
    if part.operator is None:
        return items
    if part.operator == ":":
        return parameters.section(machine, state, part, items, shell_name)
    if part.operator in (":-", "-") and not items:
        return list(_split(machine, state, part.argument)) if part.argument else []
    if part.operator in (":+", "+"):
        return (list(_split(machine, state, part.argument)) if part.argument else []) if items else []
    if part.operator == "length":
        return None
    return [
        Field(operators.operate(machine, state, part, item.value), item.text, item.parameter) for item in items
    ] or items


def _elements(state: State, part: sh.Parameter) -> list[Field]:
    """The elements of an array; one of which nothing is known has any number of them."""
    found = state.variables.get(state.meant(part.name))
    if isinstance(found, Unknown) and found.default is None:
        return [Field(Unknown(found.name, rest=True), part.text)]
    return [Field(item, part.text) for item in parameters.array(state, part.name)]


def _part(machine: Machine, state: State, part: sh.Part) -> Value:
    if isinstance(part, sh.LiteralText):
        return part.value.value
    if isinstance(part, sh.Parameter):
        return parameters.expanded(machine, state, part)
    if isinstance(part, sh.CommandSubstitution):
        return substitute(machine, state, part)
    if isinstance(part, sh.Arithmetic):
        return reckoning.value(machine, state, part)
    return "/dev/fd/63"
