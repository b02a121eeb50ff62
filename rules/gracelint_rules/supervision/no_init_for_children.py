"""Many processes, a PID 1 that neither reaps nor forwards.

## What it does
Reports, as information, entrypoints that leave several helpers in the background and then exec an application that knows nothing of them, with no init in front.
What to do: leave the helpers to containers of their own, or start everything under a supervisor. An init in front (tini) reaps, but tells only its own child.

## Why is this bad?
PID 1 inherits every orphan of the container and must wait for it, or it stays as a zombie. Applications do not do that. And the stop signal goes to PID 1 only: the helpers are killed when it leaves.

## Example
```sh
#!/bin/sh
crond
rsyslogd
exec gunicorn app:app
```

## Use instead
```sh
#!/bin/sh
exec gunicorn app:app
```

## Fix safety
Unsafe: offered where the image installs tini or dumb-init, which then stands in front of the ENTRYPOINT. It reaps; that the helpers are told of the stop as well needs a script that
traps and forwards, or a supervisor.

## When not to care
When the helpers live as long as the container and have nothing to lose.

## References
- [tini: why](https://github.com/krallin/tini#why-tini)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from ..blame.defects import of_rule
from ..telling.initial import init_fix
from ..telling.telling import program_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding

_MANY = 2
# Rules that already say of one of the helpers that nobody stops it.
_SAID_BY = ("abandoned-background-process", "daemonized-service")


def check(case: Case) -> Iterator[Finding]:
    """At most one finding: the launch that leaves several helpers to an application."""
    told = {defect.at for name in _SAID_BY for defect in of_rule(case, name)}
    for path in case.trace.paths:
        if not path.hops or path.hops[0].program is None or path.hops[0].program.kind in ("inits", "supervisors"):
            continue
        for hop in path.before:
            outcome = hop.shell
            if outcome is None or not hop.pid1 or outcome.end != "exec" or outcome.command is None:
                continue
            left = [job.command for job in outcome.jobs if job.stays is not False]
            if len(left) < _MANY or any(job.text in told for job in outcome.jobs):
                continue
            names = ", ".join(program_name(command.argv) for command in left)
            yield RULE.finding(
                outcome.command.text,
                f"{program_name(outcome.command.argv)} becomes PID 1 with {len(left)} other processes behind it ({names}), which it neither reaps nor stops;"
                " use one service a container, or an init or supervisor",
                confidence="medium",
                fix=init_fix(case),
            )
            return


RULE = Rule("GL402", "no-init-for-children", "info", check, __doc__)
