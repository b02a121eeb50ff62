"""What is certain to end, as can be seen from its text, so that nobody has to follow it to find out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....image.model import Argument, ImageFile
from ....parsers.shell import model as sh
from ....parsers.shell.walk import walk
from ....regexes import regex
from ..builtins import table
from ..files import filesystem, inputs
from ..model.dialects import DECLARING
from ..model.values import Unknown

if TYPE_CHECKING:
    from ..evaluator.machine import Machine
    from ..model.state import State

NODES = 32  # looked at for one step
ARGUMENTS = frozenset({"#", "1", "@", "*"})
_TEXTS = frozenset({"<<<", "<<", "<<-"})
_HOLDS_EMPTY = regex(r"!|-z|\|\||\*")
# Builtins that wait, or run other commands.
LASTING = frozenset(
    {"wait", "read", "mapfile", "readarray", "exec", "eval", ".", "source", "command", "builtin", "trap", "fg"}
)
FOLLOWING = frozenset({"-f", "-F", "--follow", "--retry", "infinity", "inf"})
# What may last though it has no command of its own.
OPEN = (sh.ProcessSubstitution, sh.Background, sh.Coprocess, sh.Unreadable, sh.ArithmeticFor)


def consumes(loop: object) -> bool:
    """Whether a loop goes through its arguments and takes one away in every turn, so that it ends: ``getopts``, or ``shift`` while there are some."""
    if not isinstance(loop, sh.While):
        return False
    asked = list(walk(loop.condition))
    if any(isinstance(part, sh.Simple) and _begins(part, "getopts") for part in asked):
        return True
    arguments = any(isinstance(part, sh.Parameter) and part.name in ARGUMENTS for part in asked)
    return arguments and any(isinstance(part, sh.Simple) and _begins(part, "shift") for part in walk(loop.body))


def runs_out(state: State, loop: object) -> bool:
    """Whether nothing is left in the end of what a loop takes something from in every turn: a variable, or a text or file that it reads,
    where the script has made no named pipe."""
    if not isinstance(loop, sh.While):
        return False
    pipes = any(made.pipe for made in state.made.values())
    return _shortens(loop) or (not pipes and any(_is_whole(state, each) for each in loop.redirects) and reads(loop))


def _is_whole(state: State, each: sh.Redirect) -> bool:
    """Whether all there is to read through a redirection is there already, or is written by what ends by itself (``< <(find …)``)."""
    target = each.target
    if each.operator != "<" or target is None:
        return each.operator in _TEXTS
    if isinstance(target.sole, sh.ProcessSubstitution):
        source = inputs.current(state, each.descriptor or inputs.INPUT)
        return source is not None and source.pid is None
    return not (target.literal or "").startswith("/dev/")


def _shortens(loop: sh.While) -> bool:
    """Whether a loop takes characters off the front of the variable that its condition compares, in every turn, so that nothing is left of
    it in the end: ``x=${x:2}``. (``${x#word}`` may take nothing off, and an empty string is what ``!=`` and ``-z`` may wait for.)"""
    if loop.until or _HOLDS_EMPTY.search(loop.condition.text.value):
        return False
    asked = {part.name for part in walk(loop.condition) if isinstance(part, sh.Parameter)}
    assigned = (
        one
        for command in loop.body.commands
        if isinstance(command, sh.Simple) and not command.words
        for one in command.assignments
    )
    return any(one.name in asked and one.value is not None and _shorter(one.name, one.value) for one in assigned)


def _shorter(name: str, value: sh.Word) -> bool:
    """Whether it is the variable without its first characters."""
    parts = [part for part in value.parts if not isinstance(part, sh.LiteralText) or part.value.value]
    if len(parts) != 1 or not isinstance(parts[0], sh.Parameter):
        return False
    argument = parts[0].argument.literal if parts[0].argument is not None else None
    taken = (argument or "").strip()
    return parts[0].name == name and parts[0].operator == ":" and taken.isdecimal() and int(taken) > 0


def reads(loop: object) -> bool:
    """Whether a loop reads on in its input in every turn, so that it ends with that."""
    return isinstance(loop, sh.While) and any(
        isinstance(part, sh.Simple) and _begins(part, "read") for part in walk(loop.condition)
    )


def _begins(command: sh.Simple, name: str) -> bool:
    return bool(command.words) and command.words[0].literal == name


def quiet(machine: Machine, state: State, command: sh.Command) -> bool:
    """Whether nothing in a command is known to run until it is told to stop: builtins, small tools and programs of which nothing is known, and functions of such.

    False also where that takes more than a look at its text.
    """
    waiting, seen, names = [command], set[str](), set[str]()
    assigned: set[str] = set()
    while waiting:
        if not machine.budget.spend():
            return False
        for number, part in enumerate(walk(waiting.pop()), 1):
            if number % NODES == 0 and not machine.budget.spend():
                return False
            if not isinstance(part, sh.Simple):
                if isinstance(part, OPEN) or (isinstance(part, sh.While) and not consumes(part)):
                    return False
                if isinstance(part, (sh.For, sh.Assignment)):
                    assigned.add(part.name)
                continue
            if not part.words:
                continue
            name = _command(state, part.words[0], names)
            if name is None or name in LASTING or (name in DECLARING and not _declares(part, assigned)):
                return False
            function = state.functions.get(name)
            if function is None and name not in table.TABLE and name and _may_last(machine, state, part, name):
                return False
            if function is not None and name not in seen:
                seen.add(name)
                waiting.append(function.body)
    return not assigned & names


def _command(state: State, word: sh.Word, names: set[str]) -> str | None:
    """The name of a command, empty where nobody knows it; None where it may be any. ``names`` are the variables that it rests on."""
    if word.literal is not None:
        return word.literal
    part = word.sole
    if not isinstance(part, sh.Parameter) or part.operator is not None or part.index is not None:
        return None
    if not part.name.isidentifier():
        return None
    names.add(part.name)
    found = state.lookup(part.name)
    return found if isinstance(found, str) and found else "" if isinstance(found, Unknown) else None


def _declares(command: sh.Simple, assigned: set[str]) -> bool:
    """Whether it is plain which variables ``local`` and the like set; they are added."""
    for word in command.words[1:]:
        first = word.parts[0] if word.parts else None
        if not isinstance(first, sh.LiteralText):
            return False
        assigned.add(first.value.value.partition("=")[0])
    return True


def _may_last(machine: Machine, state: State, command: sh.Simple, name: str) -> bool:
    """Whether a program is more than a small tool, or follows a file."""
    if any(word.literal in FOLLOWING for word in command.words):
        return True
    program = machine.context.describe((Argument(name, command.words[0].text),))
    if program is not None:
        return program.kind != "tools" or bool(program.starts)
    found = machine.context.which(name, machine.context.image.workdir, filesystem.search(state))
    return isinstance(found, ImageFile) and found.content is not None
