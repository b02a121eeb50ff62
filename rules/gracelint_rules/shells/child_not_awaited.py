"""The shell leaves after forwarding, and the kernel kills the child in the middle of its shutdown.

## What it does
Reports a trap that forwards the stop signal to the application but does not wait for it, when the shell ends right afterwards.

## Why is this bad?
`wait` returns as soon as the trap has run, not when the child has ended. The script goes on, ends, and with PID 1 gone the kernel kills the application while it is
still finishing requests or writing its data. The container stops fast with status 143 and looks healthy.

## Example
```sh
#!/bin/sh
gunicorn app:app &
pid=$!
trap 'kill "$pid"' TERM
wait "$pid"
```

## Use instead
```sh
#!/bin/sh
gunicorn app:app &
pid=$!
trap 'kill "$pid"; wait "$pid"' TERM
wait "$pid"
```

## Fix safety
Unsafe: a `wait` for the child is put behind the `kill` in the handler; the shell's exit status may become the child's.

## When not to care
When the child ends at once and has nothing to lose.

## References
- POSIX XCU `wait`: returns immediately with an exit status greater than 128 when a trapped signal arrives
- [felddy/foundryvtt-docker#1523](https://github.com/felddy/foundryvtt-docker/issues/1523)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from ..blame.defects import of_rule
from ..telling.failing import carry_on_fix, where_it_ends
from ..telling.telling import child_name, severity_of, tell, variable_of
from ..telling.writing import fix_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding, Fix
    from gracelint.signals.shell.model.outcome import Job, Outcome, Stop


def check(case: Case) -> Iterator[Finding]:
    """One finding for each handler after which the shell leaves too early."""
    for defect in of_rule(case, RULE.name):
        outcome = defect.hop.shell
        stop = outcome.stop if outcome is not None else None
        if outcome is None or stop is None or not stop.unfinished:
            continue
        app = child_name(outcome, stop.unfinished[0], defect.path)
        stops = _known_to_stop(outcome, stop)
        begins = (
            "and begins to stop, but the shell leaves before it has finished"
            if stops
            else "and the shell leaves at once"
        )
        fails = where_it_ends(stop)
        told = any(set(sent.reached) & set(stop.unfinished) for sent in stop.sent)
        why = fails or ("wait returns as soon as the handler ran" if told else "the handler does not wait for it")
        instead = (
            "put || true behind it"
            if fails
            else 'put wait "$pid" behind kill in the handler'
            if told
            else "wait for it in the handler as well, by its pid"
        )
        yield tell(
            RULE,
            case,
            defect,
            f"{app} gets {_sent_name(stop)} {begins}: {why},"
            f" and with PID 1 gone the kernel kills {app}{'' if stops else ', whatever it does to stop'}; {instead}",
            severity=severity_of(defect.path) if stops else "warning",
            confidence="high" if stops else "medium",
            fix=carry_on_fix(stop) if fails else _fix(outcome, stop),
        )


def _known_to_stop(outcome: Outcome, stop: Stop) -> bool:
    """Whether one of those that are cut off is known to act on the signal: with a program that nobody knows it may as well take no time."""
    return any(_known(job, _sent_name(stop)) for job in outcome.jobs if job.pid in stop.unfinished)


def _known(job: Job, signal: str) -> bool:
    program = job.command.program
    reaction = program.as_child.get(signal) if program is not None else None
    return job.stays is not None if reaction is None else reaction.disposition != "unknown"


def _sent_name(stop: Stop) -> str:
    return next((sent.signal for sent in stop.sent if sent.reached), stop.signal)


def _fix(outcome: Outcome, stop: Stop) -> Fix | None:
    # Behind the last: who is waited for has to be told before.
    sent = next((sent for sent in reversed(stop.sent) if set(sent.reached) & set(stop.unfinished)), None)
    if sent is None or not sent.handler:
        return None
    span = sent.text.span
    if span.document.text[span.start : span.end] != sent.text.value:
        return None  # expanded when the trap was set: what runs is not what is written
    pids = variable_of(outcome.jobs, stop.unfinished)
    if pids is None and outcome.substitutions:
        return None  # a wait for all would never return
    wait = f"wait {pids}" if pids is not None else "wait"
    return fix_of("unsafe", "Wait for it in the handler", [sent.text.insert_after(f"; {wait}")])


RULE = Rule("GL205", "child-not-awaited", "error", check, __doc__)
