"""What is certain to end, as can be seen from its text, so that nobody has to follow it to find out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...parsers.shell import model as sh
from ...parsers.shell.walk import walk
from . import builtins

if TYPE_CHECKING:
    from .state import State

ARGUMENTS = frozenset({"#", "1", "@", "*"})
# Builtins that wait, or run other commands.
LASTING = frozenset(
    {"wait", "read", "mapfile", "readarray", "exec", "eval", ".", "source", "command", "builtin", "trap", "fg"}
)
# What may last though it has no command of its own.
OPEN = (sh.CommandSubstitution, sh.ProcessSubstitution, sh.Background, sh.Coprocess, sh.Unreadable, sh.ArithmeticFor)


def consumes(loop: object) -> bool:
    """Whether a loop goes through its arguments and takes one away in every turn, so that it ends: ``getopts``, or ``shift`` while there are some."""
    if not isinstance(loop, sh.While):
        return False
    asked = list(walk(loop.condition))
    if any(isinstance(part, sh.Simple) and _begins(part, "getopts") for part in asked):
        return True
    arguments = any(isinstance(part, sh.Parameter) and part.name in ARGUMENTS for part in asked)
    return arguments and any(isinstance(part, sh.Simple) and _begins(part, "shift") for part in walk(loop.body))


def _begins(command: sh.Simple, name: str) -> bool:
    return bool(command.words) and command.words[0].literal == name


def at_once(state: State, command: sh.Command) -> bool:
    """Whether a command is made of builtins alone, and of functions of such, so that nothing in it lasts."""
    waiting, seen = [command], set[str]()
    while waiting:
        for part in walk(waiting.pop()):
            if isinstance(part, OPEN) or (isinstance(part, sh.While) and not consumes(part)):
                return False
            if not isinstance(part, sh.Simple) or not part.words:
                continue
            name = part.words[0].literal
            if name is None or name in LASTING:
                return False
            function = state.functions.get(name)
            if function is None and name not in builtins.TABLE:
                return False
            if function is not None and name not in seen:
                seen.add(name)
                waiting.append(function.body)
    return True
