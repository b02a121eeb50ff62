"""Procfiles: the processes that foreman, forego and honcho start."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ....records import replace
from ....regexes import regex
from ....source import join
from ..reactions import seconds
from ..starts import command, shell_command
from ..words import split
from .files import content

if TYPE_CHECKING:
    from ....source import Text
    from ..catalogue import Entry
    from ..facts import Situation


_PROCESS = regex(r"^([\w-]+):[ \t]*(\S.*)$", re.MULTILINE)


def procfile(facts: Entry, situation: Situation) -> Entry:
    """``name: command`` lines; the operands choose among them."""
    given = situation.line.value(("-f", "--procfile"))
    path = given.value if given else "Procfile"
    text = content(situation, path)
    if text is None:
        return {"missing": [f"{path} is not known"]}
    wanted = {word.value for word in situation.line.operands}
    found = [match for match in _PROCESS.finditer(text.value) if not wanted or match[1] in wanted]
    return {"started": tuple(shell_command(text.cut(*match.span(2)).strip(), "supervisor") for match in found)}


_PORT = regex(r"\$PORT\b")
# What Ruby leaves to a shell (process.c, rb_exec_fillarg); foreman has put in the port itself.
_RUBYS_SHELL = regex(
    r"[*?{}\[\]<>()~&|\\;'`\"\n#]|\$(?!PORT\b)|^\S*[=%]|^(?:exec|cd|export|set|unset|eval|trap|umask|ulimit|if|for|while|case|until)\b"
)


def foreman(facts: Entry, situation: Situation) -> Entry:
    """A Procfile too, and Ruby starts a simple command without a shell."""
    change = procfile(facts, situation)
    if "started" not in change:
        return change
    started = []
    for child in change["started"]:
        words = () if _RUBYS_SHELL.search(child.text.value) else split(_with_port(child.text))
        started.append(command(words, "supervisor") if words else child)
    return {**change, "started": tuple(started)}


def _with_port(text: Text) -> Text:
    """A command with foreman's default port in it; which one it is does not matter."""
    pieces: list[Text | tuple[str, Text]] = []
    end = 0
    for match in _PORT.finditer(text.value):
        pieces += (text.cut(end, match.start()), ("5000", text.cut(*match.span())))
        end = match.end()
    return join([*pieces, text.cut(end, len(text))]) if pieces else text


def forego(facts: Entry, situation: Situation) -> Entry:
    """A Procfile too, and ``exec`` stands before each of its commands; ``-t`` seconds until SIGKILL."""
    change = procfile(facts, situation)
    given = situation.line.value(("-t",))
    if given and (limit := seconds(given.value)):
        why = f"forego sends SIGTERM to its processes, SIGKILL after {limit:g} seconds, and waits"
        change["on"] = {
            signal: {**reaction, "kills-after": limit, "why": why} if reaction["does"] == "forwards" else reaction
            for signal, reaction in facts["on"].items()
        }
    started = []
    for child in change.get("started", ()):
        line = join([("exec ", child.text.cut(0, 0)), child.text])
        started.append(shell_command(line, "supervisor"))
    return {**change, "started": tuple(started)}


def honcho(facts: Entry, situation: Situation) -> Entry:
    """A Procfile too, and each process leads a group of its own, all of which is signalled."""
    change = procfile(facts, situation)
    return {**change, "started": tuple(replace(child, to_group=True) for child in change.get("started", ()))}
