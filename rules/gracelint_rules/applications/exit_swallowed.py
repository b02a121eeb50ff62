"""The exit that a handler raises is caught, and the program goes on.

## What it does
Follows SystemExit or KeyboardInterrupt from the handler outwards, and reports the `except:` or `except BaseException` that catches it inside a loop.

## Why is this bad?
`sys.exit()` raises SystemExit where the program was interrupted. A bare `except:` around the body of the main loop takes it for a failed job, and the loop goes on until SIGKILL.

## Example
```dockerfile
FROM python:3.12-slim
COPY <<EOF app.py
import signal, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
while True:
    try:
        time.sleep(1)
    except:
        print("job failed")
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
    try:
        time.sleep(1)
    except Exception:
        print("job failed")
EOF
CMD ["python", "app.py"]
```

## Fix safety
Unsafe: `except:` becomes `except Exception:`.

## When not to care
Never.

## References
- [SystemExit](https://docs.python.org/3/library/exceptions.html#SystemExit)
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
    """One finding for each clause that swallows the exit."""
    for defect in of_rule(case, RULE.name):
        yield tell(
            RULE,
            case,
            defect,
            f"catches the exit that its handler raises, and goes on; {consequence(case, defect)}. Catch Exception instead",
            fix=_fix(case, defect),
        )


def _fix(case: Case, defect: Defect) -> Fix | None:
    response = response_of(case, defect)
    if response is None or response.source is None or response.source.buffer is not defect.at.buffer:
        return None
    from gracelint.parsers.python import codemods

    edits = codemods.catch_exception(response.source, defect.at)
    return Fix("unsafe", "Catch Exception, which the exit is not", edits) if edits else None


RULE = Rule("GL304", "exit-swallowed", "error", check, __doc__)
