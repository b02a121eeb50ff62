"""``exec``: another program in the shell's place, or redirections that stay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import replace
from ....regexes import regex
from ..builtins import misuse
from ..evaluator import commands, external
from ..files import descriptors, inputs, named_pipes, outputs
from ..model.outcome import LostExec
from ..model.parts import Ended
from ..model.values import Unknown, default
from . import held

if TYPE_CHECKING:
    from ....parsers.shell import model as sh
    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Field


ASSIGNMENT = regex(r"[A-Za-z_][A-Za-z0-9_]*\+?=")


def execute(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``exec``."""
    rest = fields[1:]
    known = state.shell.dialect.exec.options
    shown, login = "", False
    while known and rest and rest[0].shown.startswith("-") and len(rest[0].shown) > 1:
        option = rest[0].shown
        rest = rest[1:]
        if option == "--":
            break
        if not set(option[1:]) <= set(known):
            return misuse.failed(
                machine, state, misuse.WRONG, ends=state.shell.dialect.specials_end, why=f"exec has no option {option}"
            )
        login = login or "l" in option
        if option.endswith("a") and rest:
            shown, rest = rest[0].shown, rest[1:]
    if shown and rest and state.shell.dialect.exec.finds_shown and "/" not in rest[0].shown:
        rest = [replace(rest[0], value=shown), *rest[1:]]
    if not rest:
        redirects = tuple(_numbered(state, each) for each in node.redirects)
        held.redirect(machine, state, redirects)
        outputs.redirect(machine, state, redirects)
        inputs.redirect(machine, state, redirects)
        named_pipes.written(machine, state, node.redirects, state.pid)
        pipe = named_pipes.let_go(machine, state, redirects) if machine.live else ""
        if pipe:
            state.give_up(f"who else has the named pipe {pipe} open")
            return [state]
        return machine.finished(state, 0)
    skipped = next((number for number, word in enumerate(node.words) if word.text is rest[0].text), 1)
    if skipped == 0 or skipped >= len(node.words):
        skipped = min(1 + len(fields) - len(rest) - 1, len(node.words) - 1)
    command = commands.describe(state, node, rest, skipped)
    keyword = next((word.text for word in node.words if word.literal == "exec"), node.words[0].text)
    if ASSIGNMENT.match(rest[0].shown):
        state.note("assigned_execs", command)
        state.ended = Ended("exits", command=command, keyword=keyword, failed=f"{rest[0].shown}: not found")
        return [state]
    if state.around and state.around[-1] in ("pipeline", "subshell", "background"):
        frame = state.stack
        while frame is not None and frame.kind != "base":
            frame = frame.parent
        construct = frame.data if frame is not None else node.text
        where = next(label for label in reversed(state.around) if label in ("pipeline", "subshell", "background"))
        state.note("lost_execs", LostExec(command, where, keyword, construct))
    shown = ("-" if login else "") + (shown or rest[0].shown) if shown or login else ""
    return external.execute(machine, state, node, rest, command, keyword, shown=shown)


def _numbered(state: State, each: sh.Redirect) -> sh.Redirect:
    """A redirection of which bash chooses the descriptor, ``{fd}<file``: it tells the number in a variable; ``{fd}>&-`` closes the one that the variable tells."""
    if (
        each.descriptor is None
        or not each.descriptor.startswith("{")
        or not state.shell.dialect.syntax.named_descriptors
    ):
        return each
    name = each.descriptor.strip("{}")
    known = state.lookup(name) if descriptors.closes(each) else None
    if known is not None:
        return replace(each, descriptor=default(known) or each.descriptor)
    taken = {other.descriptor for other in state.inputs if not other.closed}
    number = next(str(number) for number in range(10, 10 + len(taken) + 1) if str(number) not in taken)
    state.variables[name] = Unknown(f"${name}", number, nonempty=True)
    return replace(each, descriptor=number)
