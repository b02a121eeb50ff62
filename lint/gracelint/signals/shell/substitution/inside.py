"""What stands inside a command substitution, told by looking at it: whether it starts jobs, holds a server, or does something to others.

Each question is asked once of a substitution (`findings`).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ....image.model import Argument
from ....parsers.shell import model as sh
from ....parsers.shell.walk import walk
from ....regexes import regex
from ..builtins import table
from ..files import making, opening
from ..jobs import writing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..evaluator.machine import Machine
    from ..model.state import State


# What asks a server for something, so that it ends.
QUESTION = regex(
    r"-[vVhHtTMLlSqs?]+\Z|-{0,2}(version|help|usage|config|check|print|show|list|test|dump|validate|verify|health|verbose)"
)


def starts_jobs(state: State, part: sh.CommandSubstitution) -> bool:
    """Whether something in a substitution, or in a function that it calls, is put in the background."""
    return state.shell.found.starting.of(part, partial(_starts_jobs, state))


def _starts_jobs(state: State, part: sh.CommandSubstitution) -> bool:
    return any(isinstance(each, sh.Background) for nodes in _bodies(state, part.body) for each in nodes)


def lasts(machine: Machine, state: State, part: sh.CommandSubstitution) -> bool:
    """Whether one of several commands in a substitution is a server that is not asked for anything."""
    if len(part.body.commands) == 1 and isinstance(part.body.commands[0], sh.Simple):
        return False
    return state.shell.found.lasting.of(part, partial(_lasts, machine))


def _lasts(machine: Machine, part: sh.CommandSubstitution) -> bool:
    return any(isinstance(each, sh.Simple) and _is_server(machine, each) for each in walk(part.body))


def answers(argv: tuple[str, ...]) -> bool | None:
    """Whether a server is asked for something, and ends; None where it has options of which that is not known."""
    if any(QUESTION.match(word) for word in argv[1:]):
        return True
    return None if any(word.startswith("-") for word in argv[1:]) else False


def acts(machine: Machine, state: State, part: sh.CommandSubstitution) -> bool:
    """Whether something in a substitution takes time, or tells other programs to stop."""
    return state.shell.found.acting.of(part, partial(_acts, machine, state))


def _acts(machine: Machine, state: State, part: sh.CommandSubstitution) -> bool:
    commands = (each for nodes in _bodies(state, part.body) for each in nodes if isinstance(each, sh.Simple))
    return any(
        _has_effect(machine, each) or (bool(each.words) and writing.is_script(machine, state, each.words[0].literal))
        for each in commands
    )


def has_effects(machine: Machine, state: State, part: sh.CommandSubstitution) -> bool:
    """Whether something in a substitution makes or removes files, signals others, or runs a script, which may; a program that is given a
    file for its output stays what it is."""
    return state.shell.found.changing.of(part, partial(_has_effects, machine, state))


def _has_effects(machine: Machine, state: State, part: sh.CommandSubstitution) -> bool:
    bodies = () if _is_program(machine, state, part) else _bodies(state, part.body)
    return any(_effective(machine, state, each) for nodes in bodies for each in nodes)


def _is_program(machine: Machine, state: State, part: sh.CommandSubstitution) -> bool:
    inner = part.body.commands[0] if len(part.body.commands) == 1 else None
    name = _name(inner) or ""
    return isinstance(inner, sh.Simple) and not (
        name in _EFFECTIVE or name in state.functions or machine.is_builtin(name)
    )


def _effective(machine: Machine, state: State, each: object) -> bool:
    if isinstance(each, sh.Redirect):
        return opening.makes(each)
    name = _name(each)
    if name == "xargs" and isinstance(each, sh.Simple):
        return any(word.literal in _EFFECTIVE for word in each.words[1:])
    if name == "kill" and isinstance(each, sh.Simple):
        return not any(word.literal in _ASKING for word in each.words[1:2])
    return name in _EFFECTIVE or writing.is_script(machine, state, name)


_EFFECTIVE = frozenset({*making.TOOLS, "kill", "killall", "pkill", "tee"})
_ASKING = frozenset({"-0", "-l", "-L"})  # options of `kill` with which it tells nobody


def _name(command: object) -> str | None:
    return command.words[0].literal if isinstance(command, sh.Simple) and command.words else None


def _bodies(state: State, body: object) -> Iterator[tuple[object, ...]]:
    """The nodes of a piece of a script, and of the bodies of the functions that it calls."""
    waiting, seen = [body], set[str]()
    while waiting:
        here = waiting.pop()
        nodes, names = state.shell.read.nodes.of(here, _looked_at)
        yield nodes
        for name in names:
            if name not in seen and name in state.functions:
                seen.add(name)
                waiting.append(state.functions[name].body)


def _looked_at(body: object) -> tuple[tuple[object, ...], frozenset[str]]:
    """The nodes of a piece of a script that matter here, and the names of commands in it."""
    nodes = tuple([each for each in walk(body) if isinstance(each, (sh.Simple, sh.Background, sh.Redirect))])
    names = [each.words[0].literal for each in nodes if isinstance(each, sh.Simple) and each.words]
    return nodes, frozenset(name for name in names if name is not None)


def _is_server(machine: Machine, command: sh.Simple) -> bool:
    words = _literal(command)
    if not words or words[0].value in table.TABLE or len(words) < len(command.words):
        return False
    program = machine.context.describe(words)
    stays = program is not None and program.stays is True and program.kind == "servers"
    return stays and answers(tuple([word.value for word in words])) is not True


def _has_effect(machine: Machine, command: sh.Simple) -> bool:
    words = _literal(command)
    if not words or words[0].value in table.TABLE:
        return bool(words) and words[0].value in ("kill", "wait")
    program = machine.context.describe(words)
    return words[0].value in ("sleep", "pkill", "killall") or (program is not None and program.order is not None)


def _literal(command: sh.Simple) -> tuple[Argument, ...]:
    """The words of a command, those that are expanded left out; none where that is its name."""
    if not command.words or command.words[0].literal is None:
        return ()
    return tuple(Argument(word.literal, word.text) for word in command.words if word.literal is not None)
