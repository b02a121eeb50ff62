"""An application that takes the stop signal away from the server that runs it.

## What it does
Reads the application that a server imports (`gunicorn app:app`, `uvicorn pkg.mod:app`, `granian`, `dramatiq`, `flask run` …), and reports a handler that it installs in the place of the server's own: in the body of a module where the server imports that after it has installed its handlers, in a startup hook, or in a lifespan.

## Why is this bad?
A signal has one handler. The server's starts its drain and its end; where the application's has taken its place, the server never hears of the stop, serves on, and is killed after the grace period. A handler that exits instead leaves the server in the middle of its requests.

## Example
```dockerfile
FROM python:3.12-slim
COPY <<EOF app.py
import signal
signal.signal(signal.SIGTERM, lambda *_: print("stopping"))
def app(environ, start_response):
    start_response("200 OK", [])
    return [b"hello"]
EOF
CMD ["gunicorn", "app:app"]
```

## Use instead
```dockerfile
FROM python:3.12-slim
COPY <<EOF app.py
import atexit
atexit.register(print, "stopping")
def app(environ, start_response):
    start_response("200 OK", [])
    return [b"hello"]
EOF
CMD ["gunicorn", "app:app"]
```

## Fix safety
No fix: what the handler did belongs into a hook of the server's (a lifespan's end, `worker_exit`, `atexit`), or it has to call the handler that was there before.

## When not to care
Never: the server's shutdown is lost.

## References
- [FastAPI: lifespan events](https://fastapi.tiangolo.com/advanced/events/)
- [gunicorn: server hooks](https://docs.gunicorn.org/en/stable/settings.html#server-hooks)
- [signal.signal returns the handler that was there](https://docs.python.org/3/library/signal.html#signal.signal)
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
    """One finding for each handler that takes a server's place."""
    for defect in of_rule(case, RULE.name):
        reaction = defect.hop.why.rstrip(".")
        yield tell(
            RULE,
            case,
            defect,
            f"has another handler than its own for {case.trace.stop_signal.name}: {reaction}; {consequence(case, defect)}."
            " Use a shutdown hook of the server's, or call the handler that was there before",
        )


RULE = Rule("GL310", "displaced-server-handler", "error", check, __doc__)
