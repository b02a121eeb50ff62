"""A handler that returns into the loop it should have ended.

## What it does
Reports a handler for the stop signal that neither exits nor makes the shell's loop end.

## Why is this bad?
After the handler the shell goes on where it was. It cleaned up, and then runs on without what it cleaned up until it is killed after the grace period.

## Example
```sh
#!/bin/sh
trap 'echo stopping' TERM
while true; do
    sleep 5
done
```

## Use instead
```sh
#!/bin/sh
trap 'echo stopping; exit 0' TERM
while true; do
    sleep 5
done
```

## Fix safety
Unsafe: `exit 0` is put at the end of the handler.

## When not to care
When the loop looks at a variable that the handler sets. gracelint follows that where it can.

## References
- POSIX XCU 2.11; bash(1), "SIGNALS"
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from .defects import of_rule
from .handlers import extended
from .telling import severity_of, tell
from .writing import fix_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding


def check(case: Case) -> Iterator[Finding]:
    """One finding for each handler after which the shell goes on."""
    for defect in of_rule(case, RULE.name):
        outcome = defect.hop.shell
        stop = outcome.stop if outcome is not None else None
        if outcome is None or stop is None or stop.trap is None:
            continue
        yield tell(
            RULE,
            case,
            defect,
            f"this handler returns, and the shell goes on where it was: it is killed after {case.trace.grace_period:g} s all the same; end the handler with exit",
            severity=severity_of(defect.path),
            fix=fix_of("unsafe", "Exit at the end of the handler", extended(stop.trap, after="; exit 0")),
        )


RULE = Rule("GL214", "trap-does-not-exit", "error", check, __doc__)
