"""Expansion: what a word of a script becomes, in a given state.

Follows the shells' order (parameters, substitutions, splitting; quoting kept per piece). Globs and tildes stay as written. What is not known
becomes a named `Unknown`, and where its default is known, the operators are applied to the default too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...parsers.shell import model as sh
from . import arithmetic, patterns
from .substitution import substitute
from .values import Field, Unknown, bounded, concatenate, default, join, name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .machine import Machine
    from .state import State
    from .values import Array, Value

MOST_FIELDS = 4096


def expand(machine: Machine, state: State, words: tuple[sh.Word, ...]) -> list[Field]:
    """The fields that words become."""
    result: list[Field] = []
    for word in words:
        result.extend(_split(machine, state, word))
        if len(result) > MOST_FIELDS:
            del result[MOST_FIELDS:]
            break
    return result


def value(machine: Machine, state: State, word: sh.Word | None) -> Value:
    """A word's value where nothing splits (assignments, ``case`` subjects, here-strings)."""
    if word is None:
        return ""
    literal = word.literal
    if literal is not None:
        return literal
    return concatenate([_part(machine, state, part) for part in word.parts])


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
    return patterns.compile_pattern(pieces)


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
    if not word.parts:
        yield Field("", word.text)
        return
    literal = word.literal
    if literal is not None:
        yield Field(literal, word.text)
        return
    draft = _Draft()
    for part in word.parts:
        if isinstance(part, sh.LiteralText):
            if part.text.value != '"':  # a quote alone only opens or closes: "$@" of nothing is no field
                draft.add(part.value.value)
                draft.whole = None
            continue
        items = _items(machine, state, part)
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
        positional = isinstance(part, sh.Parameter) and part.name.isdigit() and part.name != "0"
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


def _items(machine: Machine, state: State, part: sh.Part) -> list[Field] | None:
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
            return [Field(str(number), part.text) for number in range(len(_array(state, part.name)))]
        items = [Field(item, part.text) for item in _array(state, part.name)]
        shell_name = None
    else:
        return None
    if part.operator is None:
        return items
    if part.operator == ":":
        return _slice(machine, state, part, items, shell_name)
    if part.operator in (":-", "-") and not items:
        return list(_split(machine, state, part.argument)) if part.argument else []
    if part.operator in (":+", "+"):
        return (list(_split(machine, state, part.argument)) if part.argument else []) if items else []
    if part.operator == "length":
        return None
    return [Field(_operate(machine, state, part, item.value), item.text, item.parameter) for item in items] or items


def _array(state: State, variable: str) -> Array:
    found = state.variables.get(variable)
    if found is None:
        return ()
    return found if isinstance(found, tuple) else (found,)


def _slice(
    machine: Machine, state: State, part: sh.Parameter, items: list[Field], shell_name: Field | None
) -> list[Field]:
    raw = value(machine, state, part.argument)
    bounds = [_number(state, piece) for piece in raw.split(":", 1)] if isinstance(raw, str) else [None]
    if any(bound is None for bound in bounds):
        return [Field(Unknown(part.text.value), part.text, shell_name is not None)]
    offset, length = bounds[0] or 0, bounds[1] if len(bounds) > 1 else None
    if shell_name is not None:
        items = [shell_name, *items]
    if offset < 0:
        offset = max(0, len(items) + offset)
    return items[offset:] if length is None else items[offset : offset + max(0, length)]


def _number(state: State, expression: str) -> int | None:
    return arithmetic.evaluate(expression, lambda variable: _plain(state, variable))


def _plain(state: State, variable: str) -> str | None:
    """A variable's value for arithmetic: unset is 0."""
    found = parameter(state, variable)
    return found if isinstance(found, str) else "" if found is None else None


def compute(state: State, expression: str) -> int | None:
    """The value of an arithmetic expression; None where not known."""
    return _number(state, expression)


def _part(machine: Machine, state: State, part: sh.Part) -> Value:
    if isinstance(part, sh.LiteralText):
        return part.value.value
    if isinstance(part, sh.Parameter):
        return _parameter(machine, state, part)
    if isinstance(part, sh.CommandSubstitution):
        return substitute(machine, state, part)
    if isinstance(part, sh.Arithmetic):
        computed = _number(state, part.expression)
        return str(computed) if computed is not None else Unknown(part.text.value, nonempty=True)
    return "/dev/fd/63"


def parameter(state: State, variable: str) -> Value | None:
    """The value of a parameter, special ones included; None if it is unset for certain."""
    if variable.isdigit():
        number = int(variable) if len(variable) < 9 else 1 << 30
        if number == 0:
            return state.shell.name
        return state.parameters[number - 1].value if number <= len(state.parameters) else None
    match variable:
        case "@" | "*":
            return join(field.value for field in state.parameters)
        case "#":
            return str(len(state.parameters))
        case "?":
            return str(state.status) if state.status is not None else Unknown("$?", nonempty=True)
        case "$":
            return str(state.shell.pid)
        case "BASHPID":
            return str(state.pid)
        case "!":
            return state.last_pid
        case "-":
            return "".join(sorted(state.options))
        case "BASH_SOURCE":
            return state.lookup("BASH_SOURCE") or state.shell.name
        case "PWD":
            return state.workdir
        case "IFS":
            return state.lookup("IFS") or " \t\n"
        case "RANDOM" | "SECONDS" | "LINENO" | "EPOCHSECONDS" | "PPID" | "HOSTNAME" | "UID" | "EUID":
            return state.lookup(variable) or Unknown(f"${variable}", nonempty=True)
    found = state.lookup(variable)
    if found is not None or variable in state.variables:
        return found
    if variable.isupper() or ("_" in variable and variable.upper() == variable):
        # Nobody set it here, but `docker run -e` may: by convention only upper-case names are for users.
        return Unknown(f"${variable}", "", variable=variable)
    return None


def _parameter(machine: Machine, state: State, part: sh.Parameter) -> Value:
    if part.operator == "indirect":
        target = parameter(state, part.name)
        if not isinstance(target, str):
            return Unknown(part.text.value)
        found = parameter(state, target)
        return "" if found is None else found
    if part.index is not None and part.name not in ("@", "*"):
        return _element(machine, state, part)
    if part.operator == "length":
        if part.name in ("@", "*"):
            return str(len(state.parameters))
        found = parameter(state, part.name)
        if isinstance(found, Unknown):
            known = found.default
            return Unknown(part.text.value, str(len(known)) if known is not None else None, True)
        return str(len(found or ""))
    if part.operator == ":" and part.name in ("@", "*"):
        return join(field.value for field in _items(machine, state, part) or state.parameters)
    return _operate(machine, state, part, parameter(state, part.name))


def _element(machine: Machine, state: State, part: sh.Parameter) -> Value:
    items = _array(state, part.name)
    if part.index in ("@", "*"):
        if part.operator == "length":
            return str(len(items))
        return join(items)
    number = _number(state, part.index or "")
    if part.name == "BASH_SOURCE" and number == 0:
        return _operate(machine, state, part, parameter(state, part.name))
    if number is None:
        return Unknown(part.text.value)
    inside = -len(items) <= number < len(items)
    if part.operator == "length":
        found = items[number] if inside else ""
        return str(len(found)) if isinstance(found, str) else Unknown(part.text.value, nonempty=True)
    return _operate(machine, state, part, items[number] if inside else None)


def _operate(machine: Machine, state: State, part: sh.Parameter, current: Value | None) -> Value:
    """Apply a parameter's operator to its value (None: unset)."""
    operator = part.operator
    if operator is None:
        return "" if current is None else current
    if operator in ("-", ":-", "=", ":=", "?", ":?", "+", ":+"):
        return _conditional(machine, state, part, current, operator)
    if isinstance(current, Unknown):
        known = _operate(machine, state, part, current.default) if current.default is not None else None
        return Unknown(part.text.value if "$" in part.text.value else f"${part.name}", default(known or ""))
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
            alternative = value(machine, state, part.argument)
            return Unknown(part.text.value, "" if unset else default(alternative))
        return "" if absent else value(machine, state, part.argument)
    if absent is False:
        return current if current is not None else ""
    if kind == "?":
        # The shell exits here where it is unset; whatever goes on has a value.
        refined = Unknown(f"${part.name}", nonempty=True)
        _require(state, part.name, refined)
        return refined
    instead = value(machine, state, part.argument)
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
        state.variables[part.name] = result
    return result


def _require(state: State, variable: str, refined: Value) -> None:
    condition = f"${variable} is set"
    if condition not in state.conditions:
        state.conditions = (*state.conditions, condition)
        state.default = False
    if not variable.isdigit():
        state.variables[variable] = refined


def _change(machine: Machine, state: State, part: sh.Parameter, text: str, operator: str) -> Value | None:
    """``#``, ``%``, ``/``, ``:``, ``^``, ``,`` on a known value; None where the result is not known."""
    if operator in ("#", "##", "%", "%%"):
        compiled = pattern(machine, state, part.argument) if part.argument else ()
        if compiled is None:
            return None
        return patterns.trim(compiled, text, end=operator[0] == "%", longest=len(operator) == 2)
    if operator in ("/", "//", "/#", "/%"):
        compiled = pattern(machine, state, part.argument) if part.argument else None
        replacement = value(machine, state, part.replacement)
        if compiled is None or not isinstance(replacement, str):
            return None
        replaced = patterns.replace(compiled, text, replacement, operator)
        return None if replaced is None else bounded(replaced)
    if operator == ":":
        raw = value(machine, state, part.argument)
        bounds = [_number(state, piece) for piece in raw.split(":", 1)] if isinstance(raw, str) else [None]
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
    return None
