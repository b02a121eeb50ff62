"""``cd``: where a script goes, and whether that is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..model.parts import Truth
from ..model.values import Unknown, concatenate, default
from . import filesystem, permissions
from .filesystem import located, standing

if TYPE_CHECKING:
    from ....image.entries import Kind
    from ....parsers.shell import model as sh
    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Field


STACK = "DIRSTACK"  # what bash calls it, without the working folder itself


def change_folder(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``cd``."""
    operands = [field for field in fields[1:] if field.shown not in ("--", "-P", "-L", "-e")]
    target = operands[0].value if operands else machine.parameter(state, "HOME") or "/root"
    known = default(target)
    if known == "-":
        target = state.lookup("OLDPWD") or ""
        known = default(target) or None
    elif known is not None and (known == "~" or known.startswith("~/")):
        target = concatenate([machine.parameter(state, "HOME") or "/root", known[1:]])
        known = default(target)
    elif known is not None and (filesystem.is_open(known) or (not known and not isinstance(target, str))):
        known = None  # `cd "$APP_HOME"` is written for those who set it
    path = located(known, state.workdir) if known is not None else None
    kind: Kind = "unknown"
    if isinstance(target, str) and path is not None:
        kind = "folder" if not known else standing(machine, state, path)
        if kind == "none" and filesystem.was_given(state, path):
            kind = "unknown"  # who was told of it may have made it
    if kind == "file" or (path == "/root" and permissions.user_of(state) not in ("0", None)):
        return machine.finished(state, 1)
    if kind == "none":
        return _perhaps_mounted(machine, state, path or "/")
    _enter(state, path)
    if kind == "unknown" and (state.tested or (machine.live and "e" in state.options)):
        return machine.undecided(state, " ".join(field.shown for field in fields))
    return machine.finished(state, 0)


def stacked(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``pushd`` and ``popd``, of bash; options and numbers are not followed."""
    name, operands = fields[0].shown, fields[1:]
    below = state.variables.get(STACK)
    known = below if isinstance(below, tuple) else ()
    if any(field.shown[:1] in ("-", "+") for field in operands):
        state.workdir, state.variables[STACK] = Unknown("$PWD", nonempty=True), Unknown("${DIRSTACK}")
        return machine.finished(state, 0)
    if name == "dirs":
        return machine.finished(state, 0)
    if below is not None and not isinstance(below, tuple):
        state.workdir = Unknown("$PWD", nonempty=True)
        return machine.finished(state, 0)
    if name == "popd" or not operands:
        if not known:
            return machine.finished(state, 1)
        before = state.workdir
        _enter(state, default(known[0]))
        state.variables[STACK] = known[1:] if name == "popd" else (before, *known[1:])
        return machine.finished(state, 0)
    before = state.workdir
    ways = change_folder(machine, state, node, fields)
    for each in ways:
        if each.status != 1:
            each.variables[STACK] = (before, *known)
    return ways


def _enter(state: State, path: str | None) -> None:
    state.variables["OLDPWD"] = state.workdir
    state.workdir = Unknown("$PWD", nonempty=True) if path is None else path


def _perhaps_mounted(machine: Machine, state: State, path: str) -> list[State]:
    """A folder that the image does not hold is there only where somebody mounts it."""
    state.done(None, Truth(None, False, f"{path} is mounted", f"{path} is not there"))
    result = []
    for each, there in machine.split(state):
        if there:
            _enter(each, path)
            result.extend(machine.finished(each, 0))
        elif "e" in each.options and not each.tested:
            result.append(machine.leave(each, 1, f"{path}, where the script goes with cd, is not there"))
        else:
            result.extend(machine.finished(each, 1))
    return result
