"""Builtins that give variables their values: ``export``, ``local``, ``getopts``, ``let`` …"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ....parsers.shell.walk import walk
from ....regexes import regex
from ..evaluator import expansions, refusals, scopes
from ..expansion import reckoning
from ..expansion.bounds import compute
from ..files import filesystem, opening
from ..model.dialects import SPECIAL
from ..model.keyed import Keyed, Reference
from ..model.parts import Truth
from ..model.values import Unknown, default
from . import assigning, exporting
from .printing import printed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Field, Value

NAME = regex(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def declare(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``export``, ``readonly``, ``declare``, ``local``: the assignments among their arguments, which do not split."""
    options = withdrawn = ""
    for word, name, value in _declared(machine, state, node.words[1:]):
        raw = word.literal
        if raw is not None and raw[:1] in ("-", "+"):
            options += raw[1:]
            withdrawn += raw[1:] if raw[0] == "+" else ""
            continue
        array = expansions.array_of(machine, word) if raw is not None else None
        if not NAME.match(name):
            if "$" in name or "`" in name:
                _doubt(machine, state, word)
            elif name and (value is not None or not set(options) & {"f", "F", "p"}):
                return not_valid(machine, state, fields[0].shown, name)
            continue
        local = fields[0].value in ("local", "declare", "typeset") and scopes.in_function(state) and "g" not in options
        if array is not None and name in state.readonly and not local:
            return refusals.kept(machine, state, name)
        if value is not None and name in state.readonly:
            return read_only(machine, state, name, by=fields[0].shown)
        saved = scopes.saved_by_function(state) if local else None
        if saved is not None:
            saved.setdefault(name, state.variables.get(name))
        if "n" in options and fields[0].value in ("local", "declare", "typeset"):
            state.variables[name] = Reference(value) if isinstance(value, str) and value else Unknown(f"${name}")
        elif "A" in options:
            known = state.variables.get(name)
            state.variables[name] = known if isinstance(known, Keyed) and not local else Keyed()
            if array is not None:
                assigning.assign(machine, state, array)
        elif array is not None:
            assigning.assign(machine, state, array)
        elif value is not None:
            state.variables[name if local else state.meant(name)] = value
            assigning.remember_pid(state, name, value)
        elif local and state.shell.dialect.builtins.bare_local == "empty":
            state.variables[name] = ""
        if state.scopes and (fields[0].value in ("export", "readonly") or "g" in options):
            scopes.let_go(state, name)
        if fields[0].value == "readonly" or ("r" in options and fields[0].value != "export"):
            state.readonly = state.readonly | {name}
        if fields[0].value == "export" or "x" in options:
            function = "f" in options
            exporting.export(state, [name + exporting.FUNCTION * function], "n" not in options and "x" not in withdrawn)
        elif "a" in state.options and value is not None:
            exporting.export(state, [name])
    return machine.finished(state, 0)


def _doubt(machine: Machine, state: State, word: sh.Word) -> None:
    """A text that is not known may have given any variable another value (``export $(sed … /etc/app.env)``), but PATH is no doubt the same.
    What is read from a file that only somebody mounts is taken to set nothing, as is what only a user sets."""
    reader = next((part for part in walk(word) if isinstance(part, sh.Simple)), None)
    if reader is None:
        return  # one variable of a name that is not known
    named = [each.target for each in reader.redirects if each.operator == "<"] or reader.words[1:]
    path = default(machine.value(state, named[-1])) if named and named[-1] else None
    if path and not {"/", "."}.isdisjoint(path) and filesystem.exists(machine, state, path, "f") is not True:
        return
    state.unread = True
    for name, value in state.variables.items():
        if isinstance(value, str) and name != "PATH":
            state.variables[name] = Unknown(f"${name}")


def not_valid(machine: Machine, state: State, command: str, name: str) -> list[State]:
    """A name that no variable can have."""
    if not state.shell.dialect.builtins.bad_name_ends:
        return machine.finished(state, 1)
    return [
        machine.leave(
            state, 2, f"{command} is given {name}, which is no name, and {state.shell.dialect.family} gives up"
        )
    ]


def read_only(machine: Machine, state: State, name: str, by: str = "") -> list[State]:
    """A value for a variable that is to keep its own. Under ``set -e``, bash ends behind a special builtin, also where its status is looked
    at (measured, 5.2: ``readonly R=2 || true``)."""
    ends = "e" in state.options and by in SPECIAL
    if not (state.shell.dialect.specials_end or ends):
        return machine.finished(state, 1)
    return refusals.kept(machine, state, name)


def _declared(machine: Machine, state: State, words: Iterable[sh.Word]) -> Iterator[tuple[sh.Word, str, Value | None]]:
    """Names and values of the arguments ``NAME=value``, with their words: several where an unquoted one splits (``export $(cat file)``)."""
    for word in words:
        first = word.parts[0] if word.parts else None
        if isinstance(first, sh.LiteralText) or any(getattr(part, "quoted", False) for part in word.parts):
            yield word, *_pair(machine, state, word, first)
            continue
        for field in machine.expand(state, (word,)):
            if isinstance(field.value, Unknown):
                yield word, field.value.name, None
                continue
            name, equals, value = field.value.partition("=")
            yield word, name.rstrip("+"), value if equals else None


def _pair(machine: Machine, state: State, word: sh.Word, first: object) -> tuple[str, Value | None]:
    name, equals, _ = first.value.value.partition("=") if isinstance(first, sh.LiteralText) else ("", "", "")
    if not equals and len(word.parts) == 1 and name:
        return name, None
    whole = machine.value(state, word)
    # Of `export "$name=$value"` the name may be known where the value is not; one that is not begins with what is expanded, as no name does.
    name, equals, value = (whole if isinstance(whole, str) else whole.name).partition("=")
    if not equals or isinstance(whole, str):
        return name.rstrip("+"), value if equals else None
    known = whole.default.partition("=")[2] if whole.default is not None else None
    return name.rstrip("+"), Unknown(value, known)


def unset(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``unset``."""
    for field in fields[1:]:
        if isinstance(field.value, str):
            if field.value in state.readonly and not fields[1].shown.startswith("-f"):
                return read_only(machine, state, field.value)
            if "f" in fields[1].shown[:3] and fields[1].shown.startswith("-"):
                state.functions = {n: f for n, f in state.functions.items() if n != field.value}
            elif state.scopes and scopes.take_back(state, field.value):
                pass
            elif field.value == "IFS":
                state.variables.pop("IFS", None)  # words split as ever
            else:
                # Unset for certain, and not absent, which would stand for the user's environment.
                state.variables[field.value] = None
                exporting.export(state, [field.value], there=False)
    return machine.finished(state, 0)


def printf(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``printf``: with bash's ``-v NAME``, what it would write becomes the variable's value."""
    if len(fields) > 3 and fields[1].value == "-v" and state.shell.dialect.builtins.printf_assigns:
        name = fields[2].shown.partition("[")[0]
        whole = name == fields[2].shown and NAME.match(name)
        text = printed(state.shell.dialect, "printf", fields[3:]) if whole else None
        if text is None:
            state.forget(name)
        else:
            state.variables[name] = text
    elif node.redirects:
        opening.wrote(machine, state, node, printed(state.shell.dialect, "printf", fields[1:]))
    return machine.finished(state, 0)


def getopts(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``getopts``."""
    if len(fields) < 3:
        return machine.finished(state, 2)
    spec, name = fields[1].shown, fields[2].shown
    items = [field.value for field in fields[3:]] or [field.value for field in state.parameters]
    index = compute(state, str(state.lookup("OPTIND") or "1")) or 1
    inner = compute(state, str(state.lookup("_OPTCHAR") or "1")) or 1
    if index > len(items) + 1:  # there are fewer by now
        index, inner = 1 if state.shell.dialect.builtins.getopts_begins_anew else len(items) + 1, 1
    word = items[index - 1] if index <= len(items) else None
    if isinstance(word, Unknown):
        state.variables[name], state.variables["OPTIND"] = Unknown(f"${name}"), Unknown("$OPTIND", nonempty=True)
        return machine.undecided(state, " ".join(field.shown for field in fields))
    if word is None or not word.startswith("-") or len(word) < 2 or word == "--":
        state.variables[name] = "?"
        state.variables["OPTIND"] = str(index + (word == "--"))
        return machine.finished(state, 1)
    letter, last = word[inner], inner + 1 >= len(word)
    at = spec.find(letter)
    state.variables[name] = letter if at >= 0 and letter != ":" else "?"
    if at >= 0 and spec[at + 1 : at + 2] == ":":
        attached = word[inner + 1 :]
        state.variables["OPTARG"] = attached or (items[index] if index < len(items) else "")
        index, inner = index + (1 if attached else 2), 1
    elif last:
        index, inner = index + 1, 1
    else:
        inner += 1
    state.variables["OPTIND"], state.variables["_OPTCHAR"] = str(index), str(inner)
    return machine.finished(state, 0)


def let(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``let``."""
    truth = Truth(False)
    for field in fields[1:]:
        truth = reckoning.truth(machine, state, field.shown, node.text)
    return machine.decided(state, truth)
