"""A reloader or development server as PID 1.

## What it does
Reports servers that are made for development and lose the stop signal or the requests under way: `flask run`, `manage.py runserver`, `python -m http.server`, `vite`; and, in Python's sources, `app.run()` of Flask, Dash and Bottle. A reloader that passes the signal on and waits (`uvicorn --reload`, nodemon) is left alone.

## Why is this bad?
Most install no handler for SIGTERM, so that as PID 1 they ignore it and are killed after the grace period; with a reloader in front the stop is fast and cuts the request under way. None of them is made to drain.

## Example
```dockerfile
FROM python:3.12-slim
CMD ["flask", "--app", "app", "run", "--host", "0.0.0.0"]
```

## Use instead
```dockerfile
FROM python:3.12-slim
CMD ["gunicorn", "--bind", "0.0.0.0:5000", "app:app"]
```

## Fix safety
No fix: which server to use is for the writer to say.

## When not to care
In images for development. Where the Dockerfile's path or the stage says so (`Dockerfile.dev`, `compose/local/`, `AS development`), it is information only.

## References
- [Flask: deploying to production](https://flask.palletsprojects.com/en/stable/deploying/)
- [Django runserver](https://docs.djangoproject.com/en/stable/ref/django-admin/#runserver)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.regexes import regex
from gracelint.rule import Case, Rule

from ..blame.defects import of_rule
from ..blame.purpose import asks_for_development, for_development
from ..telling.telling import shown, tell
from .applications import blocking, response_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding

    from ..blame.defects import Defect


_SERVER = regex(r"\bserver\s*=(?!=)")


def check(case: Case) -> Iterator[Finding]:
    """One finding for each development server that loses the signal."""
    for defect in of_rule(case, RULE.name):
        if asks_for_development(case, defect) or (defect.path.verdict != "killed" and for_development(case)):
            continue  # nothing is lost that anybody would miss there
        if _server_of_its_own(case, defect):
            continue
        killed = f"; it is killed after {case.trace.grace_period:g} s" if defect.path.verdict == "killed" else ""
        yield tell(
            RULE,
            case,
            defect,
            f"{shown(defect.hop.argv)} is made for development: {_what_happens(case, defect)}{killed}; start a production server",
            severity="info" if for_development(case) else None,
        )


def _server_of_its_own(case: Case, defect: Defect) -> bool:
    """Whether the call says which server is to serve (``bottle.run(app, server="waitress")``): what that one does is not known."""
    response = response_of(case, defect)
    return response is not None and _SERVER.search(response.blocking.value) is not None


def _what_happens(case: Case, defect: Defect) -> str:
    """What the server does with the signal, by the call in the source where that was read."""
    response = response_of(case, defect)
    reaction = response and (response.as_pid1 if defect.hop.pid1 else response.as_child)
    if response is None or reaction is not None:
        return defect.hop.why.rstrip(".")
    signal, end = case.trace.stop_signal.name, "PID 1 ignores it"
    if not defect.hop.pid1:
        end = "it ends at once, and drops the requests in flight"
    return f"{blocking(response)} installs no handler for {signal}, so {end}"


RULE = Rule("GL306", "development-server", "warning", check, __doc__)
