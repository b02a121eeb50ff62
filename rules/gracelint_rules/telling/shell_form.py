"""From shell form to exec form, and ``exec`` into command strings: what GL101, GL102, GL104 and GL108 write.

The exec form is offered only where the shell had nothing to do but to split words: a simple command of literal words, without
assignments, redirections, globs or builtins. Else ``exec`` is put before the last command of the string, in place, so
that continuation lines and comments stay. A command that cannot be exec'ed (a pipeline, a loop, a builtin) gets no fix.

The shell parser is imported where it is needed: every run imports the rules, few parse shell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.regexes import regex

from .writing import fix_of, instruction_fix, json_array

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gracelint.diagnostics import Fix, Safety
    from gracelint.image.model import CommandLine
    from gracelint.parsers.shell.model import Command, Script, Simple, Word
    from gracelint.rule import Case
    from gracelint.source import Text

# POSIX special builtins and those that every shell in question has and that are of no use as a program.
BUILTINS = frozenset(
    ". : alias bg break cd command continue declare echo eval exec exit export false fg getopts hash jobs kill let local printf pwd read"
    " readonly return set shift source test times trap true type typeset ulimit umask unalias unset wait [ [[".split()
)
_SPECIAL = frozenset("*?[~{")
_CONTINUES = regex(r"\\[ \t]*\r?\n")


def plain_words(script: Script) -> Sequence[Word] | None:
    """The words of a script that is one simple command of literal words, and no builtin; None for anything else."""
    words = literal_words(script)
    return None if words is None or words[0].literal in BUILTINS else words


def literal_words(script: Script) -> Sequence[Word] | None:
    """The same, also of a builtin."""
    from gracelint.parsers.shell.model import Simple

    if len(script.body.commands) != 1:
        return None
    command = script.body.commands[0]
    if not isinstance(command, Simple) or command.assignments or command.redirects or not command.words:
        return None
    for word in command.words:
        literal = word.literal
        unquoted = word.text.value
        if literal is None or (unquoted == literal and _SPECIAL.intersection(literal)):
            return None
    return command.words


def last_simple(script: Script) -> Simple | None:
    """The command that ``exec`` belongs in front of: the last one of the string, reached through ``&&`` and ``;`` only."""
    from gracelint.parsers.shell.model import AndOr, Simple

    if not script.body.commands or script.problems:
        return None
    command: Command = script.body.commands[-1]
    while isinstance(command, AndOr) and command.operator == "&&":
        command = command.right
    if not isinstance(command, Simple) or not command.words:
        return None
    return None if command.words[0].literal in BUILTINS else command


def exec_edit_fix(text: Text, safety: Safety) -> Fix | None:
    """``exec`` before the last command of a command string."""
    from gracelint.parsers.shell import parse_command

    command = last_simple(parse_command(text))
    if command is None:
        return None
    return fix_of(safety, "Put exec before it", [command.words[0].text.insert_before("exec ")])


def exec_form_fix(case: Case, line: CommandLine) -> Fix | None:
    """The exec form of a shell-form instruction, where it starts the same program with the same words."""
    instruction = line.instruction
    if instruction is None:
        return None
    from gracelint.parsers.shell import parse_command

    words = plain_words(parse_command(instruction.value))
    if words is None:
        return None
    shell = case.image.base.shell
    safety: Safety = "safe" if shell is not None else "unsafe"
    array = _in_lines(words)
    if array is None and shell == "none":
        array = json_array(word.literal or "" for word in words)
    if array is None:
        return exec_edit_fix(instruction.value, safety)
    return instruction_fix(instruction, array, safety, "Write it as a JSON array")


def _in_lines(words: Sequence[Word]) -> str | None:
    """The JSON array of some words, in the lines in which they are written. None where a word goes over the end of a line and JSON cannot
    say it so."""
    pieces: list[str] = []
    for before, word in zip((None, *words), words, strict=False):
        if before is not None:
            gap = word.text.span.document.text[before.text.span.end : word.text.span.start]
            pieces.append(f", {gap.lstrip()}" if "\n" in gap else ", ")
        string = _string(word)
        if string is None:
            return None
        pieces.append(string)
    return f"[{''.join(pieces)}]"


def _string(word: Word) -> str | None:
    """The JSON string of a literal word. What continues on another line does so, if nothing in it needs escaping."""
    from json import dumps

    span, plain = word.text.span, dumps(word.literal, ensure_ascii=False)
    written = span.document.text[span.start : span.end]
    if "\n" not in written:
        return plain
    inner = written[1:-1] if written[:1] in "'\"" else written
    joined = _CONTINUES.sub("", inner)
    return f'"{inner}"' if joined == word.literal and f'"{joined}"' == plain else None
