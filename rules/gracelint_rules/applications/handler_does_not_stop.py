"""A handler that returns and lets the program go on.

## What it does
Runs the handler that is in force when the stop signal arrives, as far as the source tells, and reports it when the program is at rest again afterwards: the handler only logs, sets a flag that nobody reads, sets an `asyncio.Event` from outside the loop, calls `server.shutdown()` in the thread that serves, or is `SIG_IGN`.

## Why is this bad?
A handler takes the place of the default action. When it returns, Python resumes what it interrupted (PEP 475), so a program that does nothing else about the signal is as deaf as one without a handler, and is killed after the grace period.

## Example
```dockerfile
FROM python:3.12-slim
COPY <<EOF app.py
import signal, time
signal.signal(signal.SIGTERM, lambda *_: print("stopping"))
while True:
    time.sleep(1)
EOF
CMD ["python", "app.py"]
```

## Use instead
```dockerfile
FROM python:3.12-slim
COPY <<EOF app.py
import signal, time
running = True
def stop(*_):
    global running
    running = False
signal.signal(signal.SIGTERM, stop)
while running:
    time.sleep(1)
EOF
CMD ["python", "app.py"]
```

## Fix safety
Unsafe, and only where the text follows: `global` is put into a handler that sets a name of its own instead of the program's; a thread calls `server.shutdown()`; the event loop calls what sets its event; a handler
that only prints or logs ends the program as well, by SystemExit. Where else to stop is the program's own matter.

## When not to care
Never: a program that is meant to ignore the signal still ends by SIGKILL.

## References
- [signal: execution of Python signal handlers](https://docs.python.org/3/library/signal.html#execution-of-python-signal-handlers)
- [PEP 475: retry system calls failing with EINTR](https://peps.python.org/pep-0475/)
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
    """One finding for each handler after which the program goes on."""
    for defect in of_rule(case, RULE.name):
        reaction = defect.hop.why.rstrip(".")
        yield tell(
            RULE,
            case,
            defect,
            f"does not stop: {reaction}; {consequence(case, defect)}. Let the handler end the program, or the loop look at what it sets",
            fix=_fix(response_of(case, defect)),
        )


def _fix(response: Response | None) -> Fix | None:
    """Mend the handler where the text follows."""
    if response is None or response.source is None or response.at is None:
        return None
    # Only here, because it brings libcst.
    from gracelint.parsers.python.stopping import end_the_program

    found = end_the_program(response.source, response.at, loop=response.loop)
    return Fix("unsafe", *found) if found is not None else None


RULE = Rule("GL302", "handler-does-not-stop", "error", check, __doc__)
