"""A service started with & that nobody stops or waits for.

## What it does
Reports background commands of the entrypoint that run until they are stopped, when nothing tells them of the stop: no trap forwards to them, no init signals the group.

## Why is this bad?
The stop signal reaches PID 1 only. When PID 1 leaves, the kernel kills the background service without notice: its work, buffers and locks are lost.

## Example
```sh
#!/bin/sh
celery -A proj beat &
exec gunicorn app:app
```

## Use instead
Best, one service a container. Where both belong together, let the script tell both and wait for them:

```sh
#!/bin/sh
celery -A proj beat &
beat=$!
gunicorn app:app &
web=$!
trap 'kill "$beat" "$web"; wait "$beat" "$web"' TERM INT
wait "$web"
```

## Fix safety
Unsafe: the script stays PID 1, starts every service with `&`, sends SIGTERM to each and waits for it. What was in the foreground has no standard input any more.
Only where the services stand at the script's own level and the stop signal is SIGTERM.

## When not to care
When the helper has nothing to lose, such as a metrics exporter.

## References
- [Run multiple processes in a container](https://docs.docker.com/engine/containers/multi-service_container/)
- [krallin/tini#167](https://github.com/krallin/tini/issues/167)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from ..blame.blamed_shells import helps_another
from ..blame.defects import hop_of, of_rule
from ..telling.launching import base_name
from ..telling.supervising import several_fix
from ..telling.telling import child_name, controlled_name, cost, name_of, program_name, severity_of, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding
    from gracelint.signals.model import SignalPath
    from gracelint.signals.shell.model.outcome import Command, Job


def check(case: Case) -> Iterator[Finding]:
    """One finding for each background service that is not told of the stop."""
    for defect in of_rule(case, RULE.name):
        outcome = defect.hop.shell
        if outcome is None:
            continue
        job = next((job for job in outcome.jobs if job.text == defect.at), None)
        if job is None:
            continue
        hop = hop_of(defect.path, job)
        if hop is not None and base_name(hop.argv[0]) in ("service", "systemctl"):
            app = controlled_name(hop.argv)
        else:
            own = hop is not None and hop.argv == job.command.argv
            app = name_of(job.command) if own else program_name(hop.argv) if hop else child_name(outcome, job.pid)
        if hop is not None and hop.notified:
            what = f"{app} hears {case.trace.stop_signal.name}, but nobody waits until it has ended: "
        else:
            what = f"nobody tells {app} of {case.trace.stop_signal.name}: {'it runs' if job.stays else 'while it runs'} in the background of the script"
            what += ", and " if job.stays else ", "
        yield tell(
            RULE,
            case,
            defect,
            f"{what}{cost(case, defect.path)}; run one service in a container, or trap the signal, send it to each and wait",
            severity="info"
            if outcome.end in ("exec", "foreground") and helps_another(outcome, _at_work(defect.path, job))
            else severity_of(defect.path)
            if job.stays
            else "warning",
            confidence="high" if job.stays and (case.image.base.known or case.image.launch.entrypoint) else "medium",
            fix=several_fix(case, outcome),
        )


def _at_work(path: SignalPath, job: Job) -> Command:
    """What a job is there for: of a script, the command that it waits for."""
    argv = job.command.argv
    scripts = (hop for hop in path.hops if hop.how == "background" and hop.argv[-len(argv) :] == argv)
    held = next((hop.shell.command for hop in scripts if hop.shell is not None), None)
    return held or job.command


RULE = Rule("GL209", "abandoned-background-process", "warning", check, __doc__)
