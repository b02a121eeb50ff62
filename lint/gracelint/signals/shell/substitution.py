"""Command substitution: the output of commands that are known to print something known.

Only what the image and the state decide is computed (``$(id -u)`` under USER, ``$(dirname "$0")``, ``$(cat file)`` of a known file …); all else is
an unknown value named as it is written.
"""

from __future__ import annotations

import posixpath
from shlex import quote
from typing import TYPE_CHECKING

from ...image.model import NOT_KNOWN
from ...image.paths import normal
from ...parsers.shell import model as sh
from .. import names
from . import byname, filesystem
from .printing import printed, printed_line, sequence
from .values import Unknown, clip, default, shown

if TYPE_CHECKING:
    from .machine import Machine
    from .state import State
    from .values import Field, Value

DEEPEST = 8
PRINTING = frozenset({"echo", "printf", "cat", "true", ":"})
CHEAP = 64  # commands that only print, and so take hardly any time: fewer cost nothing


def substitute(machine: Machine, state: State, part: sh.CommandSubstitution) -> Value:
    """What ``$(...)`` becomes."""
    unknown = Unknown(clip(part.text.value))
    if machine.substituting >= DEEPEST:
        return unknown
    machine.substituting += 1
    try:
        found = _block(machine, state, part.body.commands)
        if found is None:
            found = _whole(machine, state, part.body.commands)
    finally:
        machine.substituting -= 1
    if found is None:
        return unknown
    if isinstance(found, str):
        return found.rstrip("\n")
    return Unknown(unknown.name, found.default, found.nonempty)


def output(machine: Machine, state: State, commands: tuple[sh.Command, ...]) -> Value | None:
    """All that commands write, with the new line at its end; None where it is not known."""
    if machine.substituting >= DEEPEST:
        return None
    machine.substituting += 1
    try:
        found = _whole(machine, state, commands)
        if found is not None:
            return found
        value = _block(machine, state, commands)
    finally:
        machine.substituting -= 1
    return value + "\n" if isinstance(value, str) and value else value


def _whole(machine: Machine, state: State, commands: tuple[sh.Command, ...]) -> str | None:
    """Exactly what commands write that only print, functions among them; None where it is not known."""
    if not all(_only_prints(state, command) for command in commands):
        return None
    texts = [_written(machine, state, command) for command in commands]
    known = [text for text in texts if text is not None]
    return "".join(known) if len(known) == len(texts) else None


def _only_prints(state: State, command: sh.Command) -> bool:
    """Whether a command is one of those that are looked at, as far as that can be seen at once."""
    if isinstance(command, sh.Group):
        return all(_only_prints(state, each) for each in command.body.commands)
    if not isinstance(command, sh.Simple) or not command.words:
        return False
    name = command.words[0].literal
    if name in state.functions:
        body = state.functions[name].body
        commands = body.body.commands if isinstance(body, sh.Group) else ()
        return all(isinstance(each, sh.Simple) and bool(each.words) for each in commands)
    return name in PRINTING


def _written(machine: Machine, state: State, command: sh.Command) -> str | None:
    machine.printed += 1
    if machine.printed % CHEAP == 0 and (machine.budget.steps < 0 or not machine.budget.spend(CHEAP)):
        return None
    if isinstance(command, sh.Group) and not command.redirects:
        return _whole(machine, state, command.body.commands)
    if not isinstance(command, sh.Simple) or command.assignments or not command.words:
        return None
    fields = machine.expand(state, command.words)
    name, rest = fields[0].value if fields else None, fields[1:]
    if not isinstance(name, str):
        return None
    if name in state.functions:
        return _of_function(machine, state, state.functions[name], rest) if not command.redirects else None
    if name == "cat" and not rest and len(command.redirects) == 1:
        from . import inputs  # which knows this module

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
            return _concatenated(machine, state, rest)
        case "true" | ":":
            return ""
    return None


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
    commands = part.body.commands
    if machine.substituting >= DEEPEST or _block(machine, state, commands) is not None:
        return True
    return _whole(machine, state, commands) is not None


def status(machine: Machine, state: State, part: sh.CommandSubstitution) -> int | None:
    """With what status the commands end; None where that is not known."""
    if machine.substituting >= DEEPEST:
        return None
    known = 0 if computed(machine, state, part) else None
    machine.substituting += 1
    try:
        found = _status_of_all(machine, state, part.body.commands)
    finally:
        machine.substituting -= 1
    return known if found is None else found


def _status_of_all(machine: Machine, state: State, commands: tuple[sh.Command, ...]) -> int | None:
    """Of a list: the last one's, or with ``set -e``, which bash and ash take away in a substitution, the first that fails."""
    strict = "e" in state.options and (state.shell.dialect.family == "dash" or "inherit_errexit" in state.options)
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
    fields = machine.expand(state, command.words)
    first = fields[0].value if fields else None
    words = [field.value for field in fields[1:]]
    if not isinstance(first, str) or first in state.functions or not all(isinstance(word, str) for word in words):
        return None
    match first:
        case "true" | "echo" | ":":
            return 0
        case "false":
            return 1
        case "printf" if words and "%q" in str(words[0]) and state.shell.dialect.family != "bash":
            return 1
        case "exit" if words and str(words[0]).isdecimal():
            return int(str(words[0])[:9]) & 255
        case "cat" if len(words) == 1:
            absent = filesystem.exists(machine, state, str(words[0]), "f") is False
            return 1 if absent and not filesystem.is_open(str(words[0])) else None
    return None


def _block(machine: Machine, state: State, commands: tuple[sh.Command, ...]) -> Value | None:
    """The output of ``cd X && pwd`` and of one simple command."""
    if len(commands) == 1 and isinstance(commands[0], sh.AndOr) and commands[0].operator == "&&":
        commands = (commands[0].left, commands[0].right)
    if len(commands) == 1:
        (command,) = commands
        if isinstance(command, sh.Simple):
            return _simple(machine, state, command, state.workdir)
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
    return _simple(machine, state, second, normal(posixpath.join(base, target)))


def _simple(machine: Machine, state: State, command: sh.Simple, workdir: Value) -> Value | None:
    if command.assignments and not command.words:
        return ""
    fields = machine.expand(state, command.words)
    if not fields or not isinstance(fields[0].value, str):
        if len(command.redirects) == 1 and not fields and command.redirects[0].operator == "<":
            # Only bash reads the file.
            reads = state.shell.dialect.family == "bash"
            return _content(machine, state, machine.value(state, command.redirects[0].target)) if reads else ""
        return None
    tool, rest = fields[0].value.rpartition("/")[2], fields[1:]
    if tool in state.functions:
        return None
    match tool:
        case "echo" | "printf":
            return printed(state.shell.dialect, tool, rest)
        case "pwd":
            return workdir
        case "id":
            return _identity(state.shell.user, rest)
        case "whoami":
            return _identity(state.shell.user, None)
        case "dirname" | "basename":
            return _path(tool, rest)
        case "command" | "which" | "type":
            return _which(machine, state, [field for field in rest if not field.shown.startswith("-")])
        case "readlink" | "realpath":
            known = default(rest[-1].value) if rest else None
            base = default(workdir)
            if known is None or base is None:
                return None
            return normal(posixpath.join(base, known))
        case "cat":
            return _concatenated(machine, state, rest)
        case "seq":
            return sequence([default(field.value) for field in rest])
        case "jobs":
            letters = {letter for field in rest for letter in field.shown.lstrip("-")}
            if not state.shell.dialect.job_words or ("jobs" in state.shell.dialect.misreads and letters - {"p", "l"}):
                return ""
            if state.shell.dialect.lists_ended and "e" in state.options and _may_have_ended(state):
                return None  # `kill` fails for those, which ends the script
            own = [job.pid for job in state.jobs if not job.disowned]
            return "\n".join(str(pid) for pid in own if machine.host.alive(state, pid) is not False)
        case "trap":
            return _traps(state, [field.shown for field in rest])
        case "pgrep" | "pidof":
            return byname.output(machine, state, tool, rest)
        case "uname":
            return "Linux" if not rest or rest[0].value == "-s" else None
        case "true" | "false" | ":":
            return ""
    return None


def _identity(user: str | None, rest: list[Field] | None) -> Value | None:
    options = "".join(shown(field.value) for field in rest) if rest is not None else "-un"
    if rest is not None and any(not field.shown.startswith("-") for field in rest):
        return None
    if user == NOT_KNOWN:
        return None
    if options in ("-u", "-g", "-ur", "-gr"):
        if user is None or user.partition(":")[0] in ("root", "0"):
            return "0"
        number = user.partition(":")[0] if options.startswith("-u") else user.partition(":")[2]
        # Whatever number a named user has, it is not root's.
        return number if number.isdigit() else "1000"
    if options in ("-un", "-unr"):
        if user is None or user.partition(":")[0] in ("root", "0"):
            return "root"
        return user.partition(":")[0] if not user[:1].isdigit() else None
    return None


def _traps(state: State, words: list[str]) -> str | None:
    """What ``trap`` and ``trap -p TERM`` print: commands that set the traps again. (dash prints nothing in a substitution: its traps are reset there.)"""
    asked = words[1:] if words[:1] == ["-p"] and state.shell.dialect.trap_options else words
    if (words and words[0] != "-p") or (asked is words and words):
        return None
    if state.shell.dialect.family == "dash":
        return ""
    wanted = {names.canonical(word) or word for word in asked}
    traps = [trap for name, trap in state.traps.items() if not wanted or name in wanted]
    if any(trap.action is None for trap in traps):
        return None
    return "".join(f"trap -- {quote(trap.action or '')} {trap.signal}\n" for trap in traps)


def _path(tool: str, rest: list[Field]) -> Value | None:
    if rest and rest[0].value == "--":
        rest = rest[1:]
    known = default(rest[0].value) if rest else None
    if known is None:
        return None
    if tool == "dirname":
        return posixpath.dirname(known.rstrip("/") or "/") or "."
    base = posixpath.basename(known.rstrip("/"))
    suffix = default(rest[1].value) if len(rest) > 1 else ""
    return base.removesuffix(suffix) if suffix and base != suffix else base


def _which(machine: Machine, state: State, rest: list[Field]) -> Value | None:
    known = default(rest[0].value) if rest else None
    if not known:
        return None
    found = filesystem.locate(machine, state, known)
    # What a script asks for by the name of the launch's own command is there, or nothing would start.
    asked = known in state.shell.given
    return found or Unknown(f"$(command -v {known})", f"/usr/bin/{known}" if asked else None)


def _content(machine: Machine, state: State, path: Value) -> Value | None:
    known = default(path)
    return filesystem.content(machine, state, known) if known else None


def _concatenated(machine: Machine, state: State, operands: list[Field]) -> str | None:
    """What ``cat`` writes of files that are known."""
    texts: list[str | None] = []
    for field in operands:
        path = default(field.value)
        if not path or path.startswith("-"):
            return None
        names = filesystem.matching(machine, state, path) if filesystem.is_open(path) else (path,)
        texts += [filesystem.content(machine, state, name) for name in names] or [None]
    known = [text for text in texts if text is not None]
    return "".join(known) if texts and len(known) == len(texts) else None


def _may_have_ended(state: State) -> bool:
    """Whether there may be a job that ended by itself and that nobody has waited for."""
    gone = state.over.keys() - {job.pid for job in state.jobs}
    return bool(gone) or any(not job.told and job.process.stays is False for job in state.jobs)
