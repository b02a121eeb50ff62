"""Shell-form CMD that ends up as PID 1 behind a shell.

## What it does
Reports a CMD written without a JSON array, when the shell that Docker puts in front of it stays between the stop signal and the application: as PID 1, or behind
an init. Where the image's shell replaces itself by the last command, it is reported as info: it works, by luck.

## Why is this bad?
Docker runs `/bin/sh -c "..."`. As PID 1 the shell drops the signal, and the application is killed after the grace period. Behind an init such as tini the shell dies of
the signal at once, the init follows, and the application is killed without having heard anything.

## Example
```dockerfile
FROM python:3.12-slim
CMD gunicorn app:app
```

## Use instead
```dockerfile
FROM python:3.12-slim
CMD ["gunicorn", "app:app"]
```

## Fix safety
Safe where the command is plain words: the same program starts with the same arguments. Unsafe where `exec` is put before the last command of a longer string.

## When not to care
When the container is a short-lived tool.

## References
- [CMD](https://docs.docker.com/reference/dockerfile/#cmd)
- [JSONArgsRecommended](https://docs.docker.com/reference/build-checks/json-args-recommended/)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from ..blame.no_exec import report

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding


def check(case: Case) -> Iterator[Finding]:
    """The shell that stays between the stop signal and the application."""
    yield from report(RULE, case, "shell-form CMD")


RULE = Rule("GL102", "shell-form-cmd", "error", check, __doc__)
