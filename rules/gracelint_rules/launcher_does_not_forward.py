"""A program that waits for a subprocess and never tells it, or tells it and does not wait.

## What it does
Reports Python programs whose last act is to start another one and wait for it (`subprocess.run`, `Popen.wait`, `os.system`), without passing the stop signal on; and handlers that pass it on and leave without waiting.

## Why is this bad?
As PID 1 such a program drops the signal, and what it started never hears of it. With a handler that exits, what it started is killed without notice when PID 1 has left.

## Example
```dockerfile
FROM python:3.12-slim
COPY <<EOF app.py
import subprocess
subprocess.run(["gunicorn", "app:app"])
EOF
CMD ["python", "app.py"]
```

## Use instead
```dockerfile
FROM python:3.12-slim
COPY <<EOF app.py
import os
os.execvp("gunicorn", ["gunicorn", "app:app"])
EOF
CMD ["python", "app.py"]
```

## Fix safety
No fix: `os.execvp` gives up what the program would do afterwards.

## When not to care
When what it starts ends by itself.

## References
- [os.execvp](https://docs.python.org/3/library/os.html#os.execvp)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from .applications import consequence, response_of, tell
from .defects import of_rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding


def check(case: Case) -> Iterator[Finding]:
    """One finding for each launcher: one that never tells its child, or one that tells it and leaves at once."""
    for defect in of_rule(case, RULE.name):
        response = response_of(case, defect)
        if response is not None and response.defect == "launcher-does-not-wait":
            message = (
                "ends here while what it has started and told is still shutting down: the kernel kills that at once when PID 1 is gone."
                " Wait for it first (process.wait())"
            )
        else:
            message = (
                f"waits here for what it has started, and never passes {case.trace.stop_signal.name} on; {consequence(case, defect)}."
                " Replace it by os.execvp, or send the signal on and wait"
            )
        yield tell(RULE, case, defect, message, confidence="medium")


RULE = Rule("GL309", "launcher-does-not-forward", "error", check, __doc__)
