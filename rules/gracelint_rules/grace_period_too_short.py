"""The application's own shutdown timeout exceeds the grace period.

## What it does
Compares the shutdown timeout that the command line or a configuration file sets (gunicorn's `--graceful-timeout`, uvicorn's `--timeout-graceful-shutdown` ...) with the grace period of the engine.

## Why is this bad?
The application would take the time it was given, but the engine sends SIGKILL before: requests are cut and data is lost exactly when the shutdown is slow.

## Example
```dockerfile
FROM python:3.12-slim
CMD ["gunicorn", "--graceful-timeout", "60", "app:app"]
```

## Use instead
```dockerfile
FROM python:3.12-slim
CMD ["gunicorn", "--graceful-timeout", "8", "app:app"]
```

## Fix safety
Unsafe: offered where the timeout stands in the Dockerfile; it is set two seconds below the grace period. Rather raise the grace period where you deploy, and tell gracelint (`grace-period`).

## When not to care
When the grace period is set where the container is deployed. Put it into gracelint's configuration.

## References
- [docker stop](https://docs.docker.com/reference/cli/docker/container/stop/)
- [gunicorn settings](https://docs.gunicorn.org/en/stable/settings.html#graceful-timeout)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from .telling import program_name
from .writing import fix_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding

_MARGIN = 2


def check(case: Case) -> Iterator[Finding]:
    """One finding for each application whose configured timeout is longer than the grace period."""
    seen = set()
    for path in case.trace.paths:
        for hop in path.hops:
            program = hop.program
            if (
                program is None
                or program.timeout is None
                or program.timeout_text is None
                or program.timeout <= case.trace.grace_period
            ):
                continue
            at = program.timeout_text
            if at.span in seen:
                continue
            seen.add(at.span)
            name, grace = program_name(hop.argv), case.trace.grace_period
            value = f"{program.timeout:g}"
            shorter = at.value.replace(value, f"{max(1, grace - _MARGIN):g}", 1) if value in at.value else None
            yield RULE.finding(
                at,
                f"{name} may take {value} s to stop, but it is killed after {grace:g} s: raise the grace period where you deploy and tell gracelint"
                " (grace-period), or set this timeout below it",
                fix=fix_of("unsafe", "Set the timeout below the grace period", [at.edit(shorter)])
                if shorter is not None
                else None,
            )


RULE = Rule("GL404", "grace-period-too-short", "warning", check, __doc__)
