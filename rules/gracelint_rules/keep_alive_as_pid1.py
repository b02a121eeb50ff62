"""`tail -f /dev/null`, `sleep infinity`, a log tail, in front of the real work.

## What it does
Reports launches whose foreground process only keeps the container alive.

## Why is this bad?
As PID 1 such a program has no handler, so the stop takes the whole grace period; and the real work, which runs elsewhere in the container, is killed without notice.

## Example
```dockerfile
FROM debian:12
CMD ["tail", "-f", "/dev/null"]
```

## Use instead
```dockerfile
FROM redis:7
CMD ["redis-server"]
```

## Fix safety
No fix: run the real work in the foreground; for a placeholder use `docker run --init`.

## When not to care
Where the container is a placeholder on purpose (a development container).

## References
- [openwisp/docker-openwisp#694](https://github.com/openwisp/docker-openwisp/issues/694)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from .defects import of_rule
from .telling import program_name, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding


def check(case: Case) -> Iterator[Finding]:
    """One finding for each process that only keeps the container alive."""
    for defect in of_rule(case, RULE.name):
        argv = defect.hop.shell.command.argv if defect.hop.shell and defect.hop.shell.command else defect.hop.argv
        name = program_name(argv)
        yield tell(
            RULE,
            case,
            defect,
            f"{name} only keeps the container alive and does not handle {case.trace.stop_signal.name}: every stop takes {case.trace.grace_period:g} s, and"
            " whatever else runs in the container is killed without notice; run the real work in the foreground",
        )


RULE = Rule("GL215", "keep-alive-as-pid1", "warning", check, __doc__)
