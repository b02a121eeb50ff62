"""Clean-up that relies on an exit that never comes.

## What it does
Reports `finally` blocks, context managers and `atexit` functions around the place where the program rests, when the stop signal ends the process without running them: by its default action (behind an init or a shell), or because the handler calls `os._exit`.

## Why is this bad?
The default action of SIGTERM ends the process in the kernel: Python does not get to run anything. Temporary files, locks and connections stay behind.

## Example
```dockerfile
FROM python:3.12-slim
RUN apt-get update && apt-get install -y tini
COPY <<EOF app.py
import time
try:
    while True:
        time.sleep(1)
finally:
    print("cleaning up")
EOF
ENTRYPOINT ["tini", "--", "python", "app.py"]
```

## Use instead
```dockerfile
FROM python:3.12-slim
RUN apt-get update && apt-get install -y tini
COPY <<EOF app.py
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
try:
    while True:
        time.sleep(1)
finally:
    print("cleaning up")
EOF
ENTRYPOINT ["tini", "--", "python", "app.py"]
```

## Fix safety
No fix of its own: see absent-sigterm-handler.

## When not to care
When what is left behind does not matter.

## References
- [atexit](https://docs.python.org/3/library/atexit.html): not called when the program is killed by a signal not handled by Python, or when os._exit() is called
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from ..blame.defects import of_rule
from .applications import response_of, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding


def check(case: Case) -> Iterator[Finding]:
    """One finding for each clean-up that is skipped."""
    for defect in of_rule(case, RULE.name):
        signal, response = case.trace.stop_signal.name, response_of(case, defect)
        reaction = None
        if response is not None:
            reaction = response.as_pid1 if defect.hop.pid1 else response.as_child
        yield tell(
            RULE,
            case,
            defect,
            f"does not run its clean-up on {signal}: {reaction.why}"
            if reaction is not None
            else f"is ended by {signal} without running its clean-up; turn the signal into SystemExit in a handler",
            severity="warning",
        )


RULE = Rule("GL305", "cleanup-never-runs", "warning", check, __doc__)
