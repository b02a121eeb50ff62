"""`trap ... SIGTERM` where sh is dash: refused, so no trap at all.

## What it does
Reports trap conditions that the shell which runs the script does not know: names with `SIG` in dash, misspelled names.

## Why is this bad?
dash prints `trap: SIGTERM: bad trap` among the log lines and goes on without a trap. The same script works where `sh` is bash or busybox.

## Example
```sh
#!/bin/sh
gunicorn app:app &
pid=$!
trap 'kill "$pid"; wait "$pid"' SIGTERM
wait "$pid"
```

## Use instead
```sh
#!/bin/sh
gunicorn app:app &
pid=$!
trap 'kill "$pid"; wait "$pid"' TERM
wait "$pid"
```

## Fix safety
Safe: the name without `SIG` means the same in every shell, and the trap was meant to be set.

## When not to care
Never.

## References
- POSIX XCU `trap`: names without the SIG prefix
- dash(1)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gracelint.regexes import regex
from gracelint.rule import Case, Rule

from ..blame.defects import of_rule
from ..telling.telling import severity_of, shell_name, tell
from ..telling.writing import fix_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding, Fix
    from gracelint.signals.shell.model.outcome import Trap


_PREFIXED = regex(r"(?<=\s)SIG(?=[A-Z0-9]+(?=\s|\Z))", re.IGNORECASE)


def check(case: Case) -> Iterator[Finding]:
    """One finding for each refused trap for the stop signal."""
    for defect in of_rule(case, RULE.name):
        outcome = defect.hop.shell
        trap = next((trap for trap in outcome.rejected if trap.text == defect.at), None) if outcome else None
        if outcome is None or trap is None:
            continue
        plain = trap.spelled.upper().removeprefix("SIG")
        yield tell(
            RULE,
            case,
            defect,
            f"{shell_name(case, outcome)} does not know {trap.spelled} (it prints 'bad trap' and goes on), so no trap is set and the stop signal is dropped;"
            f" write {plain}",
            severity=severity_of(defect.path),
            fix=_fix(trap),
        )


def _fix(trap: Trap) -> Fix | None:
    """Drop the prefix of every condition of the command: dash stops at the first one that it does not know."""
    command = trap.text
    handler = trap.action_text.span.end if trap.action_text is not None else command.span.start
    every = (command.cut(*match.span()) for match in _PREFIXED.finditer(command.value))
    edits = [prefix.edit("") for prefix in every if prefix.span.start >= handler]
    return fix_of("safe", "Drop the SIG prefix", edits)


RULE = Rule("GL206", "unportable-trap", "error", check, __doc__)
