"""Looks like a JSON array, is not one, and so silently is shell form.

## What it does
Reports ENTRYPOINT, CMD, SHELL and HEALTHCHECK values that begin like an exec form but are not a JSON array of strings: single or
typographic quotes, a missing or trailing comma, a comment behind the bracket, a lone backslash.

## Why is this bad?
Docker does not complain: it takes the whole text as shell form and runs `/bin/sh -c "['./app']"`. Usually the shell then
looks for a program called `[./app]` and the container does not start.

## Example
```dockerfile
FROM alpine
CMD ['sleep', '100']
```

## Use instead
```dockerfile
FROM alpine
CMD ["sleep", "100"]
```

## Fix safety
Safe: the array is written as the JSON that it was meant to be, and only where its words are beyond doubt. A comment behind the bracket moves to
the line above.

## When not to care
Never; where the shell's `[` is meant, write `test`.

## References
- [Exec form](https://docs.docker.com/reference/dockerfile/#exec-form)
- [moby/moby#39199](https://github.com/moby/moby/issues/39199)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gracelint.regexes import regex
from gracelint.rule import Case, Rule

from ..telling.writing import instruction_fix, json_array

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding, Fix
    from gracelint.parsers.dockerfile.model import Instruction

# A quote behind the bracket, or a comma behind the first word, which no command of a shell has there.
_ARRAY_LIKE = regex(r"\[\s*(?:[\"'“”‘’]|\]|[\w.\/-]+\s*,)")
_TRAILING_COMMENT = regex(r"\]\s*(#.*)\Z", re.DOTALL)


def check(case: Case) -> Iterator[Finding]:
    """One finding for each malformed array among the instructions of the image."""
    for instruction in case.instructions:
        subject = instruction.inner or instruction
        if subject.keyword not in ("ENTRYPOINT", "CMD", "SHELL") or subject.malformed is None:
            continue
        if subject.malformed.fatal or not _ARRAY_LIKE.match(subject.value.value.lstrip()):
            continue
        yield RULE.finding(
            subject.value.strip(),
            f"{subject.keyword} looks like a JSON array but is not one ({subject.malformed.reason}), so it runs as shell form: "
            "the shell takes the bracket for part of a command's name and nothing starts; write a JSON array of double-quoted strings",
            fix=_fix(subject),
        )


def _fix(instruction: Instruction) -> Fix | None:
    malformed = instruction.malformed
    if malformed is None or malformed.elements is None:
        return None
    if any(element != element.rstrip() for element in malformed.elements[:-1]):
        return None  # pieces of one text, as Python would join them, and not words
    comment = _TRAILING_COMMENT.search(instruction.value.value)
    return instruction_fix(
        instruction,
        json_array(malformed.elements),
        "safe",
        "Write it as a JSON array",
        comment=comment.group(1) if comment else None,
    )


RULE = Rule("GL103", "malformed-exec-form", "error", check, __doc__)
