"""Command substitution: the output of commands that are known to print something known.

Only what the image and the state decide is computed (``$(id -u)`` under USER, ``$(dirname "$0")``, ``$(cat file)`` of a known file …); all else is
an unknown value named as it is written.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ....image.paths import normal
from ....parsers.shell import model as sh
from ....regexes import regex
from ..builtins.printing import printed, printed_line
from ..files import filesystem
from ..model.values import Unknown, clip, default, join
from . import asking, by_script, filtering
from .tools import answer, concatenated

if TYPE_CHECKING:
    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Field, Value

DEEPEST = 8
PRINTING = frozenset({"echo", "printf", "cat", "grep", "true", ":"})
CHEAP = 64  # commands that only print, and so take hardly any time: fewer cost nothing


def substitute(machine: Machine, state: State, part: sh.CommandSubstitution) -> Value:
    """What ``$(...)`` becomes."""
    unknown = Unknown(clip(part.text.value))
    if machine.substituting >= DEEPEST or (_tells_of_errors(state) and status(machine, state, part) != 0):
        return unknown
    machine.substituting += 1
    try:
        commands = _evaluated(machine, state, part.body.commands)
        found = _block(machine, state, commands)
        if found is None:
            found = _whole(machine, state, commands)
    finally:
        machine.substituting -= 1
    if found is None:
        return unknown
    if isinstance(found, str):
        return found.rstrip("\n")
    return Unknown(unknown.name, found.default, found.nonempty)


def _tells_of_errors(state: State) -> bool:
    """Whether what a substitution prints may be what a trap for ERR says, which it has with ``set -E``."""
    heard = state.traps.get("ERR")
    action = heard.action if heard is not None and "E" in state.options else None
    return action is not None and _SAYS.search(action) is not None


_SAYS = regex(r"\b(echo|printf|cat)\b(?![^;&|]*>&2)")


def output(machine: Machine, state: State, commands: tuple[sh.Command, ...]) -> Value | None:
    """All that commands write, with the new line at its end; None where it is not known."""
    if machine.substituting >= DEEPEST:
        return None
    machine.substituting += 1
    try:
        commands = _evaluated(machine, state, commands)
        found = _whole(machine, state, commands)
        if found is not None:
            return found
        value = _block(machine, state, commands)
    finally:
        machine.substituting -= 1
    return value + "\n" if isinstance(value, str) and value else value


def _evaluated(machine: Machine, state: State, commands: tuple[sh.Command, ...]) -> tuple[sh.Command, ...]:
    """The commands that run: of ``eval``, where it stands alone, those that its words make."""
    for _ in range(DEEPEST):
        alone = commands[0] if len(commands) == 1 else None
        if not isinstance(alone, sh.Simple) or alone.assignments or alone.redirects or not alone.words:
            break
        if alone.words[0].literal != "eval" or "eval" in state.functions:
            break
        text = join(field.value for field in machine.expand(state, alone.words)[1:])
        if not isinstance(text, str):
            break
        commands = machine.context.parse(machine.context.joined(text, alone.text), file=False).body.commands
    return commands


def _whole(machine: Machine, state: State, commands: tuple[sh.Command, ...]) -> str | None:
    """Exactly what commands write that only print, functions among them; None where it is not known."""
    if not all(_only_prints(machine, state, command) for command in commands):
        return None
    texts = [_written(machine, state, command) for command in commands]
    known = [text for text in texts if text is not None]
    return "".join(known) if len(known) == len(texts) else None


def _only_prints(machine: Machine, state: State, command: sh.Command) -> bool:
    """Whether a command is one of those that are looked at, as far as that can be seen at once."""
    if isinstance(command, sh.Group):
        return all(_only_prints(machine, state, each) for each in command.body.commands)
    if isinstance(command, sh.Pipeline):
        first, *filters = command.commands
        listed = isinstance(first, sh.Simple) and bool(first.words) and first.words[0].literal == "jobs"
        return (listed or _only_prints(machine, state, first)) and all(map(filtering.may_filter, filters))
    if not isinstance(command, sh.Simple) or not command.words:
        return False
    name = command.words[0].literal
    if name in state.functions:
        body = state.functions[name].body
        commands = body.body.commands if isinstance(body, sh.Group) else ()
        return all(isinstance(each, sh.Simple) and bool(each.words) for each in commands)
    return name in PRINTING or by_script.may_print(machine, state, name)


def _written(machine: Machine, state: State, command: sh.Command) -> str | None:
    machine.printed += 1
    if machine.printed % CHEAP == 0 and (machine.budget.steps < 0 or not machine.budget.spend(CHEAP)):
        return None
    if isinstance(command, sh.Group) and not command.redirects:
        return _whole(machine, state, command.body.commands)
    if isinstance(command, sh.Pipeline):
        written = _written(machine, state, command.commands[0])
        for each in command.commands[1:]:
            written = None if written is None else filtering.filtered(machine, state, each, written)
        return written
    if not isinstance(command, sh.Simple) or command.assignments or not command.words:
        return None
    fields = machine.expand(state, command.words)
    name, rest = fields[0].value if fields else None, fields[1:]
    if not isinstance(name, str):
        return None
    if name in state.functions:
        return _of_function(machine, state, state.functions[name], rest) if not command.redirects else None
    if by_script.may_print(machine, state, name):
        return by_script.written(machine, state, name, rest, writes) if not command.redirects else None
    if name == "cat" and not rest and len(command.redirects) == 1:
        from ..files import inputs  # which knows this module

        source = inputs.opened(machine, state, command.redirects[0], inputs.ALWAYS)
        return source.rest if source is not None and source.descriptor == inputs.INPUT else None
    if command.redirects:
        elsewhere = all(
            each.operator == ">&"
            and each.descriptor in (None, "1")
            and each.target is not None
            and each.target.literal == "2"
            for each in command.redirects
        )
        return "" if elsewhere and name in ("echo", "printf") else None
    match name:
        case "echo":
            return printed_line(state.shell.dialect, rest)
        case "printf":
            text = printed(state.shell.dialect, name, rest)
            return text if isinstance(text, str) else None
        case "cat" if rest:
            return concatenated(machine, state, rest)
        case "grep" if len(rest) > 2:
            lines = concatenated(machine, state, rest[2:])
            return None if lines is None else filtering.without(rest[:2], lines)
        case "jobs":  # dash and ash have none in a pipeline (`forkshell` in ash.c: only for `$(jobs)` are they kept)
            listed = answer(machine, state, command, "") if state.shell.dialect.kill.inherited_jobs else ""
            return f"{listed}\n" if listed else "" if listed == "" else None
        case "true" | ":":
            return ""
    return None


def writes(machine: Machine, state: State, command: sh.Command) -> str | None:
    """Exactly what one command writes, if it is one of those that only print; None where it is not known."""
    return _whole(machine, state, (command,))


def _of_function(machine: Machine, state: State, function: sh.Function, arguments: list[Field]) -> str | None:
    if machine.substituting >= DEEPEST:
        return None
    saved, state.parameters = state.parameters, tuple(arguments)
    machine.substituting += 1
    try:
        return _written(machine, state, function.body)
    finally:
        machine.substituting -= 1
        state.parameters = saved


def computed(machine: Machine, state: State, part: sh.CommandSubstitution) -> bool:
    """Whether the commands are among those that are computed here."""
    if machine.substituting >= DEEPEST:
        return True
    commands = _evaluated(machine, state, part.body.commands)
    if _block(machine, state, commands) is not None:
        return True
    return _whole(machine, state, commands) is not None


def status(machine: Machine, state: State, part: sh.CommandSubstitution) -> int | None:
    """With what status the commands end; None where that is not known."""
    if machine.substituting >= DEEPEST:
        return None
    known = 0 if computed(machine, state, part) else None
    machine.substituting += 1
    try:
        found = _status_of_all(machine, state, _evaluated(machine, state, part.body.commands))
    finally:
        machine.substituting -= 1
    return known if found is None else found


def _status_of_all(machine: Machine, state: State, commands: tuple[sh.Command, ...]) -> int | None:
    """Of a list: the last one's, or with ``set -e``, where that holds in a substitution, the first that fails."""
    holds = state.shell.dialect.errexit_in_substitutions or "inherit_errexit" in state.options
    strict = "e" in state.options and holds
    for command in commands[:-1]:
        known = _status_of(machine, state, command)
        if strict and known != 0:
            return known
    return _status_of(machine, state, commands[-1]) if commands else 0


def _status_of(machine: Machine, state: State, command: sh.Command) -> int | None:
    """Of a command whose failure or success can be told."""
    if isinstance(command, sh.AndOr):
        left = _status_of(machine, state, command.left)
        if left is None or (left == 0) is (command.operator == "&&"):
            right = _status_of(machine, state, command.right)
            return right if left is not None else None
        return left
    if isinstance(command, sh.Pipeline) and not command.timed:
        known = [_status_of(machine, state, each) for each in command.commands]
        whole = known[-1]
        if "pipefail" in state.options:
            failed = [each for each in known if each]
            whole = failed[-1] if failed else None if None in known else 0
        return whole if not command.negated or whole is None else int(whole == 0)
    if not isinstance(command, sh.Simple) or not command.words or command.redirects:
        return None
    if "u" in state.options:
        from ..evaluator import refusals  # which knows this module

        if refusals.bad_substitution(machine, state.copy(), command.words):
            return 1  # or, in dash and ash, 2
    fields = machine.expand(state, command.words)
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
    from ..evaluator import refusals  # which knows this module

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


def _block(machine: Machine, state: State, commands: tuple[sh.Command, ...]) -> Value | None:
    """The output of ``cd X && pwd`` and of one simple command."""
    if len(commands) == 1 and isinstance(commands[0], sh.AndOr) and commands[0].operator == "&&":
        commands = (commands[0].left, commands[0].right)
    if len(commands) == 1:
        (command,) = commands
        if isinstance(command, sh.Simple):
            return answer(machine, state, command, state.workdir)
        return None
    if len(commands) != 2 or not all(isinstance(command, sh.Simple) for command in commands):
        return None
    first, second = commands
    assert isinstance(first, sh.Simple) and isinstance(second, sh.Simple)
    fields = machine.expand(state, first.words)
    if len(fields) < 2 or fields[0].value != "cd":
        return None
    target = default(fields[-1].value)
    base = default(state.workdir)
    if target is None or base is None:
        return None
    return answer(machine, state, second, normal(posixpath.join(base, target)))
