"""The service puts itself in the background; what stays in front hears the signal.

## What it does
Reports services that are started in their daemon mode (`service x start`, `nginx` without `daemon off`, `--detach`, `-D`), with something else in front.

## Why is this bad?
The stop signal goes to PID 1. The daemon is an orphan in the background: it hears nothing, and is killed when PID 1 leaves or the grace period ends.

## Example
```sh
#!/bin/sh
nginx
exec tail -f /var/log/nginx/access.log
```

## Use instead
```sh
#!/bin/sh
exec nginx -g 'daemon off;'
```

## Fix safety
No fix: how to run a service in the foreground is its own matter; the message names the option where the catalogue knows it.

## When not to care
Never for a service with clients or data.

## References
- [nginx in the foreground](https://nginx.org/en/docs/ngx_core_module.html#daemon)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from .defects import of_rule
from .telling import program_name, severity_of, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding


def check(case: Case) -> Iterator[Finding]:
    """One finding for each service that went to the background."""
    for defect in of_rule(case, RULE.name):
        outcome = defect.hop.shell
        daemon = next((command for command in outcome.daemons if command.text == defect.at), None) if outcome else None
        if outcome is None or daemon is None:
            continue
        front = program_name(outcome.command.argv) if outcome.command is not None else "the shell"
        name = program_name(daemon.argv)
        yield tell(
            RULE,
            case,
            defect,
            f"{name} puts itself in the background and never hears {case.trace.stop_signal.name}, which goes to {front}: {name} is killed without notice;"
            f" run {name} in the foreground, as the last command, with exec",
            severity=severity_of(defect.path),
        )


RULE = Rule("GL216", "daemonized-service", "error", check, __doc__)
