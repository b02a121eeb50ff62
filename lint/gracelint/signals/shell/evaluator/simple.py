"""Simple commands: assignments, functions and builtins, or what else they name (`external`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ....records import replace
from ....regexes import regex
from ... import sleeping
from ...process import Bound
from ..builtins import assigning, misuse, table
from ..files import inputs, opening, outputs
from ..jobs import held, jobtable, limited, waits
from ..model.dialects import DECLARING, ONLY_BUILTINS
from ..model.parts import Scope, Truth
from ..model.values import Field, clip, default
from ..substitution import printed
from . import external, once, refusals, remarks

if TYPE_CHECKING:
    from ..model.state import State
    from .machine import Machine

DEEPEST_CALLS = 60
# Builtins that run commands in the shell itself.
_RUNNING = frozenset({"eval", ".", "source"})
_PREFIXES = ("command", "builtin")
# Of `command`; of these, `builtin` knows only `--`.
_OPTION = regex(r"-[pvV]+|--")


def run(machine: Machine, state: State, node: sh.Simple) -> list[State]:
    """Run one simple command."""
    if refusals.refused(machine, state, node):
        return [state]
    if node.redirects:
        node = refusals.with_descriptors(state, node)
    if state.shell.aliases and node.words and node.words[0].literal in state.shell.aliases:
        state.give_up(f"{node.words[0].literal} is an alias, which is not followed")
        return [state]
    if not node.words:
        return assigning.alone(machine, state, node)
    kept = assigning.kept(state, node) if node.assignments else None
    if kept is not None and (state.shell.dialect.specials_end or "e" in state.options):
        return [machine.leave(state, 1, f"{kept} is read-only, and {state.shell.dialect.family} gives up")]
    words = _becoming_fields(state, node)
    fields = machine.expand(state, words)
    if node.expansions and node.assigns and words is node.words:
        node = once.worded(machine, state, node, fields)
    skipped = 0
    if fields and fields[0].value in _PREFIXES:
        fields, skipped, over = _behind_prefixes(machine, state, fields)
        if over is not None:
            return over
    if not fields:
        return assigning.alone(machine, state, node)
    behind = _behind(machine, fields)
    if 0 < behind < len(fields) and fields[behind].shown.rpartition("/")[2] in table.BY_PATH:
        if fields[0].value == "exec":
            external.end_with(state)
        word = fields[behind]
        fields = [replace(word, value=f"/bin/{word.shown.rpartition('/')[2]}"), *fields[behind + 1 :]]
        skipped += behind
    name = default(fields[0].value)
    state.awaited = name == "wait"
    if name is not None and not skipped and name in state.functions:
        return _call(machine, state, node, fields, name)
    if name in state.shell.dialect.lacks:
        return machine.finished(state, 127)
    builtin = table.found(name) if name is not None and not _is_taken_away(state, name) else None
    if builtin is None:
        return _program(machine, state, node, fields, skipped)
    refusal = misuse.refusal(machine, state, node, fields, special=not skipped)
    if refusal is not None:
        return refusal
    if name in ("exec", "eval", ".", "source", "export", "set", "trap"):
        assigning.hand_on(machine, state, node.assignments)
    if node.redirects and name in _RUNNING:
        _enclose(machine, state, node)
    return builtin(machine, state, node, fields)


def _becoming_fields(state: State, node: sh.Simple) -> tuple[sh.Word, ...]:
    """The words of a command, but only the names of what ``export`` and the like assign: they expand the values themselves, and that once
    (``local next=$((i++))``)."""
    name = node.words[0].literal
    if name not in DECLARING or name in state.functions:
        return node.words
    return state.shell.read.assigned.of(node.words, lambda words: tuple(map(_without_value, words)))


def _without_value(word: sh.Word) -> sh.Word:
    """A word up to the piece of it that has the ``=``."""
    pieces = () if word.literal is not None else word.parts
    for number, part in enumerate(pieces, 1):
        if isinstance(part, sh.LiteralText) and "=" in part.value.value:
            return sh.Word(word.text, pieces[:number])
    return word


def _behind_prefixes(
    machine: Machine, state: State, fields: list[Field]
) -> tuple[list[Field], int, list[State] | None]:
    """The words behind ``command`` and ``builtin``, and how many were left out; or what comes of these words already."""
    skipped = 0
    while fields and fields[0].value in _PREFIXES and _is_prefix(state, fields[0].value, skipped):
        at = next((number for number, field in enumerate(fields[1:], 1) if not _OPTION.fullmatch(field.shown)), None)
        if any("v" in field.shown.lower() for field in fields[1:at]):
            return fields, skipped, table.query(machine, state, fields[at:] if at is not None else [])
        if at is None:
            return fields, skipped, machine.finished(state, 0)  # `command "$@"`, where there are none
        only = fields[0].value == "builtin"
        fields, skipped = fields[at:], skipped + at
        named = default(fields[0].value)
        if only and named is not None and (table.found(named) is None or named in state.disabled):
            return fields, skipped, machine.finished(state, 1)
    return fields, skipped, None


def _enclose(machine: Machine, state: State, node: sh.Simple) -> None:
    """What runs in the shell itself has the redirections for its own."""
    held.enclose(machine, state, node.redirects)
    outputs.enclose(machine, state, node.redirects)
    inputs.enclose(machine, state, node.redirects)


def _behind(machine: Machine, fields: list[Field]) -> int:
    """Where the command begins that these words run as it is, and that is over at once."""
    if machine.live and fields[0].value == "exec" and len(fields) > 1:
        return 1 + _behind(machine, fields[1:])
    first = fields[0].shown
    if first in ("env", "busybox", "nice"):
        return 1
    return sleeping.limited([field.shown for field in fields])[1] if sleeping.limits(first) else 0


def _is_prefix(state: State, name: object, skipped: int) -> bool:
    """Whether ``command`` or ``builtin`` is the shell's own: a function may have the name, but behind another prefix no function is meant."""
    if name in state.disabled or name in state.shell.dialect.lacks:
        return False
    return skipped > 0 or name not in state.functions


def _is_taken_away(state: State, name: str) -> bool:
    """Whether ``enable -n`` has left nothing of this name: of others, a program does the same."""
    return name in state.disabled and name in ONLY_BUILTINS


def _call(machine: Machine, state: State, node: sh.Simple, fields: list[Field], name: str) -> list[State]:
    if len(state.scopes) >= DEEPEST_CALLS:
        state.give_up(Bound(f"the function {name} calls itself too deeply to follow"))
        return [state]
    if remarks.only_prints(machine, state, node, fields):
        return machine.finished(state, 0)
    function = state.functions[name]
    if node.redirects:
        opening.wrote(machine, state, node, printed.output(machine, state, (replace(node, redirects=()),)))
    saved, lent = assigning.lend(machine, state, node.assignments)
    state.scopes = (*state.scopes, Scope(state.parameters, saved, lent))
    state.parameters = tuple(fields[1:])
    if node.redirects:
        _enclose(machine, state, node)
        state.push("within", label="redirection")
    state.push("call", function, data=node.text, label="function")
    return machine.enter(state, function.body)


# In front of a command that signals others, root changes nothing but that it may.
_AS_ROOT = frozenset({"sudo", "doas"})
_SIGNALLING = frozenset({"kill", "pkill", "killall", "xargs"})


def _program(machine: Machine, state: State, node: sh.Simple, fields: list[Field], skipped: int) -> list[State]:
    """A program, unless what it is for is a builtin's business, once a signal has come."""
    if machine.live and len(fields) > 1 and fields[0].shown in _AS_ROOT and fields[1].shown in _SIGNALLING:
        return table.TABLE[fields[1].shown](machine, state, node, fields[1:])
    watched = limited.watched(machine, fields) if machine.live else None
    if watched is not None:
        return table.TABLE["wait"](machine, state, node, [fields[0], watched])
    return external.run(machine, state, node, fields, skipped)


def over(
    machine: Machine, state: State, status: int | None = None, *, counts: bool = True, truth: Truth | None = None
) -> list[State]:
    """The command that the shell was blocked in is over. Unless it ``counts``, ``set -e`` does not look at it yet: a trap comes first."""
    block = state.block
    assert block is not None
    state.block = None
    if block.kind == "foreground":
        jobtable.program_over(state)
    if state.stack is not None and state.stack.kind == "captured":
        return [state]  # a substitution's program, and no command yet
    if block.everything:
        state.unclaimed, state.passed = (), ()
        waits.forget(state)
        status = 0
    if not counts:
        external.hear(state, block.pipeline or (block.command,))
        state.done(status, Truth.success(f"`{clip(block.command.text.value)}`"))
        return [state]
    return external.ended(machine, state, block.command, status, truth, block.pipeline)
