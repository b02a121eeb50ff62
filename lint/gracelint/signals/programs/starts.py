"""The command that a program starts: cut out of its arguments as the entry's ``starts`` tables say."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ...image.model import Argument
from ...records import replace
from ...regexes import regex
from ...source import join
from ..model import Started
from .arguments import is_assignment
from .words import split

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ...source import Text
    from ..model import How
    from .facts import Situation


def started(tables: Sequence[Mapping[str, Any]], situation: Situation) -> tuple[Started, ...]:
    """What the first table that yields a command yields; nothing where none does."""
    for table in tables:
        found = COMMANDS[table["command"]](table, situation)
        if found:
            return found
    return ()


def shell_command(text: Text, how: How, shell: str = "/bin/sh", argument: Argument | None = None) -> Started:
    """``sh -c`` of a string that is written somewhere."""
    words = tuple(Argument(value, text, implied=True) for value in (shell, "-c"))
    return Started((*words, argument or Argument(text.value, text)), how, text, shell=True)


def command(arguments: Sequence[Argument], how: How, env: Mapping[str, str | None] | None = None) -> Started:
    """A program with its arguments."""
    return Started(tuple(arguments), how, _whole(arguments[0].text, arguments[-1].text), env=env or {})


def _whole(first: Text, last: Text) -> Text:
    """From one word to another; the first alone where they stand in different places."""
    if first.buffer is last.buffer:
        return first.until(last)
    start, end = first.span, last.span
    if start.document is not end.document or end.end < start.start:
        return first
    return start.document.cut(start.start, end.end)


def _rest(table: Mapping[str, Any], situation: Situation) -> tuple[Started, ...]:
    """The operands, behind a number of the program's own."""
    words = list(situation.line.operands)
    unset = situation.line.given(table.get("unset", ()))
    env: dict[str, str | None] = {each.value.value: None for each in unset if each.value is not None}
    if table.get("split"):
        words = _split_strings(table["split"], situation) + words
    while table.get("assignments") and words and (is_assignment(words[0].value) or words[0].value == "-"):
        name, _, value = words.pop(0).value.partition("=")
        env[name] = value
    words = words[table.get("skip", 0) :]
    if table.get("terminator") and words and words[0].value == "--":
        words = words[1:]
    return (command(words, table["how"], env),) if words else ()


def _split_strings(names: Sequence[str], situation: Situation) -> list[Argument]:
    """``env -S "a b"``: the words of the option's value stand in front of the operands."""
    value = situation.line.value(names)
    return list(_words(value)) if value is not None else []


def _words(argument: Argument) -> tuple[Argument, ...]:
    words = split(_source(argument))
    return tuple(replace(word, inherited=argument.inherited, implied=argument.implied) for word in words)


def _source(argument: Argument) -> Text:
    """The text of an argument, standing for its value."""
    text = argument.text
    return text if text.value == argument.value else join([(argument.value, text)])


def _option(table: Mapping[str, Any], situation: Situation) -> tuple[Started, ...]:
    """A shell command that is the value of an option; with ``arguments`` the operands behind a number of the program's own are its ``$0``,
    ``$1`` …"""
    value = situation.line.value(table["from"])
    if value is None:
        return ()
    found = _shell(value, table, situation)
    words = [word for index, word in enumerate(situation.line.operands) if index or word.value != "-"]
    own = table.get("arguments")
    return (found,) if own is None else (replace(found, arguments=(*found.arguments, *words[own:])),)


# A command line without these is a program and its arguments in any shell.
_SHELL_SYNTAX = regex(r"[|&;<>()$`\\*?\[#~!{}\n]|^\s*\w+=")


def direct(text: Text, how: How, shell: str = "/bin/sh") -> Started:
    """A command string, run so that a shell in between makes no difference: a simple command is the child itself."""
    words = () if _SHELL_SYNTAX.search(text.value) else split(text)
    if len(words) > 1 and words[0].value == "exec":
        words = words[1:]
    return command(words, how) if words else shell_command(text, how, shell)


def _shell(value: Argument, table: Mapping[str, Any], situation: Situation) -> Started:
    if table.get("direct"):
        return direct(_source(value), table["how"])
    chosen = situation.line.value(table.get("shell-from", ()))
    return shell_command(value.text, table["how"], chosen.value if chosen else table.get("shell", "/bin/sh"), value)


def _string(table: Mapping[str, Any], situation: Situation) -> tuple[Started, ...]:
    """``flock FILE -c "command"``: a shell command behind an option that follows the program's own operands."""
    words = situation.line.operands[table.get("skip", 0) :]
    if len(words) < 2 or words[0].value not in table["from"]:
        return ()
    return (_shell(words[1], table, situation),)


def _joined(table: Mapping[str, Any], situation: Situation) -> tuple[Started, ...]:
    """All operands, joined by blanks, as one shell command."""
    words = situation.line.operands[table.get("skip", 0) :]
    while table.get("assignments") and words and is_assignment(words[0].value):
        words = words[1:]
    if not words:
        return ()
    parts: list[Text | tuple[str, Text]] = []
    for word in words:
        parts += [(" ", word.text.cut(0, 0)), (word.value, word.text)] if parts else [(word.value, word.text)]
    return (shell_command(join(parts), table["how"], table.get("shell", "/bin/sh")),)


def _each(table: Mapping[str, Any], situation: Situation) -> tuple[Started, ...]:
    """Every operand is a shell command of its own."""
    return tuple(_shell(word, table, situation) for word in situation.line.operands[table.get("skip", 0) :])


def _first(table: Mapping[str, Any], situation: Situation) -> tuple[Started, ...]:
    """The first operand is a command line, split into words without a shell."""
    words = situation.line.operands[table.get("skip", 0) :]
    found = _words(words[0]) if words else ()
    return (command(found, table["how"]),) if found else ()


def _prefixed(table: Mapping[str, Any], situation: Situation) -> tuple[Started, ...]:
    """The operands become the arguments of another program (``tsx app.ts`` runs ``node app.ts``); with ``whole`` all words do, and there
    may be none."""
    whole = table.get("whole", False)
    words = situation.line.words if whole else situation.line.operands[table.get("skip", 0) :]
    if not words and not whole:
        return ()
    place = words[0].text if words else situation.program.text
    program = [Argument(value, place, implied=True) for value in table["prefix"]]
    return (command((*program, *words), table["how"]),)


COMMANDS: Mapping[str, Callable[[Mapping[str, Any], Situation], tuple[Started, ...]]] = {
    "rest": _rest,
    "option": _option,
    "string": _string,
    "joined": _joined,
    "each": _each,
    "first": _first,
    "prefixed": _prefixed,
}
