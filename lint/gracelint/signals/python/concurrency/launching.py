"""Commands that a program starts: whether one ends by itself, or runs until it is told."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from ....image.model import Argument
from ....regexes import regex
from ...programs import describe
from ...sleeping import duration
from ..domain.containers import items_of
from ..domain.lattice import truth
from ..domain.values import Const, Ref

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....source import Text
    from ..domain.state import State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run

# Their result is what the command has written, which is whole only when it has ended.
_FOR_OUTPUT = frozenset({"subprocess.check_output", "subprocess.getoutput", "subprocess.getstatusoutput"})
# What makes of a command line more than one command, or one that is not the first word.
_STARTS = regex(r"(?:exec|system|subprocess|spawn|run|start|serve|main|call)\w*\(")
_BESIDE = regex(r"(?<!&)&\s*\Z")
_SHELL = frozenset("|&;<>()$`\n{}*?[")


def ends(run: Run, name: str, arguments: Arguments, text: Text, state: State) -> bool:
    """Whether what ``name`` starts ends by itself: its output is asked for, or the catalogue knows it as a tool that does one thing.

    False where that is not known. A command with its output in a pipe (``capture_output=True``, ``stdout=PIPE``) counts as asked, and so does a
    program that nobody knows, or a whole line of a shell, in ``os.system``, behind which something else is started: it was written to end.
    """
    if name in _FOR_OUTPUT or (name == "subprocess.run" and _captured(arguments)):
        return True
    words = _command(run, name, arguments, state)
    if not words:
        return name == "os.system" and "&" not in text.value.replace("&&", "") and _goes_on(text)
    program = describe([Argument(word, text) for word in words], run.sources.image)
    if program is None and name == "os.system":
        return _goes_on(text)
    return program is not None and (program.stays is False or program.daemonizes) and not program.starts


def lasts(run: Run, name: str, arguments: Arguments, text: Text, state: State) -> bool:
    """Whether what ``name`` starts, and does not wait for, is a server of the catalogue, which runs until it is told."""
    words = _command(run, name, arguments, state)
    program = describe([Argument(word, text) for word in words], run.sources.image) if words else None
    return program is not None and program.kind == "servers" and program.stays is True


def stands_behind(run: Run, name: str, arguments: Arguments, text: Text, state: State) -> bool:
    """Whether a command that ``name`` runs leaves a server behind: one that puts itself into the background (``nginx``), or that a shell puts there
    (``redis-server &``)."""
    words = _command(run, name, arguments, state)
    program = describe([Argument(word, text) for word in words], run.sources.image) if words else None
    if program is None or program.kind != "servers" or "expendable" in program.traits:
        return False
    given = _given(name, arguments)
    by_shell = isinstance(given, Const) and isinstance(given.value, str) and _BESIDE.search(given.value) is not None
    return program.daemonizes or (by_shell and program.stays is True)


def slept(run: Run, name: str, arguments: Arguments, state: State) -> float | None:
    """The seconds for which what ``name`` starts only sleeps; None for any other command."""
    words = _command(run, name, arguments, state)
    return duration(words) if words else None


def _command(run: Run, name: str, arguments: Arguments, state: State) -> Sequence[str] | None:
    given = _given(name, arguments)
    return _words(run, given, state) if given is not None else None


def _given(name: str, arguments: Arguments) -> Value | None:
    return arguments.get(0, "command" if name == "os.system" else "argv" if name == "pty.spawn" else "args")


def _goes_on(text: Text) -> bool:
    """Whether more is started behind a statement, in the block that it stands in."""
    source, start = text.span.document.text, text.span.start
    first = source.rfind("\n", 0, start) + 1
    indentation = source[first:start]
    if indentation.strip():
        return False  # its value is used
    for line in source[text.span.end :].split("\n")[1:]:
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not line.startswith(indentation):
            return False
        if not line[len(indentation)].isspace() and _STARTS.search(line):
            return True
    return False


def _captured(arguments: Arguments) -> bool:
    captured = arguments.get(-1, "capture_output")
    return arguments.get(-1, "stdout") == Ref("subprocess.PIPE") or (captured is not None and truth(captured) is True)


def _words(run: Run, given: Value, state: State) -> Sequence[str] | None:
    """The words of a command line as far as it matters: a word that is not known stands as ``?``. None where not even the program is known."""
    if isinstance(given, Const):
        if not isinstance(given.value, str) or _SHELL.intersection(text := _BESIDE.sub("", given.value)):
            return None
        try:
            return shlex.split(text)
        except ValueError:
            return None
    items = items_of(run, given, state)
    if not items:
        return None
    words = [item.value if isinstance(item, Const) and isinstance(item.value, str) else "?" for item in items]
    return None if words[0] == "?" else words
