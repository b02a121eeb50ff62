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
Unsafe: the trap is removed. What it protected can now be interrupted.

## When not to care
When the application installs its own handler in any case.

## References
- signal(7), execve(2): ignored dispositions are left unchanged
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from .defects import of_rule
from .telling import severity_of, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding


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
        )


RULE = Rule("GL208", "ignored-stop-signal", "error", check, __doc__)
