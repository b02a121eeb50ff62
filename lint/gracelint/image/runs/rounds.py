"""What the rounds of a loop are about: the words of ``for``, the lines that ``while read`` reads, the paths that ``xargs`` is given."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...parsers.shell.model import CommandSubstitution, Simple
from .finding import doubted, found_by, found_by_grep
from .surroundings import Each

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...parsers.shell.model import Command, For, While, Word
    from .surroundings import Argument, Surroundings

MOST = 50
_CHOOSING = ("grep", "egrep", "head", "tail")
_ORDERING = ("sort", "uniq", "cat")


def of_for(command: For, around: Surroundings) -> list[str | Each | None]:
    """The values that the variable takes, one after the other; what is not known, or is too much, is None."""
    rounds = [each for word in command.words or () for each in _of_word(word, around)]
    return rounds if len(rounds) <= MOST else [None]


def _of_word(word: Word, around: Surroundings) -> Sequence[str | Each | None]:
    if isinstance(word.sole, CommandSubstitution):
        commands = word.sole.body.commands
        return _listed(commands[0], around) if len(commands) == 1 else (None,)
    argument = around.expand(word)
    if argument.text is None:
        return (None,)
    return (Each(argument.value, argument.deep) if argument.pattern else argument.value,)


def of_while(first: Command, loop: While, around: Surroundings) -> tuple[str, Sequence[str | Each | None]] | None:
    """``find … | while read -r file``: the variable and its values; None of any other loop."""
    condition = loop.condition.commands[0] if len(loop.condition.commands) == 1 else None
    if not isinstance(condition, Simple):
        return None
    words = [word.literal for word in condition.words]
    if words[:1] != ["read"] or len(words) < 2 or not (words[-1] or "").isidentifier():
        return None
    # More than one variable: the line is split.
    others = [
        word for at, word in enumerate(words[1:-1], 1) if not (word or "x").startswith("-") and words[at - 1] != "-d"
    ]
    listed = _listed(first, around)
    return (words[-1] or "", listed) if not others and None not in listed else None


def _listed(command: Command, around: Surroundings) -> Sequence[str | Each | None]:
    """The names that a command prints."""
    words = [around.expand(word) for word in command.words] if isinstance(command, Simple) else []
    name = words[0].value if words else ""
    if name == "find":
        return found_by(words, around)
    if name == "grep":
        return found_by_grep(words, around)
    named = [word for word in words[1:] if not word.value.startswith("-")]
    if name == "printf" and named and named[0].value in ("%s\\n", "%s\\0", "%s "):
        name, named = "echo", named[1:]
    if name not in ("ls", "echo") or any(word.text is None for word in named):
        return (None,)
    if name == "echo" or "d" in "".join(word.value for word in words[1:] if word.value.startswith("-")):
        return [each for word in named for each in _names(word)]
    return [Each(word.value if word.pattern else "*") for word in named] or [Each("*")]


def _names(word: Argument) -> Sequence[str | Each]:
    return [Each(word.value)] if word.pattern else word.value.split()


def handed_to_xargs(commands: Sequence[Command], around: Surroundings) -> Sequence[str | Each | None]:
    """The paths that a pipeline prints for ``xargs``."""
    found = _listed(commands[0], around)
    for command in commands[1:]:
        name = command.words[0].literal if isinstance(command, Simple) and command.words else None
        if name in _CHOOSING:
            found = [doubted(each, around) for each in found]
        elif name not in _ORDERING:
            return (None,)
    return found
