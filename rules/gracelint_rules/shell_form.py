"""From shell form to exec form, and ``exec`` into command strings: what GL101, GL102, GL104 and GL108 write.

The exec form is offered only where the shell had nothing to do but to split words: a simple command of literal words, without
assignments, redirections, globs or builtins. Else ``exec`` is put before the last command of the string, in place, so
that continuation lines and comments stay. A command that cannot be exec'ed (a pipeline, a loop, a builtin) gets no fix.

The shell parser is imported where it is needed: every run imports the rules, few parse shell.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .writing import fix_of, instruction_fix, json_array

if TYPE_CHECKING:
    from gracelint.diagnostics import Fix, Safety
    from gracelint.image.model import CommandLine
    from gracelint.parsers.shell.model import Command, Script, Simple
    from gracelint.rule import Case
    from gracelint.source import Text

# POSIX special builtins and those that every shell in question has and that are of no use as a program.
BUILTINS = frozenset(
    ". : alias bg break cd command continue declare echo eval exec exit export false fg getopts hash jobs kill let local printf pwd read"
    " readonly return set shift source test times trap true type typeset ulimit umask unalias unset wait [ [[".split()
)
_SPECIAL = frozenset("*?[~{")


def plain_words(script: Script) -> list[str] | None:
    """The words of a script that is one simple command of literal words; None for anything else."""
    from gracelint.parsers.shell.model import Simple

    if len(script.body.commands) != 1:
        return None
    command = script.body.commands[0]
    if not isinstance(command, Simple) or command.assignments or command.redirects or not command.words:
        return None
    words: list[str] = []
    for word in command.words:
        literal = word.literal
        unquoted = word.text.value
        if literal is None or (unquoted == literal and _SPECIAL.intersection(literal)):
            return None
        words.append(literal)
    return None if words[0] in BUILTINS else words


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
    return instruction_fix(instruction, json_array(words), safety, "Write it as a JSON array")
