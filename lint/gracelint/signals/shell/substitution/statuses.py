"""With what status a command substitution ends, and whether a command of it succeeds, as far as the script and the image decide it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ..conditions import single_brackets
from ..evaluator import refusals
from ..files import filesystem
from ..model.aside import Aside
from ..model.values import default
from . import asking
from .printed import DEEPEST, PRINTING, computed, evaluated

if TYPE_CHECKING:
    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Field


def is_test(command: sh.Command) -> bool:
    """Whether a command is ``[ … ]``, which prints nothing."""
    return (
        isinstance(command, sh.Simple)
        and bool(command.words)
        and command.words[0].literal in _TESTS
        and not command.redirects
    )


_TESTS = frozenset({"[", "test"})


def outcome(machine: Machine, state: State, command: sh.Command) -> tuple[bool | None, bool]:
    """Whether a command succeeds on the default launch (None: not known), and whether it does so on any."""
    if is_test(command):
        assert isinstance(command, sh.Simple)
        fields = machine.expand(state, command.words)
        truth = single_brackets.brackets(machine, state, fields[1:-1] if fields[0].value == "[" else fields[1:])
        return (truth.default if truth.value is None else truth.value), truth.value is not None
    with Aside(state):
        known = status_of(machine, state, command)
    return (None if known is None else known == 0), True


def status(machine: Machine, state: State, part: sh.CommandSubstitution) -> int | None:
    """With what status the commands end; None where that is not known."""
    if machine.substituting >= DEEPEST:
        return None
    known = 0 if computed(machine, state, part) else None
    machine.substituting += 1
    try:
        commands = evaluated(machine, state, part.body.commands)
        with Aside(state):
            found = _status_of_all(machine, state, commands)
    finally:
        machine.substituting -= 1
    return known if found is None and not _asks_last(state, commands) else found


def _asks_last(state: State, commands: tuple[sh.Command, ...]) -> bool:
    """Whether the last command is ``a && b``, also in a group or a function: its status may be that of ``a``."""
    for _ in range(DEEPEST):
        last = commands[-1] if commands else None
        if isinstance(last, sh.Simple) and last.words and last.words[0].literal in state.functions:
            last = state.functions[last.words[0].literal].body
        if not isinstance(last, sh.Group):
            return isinstance(last, sh.AndOr)
        commands = last.body.commands
    return True


def _status_of_all(machine: Machine, state: State, commands: tuple[sh.Command, ...]) -> int | None:
    """Of a list: the last one's, or with ``set -e``, where that holds in a substitution, the first that fails."""
    holds = state.shell.dialect.errexit_in_substitutions or "inherit_errexit" in state.options
    strict = "e" in state.options and holds
    for command in commands[:-1]:
        known = status_of(machine, state, command)
        if strict and known != 0:
            return known
    return status_of(machine, state, commands[-1]) if commands else 0


def status_of(machine: Machine, state: State, command: sh.Command) -> int | None:
    """Of a command whose failure or success can be told."""
    if isinstance(command, sh.AndOr):
        left = status_of(machine, state, command.left)
        if left is None or (left == 0) is (command.operator == "&&"):
            right = status_of(machine, state, command.right)
            return right if left is not None else None
        return left
    if isinstance(command, sh.Pipeline) and not command.timed:
        known = [status_of(machine, state, each) for each in command.commands]
        whole = known[-1]
        if "pipefail" in state.options:
            failed = [each for each in known if each]
            whole = failed[-1] if failed else None if None in known else 0
        return whole if not command.negated or whole is None else int(whole == 0)
    if not isinstance(command, sh.Simple) or not command.words or command.redirects:
        return None
    if "u" in state.options and refusals.bad_substitution(machine, state.copy(), command.words):
        return 1  # or, in dash and ash, 2
    fields = machine.expand(state, command.words)
    if filesystem.is_removed(state, default(fields[0].value) if fields else None):
        return 127
    first = fields[0].value if fields else None
    words = [field.value for field in fields[1:]]
    if isinstance(first, str) and first in state.functions and "u" in state.options:
        return 1 if _lacks_argument(machine, state, state.functions[first], fields[1:]) else None
    if not isinstance(first, str) or first in state.functions or not all(isinstance(word, str) for word in words):
        return None
    match first:
        case "true" | "echo" | ":":
            return 0
        case "false":
            return 1
        case "printf" if words and "%q" in str(words[0]) and not state.shell.dialect.builtins.quotes:
            return state.shell.dialect.builtins.refusal(first)
        case "exit" if words and str(words[0]).isdecimal():
            return int(str(words[0])[:9]) & 255
        case "cat" if len(words) == 1:
            absent = filesystem.exists(machine, state, str(words[0]), "f") is False
            return 1 if absent and not filesystem.is_open(str(words[0])) else None
    return asking.status(machine, state, first.rpartition("/")[2], fields[1:])


def _lacks_argument(machine: Machine, state: State, function: sh.Function, arguments: list[Field]) -> bool:
    """Whether a function looks at an argument that it is not given, in one of its first commands, which ``set -u`` makes an error."""
    inside = state.copy()
    inside.parameters = tuple(arguments)
    for command in function.body.body.commands if isinstance(function.body, sh.Group) else ():
        if not isinstance(command, sh.Simple):
            return False
        if refusals.refused(machine, inside, command):
            return True
        name = command.words[0].literal if command.words else ""
        if name not in _PLAIN:
            return False
    return False


# Commands in a function behind which its arguments are as they were.
_PLAIN = PRINTING | {"", "local"}
