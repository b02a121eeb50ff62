"""`$VAR` in exec form, which nobody expands.

## What it does
Reports `$NAME` and `${NAME}` in the JSON arrays of ENTRYPOINT and CMD, unless a shell or a program that expands variables itself gets to see the word.

## Why is this bad?
Exec form starts the program without a shell. It gets the literal text `$PORT`, and fails or listens on something odd.

## Example
```dockerfile
FROM alpine
ENV MINUTES=5
CMD ["sleep", "${MINUTES}m"]
```

## Use instead
```dockerfile
FROM alpine
ENV MINUTES=5
CMD ["sh", "-c", "exec sleep \\"${MINUTES}m\\""]
```

## Fix safety
Unsafe: the word is now split from its program by a shell, which takes `$`, quotes and backslashes in the other words for syntax; they are quoted, but look at them.

## When not to care
Where the program expands such words itself (a template, a supervisor's own variables).

## References
- [Exec form: variable substitution](https://docs.docker.com/reference/dockerfile/#exec-form)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gracelint.image.model import ImageFile
from gracelint.regexes import regex
from gracelint.rule import Case, Rule

from ..telling.launching import own_exec_forms, reads_shell_text
from ..telling.writing import instruction_fix, json_array

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding, Fix
    from gracelint.image.model import CommandLine

_EXPANDS = regex(r"\b(?:eval|envsubst)\b")
_VARIABLE = regex(r"\$(?:[A-Za-z_]\w*|\{[A-Za-z_]\w*[^{}]*\})")


def check(case: Case) -> Iterator[Finding]:
    """One finding for each word with a variable."""
    launch = case.image.launch
    for line in own_exec_forms(launch):
        for argument in line.arguments:
            variable = _VARIABLE.search(argument.value)
            if variable is None or reads_shell_text(launch, argument) or _script_expands(case, variable[0]):
                continue
            yield RULE.finding(
                argument.text,
                f"nobody expands {variable.group()} here: exec form starts the program without a shell, so it gets these characters as they stand;"
                ' write ["sh", "-c", "exec ..."] or set the value in the program\'s own configuration',
                confidence="high" if launch.entrypoint is line or launch.entrypoint is None else "medium",
                fix=_fix(case, line),
            )


def _script_expands(case: Case, variable: str) -> bool:
    """Whether the entrypoint script expands variables in its arguments itself: by eval, envsubst, or a look for this one."""
    image = case.image
    file = image.files.which(image.launch.arguments[0].value, image.workdir, image.env.get("PATH") or "")
    script = file.content.value if isinstance(file, ImageFile) and file.content is not None else ""
    return script.startswith("#!") and bool(
        _EXPANDS.search(script) or f"\\{variable}" in script or f"'{variable}'" in script
    )


def _fix(case: Case, line: CommandLine) -> Fix | None:
    """Start the command through a shell that execs it; only where the line is the whole launch."""
    instruction = line.instruction
    launch = case.image.launch
    if instruction is None or case.image.base.shell in (None, "none") or len(line.arguments) != len(launch.arguments):
        return None
    words = " ".join(_quoted(argument.value) for argument in line.arguments)
    return instruction_fix(
        instruction,
        json_array(("sh", "-c", f"exec {words}")),
        "unsafe",
        "Let a shell expand it, and exec the program",
    )


def _quoted(word: str) -> str:
    """The word for the shell, with its variables live."""
    if not _VARIABLE.search(word):
        from shlex import quote

        return quote(word)
    return '"' + re.sub(r'(["\\`])', r"\\\1", word) + '"'


RULE = Rule("GL106", "unexpanded-variable", "warning", check, __doc__)
