"""Questions about a launch that several rules ask."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from gracelint.regexes import regex
from gracelint.signals.launch.literal import is_literal
from gracelint.signals.programs import describe

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gracelint.image.model import Argument, CommandLine, Launch
    from gracelint.rule import Case
    from gracelint.signals.model import Program

SHELLS = frozenset({"sh", "bash", "dash", "ash", "ksh", "mksh", "zsh", "yash", "busybox"})

# Builtins and keywords that no distribution ships as a program (unlike echo, test, true, kill, pwd, printf, env).
SHELL_ONLY = frozenset(
    ". : [[ { ( ! alias break case cd continue declare eval exec exit export for function if let local readonly return select set shift"
    " source then trap typeset ulimit umask unset until wait while".split()
)

_OPERATORS = frozenset("$&|;<>")
_POWERSHELL_COMMAND = regex(r"(?i)-c(?:o(?:m(?:m(?:a(?:nd?)?)?)?)?)?")


# How many wrappers, one behind the other, are looked through.
_WRAPPERS = 8


@lru_cache(maxsize=1)
def executed(case: Case) -> tuple[tuple[Sequence[Argument], Program | None], ...]:
    """The command lines that are handed to execve, none of them empty: the launch's, and what wrappers on the way start; with what is known
    of each."""
    found: list[tuple[Sequence[Argument], Program | None]] = []
    pending: list[Sequence[Argument]] = [case.image.launch.arguments]
    while pending and pending[0] and len(found) < _WRAPPERS:
        arguments = pending.pop(0)
        program = describe(arguments, case.image)
        found.append((arguments, program))
        pending += [started.arguments for started in program.starts if not started.shell] if program is not None else []
    return tuple(found)


def installed(case: Case, tools: Sequence[str]) -> str | None:
    """The first of some tools that the base image has, or that a RUN names and so installs."""
    runs = [instruction.value.value for instruction in case.instructions if instruction.keyword == "RUN"]
    for tool in tools:
        if tool in case.image.base.tools or any(re.search(rf"\b{tool}\b", run) for run in runs):
            return tool
    return None


def own_exec_forms(launch: Launch) -> Iterator[CommandLine]:
    """ENTRYPOINT and CMD in force, as far as they are exec forms that this Dockerfile wrote and that are used."""
    for line in (launch.entrypoint, launch.cmd):
        if line is None or line.form != "exec" or line.instruction is None:
            continue
        if line is launch.cmd and not launch.cmd_used:
            continue
        yield line


def speaks_shell(line: CommandLine) -> bool:
    """Whether an exec form may have shell syntax in it: a variable, an operator, quotes, a builtin or a whole command line as the program."""
    words = [argument.value for argument in line.arguments]
    return words[:1] != [] and (
        words[0] in SHELL_ONLY
        or len(words[0].split(None, 1)) > 1
        or any(not _OPERATORS.isdisjoint(word) or is_literal(word) for word in words)
    )


def base_name(path: str) -> str:
    """The last part of a command's path."""
    return path.rsplit("/", 1)[-1]


def reads_shell_text(launch: Launch, argument: Argument) -> bool:
    """Whether a word of the launch is handed to a shell, or to PowerShell, as program text or as one of that text's arguments."""
    words = launch.arguments
    at = next((index for index, word in enumerate(words) if word is argument), len(words))
    if words and base_name(words[0].value.replace("\\", "/")).lower().removesuffix(".exe") in ("pwsh", "powershell"):
        # Any beginning of -Command will do, in either case (about_Pwsh, about_PowerShell_exe).
        return any(_POWERSHELL_COMMAND.fullmatch(word.value) for word in words[1 : at + 1])
    for index in range(1, min(at + 1, len(words))):
        option = words[index].value
        if option.startswith("-") and "c" in option[1:] and not option.startswith("--"):
            return any(base_name(word.value) in SHELLS for word in words[:index])
    return False
