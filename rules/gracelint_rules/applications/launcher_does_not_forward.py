"""A program that waits for a subprocess and never tells it, or tells it and does not wait.

## What it does
Reports Python programs whose last act is to start another one and wait for it (`subprocess.run`, `Popen.wait`, `os.system`), without passing the stop signal on; handlers that pass it on and leave without waiting; and servers that are started beside the program's own work and told nothing at its end.

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
Unsafe: the last statement becomes `os.execvp`, where nothing comes behind it (no statement, `finally`, loop, thread or exit function) and the command follows from the text (a shell's line that is put together, and is one command as far as it is written, becomes `sh -c "exec …"`).
The container then ends with the program's own status, where `subprocess.run` without `check=True` ended with 0; and what is started finds SIGPIPE ignored, as Python leaves it.
Behind `process.terminate()`, where the program leaves without waiting, `process.wait()` is put: not where the signal finds it in a wait for the same process, whose lock a handler would never get.

## When not to care
When what it starts ends by itself.

## References
- [os.execvp](https://docs.python.org/3/library/os.html#os.execvp)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.diagnostics import Fix
from gracelint.rule import Case, Rule

from ..blame.defects import of_rule
from .applications import consequence, response_of, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding
    from gracelint.signals.python.behaviour import Response


def check(case: Case) -> Iterator[Finding]:
    """One finding for each launcher: one that never tells its child, or one that tells it and leaves at once."""
    for defect in of_rule(case, RULE.name):
        response = response_of(case, defect)
        if response is not None and response.defect == "launcher-does-not-wait":
            message = (
                "ends here while what it has started and told is still shutting down: the kernel kills that at once when PID 1 is gone."
                " Wait for it first (process.wait())"
            )
        elif response is not None and response.at is not None and response.at.span != response.blocking.span:
            message = (
                f"starts this and tells it nothing when {case.trace.stop_signal.name} ends it: the kernel kills it at once when PID 1 is gone."
                " Send the signal on, and wait for it"
            )
        else:
            message = (
                f"waits here for what it has started, and never passes {case.trace.stop_signal.name} on; {consequence(case, defect)}."
                " Replace it by os.execvp, or send the signal on and wait"
            )
        yield tell(RULE, case, defect, message, confidence="medium", fix=_fix(response))


# Whoever waits there holds the lock of the process, and a handler would wait for that (subprocess.py, ``_waitpid_lock``).
_HOLDING = ("subprocess.Popen.wait", "subprocess.Popen.communicate")


def _fix(response: Response | None) -> Fix | None:
    """Become the program that is waited for; wait for one that was told."""
    if response is None or response.source is None:
        return None
    # Only here, because they bring libcst.
    if response.defect == "launcher-does-not-wait":
        from gracelint.parsers.python.waiting import wait_for_the_told

        if response.blocking_name in _HOLDING or response.at is None:
            return None
        told = wait_for_the_told(response.source, response.at)
        return Fix("unsafe", "Wait for what it has told to end", told) if told else None
    if response.calls is None:
        return None
    from gracelint.parsers.python.replacing import become

    edits = become(response.source, response.blocking, response.calls)
    return Fix("unsafe", "Become the program instead of waiting for it", edits) if edits else None


RULE = Rule("GL309", "launcher-does-not-forward", "error", check, __doc__)
