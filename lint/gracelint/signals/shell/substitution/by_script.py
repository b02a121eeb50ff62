"""What a script of the image prints that does nothing else: assignments, functions, ``if`` with tests that are known, and commands whose output is known (``eval "$(/settings.sh)"``, ``/settings.sh > file``).

It is gone through in a shell of its own, which has the variables that it is given. Of a script that does anything else, nothing is known.
"""

from __future__ import annotations

from copy import copy
from typing import TYPE_CHECKING

from ....image.model import ImageFile
from ....parsers.shell import model as sh
from ..builtins import exporting
from ..files import filesystem
from ..model.dialects import dialect

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..evaluator.machine import Machine
    from ..model.outcome import Family
    from ..model.state import State
    from ..model.values import Field

    Written = Callable[[Machine, State, sh.Command], str | None]

LONGEST = 4000  # characters of such a script
_QUIET = frozenset({":", "true"})
_STRICT = frozenset({"-e", "-x", "-ex", "-xe"})
_BY_NAME: dict[str, Family] = {"bash": "bash", "dash": "dash", "ash": "ash"}


def may_print(machine: Machine, state: State, name: str | None) -> bool:
    """Whether a command is a shell script of the image that is short enough to be looked at."""
    return name is not None and "/" in name and _found(machine, state, name) is not None


def _found(machine: Machine, state: State, name: str) -> tuple[ImageFile, Family] | None:
    where = filesystem.located(name, state.workdir)
    found = machine.context.lookup(where) if where is not None and where not in state.made else None
    if not isinstance(found, ImageFile) or found.content is None or found.executable is False:
        return None
    head, _, _ = found.content.value[: LONGEST + 1].partition("\n")
    words = head.removeprefix("#!").split()
    if len(found.content) > LONGEST or not head.startswith("#!") or not words:
        return None
    shell = words[-1 if words[0].endswith("/env") else 0].rpartition("/")[2]
    base = machine.context.image.base.shell or "dash"
    family = (base if base in _BY_NAME else None) if shell == "sh" else _BY_NAME.get(shell)
    return (found, family) if family is not None else None  # type: ignore[return-value] # one of _BY_NAME


def written(machine: Machine, state: State, name: str, arguments: list[Field], of_command: Written) -> str | None:
    """What it writes; None where that is not known. ``of_command`` says it of one command."""
    found = _found(machine, state, name)
    if found is None or found[0].content is None:
        return None
    inside = state.copy()
    inside.shell = copy(state.shell)
    inside.shell.dialect = dialect(found[1])
    inside.variables, inside.functions, inside.traps, inside.options = {}, {}, {}, frozenset()
    exporting.receive(inside, exporting.handed(machine, state, ()))
    inside.parameters = tuple(arguments)
    script = machine.context.parse(found[0].content, file=True)
    pieces: list[str] = []
    return "".join(pieces) if _gone_through(machine, inside, script.body, pieces, of_command, outermost=True) else None


def _gone_through(
    machine: Machine, state: State, block: sh.Block, pieces: list[str], of_command: Written, *, outermost: bool
) -> bool:
    """Whether all that a block writes is known; it is added to the pieces. ``outermost``: its ``exit`` is the end of all."""
    from ..builtins import assigning  # which knows those that know this module

    for command in block.commands:
        if command.text.value in ("exit", "exit 0"):
            return outermost
        if isinstance(command, sh.Function):
            state.functions = {**state.functions, command.name: command}
        elif isinstance(command, sh.Simple) and not command.words and not command.redirects:
            assigning.assign(machine, state, command.assignments)
        elif isinstance(command, sh.Simple) and command.words and command.words[0].literal in _QUIET:
            continue
        elif isinstance(command, sh.Simple) and command.words and command.words[0].literal == "set":
            if len(command.words) != 2 or command.words[1].literal not in _STRICT:
                return False
            state.options = state.options | {"e"}
        elif "e" in state.options and "grep" in command.text.value:
            return False  # which ends it where it finds nothing
        elif isinstance(command, sh.If) and not command.redirects:
            taken = _taken(machine, state, command)
            if taken is None or not _gone_through(machine, state, taken, pieces, of_command, outermost=False):
                return False
        else:
            text = of_command(machine, state, command)
            if text is None:
                return False
            pieces.append(text)
    return True


def _taken(machine: Machine, state: State, command: sh.If) -> sh.Block | None:
    """The branch of an ``if`` that is run; None where that is not known."""
    from ..conditions import single_brackets  # which knows those that know this module

    for branch in command.branches:
        asked = branch.condition.commands[0] if len(branch.condition.commands) == 1 else None
        if not isinstance(asked, sh.Simple) or not asked.words or asked.words[0].literal != "[" or asked.redirects:
            return None
        truth = single_brackets.brackets(machine, state, machine.expand(state, asked.words)[1:-1])
        if truth.value is None:
            return None
        if truth.value:
            return branch.body
    return command.otherwise or sh.Block(command.text, ())
