"""Builtins that change where a script goes on: ``.``, ``eval``, ``return``, ``break``, ``continue``, ``exit``.

Hazard: what leaves its frame early has to do so through `unwind`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..process import Bound
from ..scripts import LONGEST_SCRIPT
from . import filesystem
from .parameters import compute
from .state import Ended
from .values import Unknown, clip, default, join

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...parsers.shell import model as sh
    from .interpreter import Frame
    from .machine import Machine
    from .state import State
    from .values import Field


def source(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``.`` and ``source``."""
    path = default(fields[1].value) if len(fields) > 1 else None
    shell = state.shell.dialect
    if path and "/" not in path and not shell.sources_here:
        # Packages put programs on PATH, not files to be read: what the image is not known to have there, is not there.
        found = filesystem.locate(machine, state, path)
        path, absent = found, found is None
    else:
        absent = path is not None and filesystem.exists(machine, state, path, "f") is False
    text = filesystem.file(machine, state, path) if path else None
    if text is None and absent:
        if shell.sources_here or node.words[0].literal == "command":  # which takes from `.` that it ends the shell
            return machine.finished(state, 1 if shell.family == "bash" else 2)
        failed = f"{fields[1].shown}, which {fields[0].shown} reads, is not {'there' if '/' in fields[1].shown else 'on PATH'}, and {shell.family} gives up"
        return [machine.leave(state, 2, failed)]
    if text is None:
        shown = fields[1].shown if len(fields) > 1 else "?"
        state.note("reasons", f"the file {shown}, read with {fields[0].shown}, is not known")
        return machine.finished(state, 0)
    if len(text) > LONGEST_SCRIPT:
        state.ended = Ended(
            "unknown", reason=Bound(f"{path} is longer than {LONGEST_SCRIPT:,} characters, and is not read")
        )
        return [state]
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


def evaluate(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``eval``."""
    value = join(field.value for field in fields[1:])
    known = default(value)
    if known is None:
        state.note("reasons", f"eval of {clip(value.name if isinstance(value, Unknown) else value)} is not known")
        return machine.undecided(state, " ".join(field.shown for field in fields))
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


def give_back(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``return``."""
    status = compute(state, fields[1].shown) if len(fields) > 1 else state.status
    truth = state.truth
    wanted = ("call",) if state.shell.dialect.returns_from_traps else ("call", "trap")
    if not unwind(machine, state, lambda frame: frame.kind in wanted):
        if state.shell.dialect.family == "bash":
            return machine.finished(state, 2)
        return [machine.leave(state, status)]
    return machine.finished(state, status, truth)


def leave_loop(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``break`` and ``continue``."""
    levels = (compute(state, fields[1].shown) or 1) if len(fields) > 1 else 1
    leaving = fields[0].value == "break"
    for level in range(min(max(levels, 1), 50)):
        if not unwind(machine, state, lambda frame: frame.kind in ("while", "for")):
            return machine.finished(state, 0)
        frame = state.stack
        assert frame is not None
        if leaving or level + 1 < levels:
            state.pop()
            state.rounds = getattr(frame.data, "entry", None) or getattr(frame.data, "turns", None)
            if frame.kind == "while" and len(state.conditions) > getattr(frame.data, "conditions", 0):
                machine.escaped.add(getattr(frame.data, "entry", None))
    return machine.finished(state, 0)


def leave_shell(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``exit``."""
    status = compute(state, fields[1].shown) if len(fields) > 1 else state.status
    return [machine.leave(state, status)]
