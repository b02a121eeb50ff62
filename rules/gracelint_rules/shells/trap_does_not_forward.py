"""A trap handler that never tells the child.

## What it does
Reports a trap for the stop signal that ends the shell (or cleans up) without sending a signal to the application it waits for.

## Why is this bad?
When PID 1 exits, the kernel kills everything else in the container at once. The stop is fast and the exit status is 0, so nobody notices that the application was killed in the middle of its work.

## Example
```sh
#!/bin/sh
gunicorn app:app &
trap 'exit 0' TERM
wait
```

## Use instead
```sh
#!/bin/sh
gunicorn app:app &
pid=$!
trap 'kill "$pid"; wait "$pid"; exit 0' TERM
wait
```

## Fix safety
Unsafe: the handler is extended by `kill` and `wait` for the child.

## When not to care
When the child has nothing to lose, such as a log tail.

## References
- pid_namespaces(7): if the init process terminates, the kernel terminates all of the processes via SIGKILL
- kernel/pid_namespace.c `zap_pid_ns_processes`
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from ..blame.defects import of_rule
from ..telling.failing import carry_on_fix, where_it_ends
from ..telling.telling import child_name, cost, severity_of, tell, variable_of
from ..telling.writing import fix_of
from .handlers import extended

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding, Fix
    from gracelint.signals.shell.model.outcome import Job, Outcome, Stop
    from gracelint.source import Text


def check(case: Case) -> Iterator[Finding]:
    """One finding for each handler that leaves a service untold."""
    for defect in of_rule(case, RULE.name):
        outcome = defect.hop.shell
        stop = outcome.stop if outcome is not None else None
        if outcome is None or stop is None:
            continue
        app = child_name(outcome, stop.untold[0], defect.path) if stop.untold else "the application"
        job = outcome.job(stop.untold[0]) if stop.untold else None
        fails = where_it_ends(stop)
        untold = f"this handler never tells {app} of {stop.signal}"
        yield tell(
            RULE,
            case,
            defect,
            f"{untold}: {fails}; {cost(case, defect.path)}; put || true behind it"
            if fails
            else f"{untold}: {cost(case, defect.path)}; {_advice(job)}",
            severity=severity_of(defect.path),
            fix=carry_on_fix(stop) if fails else _fix(outcome, stop),
        )


def _advice(job: Job | None) -> str:
    tell_it = 'send the signal on and wait: kill "$pid"; wait "$pid"'
    if job is None or not _daemonized(job):
        return tell_it
    program, words = job.command.program, job.command.argv
    if program is not None and program.name == "service" and "start" in words:
        return f"stop it there: {' '.join('stop' if word == 'start' else word for word in words)}"
    return f"start it in the foreground with &, then {tell_it}"


def _daemonized(job: Job) -> bool:
    """Whether it put itself in the background: no ``&`` stands behind it, and nobody has its pid."""
    return job.text.span == job.command.text.span


def _fix(outcome: Outcome, stop: Stop) -> Fix | None:
    trap = stop.trap
    if trap is None or trap.action_text is None or not stop.untold:
        return None
    jobs = [job for job in outcome.jobs if job.pid in stop.untold]
    if len(jobs) != len(stop.untold) or any(map(_daemonized, jobs)):
        return None
    edits = []
    pids = variable_of(outcome.jobs, stop.untold)
    if pids is None:
        if len(jobs) != 1 or jobs[0].command.around not in ((), ("background",)):
            return None
        edits.append(jobs[0].text.insert_after(" pid=$!" if _ends_line(jobs[0].text) else " pid=$!;"))
        pids = '"$pid"'
    edits += extended(trap, before=f"kill {pids}; wait {pids}; ")
    return fix_of("unsafe", "Send the signal on, and wait", edits)


def _ends_line(text: Text) -> bool:
    """Whether nothing but a comment stands behind it on its line."""
    rest = text.span.document.text[text.span.end :].partition("\n")[0].strip()
    return not rest or rest.startswith("#")


RULE = Rule("GL204", "trap-does-not-forward", "error", check, __doc__)
