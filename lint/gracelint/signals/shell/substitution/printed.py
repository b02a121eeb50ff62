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
from ..model.aside import Aside
from ..model.values import Unknown, concatenate, default, join
from . import asking, filtering
from .tools import answer, concatenated

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Field, Value

DEEPEST = 8
PRINTING = frozenset({"echo", "printf", "cat", "grep", "true", ":"})
CHEAP = 64  # commands that only print, and so take hardly any time: fewer cost nothing


def substitute(machine: Machine, state: State, part: sh.CommandSubstitution) -> Value:
    """What ``$(...)`` becomes."""
    unknown = Unknown(part.text.value)
    if machine.substituting >= DEEPEST:
        return unknown
    if _tells_of_errors(state):
        from . import statuses  # which knows this module

        if statuses.status(machine, state, part) != 0:
            return unknown
    machine.substituting += 1
    try:
        commands = evaluated(machine, state, part.body.commands)
        found = _block(machine, state, commands)
        if found is None:
            found = _whole(machine, state, commands)
    finally:
        machine.substituting -= 1
    if found is None:
        return unknown
    if isinstance(found, str):
        return found.rstrip("\n")
    return Unknown(unknown.name, None if found.default is None else found.default.rstrip("\n"), found.nonempty)


def _tells_of_errors(state: State) -> bool:
    """Whether what a substitution prints may be what a trap for ERR says, which it has with ``set -E``."""
    heard = state.traps.get("ERR")
    action = heard.action if heard is not None and "E" in state.options else None
    return action is not None and _SAYS.search(action) is not None


_ITS_INPUT = frozenset({"-", "/dev/stdin"})
_SAYS = regex(r"\b(echo|printf|cat)\b(?![^;&|]*>&2)")


def output(machine: Machine, state: State, commands: tuple[sh.Command, ...]) -> Value | None:
    """All that commands write, with the new line at its end; None where it is not known."""
    if machine.substituting >= DEEPEST:
        return None
    machine.substituting += 1
    try:
        commands = evaluated(machine, state, commands)
        found = _whole(machine, state, commands)
        if found is not None:
            return found
        value = _block(machine, state, commands)
    finally:
        machine.substituting -= 1
    return value + "\n" if isinstance(value, str) and value else value


def evaluated(machine: Machine, state: State, commands: tuple[sh.Command, ...]) -> tuple[sh.Command, ...]:
    """The commands that run: of ``eval``, where it stands alone, those that its words make."""
    for _ in range(DEEPEST):
        alone = commands[0] if len(commands) == 1 else None
        if not isinstance(alone, sh.Simple) or alone.assignments or alone.redirects or not alone.words:
            break
        if alone.words[0].literal != "eval" or "eval" in state.functions:
            break
        with Aside(state):
            text = join(field.value for field in machine.expand(state, alone.words)[1:])
        if not isinstance(text, str):
            break
        commands = machine.context.parse(machine.context.joined(text, alone.text), file=False).body.commands
    return commands


def _whole(machine: Machine, state: State, commands: tuple[sh.Command, ...]) -> Value | None:
    """Exactly what commands write that only print, functions among them, at least on the default launch; None where it is not known."""
    if not all(_only_prints(machine, state, command) for command in commands):
        return None
    with Aside(state):
        return _all_written(machine, state, commands)


def _all_written(machine: Machine, state: State, commands: tuple[sh.Command, ...]) -> Value | None:
    return together([_written(machine, state, command) for command in commands])


def together(texts: Sequence[Value | None]) -> Value | None:
    """What is written one behind the other."""
    known = [text for text in texts if text is not None and default(text) is not None]
    if len(known) < len(texts):
        return None
    return concatenate(known) if known else ""


def _only_prints(machine: Machine, state: State, command: sh.Command) -> bool:
    """Whether a command is one of those that are looked at, as far as that can be seen at once."""
    if isinstance(command, sh.Group):
        return all(_only_prints(machine, state, each) for each in command.body.commands)
    if isinstance(command, sh.AndOr):
        from . import statuses  # which knows this module

        asked = statuses.is_test(command.left) or _only_prints(machine, state, command.left)
        return asked and _only_prints(machine, state, command.right)
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
        return all(
            (isinstance(each, sh.Simple) and bool(each.words)) or isinstance(each, sh.AndOr) for each in commands
        )
    if name in PRINTING:
        return True
    from . import by_script  # which knows this module

    return by_script.may_print(machine, state, [word.literal for word in command.words[:2]])


def _written(machine: Machine, state: State, command: sh.Command) -> Value | None:
    machine.printed += 1
    if machine.printed % CHEAP == 0 and (machine.budget.steps < 0 or not machine.budget.spend(CHEAP)):
        return None
    if isinstance(command, sh.Group) and not command.redirects:
        prints = all(_only_prints(machine, state, each) for each in command.body.commands)
        return _all_written(machine, state, command.body.commands) if prints else None
    if isinstance(command, sh.Pipeline):
        written = _written(machine, state, command.commands[0])
        for each in command.commands[1:]:
            written = filtering.filtered(machine, state, each, written) if isinstance(written, str) else None
        return written
    if isinstance(command, sh.AndOr):
        return _of_either(machine, state, command)
    if not isinstance(command, sh.Simple) or command.assignments or not command.words:
        return None
    fields = machine.expand(state, command.words)
    name, rest = fields[0].value if fields else None, fields[1:]
    if not isinstance(name, str):
        return None
    if name in state.functions:
        return _of_function(machine, state, state.functions[name], rest) if not command.redirects else None
    if name == "cat" and (not rest or (len(rest) == 1 and rest[0].shown in _ITS_INPUT)) and len(command.redirects) == 1:
        from ..files import inputs  # which knows this module

        return inputs.text(machine, state, command.redirects[0])
    if command.redirects:
        return "" if all(map(_leads_away, command.redirects)) and name in ("echo", "printf") else None
    match name:
        case "echo":
            return printed_line(state.shell.dialect, rest)
        case "printf":
            return printed(state.shell.dialect, name, rest)
        case "cat" if rest:
            return concatenated(machine, state, rest)
        case "grep" if len(rest) > 1:
            lines = concatenated(machine, state, rest[2:])
            found = None if lines is None else filtering.without(rest[:2], lines)
            return "" if found is None and asking.status(machine, state, name, rest) == 1 else found
        case "jobs":  # dash and ash have none in a pipeline (`forkshell` in ash.c: only for `$(jobs)` are they kept)
            listed = answer(machine, state, command, "") if state.shell.dialect.kill.inherited_jobs else ""
            return f"{listed}\n" if listed else "" if listed == "" else None
        case "true" | ":":
            return ""
    from . import by_script  # which knows this module

    return by_script.written(machine, state, fields)


def _leads_away(each: sh.Redirect) -> bool:
    """Whether a redirection sends what is printed to a file, or where errors go."""
    errors = each.operator == ">&" and each.target is not None and each.target.literal == "2"
    return each.descriptor in (None, "1") and (errors or each.operator in (">", ">>", ">|"))


def _of_either(machine: Machine, state: State, command: sh.AndOr) -> Value | None:
    """What ``a && b`` writes, where it is known how ``a`` ends, at least on the default launch."""
    from . import statuses  # which knows this module

    succeeds, certain = statuses.outcome(machine, state, command.left)
    if succeeds is None:
        return None
    texts = [] if statuses.is_test(command.left) or not succeeds else [_written(machine, state, command.left)]
    if succeeds is (command.operator == "&&"):
        texts.append(_written(machine, state, command.right))
    found = together(texts)
    return found if found is None or certain else perhaps(command, found)


def perhaps(command: sh.Command, text: Value) -> Value:
    """What a command writes on the default launch."""
    return Unknown(command.text.value, default(text))


def writes(machine: Machine, state: State, command: sh.Command) -> Value | None:
    """Exactly what one command writes, if it is one of those that only print; None where it is not known."""
    return _whole(machine, state, (command,))


def _of_function(machine: Machine, state: State, function: sh.Function, arguments: list[Field]) -> Value | None:
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
    commands = evaluated(machine, state, part.body.commands)
    if _block(machine, state, commands) is not None:
        return True
    return _whole(machine, state, commands) is not None


def _block(machine: Machine, state: State, commands: tuple[sh.Command, ...]) -> Value | None:
    """The output of ``cd X && pwd`` and of one simple command."""
    with Aside(state):
        return _one_or_two(machine, state, commands)


def _one_or_two(machine: Machine, state: State, commands: tuple[sh.Command, ...]) -> Value | None:
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
