"""Threads that keep the process alive after its handler has ended the main thread.

## What it does
Reports threads that are no daemons, executors and multiprocessing children that are still running when the main thread has ended on the signal.

## Why is this bad?
At its end Python waits for every such thread. The handler has run and the main thread is gone, but the process stays until SIGKILL.

## Example
```dockerfile
FROM python:3.12-slim
COPY <<EOF app.py
import signal, sys, threading, time
def work():
    while True:
        time.sleep(1)
threading.Thread(target=work).start()
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
signal.pause()
EOF
CMD ["python", "app.py"]
```

## Use instead
```dockerfile
FROM python:3.12-slim
COPY <<EOF app.py
import signal, sys, threading, time
stopping = threading.Event()
def work():
    while not stopping.is_set():
        time.sleep(1)
threading.Thread(target=work).start()
signal.signal(signal.SIGTERM, lambda *_: stopping.set())
stopping.wait()
EOF
CMD ["python", "app.py"]
```

## Fix safety
No fix: whether a thread may be cut off (`daemon=True`) or must be told is the program's own matter.

## When not to care
Never.

## References
- [threading: Thread objects](https://docs.python.org/3/library/threading.html#thread-objects)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from ..blame.defects import of_rule
from .applications import consequence, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding


def check(case: Case) -> Iterator[Finding]:
    """One finding for each thread that outlives the exit."""
    for defect in of_rule(case, RULE.name):
        yield tell(
            RULE,
            case,
            defect,
            f"ends its main thread on {case.trace.stop_signal.name}, but this goes on; {consequence(case, defect)}."
            " Tell it to stop, or make it a daemon",
        )


RULE = Rule("GL307", "threads-outlive-exit", "error", check, __doc__)
