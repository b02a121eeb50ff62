"""What a child shell may write to files, of which its parent is told nothing: its text says it, or that it may be anything."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ....parsers.shell.walk import walk
from ..files import changes, filesystem, inputs, making, opening
from ..model.values import default

if TYPE_CHECKING:
    from ....image.entries import Kind
    from ....source import Text
    from ..evaluator.machine import Machine
    from ..model.outcome import Around
    from ..model.state import State

# Builtins that run something else.
RUNNING = frozenset({".", "builtin", "command", "eval", "exec", "source", "xargs"})
# Programs that write to files which they are told, and shells.
_WRITING = frozenset("awk dd envsubst install patch perl python python3 rsync sed tar tee truncate unzip".split())
_APPENDS = frozenset({"-a", "--append"})  # of tee
SHELLS = frozenset("ash bash busybox dash sh su".split())


def noted(machine: Machine, state: State, command: sh.Command, around: Around) -> None:
    """A child shell runs a command: what its parent does not know of files from here on."""
    if _makes_files(machine, state, command):
        state.restless = True
        changes.doubt(state, None if _writes_anywhere(machine, state, command) else command.text.value)
    if "tee" in command.text.value:
        _copied(machine, state, command, "unknown" if around == "background" else "file")


def _copied(machine: Machine, state: State, command: sh.Command, kind: Kind) -> None:
    """What ``tee`` writes to files, of which a parent is told no more than that they are there, or may be, and what it was given."""
    source = inputs.current(state, inputs.INPUT)
    given = source.rest if source is not None and kind == "file" else None
    for part in walk(command):
        if isinstance(part, sh.Simple) and part.words and part.words[0].literal == "tee":
            options = {word.literal or "-" for word in part.words if (word.literal or "-")[0] == "-"}
            text = given if options <= _APPENDS else None
            for word in part.words[1:]:
                if word.literal and not word.literal.startswith("-"):
                    path = filesystem.located(word.literal, state.workdir)
                    if path is not None:
                        if path not in state.made:
                            changes.note(state, path, kind)
                        opening.put(machine, state, path, text, appends=bool(options & _APPENDS))


def _makes_files(machine: Machine, state: State, command: sh.Command) -> bool:
    """Whether what runs in a child may make files, of which its parent is told nothing."""
    return state.shell.read.making.of(command, lambda command: any(_writes(machine, part) for part in walk(command)))


def _writes_anywhere(machine: Machine, state: State, command: sh.Command) -> bool:
    """Whether what runs in a child may write to files that its text does not name: by the value of a variable, in a function, in a file that it reads."""
    for part in walk(command):
        if (
            isinstance(part, sh.Redirect)
            and _writes(machine, part)
            and (part.target is None or part.target.literal is None)
        ):
            return True
        if isinstance(part, sh.Simple) and part.words:
            name = _named(machine, state, part) if part is command else part.words[0].literal
            if name is None or name in RUNNING or name in state.functions or name in SHELLS:
                return True
            if may_be_script(machine, state, name):
                return True
            if (name in making.TOOLS or name in _WRITING) and any(word.literal is None for word in part.words):
                return True
    return False


def _named(machine: Machine, state: State, command: sh.Simple) -> str | None:
    """The name of a command that begins here: ``"$@" &`` is what the parameters say."""
    first = command.words[0]
    if first.literal is not None or not all(isinstance(part, (sh.Parameter, sh.LiteralText)) for part in first.parts):
        return first.literal
    fields = machine.expand(state, command.words[:1])
    return default(fields[0].value) if fields else None


def may_be_script(machine: Machine, state: State, name: str) -> bool:
    """Whether a program is, or may be, a script, which writes to files of its own choice."""
    found = machine.context.which(name, filesystem.folder(state), filesystem.search(state))
    content: Text | None = getattr(found, "content", None)
    if content is not None:
        return content.value.startswith("#!")
    return "/" in name and type(found).__name__ == "Unknown"


def is_script(machine: Machine, state: State, name: str | None) -> bool:
    """Whether a command is a script of the image, or a shell, which may do anything."""
    if name is None or name in state.functions or machine.is_builtin(name):
        return False
    return name.rpartition("/")[2] in SHELLS or may_be_script(machine, state, name)


def _writes(machine: Machine, part: object) -> bool:
    if isinstance(part, sh.Redirect):
        return part.operator not in ("<", "<<", "<<-", "<<<", "<&")
    if not isinstance(part, sh.Simple) or not part.words:
        return False
    name = part.words[0].literal
    if name is None or name in making.TOOLS or name in RUNNING:
        return True
    argv = [name, *(word.literal or "" for word in part.words[1:])]
    return not filesystem.is_one(argv, filesystem.HARMLESS) and not machine.is_builtin(name)
