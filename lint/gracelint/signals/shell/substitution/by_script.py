"""What a script of the image prints that does nothing else: assignments, functions, ``if`` with tests that are known, and commands whose output is
known (``eval "$(/settings.sh)"``, ``/settings.sh > file``).

It is gone through in a shell of its own, which has the variables that it is given. Of a script that does anything else, nothing is known.

Why the interpreter does not do this: it follows what holds a shell, and what a command writes is no part of its states. Where it cannot tell how a test
ends, it goes both ways, and a word that is being expanded cannot. So the order of the commands, and ``if``, are gone through here; all that they are made of
(assignments, tests, statuses, what ``set -u`` refuses, what is exported) is asked where the interpreter asks it.
"""

from __future__ import annotations

from copy import copy
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
        if command.text.value in ("exit", "exit 0"):
            return False
        goes_on = _one(machine, state, command, pieces)
        if not goes_on:
            return goes_on
    return True


def _one(machine: Machine, state: State, command: sh.Command, pieces: list[Value | None]) -> bool | None:
    """The same of one command."""
    if isinstance(command, sh.Function):
        state.functions = {**state.functions, command.name: command}
        return True
    if isinstance(command, sh.If) and not command.redirects:
        return _branch(machine, state, command, pieces)
    if isinstance(command, sh.Simple):
        if "u" in state.options and _refused(machine, state, command, pieces):
            return False
        name = command.words[0].literal if command.words else None
        if not command.words and not command.redirects:
            assigning.assign(machine, state, command.assignments)
            return True
        if name in _QUIET:
            return True
        if name == "set":
            return _set(state, [word.literal for word in command.words[1:]])
    return _prints(machine, state, command, pieces)


def _refused(machine: Machine, state: State, command: sh.Simple, pieces: list[Value | None]) -> bool:
    """Whether ``set -u`` ends the script here, at least on the default launch."""
    if refusals.refused(machine, state.copy(), command):
        return True
    if any(_is_the_users(state, part) for part in command.expansions):
        pieces.append(printed.perhaps(command, ""))
        return True
    return False


def _set(state: State, words: list[str | None]) -> bool | None:
    """``set`` with options that are heeded here."""
    if any(word is None or not _STRICT.fullmatch(word) for word in words):
        return None
    given = "".join(str(word) for word in words if word != "pipefail")
    state.options = state.options | {letter for letter in "eu" if letter in given}
    return True


def _prints(machine: Machine, state: State, command: sh.Command, pieces: list[Value | None]) -> bool | None:
    pieces.append(printed.writes(machine, state, command))
    status = statuses.status_of(machine, state, command) if "e" in state.options else 0
    if pieces[-1] is None or (status is None and "grep" in command.text.value):
        return None
    return not status or isinstance(command, sh.AndOr)


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
