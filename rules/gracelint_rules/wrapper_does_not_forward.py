"""xargs, flock, strace, time, setsid, unbuffer ... in front of the application.

## What it does
Reports wrapper programs that start the application as a child, wait for it and do not pass signals on.

## Why is this bad?
The wrapper is PID 1. It has no handler for the stop signal, which the kernel drops; the application never hears of it and is killed after the grace period.

## Example
```dockerfile
FROM debian:12
CMD ["flock", "/run/lock", "redis-server"]
```

## Use instead
```dockerfile
FROM debian:12
CMD ["flock", "--no-fork", "/run/lock", "redis-server"]
```

## Fix safety
No fix: what replaces the wrapper depends on what it is for.

## When not to care
When the wrapped command is a short job.

## References
- flock(1), `--no-fork`; setsid(1), `--wait`; time(1)
- pid_namespaces(7)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from .defects import of_rule
from .telling import cost, program_name, severity_of, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding


def check(case: Case) -> Iterator[Finding]:
    """One finding for each wrapper that keeps the signal to itself."""
    for defect in of_rule(case, RULE.name):
        wrapper = program_name(defect.hop.argv)
        app = program_name(defect.path.app.argv) if defect.path.app is not None else "the application"
        yield tell(
            RULE,
            case,
            defect,
            f"{wrapper} does not pass {case.trace.stop_signal.name} on to {app}: {defect.hop.why.rstrip('.')}; {cost(case, defect.path)};"
            f" start {app} without {wrapper}",
            severity=severity_of(defect.path),
        )


RULE = Rule("GL407", "wrapper-does-not-forward", "error", check, __doc__)
