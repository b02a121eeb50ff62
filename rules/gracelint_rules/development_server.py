"""A reloader or development server as PID 1.

## What it does
Reports servers that are made for development: `flask run`, `manage.py runserver`, `python -m http.server`, reloaders and watchers such as `uvicorn --reload`, nodemon or `vite`.

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
In images for development.

## References
- [Flask: deploying to production](https://flask.palletsprojects.com/en/stable/deploying/)
- [Django runserver](https://docs.djangoproject.com/en/stable/ref/django-admin/#runserver)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from .defects import of_rule
from .telling import cost, shown, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding


def check(case: Case) -> Iterator[Finding]:
    """One finding for each development server that loses the signal."""
    for defect in of_rule(case, RULE.name):
        yield tell(
            RULE,
            case,
            defect,
            f"{shown(defect.hop.argv)} is made for development: {defect.hop.why.rstrip('.')}; {cost(case, defect.path)};"
            " start a production server",
        )


RULE = Rule("GL306", "development-server", "warning", check, __doc__)
