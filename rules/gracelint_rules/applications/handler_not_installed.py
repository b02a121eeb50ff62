"""A handler that is registered too late, in the wrong thread, or taken back.

## What it does
Reports a registration that never takes effect: written behind the call that blocks, made outside the main thread (where Python raises ValueError), replaced by `SIG_DFL` afterwards, or for a signal that is blocked.

## Why is this bad?
The program looks as if it handled the signal, and does not.

## Example
```dockerfile
FROM python:3.12-slim
COPY <<EOF app.py
import signal, sys, time
def main():
    while True:
        time.sleep(1)
main()
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
EOF
CMD ["python", "app.py"]
```

## Use instead
```dockerfile
FROM python:3.12-slim
COPY <<EOF app.py
import signal, sys, time
def main():
    while True:
        time.sleep(1)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
main()
EOF
CMD ["python", "app.py"]
```

## Fix safety
Unsafe: a late registration is moved in front of the statement that blocks.

## When not to care
Never.

## References
- [signal: execution of Python signal handlers](https://docs.python.org/3/library/signal.html#execution-of-python-signal-handlers)
- [signal: signals and threads](https://docs.python.org/3/library/signal.html#signals-and-threads)
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

    from ..blame.defects import Defect


def check(case: Case) -> Iterator[Finding]:
    """One finding for each registration without effect."""
    for defect in of_rule(case, RULE.name):
        yield tell(
            RULE,
            case,
            defect,
            f"never installs this handler for {case.trace.stop_signal.name}; {consequence(case, defect)}."
            " Register it in the main thread, before the call that blocks",
            fix=_fix(case, defect),
        )


def _fix(case: Case, defect: Defect) -> Fix | None:
    """Only for a registration that stands behind the call that blocks."""
    response = response_of(case, defect)
    if response is None or response.source is None or not response.late:
        return None
    from gracelint.parsers.python import codemods

    edits = codemods.move_before(response.source, defect.at, response.blocking)
    return Fix("unsafe", "Register the handler before the call that blocks", edits) if edits else None


RULE = Rule("GL303", "handler-not-installed", "error", check, __doc__)
