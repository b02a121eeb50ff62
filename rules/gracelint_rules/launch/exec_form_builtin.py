"""Exec form that starts a shell builtin or keyword, or has shell syntax as arguments.

## What it does
Reports ENTRYPOINT and CMD arrays whose program is something that only a shell knows (`cd`, `exec`, `export`, `source`, `if` …), or a whole command line in one word (`["node app.js"]`), and
arrays with words such as `&&`, `;`, `|` or `>`, with quotes that only a shell would take off (`"'daemon off;'"`), or with an option and its value in one word (`"--port 80"`).

## Why is this bad?
Exec form starts a program, without a shell. There is no program called `exec`, so the container does not start; and `&&` is handed
to the program as one more argument, as are quotes: nginx then ends with a syntax error, gunicorn with an invalid port.

## Example
```dockerfile
FROM alpine
CMD ["exec", "sleep", "100"]
```

## Use instead
```dockerfile
FROM alpine
CMD ["sleep", "100"]
```

## Fix safety
Dropping a leading `exec` is safe: exec form is what it wanted. Wrapping a command line in `["sh", "-c", "... exec ..."]` is unsafe: a shell now
reads the words. So is parting a command line, taking quotes off and writing an option and its value as two words: the program gets other words than before.

## When not to care
Where the program itself evaluates its arguments as a command line.

## References
- [Exec form](https://docs.docker.com/reference/dockerfile/#exec-form)
- bash(1), "SHELL BUILTIN COMMANDS"; POSIX XCU 2.14
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule
from gracelint.signals.launch.literal import literal_word
from gracelint.signals.programs import catalogue, describe

from ..telling.launching import SHELL_ONLY, executed, own_exec_forms, reads_shell_text
from ..telling.writing import instruction_fix, json_array

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gracelint.diagnostics import Finding, Fix
    from gracelint.image.model import Argument, CommandLine

_SYNTAX = frozenset("&& || ; | > >> < << & 2>&1 >& &> ;;".split())
_TAKES_SYNTAX = frozenset("find [ test expr awk sed xargs".split())


def check(case: Case) -> Iterator[Finding]:
    """One finding for each array."""
    launch = case.image.launch
    for line in own_exec_forms(launch):
        if not line.arguments:
            continue
        first = line.arguments[0]
        starts = bool(launch.arguments) and first is launch.arguments[0]
        if starts and first.value in SHELL_ONLY:
            yield RULE.finding(
                first.text,
                f"{first.value} is part of the shell's language, not a program, and exec form has no shell: the container does not start;"
                " name the program itself, or write shell form",
                fix=_fix(case, line),
            )
            continue
        if (starts or _handed_on(case, first)) and _several_words(first.value):
            yield RULE.finding(
                first.text,
                f"exec form has no shell that would part words: there is no program called {first.value!r}, and the container does not start;"
                " write one word for the program, and one for each argument",
                fix=_as_a_shell_reads(line, first),
            )
            continue
        literal = _literal(case, line)
        if literal is not None:
            yield RULE.finding(
                literal.text,
                f"exec form has no shell, so {literal.value} is handed over just as it stands, as one word, and the program may not start;"
                " write a word for an option and another for its value, without quotes inside",
                severity="warning",
                confidence="medium",
                fix=_as_a_shell_reads(line, literal),
            )
            continue
        syntax = next((word for word in line.arguments[1:] if word.value in _SYNTAX), None)
        if syntax is None or reads_shell_text(launch, syntax) or first.value.rsplit("/", 1)[-1] in _TAKES_SYNTAX:
            continue
        to = first if starts or not launch.arguments else launch.arguments[0]  # a CMD is what ENTRYPOINT is given
        yield RULE.finding(
            syntax.text,
            f"exec form has no shell, so {syntax.value!r} is handed to {to.value} as an argument;"
            ' write ["sh", "-c", "... exec ..."] with the whole command line in one string',
            fix=_fix(case, line) if starts else None,
        )


def _handed_on(case: Case, first: Argument) -> bool:
    """Whether a known base image's own entrypoint is all that stands in front of a word: it execs what it is given."""
    words = case.image.launch.arguments
    at = next((index for index, word in enumerate(words) if word is first), 0)
    return at > 0 and case.image.base.known and all(word.inherited for word in words[:at])


def _several_words(name: str) -> bool:
    """Whether the name of a program is a command line (``["node app.js"]``): names on PATH hold no spaces, but a path may."""
    first, *rest = name.split(None, 1)[:2] or [""]
    return bool(rest) and ("/" not in first or catalogue.by_command(first) is not None)


def _literal(case: Case, line: CommandLine) -> Argument | None:
    """A word that an application gets with a shell's quotes around it, or with an option and its value in it."""
    if case.trace.verdict != "unknown":
        return None  # something on the way has read it
    for arguments, program in ((line.arguments, describe(line.arguments, case.image)), *executed(case)):
        word = None if program is None else literal_word(arguments, program)
        if word is not None and any(word is each for each in line.arguments):
            return word
    return None


def _as_a_shell_reads(line: CommandLine, literal: Argument) -> Fix | None:
    """The words that a shell would have made of one."""
    from shlex import split

    if line.instruction is None:
        return None
    words = [word for each in line.arguments for word in (split(each.value) if each is literal else [each.value])]
    return instruction_fix(
        line.instruction, json_array(words), "unsafe", "Write the words that a shell would make of it"
    )


def _fix(case: Case, line: CommandLine) -> Fix | None:
    if line.instruction is None:
        return None
    words = [argument.value for argument in line.arguments]
    if words[0] == "exec" and len(words) > 1 and not words[1].startswith("-") and not _SYNTAX.intersection(words):
        return instruction_fix(line.instruction, json_array(words[1:]), "safe", "Drop exec: exec form needs none")
    command = _command_line(words)
    if command is None or case.image.base.shell in (None, "none") or len(words) != len(case.image.launch.arguments):
        return None
    return instruction_fix(
        line.instruction,
        json_array(("sh", "-c", command)),
        "unsafe",
        "Let a shell read it, and exec the last command",
    )


def _command_line(words: Sequence[str]) -> str | None:
    """The words as the shell would have to see them, with exec before the last command; None where that is not clear."""
    last = max((index for index, word in enumerate(words) if word in ("&&", ";")), default=-1)
    tail = words[last + 1 :]
    if not tail or any(word in _SYNTAX for word in tail) or tail[0] in SHELL_ONLY or "|" in words or "&" in words:
        return None
    from shlex import quote

    written = [word if word in _SYNTAX else quote(word) for word in words]
    written.insert(last + 1, "exec")
    return " ".join(written)


RULE = Rule("GL107", "exec-form-builtin", "error", check, __doc__)
