"""A Python application as PID 1 (or asked to clean up) without a handler for the stop signal.

## What it does
Reads the Python application that the launch starts, and reports it when nothing in it handles the stop signal: no `signal.signal`, no `loop.add_signal_handler`, no server or framework that installs its own handlers.

## Why is this bad?
Python installs no handler for SIGTERM. As PID 1 the process ignores it and is killed after the grace period; behind an init it dies at once. Neither way do `finally`, context managers or `atexit` run.

## Example
```dockerfile
FROM python:3.12-slim
COPY <<EOF app.py
import time
while True:
    time.sleep(1)
EOF
CMD ["python", "app.py"]
```

## Use instead
```dockerfile
FROM python:3.12-slim
COPY <<EOF app.py
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
while True:
    time.sleep(1)
EOF
CMD ["python", "app.py"]
```

## Fix safety
Unsafe: a handler that turns the signal into SystemExit is installed; the program then ends where it stands, through its own `finally` blocks.

## When not to care
When the program is a short job.

## References
- [signal: default handlers](https://docs.python.org/3/library/signal.html#general-rules)
- pid_namespaces(7)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from ..blame.defects import of_rule
from .applications import blocking, handler_fix, response_of, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding


def check(case: Case) -> Iterator[Finding]:
    """One finding for each Python application without a handler."""
    for defect in of_rule(case, RULE.name):
        signal, response = case.trace.stop_signal.name, response_of(case, defect)
        where = f" in {blocking(response)}" if response is not None else ""
        what = (
            f"ignores {signal}{where}: it is PID 1 and installs no handler, so the kernel drops the signal; it is killed after {case.trace.grace_period:g} s"
            if defect.hop.pid1
            else f"dies of {signal} at once{where}: it installs no handler"
        )
        stop_with = (response.stop_with if response is not None else "") or "ends the program"
        yield tell(
            RULE,
            case,
            defect,
            f"{what}; call signal.signal(signal.{signal}, ...) with a handler that {stop_with}",
            fix=handler_fix(case, response),
        )


RULE = Rule("GL301", "absent-sigterm-handler", "error", check, __doc__)
