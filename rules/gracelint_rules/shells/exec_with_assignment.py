"""`exec VAR=1 app`, which cannot start.

## What it does
Reports `exec` followed by an assignment.

## Why is this bad?
`exec` takes the name of a program. It looks for one called `VAR=1` and the script ends with status 127: the container does not start.

## Example
```sh
#!/bin/sh
exec MODE=production gunicorn app:app
```

## Use instead
```sh
#!/bin/sh
MODE=production exec gunicorn app:app
```

## Fix safety
Safe: the assignment is moved before `exec`, which is the only thing it can have meant.

## When not to care
Never.

## References
- POSIX XCU `exec`
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.regexes import regex
from gracelint.rule import Case, Rule

from ..blame.defects import of_rule
from ..telling.telling import tell
from ..telling.writing import fix_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding

_ASSIGNED = regex(r"exec(?P<space>\s+)(?P<assignments>(?:\w+=(?:\"[^\"]*\"|'[^']*'|[^\s\"';&|<>])*\s+)+)(?=\S)")


def check(case: Case) -> Iterator[Finding]:
    """One finding for each exec with an assignment behind it."""
    for defect in of_rule(case, RULE.name):
        words = _ASSIGNED.match(defect.at.value)
        name = defect.at.value.split()[1] if len(defect.at.value.split()) > 1 else ""
        edit = None
        if words is not None:
            assignments = words.group("assignments").rstrip()
            edit = defect.at.cut(0, words.end()).edit(f"{assignments} exec ")
        yield tell(
            RULE,
            case,
            defect,
            f"exec looks for a program called {name!r} and the script ends with status 127: the container does not start; write the assignment before exec",
            fix=fix_of("safe", "Write the assignment before exec", [edit]) if edit is not None else None,
        )


RULE = Rule("GL218", "exec-with-assignment", "error", check, __doc__)
