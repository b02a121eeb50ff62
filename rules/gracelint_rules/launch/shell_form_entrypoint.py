"""Shell-form ENTRYPOINT whose shell keeps PID 1.

## What it does
Reports an ENTRYPOINT written without a JSON array, when the shell that Docker puts in front of it stays PID 1. Where the image's shell
replaces itself by the last command (busybox ash, bash), it is reported as info: it works, by luck.

## Why is this bad?
Docker runs `/bin/sh -c "..."`. The shell becomes PID 1, the application its child. The stop signal goes to PID 1 only; a shell has no handler for it,
and the kernel drops signals that PID 1 does not handle. The application never hears of the stop and is killed after the grace period.

## Example
```dockerfile
FROM python:3.12-slim
ENTRYPOINT gunicorn app:app
```

## Use instead
```dockerfile
FROM python:3.12-slim
ENTRYPOINT ["gunicorn", "app:app"]
```

## Fix safety
Safe where the command is plain words: the same program starts with the same arguments. Unsafe where `exec` is put before the last command of a longer string.

## When not to care
When the container is a short-lived tool, or `docker run --init` with a shell that execs is certain.

## References
- [Shell form ENTRYPOINT](https://docs.docker.com/reference/dockerfile/#shell-form-entrypoint-example)
- pid_namespaces(7); kernel/signal.c `sig_task_ignored`
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from ..blame.blamed_shells import shell_form_of
from ..blame.no_exec import lucky_shells, report
from ..telling.shell_form import exec_form_fix
from ..telling.telling import shell_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding


def check(case: Case) -> Iterator[Finding]:
    """The shell that keeps PID 1, or, as info, the shell that happens to leave."""
    yield from report(RULE, case, "shell-form ENTRYPOINT")
    entrypoint = case.image.launch.entrypoint
    for outcome in lucky_shells(case):
        line = shell_form_of(case, outcome)
        if line is None or line is not entrypoint or line.instruction is None:
            continue
        yield RULE.finding(
            line.instruction.value.strip(),
            f"it works by luck: this image's {shell_name(case, outcome)} replaces itself by the last command of a shell form; other shells, and this"
            " one when the line grows, stay PID 1 and drop the stop signal; write a JSON array",
            severity="info",
            fix=exec_form_fix(case, line),
        )
        return


RULE = Rule("GL101", "shell-form-entrypoint", "error", check, __doc__)
