"""`["sh", "-c", "app"]`, whose shell keeps PID 1.

## What it does
Reports exec forms that start a shell with a command string, when that shell stays in front of the application.

## Why is this bad?
It looks like exec form and is shell form: the shell is PID 1, drops the stop signal, and the application is killed after the grace period.

## Example
```dockerfile
FROM eclipse-temurin:21
CMD ["sh", "-c", "java $JAVA_OPTS -jar /app.jar"]
```

## Use instead
```dockerfile
FROM eclipse-temurin:21
CMD ["sh", "-c", "exec java $JAVA_OPTS -jar /app.jar"]
```

## Fix safety
Safe where the string is one simple command: `exec` changes nothing but who is PID 1. Unsafe where other commands come before it.

## When not to care
When the container is a short-lived tool.

## References
- [Exec form](https://docs.docker.com/reference/dockerfile/#exec-form)
- [docker/cli#3198](https://github.com/docker/cli/issues/3198)
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
    yield from report(RULE, case, "the shell of this command string")


RULE = Rule("GL104", "shell-wrapper-without-exec", "error", check, __doc__)
