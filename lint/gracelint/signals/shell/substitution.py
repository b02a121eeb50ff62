"""Command substitution: the output of commands that are known to print something known.

Only what the image and the state decide is computed (``$(id -u)`` under USER, ``$(dirname "$0")``, ``$(cat file)`` of a known file …); all else is
an unknown value named as it is written.
"""

from __future__ import annotations

import posixpath
from shlex import quote
from typing import TYPE_CHECKING

from ...image.model import NOT_KNOWN
from ...parsers.shell import model as sh
from ...regexes import regex
from .. import names
from . import byname, filesystem
from .values import Unknown, clip, default, join, shown

if TYPE_CHECKING:
    from .dialects import Dialect
    from .machine import Machine
    from .state import State
    from .values import Field, Value

DEEPEST = 8
MOST_NUMBERS = 100
NUMBER = regex(r"-?[0-9]{1,9}\Z")


def substitute(machine: Machine, state: State, part: sh.CommandSubstitution) -> Value:
    """What ``$(...)`` becomes."""
    unknown = Unknown(clip(part.text.value))
    if machine.substituting >= DEEPEST:
        return unknown
    machine.substituting += 1
    try:
        found = _block(machine, state, part.body.commands)
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
        found = _block(machine, state, commands)
    finally:
        machine.substituting -= 1
    first = commands[0].words[:2] if isinstance(commands[0], sh.Simple) else ()
    exact = [word.literal for word in first][:1] in (["printf"], ["cat"]) or (first[1:] and first[1].literal == "-n")
    return found + "\n" if isinstance(found, str) and found and not exact else found


def computed(machine: Machine, state: State, part: sh.CommandSubstitution) -> bool:
    """Whether the commands are among those that are computed here."""
    return machine.substituting >= DEEPEST or _block(machine, state, part.body.commands) is not None


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
    return _simple(machine, state, second, posixpath.normpath(posixpath.join(base, target)))


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
            return posixpath.normpath(posixpath.join(base, known))
        case "cat":
            return _concatenated(machine, state, rest)
        case "seq":
            return _sequence([default(field.value) for field in rest])
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


def printed_line(dialect: Dialect, words: list[Field]) -> str | None:
    """All that ``echo`` writes, where it is known."""
    text = printed(dialect, "echo", words)
    return (
        None if not isinstance(text, str) else text if words and words[0].value in ("-n", "-ne", "-en") else f"{text}\n"
    )


def printed(dialect: Dialect, tool: str, rest: list[Field]) -> Value | None:
    """What ``echo`` or ``printf`` writes; None where that is not known."""
    if tool == "printf":
        layout = rest[0].value if rest else None
        if isinstance(layout, str) and "%q" in layout and dialect.family != "bash":
            layout = layout.partition("%q")[0]  # there the others give up
        return None if layout is None else _formatted(layout, [field.value for field in rest[1:]])
    reads = "echo" in dialect.misreads
    options = ("-n",) if reads else ("-n", "-e", "-E", "-ne", "-en", "-nE")
    while rest and rest[0].value in options:
        reads = "e" in rest[0].shown or (reads and "E" not in rest[0].shown)
        rest = rest[1:]
    text = join(field.value for field in rest)
    if not reads or not isinstance(text, str) or "\\" not in text:
        return text
    return _ESCAPE.sub(lambda found: _ESCAPES[found[0]], text) if not _ESCAPE.sub("", text).count("\\") else None


def _formatted(layout: Value, values: list[Value]) -> Value | None:
    """``printf`` of a layout whose places are each ``%s`` or ``%d``; it is gone through as often as there are values for it."""
    if not isinstance(layout, str):
        return None
    if layout.removesuffix("\\n") == "%s" and len(values) == 1 and isinstance(values[0], Unknown):
        return values[0]
    if "%q" in layout and all(isinstance(value, str) for value in values):
        if "%" in layout.replace("%q", ""):
            return None
        lacking = (-len(values) % layout.count("%q")) if values else layout.count("%q")
        layout, values = layout.replace("%q", "%s"), [quote(str(value)) for value in [*values, *[""] * lacking]]
    places = _PLACE.findall(layout)
    if "%" in _PLACE.sub("", layout) or _ESCAPE.sub("", layout).count("\\"):
        return None
    layout = _ESCAPE.sub(lambda found: _ESCAPES[found[0]], layout)
    if not places:
        return layout
    pieces = []
    for at in range(0, max(1, len(values)), len(places)):
        converted: list[str | int] = []
        turn = values[at : at + len(places)]
        for place, value in zip(places, [*turn, *[""] * (len(places) - len(turn))], strict=True):
            if not isinstance(value, str) or (place.endswith("d") and value and not _DECIMAL.match(value)):
                return None
            converted.append(int(value or "0") if place.endswith("d") else value)
        pieces.append(layout % tuple(converted))
    return "".join(pieces)


# What shells do not take for octal.
_DECIMAL = regex(r"-?(?:0|[1-9][0-9]{0,8})\Z")
# A conversion that Python and the shells understand alike.
_PLACE = regex(r"%-?\d{0,3}[sd]")
_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\\\": "\\"}
_ESCAPE = regex(r"\\[nt\\]")


def _sequence(bounds: list[str | None]) -> Value | None:
    """``seq``: of one or two numbers, and a step between them."""
    numbers = [int(bound) for bound in bounds if bound is not None and NUMBER.match(bound)]
    if not 1 <= len(numbers) == len(bounds) <= 3:
        return None
    first, last = (numbers[0], numbers[-1]) if len(numbers) > 1 else (1, numbers[0])
    step = numbers[1] if len(numbers) == 3 else 1
    whole = range(first, last + (1 if step > 0 else -1), step) if step else None
    return None if whole is None or len(whole) > MOST_NUMBERS else "\n".join(map(str, whole))


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
