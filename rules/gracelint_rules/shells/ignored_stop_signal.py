"""`trap '' TERM`, inherited by everything that is exec'ed.

## What it does
Reports a trap with an empty action for the stop signal.

## Why is this bad?
An ignored signal stays ignored over fork and exec. The application starts deaf, unless it installs its own handler; the container is killed after the grace period.

## Example
```sh
#!/bin/sh
trap '' TERM
exec sleep infinity
```

## Use instead
```sh
#!/bin/sh
exec gunicorn app:app
```

## Fix safety
Unsafe: the trap is turned into a reset. What it protected can now be interrupted.

## When not to care
When the application installs its own handler in any case.

## References
- signal(7), execve(2): ignored dispositions are left unchanged
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.regexes import regex
from gracelint.rule import Case, Rule

from ..blame.defects import of_rule
from ..telling.telling import severity_of, tell
from ..telling.writing import fix_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding, Fix
    from gracelint.source import Text


_EMPTY = regex(r"trap\s+(?:--\s+)?(''|\"\")")


def check(case: Case) -> Iterator[Finding]:
    """One finding for each trap that makes the application deaf."""
    for defect in of_rule(case, RULE.name):
        outcome = defect.hop.shell
        if outcome is None:
            continue
        yield tell(
            RULE,
            case,
            defect,
            f"this makes the shell and everything it starts ignore {case.trace.stop_signal.name}: nothing stops, and all is killed after"
            f" {case.trace.grace_period:g} s; leave it out, or reset it with trap - before the application starts",
            severity=severity_of(defect.path),
            fix=_fix(defect.at),
        )


def _fix(command: Text) -> Fix | None:
    """Reset the signals instead of ignoring them."""
    empty = _EMPTY.match(command.value)
    return None if empty is None else fix_of("unsafe", "Reset the signal", [command.cut(*empty.span(1)).edit("-")])


RULE = Rule("GL208", "ignored-stop-signal", "error", check, __doc__)
