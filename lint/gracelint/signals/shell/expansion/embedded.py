"""Texts that are expanded as in double quotes though none are around them: here-documents, expressions, and the keys of arrays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ....regexes import regex
from ..model.values import default

if TYPE_CHECKING:
    from ....source import Text
    from ..evaluator.machine import Machine
    from ..model.state import State

LONGEST = 4096
# Double quotes in a text in which they stand for themselves, and what a backslash makes of the next character.
QUOTE = regex(r"""(?s)\\(.)|\"""")


def as_word(machine: Machine, text: str, where: Text) -> sh.Word | None:
    """A text that is expanded as in double quotes though none are around it (a here-document, an expression), as a word; None where it cannot be read as one."""
    if len(text) > LONGEST:
        return None
    quoted = QUOTE.sub(lambda match: r"\\\"" if match[1] == '"' else match[0] if match[1] else r"\"", text)
    commands = machine.context.parse(machine.context.joined(f': "{quoted}"', where), file=False).body.commands
    command = commands[0] if len(commands) == 1 else None
    return command.words[1] if isinstance(command, sh.Simple) and len(command.words) == 2 else None


def key_of(machine: Machine, state: State, index: str, text: Text) -> str | None:
    """What the text between the brackets of an element names as its key; None where it is not known."""
    if not any(character in index for character in "$`\\"):
        return index.replace('"', "").replace("'", "")
    script = machine.context.parse(machine.context.joined(': "' + index.replace('"', "") + '"', text), file=False)
    command = script.body.commands[0] if len(script.body.commands) == 1 else None
    if not isinstance(command, sh.Simple) or len(command.words) != 2:
        return None
    return default(machine.value(state, command.words[1]))
