"""What a script of the image prints that does nothing else: assignments, functions, ``if`` with tests that are known, and commands whose output is known (``eval "$(/settings.sh)"``, ``/settings.sh > file``).

It is gone through in a shell of its own, which has the variables that it is given. Of a script that does anything else, nothing is known.
"""

from __future__ import annotations

from copy import copy
from functools import partial
from typing import TYPE_CHECKING

from ....image.model import ImageFile
from ....parsers.shell import model as sh
from ....parsers.shell.walk import walk
from ....regexes import regex
from ..builtins import assigning, exporting
from ..evaluator import refusals
from ..expansion import parameters
from ..files import filesystem, opening
from ..model.dialects import dialect
from ..model.values import Unknown, default
from . import printed, statuses

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....source import Text
    from ..evaluator.machine import Machine
    from ..model.outcome import Family
    from ..model.state import State
    from ..model.values import Field, Value


LONGEST = 4000  # characters of such a script
_QUIET = frozenset({":", "true"})
_STRICT = regex(r"-[eux]*o?|pipefail")
_BY_NAME: dict[str, Family] = {"bash": "bash", "dash": "dash", "ash": "ash"}
_SHELLS = frozenset({"sh", "/bin/sh", "bash", "/bin/bash"})


def may_print(machine: Machine, state: State, words: Sequence[str | None]) -> bool:
    """Whether a command is a shell script of the image that is short enough to be looked at, started by its path or by a shell (``sh /gen.sh``)."""
    return filesystem.is_removed(state, words[0]) or _found(machine, state, words) is not None


def _found(machine: Machine, state: State, words: Sequence[str | None]) -> tuple[Text, Family, int] | None:
    """Its text, the shell that interprets it, and how many words come before its arguments."""
    shell = words[0] if words else None
    by_shell = shell in _SHELLS and len(words) > 1
    name = words[1] if by_shell else shell
    if name is None or name.startswith("-") or (not by_shell and "/" not in name):
        return None
    where = filesystem.located(name, state.workdir)
    found = machine.context.lookup(where) if where is not None and where not in state.made else None
    if not isinstance(found, ImageFile) or found.content is None or len(found.content) > LONGEST:
        return None
    if not by_shell:
        head, _, _ = found.content.value.partition("\n")
        line = head.removeprefix("#!").split()
        if found.executable is False or not head.startswith("#!") or not line:
            return None
        shell = line[-1 if line[0].endswith("/env") else 0].rpartition("/")[2]
    base = machine.context.image.base.shell or "dash"
    family = _BY_NAME.get(base if shell == "sh" else shell or "")
    return (found.content, family, 1 + by_shell) if family is not None else None


def written(machine: Machine, state: State, fields: list[Field]) -> Value | None:
    """What it writes; None where that is not known."""
    words = [default(field.value) for field in fields[:2]]
    found = _found(machine, state, words)
    if found is None:
        return "" if filesystem.is_removed(state, words[0]) else None
    text, family, before = found
    inside = state.copy()
    inside.shell = copy(state.shell)
    inside.shell.dialect = dialect(family)
    inside.variables, inside.functions, inside.traps, inside.options = {}, {}, {}, frozenset()
    exporting.receive(inside, exporting.handed(machine, state, ()))
    inside.parameters = tuple(fields[before:])
    pieces: list[Value | None] = []
    known = _gone_through(machine, inside, machine.context.parse(text, file=True).body, pieces)
    return None if known is None else printed.together(pieces)


def _gone_through(machine: Machine, state: State, block: sh.Block, pieces: list[Value | None]) -> bool | None:
    """Add what a block writes to the pieces. None where that is not known; else whether the script goes on behind it."""
    for command in block.commands:
        if any(isinstance(part, sh.Redirect) and opening.makes(part) for part in walk(command)):
            return None
        simple = command if isinstance(command, sh.Simple) else None
        if command.text.value in ("exit", "exit 0"):
            return False
        if simple is not None and "u" in state.options:
            if refusals.refused(machine, state.copy(), simple):
                return False
            if any(map(partial(_is_the_users, state), simple.expansions)):
                pieces.append(printed.perhaps(command, ""))
                return False  # on the default launch
        if isinstance(command, sh.Function):
            state.functions = {**state.functions, command.name: command}
        elif simple is not None and not simple.words and not simple.redirects:
            assigning.assign(machine, state, simple.assignments)
        elif simple is not None and simple.words and simple.words[0].literal in _QUIET:
            continue
        elif simple is not None and simple.words and simple.words[0].literal == "set":
            words = [word.literal for word in simple.words[1:]]
            if any(word is None or not _STRICT.fullmatch(word) for word in words):
                return None
            state.options = state.options | {
                letter for letter in "eu" if any(letter in str(word) for word in words if word != "pipefail")
            }
        elif isinstance(command, sh.If) and not command.redirects:
            goes_on = _branch(machine, state, command, pieces)
            if not goes_on:
                return goes_on
        else:
            pieces.append(printed.writes(machine, state, command))
            status = statuses.status_of(machine, state, command) if "e" in state.options else 0
            if pieces[-1] is None or (status is None and "grep" in command.text.value):
                return None
            if status and not isinstance(command, sh.AndOr):
                return False
    return True


def _is_the_users(state: State, part: sh.Part) -> bool:
    """Whether it is a variable that is not set unless the user does it."""
    if not isinstance(part, sh.Parameter) or part.operator is not None or part.index is not None:
        return False
    value = parameters.parameter(state, part.name)
    return isinstance(value, Unknown) and value.variable is not None


def _branch(machine: Machine, state: State, command: sh.If, pieces: list[Value | None]) -> bool | None:
    """The same of the branch of an ``if`` that is run."""
    sure, taken = True, command.otherwise
    for branch in command.branches:
        asked = branch.condition.commands
        succeeds, certain = (
            statuses.outcome(machine, state, asked[0])
            if len(asked) == 1 and statuses.is_test(asked[0])
            else (None, True)
        )
        if succeeds is None:
            return None
        sure = sure and certain
        if succeeds:
            taken = branch.body
            break
    if taken is None:
        pieces += [] if sure else [printed.perhaps(command, "")]
        return True
    inner: list[Value | None] = []
    goes_on = _gone_through(machine, state, taken, inner)
    whole = None if goes_on is None else printed.together(inner)
    pieces.append(whole if sure or whole is None else printed.perhaps(command, whole))
    return goes_on
