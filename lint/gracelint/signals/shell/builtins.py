"""Builtin commands that change the shell itself: variables, parameters, control flow, and those that print or test.

Signals and processes (``trap``, ``kill``, ``wait``, ``exec`` …) are in `jobcontrol`; `TABLE` holds them all.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from ...parsers.shell import model as sh
from ...regexes import regex
from ..process import Bound
from . import conditions, simple
from .outcome import Command
from .state import Block, Ended, Truth
from .values import Field, Unknown, clip, default, join
from .words import compute

if TYPE_CHECKING:
    from collections.abc import Callable

    from .machine import Machine
    from .state import Frame, State
    from .values import Value

Builtin = "Callable[[Machine, State, sh.Simple, list[Field]], list[State]]"
NAME = regex(r"[A-Za-z_][A-Za-z0-9_]*\Z")


def _quiet(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """A builtin that succeeds and changes nothing that matters here."""
    return machine.finished(state, 0)


def _false(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    return machine.finished(state, 1)


def _unknown(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """A builtin whose status depends on the world."""
    text = clip(" ".join(field.shown for field in fields))
    return machine.finished(state, None, Truth(None, None, f"`{text}` succeeds", f"`{text}` fails"))


def query(machine: Machine, state: State, names: list[Field]) -> list[State]:
    """``command -v``, ``type``: whether a command exists."""
    names = [field for field in names if not field.shown.startswith("-")]
    known = default(names[0].value) if names else None
    if known and machine.locate(state, known):
        return machine.finished(state, 0)
    text = names[0].shown if names else "a command"
    return machine.finished(state, None, Truth(None, None, f"{text} is installed", f"{text} is not installed"))


def _query(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    return query(machine, state, fields[1:])


def _test(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    inside = fields[1:]
    if fields[0].value == "[":
        if not inside or inside[-1].value != "]":
            return machine.finished(state, 2)
        inside = inside[:-1]
    return machine.decided(state, conditions.brackets(machine, state, inside))


def _export(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``export``, ``readonly``, ``declare``, ``local``: the assignments among their arguments, which do not split."""
    local = fields[0].value in ("local", "declare", "typeset") and bool(state.scopes)
    options = ""
    for word in node.words[1:]:
        raw = word.literal
        if raw is not None and raw[:1] in ("-", "+"):
            options += raw[1:]
            continue
        name, value = _declared(machine, state, word)
        if not NAME.match(name):
            continue
        if local:
            saved = state.scopes[-1][1]
            saved.setdefault(name, state.variables.get(name))
        if value is not None:
            state.variables[name] = () if "a" in options.lower() and value == "()" else value
            simple.remember_pid(state, name, value)
        elif local:
            state.variables[name] = ""
    return machine.finished(state, 0)


def _declared(machine: Machine, state: State, word: sh.Word) -> tuple[str, Value | None]:
    """Name and value of an argument ``NAME=value``."""
    first = word.parts[0] if word.parts else None
    if not isinstance(first, sh.LiteralText):
        return "", None
    name, equals, _ = first.value.value.partition("=")
    if not equals:
        return (first.value.value, None) if len(word.parts) == 1 else ("", None)
    whole = machine.value(state, word)
    if isinstance(whole, str):
        return name.rstrip("+"), whole.partition("=")[2]
    known = whole.default.partition("=")[2] if whole.default is not None else None
    return name.rstrip("+"), Unknown(whole.name.partition("=")[2], known, variable=None)


def assign_element(state: State, name: str, index: str, value: Value) -> None:
    """``name[index]=value``."""
    number = compute(state, index)
    found = state.variables.get(name, ())
    items = list(found if isinstance(found, tuple) else (found,))
    if number is None or not 0 <= number <= 1000:
        state.variables[name] = Unknown(f"${name}")
        return
    items.extend([""] * (number + 1 - len(items)))
    items[number] = value
    state.variables[name] = tuple(items)


def _unset(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    for field in fields[1:]:
        if isinstance(field.value, str):
            if "f" in fields[1].shown[:3] and fields[1].shown.startswith("-"):
                state.functions = {n: f for n, f in state.functions.items() if n != field.value}
            else:
                # Set to nothing rather than absent, so that it no longer stands for the user's environment.
                state.variables[field.value] = ""
    return machine.finished(state, 0)


def _set(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    rest = fields[1:]
    while rest:
        word = rest[0].value
        if word in ("--", "-"):
            state.parameters = tuple(rest[1:])
            break
        if not isinstance(word, str) or word[:1] not in ("-", "+") or len(word) < 2:
            state.parameters = tuple(rest)
            break
        letters = set(word[1:])
        rest = rest[1:]
        if "o" in letters:
            letters.discard("o")
            if rest:
                letters |= {{"errexit": "e", "monitor": "m", "nounset": "u", "pipefail": "p"}.get(rest[0].shown, "")}
                rest = rest[1:]
        letters.discard("")
        if not state.shell.dialect.monitors:
            letters.discard("m")
        state.options = state.options | letters if word[0] == "-" else state.options - letters
    return machine.finished(state, 0)


def _shift(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    count = compute(state, fields[1].shown) if len(fields) > 1 else 1
    if count is None or count > len(state.parameters):
        if count is not None and state.shell.dialect.family == "dash":
            state.ended = Ended(
                "exits", status=2, failed=f"there are not {count} arguments to shift, and dash gives up"
            )
            return [state]
        return machine.finished(state, 1)
    state.parameters = state.parameters[max(0, count) :]
    return machine.finished(state, 0)


def _cd(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    target = fields[-1].value if len(fields) > 1 else machine.parameter(state, "HOME") or "/root"
    known, base = default(target), default(state.workdir)
    if known is None or known == "-" or base is None:
        state.workdir = Unknown("$PWD", nonempty=True)
    else:
        state.workdir = posixpath.normpath(posixpath.join(base, known))
    if machine.tested(state) and isinstance(target, Unknown):
        return _unknown(machine, state, node, fields)
    return machine.finished(state, 0)


def _source(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    path = default(fields[1].value) if len(fields) > 1 else None
    shell = state.shell.dialect
    if fields[0].value == "source" and shell.family == "dash":
        return machine.finished(state, 127)  # no command of that name
    text = machine.file(state, path) if path else None
    if text is None and path and machine.exists(state, path, "e") is False:
        if shell.family == "bash":
            return machine.finished(state, 1)
        failed = f"{path}, which {fields[0].shown} reads, is not there, and {shell.family} gives up"
        state.ended = Ended("exits", status=2, failed=failed)
        return [state]
    if text is None:
        shown = fields[1].shown if len(fields) > 1 else "?"
        state.note("reasons", f"the file {shown}, read with {fields[0].shown}, is not known")
        return machine.finished(state, 0)
    if _depth(state) > 40:
        state.ended = Ended("unknown", reason=Bound(f"{path} reads itself too deeply to follow"))
        return [state]
    own = len(fields) > 2 and shell.family != "dash"
    # Without arguments, what the file does to the positional parameters lasts.
    state.scopes = (*state.scopes, (state.parameters if own else None, {}))
    if own:
        state.parameters = tuple(fields[2:])
    state.push("call", data=node.text, label="source")
    state.push("seq", machine.context.parse(text, file=True).body)
    return [state]


def _eval(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    value = join(field.value for field in fields[1:])
    known = default(value)
    if known is None:
        state.note("reasons", f"eval of {clip(value.name if isinstance(value, Unknown) else value)} is not known")
        return _unknown(machine, state, node, fields)
    if _depth(state) > 40:
        state.ended = Ended("unknown", reason=Bound("eval is nested too deeply to follow"))
        return [state]
    if not known.strip():
        return machine.finished(state, 0)
    text = machine.context.joined(known, node.text)
    state.push("eval", data=node.text)
    state.push("seq", machine.context.parse(text, file=False).body)
    return [state]


def _depth(state: State) -> int:
    count, frame = 0, state.stack
    while frame is not None:
        count += frame.kind in ("call", "eval", "trap")
        frame = frame.parent
    return count


def restore(state: State) -> None:
    """Leave a function or a sourced file: its parameters and local variables end."""
    parameters, saved = state.scopes[-1]
    state.scopes = state.scopes[:-1]
    if parameters is not None:
        state.parameters = parameters
    for name, value in saved.items():
        if value is None:
            state.variables.pop(name, None)
        else:
            state.variables[name] = value


def unwind(machine: Machine, state: State, until: Callable[[Frame], bool]) -> bool:
    """Take frames off until one that fits, which stays; False (nothing done) if there is none."""
    frame = state.stack
    while frame is not None and not until(frame):
        if frame.kind == "base":
            return False
        frame = frame.parent
    if frame is None:
        return False
    while state.stack is not frame:
        taken = state.pop()
        if taken.kind == "call":
            restore(state)
        elif taken.kind == "while" and len(state.conditions) > getattr(taken.data, "conditions", 0):
            machine.escaped.add(getattr(taken.data, "entry", None))
    return True


def _return(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    status = compute(state, fields[1].shown) if len(fields) > 1 else state.status
    truth = state.truth
    wanted = ("call",) if state.shell.dialect.returns_from_traps else ("call", "trap")
    if not unwind(machine, state, lambda frame: frame.kind in wanted):
        if state.shell.dialect.family == "bash":
            return machine.finished(state, 2)
        return [machine.leave(state, status)]
    return machine.finished(state, status, truth)


def _break(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    levels = (compute(state, fields[1].shown) or 1) if len(fields) > 1 else 1
    leaving = fields[0].value == "break"
    for level in range(min(max(levels, 1), 50)):
        if not unwind(machine, state, lambda frame: frame.kind in ("while", "for")):
            return machine.finished(state, 0)
        frame = state.stack
        assert frame is not None
        if leaving or level + 1 < levels:
            state.pop()
            if frame.kind == "while" and len(state.conditions) > getattr(frame.data, "conditions", 0):
                machine.escaped.add(getattr(frame.data, "entry", None))
    return machine.finished(state, 0)


def _exit(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    status = compute(state, fields[1].shown) if len(fields) > 1 else state.status
    return [machine.leave(state, status)]


def _read(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    names = [field.shown for field in fields[1:] if not field.shown.startswith("-")]
    for name in names or ["REPLY"]:
        if NAME.match(name):
            state.variables[name] = Unknown(f"${name}")
    return machine.finished(state, None, Truth(None, None, "there is input to read", "there is no input to read"))


def _getopts(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    if len(fields) < 3:
        return machine.finished(state, 2)
    spec, name = fields[1].shown, fields[2].shown
    items = [field.value for field in fields[3:]] or [field.value for field in state.parameters]
    index = compute(state, str(state.lookup("OPTIND") or "1")) or 1
    inner = compute(state, str(state.lookup("_OPTCHAR") or "1")) or 1
    word = items[index - 1] if index <= len(items) else None
    if isinstance(word, Unknown):
        state.variables[name] = Unknown(f"${name}")
        return _unknown(machine, state, node, fields)
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


def arithmetic(state: State, expression: str) -> Truth:
    """``(( … ))`` and ``let``: true where the value is not 0; simple assignments are carried out."""
    text = expression.strip()
    match = re.fullmatch(r"([A-Za-z_]\w*)\s*(\+\+|--|[-+*/%]?=(?!=)(.*))", text, re.S)
    before = re.fullmatch(r"(\+\+|--)([A-Za-z_]\w*)", text)
    if before:
        match = re.fullmatch(r"([A-Za-z_]\w*)(\+\+|--)()", before[2] + before[1])
    if match:
        name, operator, right = match[1], match[2], match[3] or ""
        formula = {"++": f"{name}+1", "--": f"{name}-1"}.get(operator)
        if formula is None:
            formula = right if operator[0] == "=" else f"{name}{operator[0]}({right})"
        old, new = compute(state, name), compute(state, formula)
        state.variables[name] = str(new) if new is not None else Unknown(f"${name}", nonempty=True)
        result = old if operator in ("++", "--") and not before else new
    else:
        result = compute(state, text)
    label = clip(text)
    return Truth(None, None, f"(({label}))", f"not (({label}))") if result is None else Truth(bool(result))


def _let(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    truth = Truth(False)
    for field in fields[1:]:
        truth = arithmetic(state, field.shown)
    return machine.decided(state, truth)


def _mapfile(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    state.variables[fields[-1].shown] = (Unknown(f"${fields[-1].shown}"),)
    return machine.finished(state, 0)


def loop_block(state: State, node: object) -> Block:
    """What holds a shell in an endless loop."""
    text = node.text  # type: ignore[attr-defined] # loops have a text
    around, calls = simple.place(state)
    command = Command(text, text, (clip(text.value.split("\n")[0]),), True, calls, around)
    return Block("loop", command)


def _table() -> dict[str, Callable[[Machine, State, sh.Simple, list[Field]], list[State]]]:
    from . import jobcontrol

    quiet = (
        ": true echo printf umask ulimit hash times alias unalias shopt enable complete pwd help history "
        "suspend bind caller compgen mkdir rm touch chmod chown ln cp mv"
    )
    table = dict.fromkeys(quiet.split(), _quiet)
    table |= dict.fromkeys("export readonly declare typeset local".split(), _export)
    table |= dict.fromkeys(("test", "["), _test)
    table |= dict.fromkeys((".", "source"), _source)
    table |= dict.fromkeys(("break", "continue"), _break)
    table |= dict.fromkeys(("mapfile", "readarray"), _mapfile)
    table |= {
        "false": _false,
        "type": _query,
        "unset": _unset,
        "set": _set,
        "shift": _shift,
        "cd": _cd,
        "eval": _eval,
        "return": _return,
        "exit": _exit,
        "read": _read,
        "getopts": _getopts,
        "let": _let,
    }
    return table | jobcontrol.TABLE


TABLE: dict[str, Callable[[Machine, State, sh.Simple, list[Field]], list[State]]] = _table()
