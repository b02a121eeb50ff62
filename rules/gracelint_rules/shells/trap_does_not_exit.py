"""A handler that returns into the loop it should have ended.

## What it does
Reports a handler for the stop signal that neither exits nor makes the shell's loop end, or that never comes to its end: in bash, a `wait` without arguments also waits for the process
substitution of `exec > >(tee log)`, which lasts as long as the shell itself.

## Why is this bad?
After the handler the shell goes on where it was. It cleaned up, and then runs on without what it cleaned up until it is killed after the grace period.

## Example
```sh
#!/bin/sh
trap 'echo stopping' TERM
while true; do
    sleep 5
done
```

## Use instead
```sh
#!/bin/sh
trap 'echo stopping; exit 0' TERM
while true; do
    sleep 5
done
```

## Fix safety
Unsafe: `exit 0` is put at the end of the handler, and `trap - EXIT` at its beginning where it is the handler for EXIT, too; the `wait` gets the number of the application.

## When not to care
When the loop looks at a variable that the handler sets. gracelint follows that where it can.

## References
- POSIX XCU 2.11; bash(1), "SIGNALS"
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from ..blame.blamed_shells import endless_wait
from ..blame.defects import of_rule
from ..telling.telling import cost, severity_of, tell, variable_of
from ..telling.writing import fix_of
from .handlers import extended

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding, Fix
    from gracelint.signals.shell.model.outcome import Outcome, Waited


def check(case: Case) -> Iterator[Finding]:
    """One finding for each handler after which the shell goes on."""
    for defect in of_rule(case, RULE.name):
        outcome = defect.hop.shell
        stop = outcome.stop if outcome is not None else None
        if outcome is None or stop is None or stop.trap is None:
            continue
        endless = endless_wait(outcome)
        if endless is not None and endless.text == defect.at:
            behind = next(text.value for pid, text in outcome.substitutions.items() if pid in endless.pids)
            yield tell(
                RULE,
                case,
                defect,
                f"this wait never returns: it also waits for `{behind}` behind >(…), which the shell itself keeps open: {cost(case, defect.path)}; "
                'wait for the application alone: wait "$pid"',
                severity=severity_of(defect.path),
                fix=_named(outcome, endless),
            )
            continue
        again = any(trap.signal == "EXIT" and trap.action == stop.trap.action for trap in outcome.traps)
        forget = "trap - EXIT; " if again else ""
        advice = (
            "begin it with trap - EXIT, as it runs once more when the shell leaves, and end it with exit"
            if again
            else "end the handler with exit"
        )
        yield tell(
            RULE,
            case,
            defect,
            f"this handler returns, and the shell goes on where it was: it is killed after {case.trace.grace_period:g} s all the same; {advice}",
            severity=severity_of(defect.path),
            fix=fix_of("unsafe", "Exit at the end of the handler", extended(stop.trap, forget, "; exit 0")),
        )


def _named(outcome: Outcome, wait: Waited) -> Fix | None:
    """``wait`` for the jobs alone, by the variables that their numbers are in."""
    jobs = [pid for pid in wait.pids if pid not in outcome.substitutions]
    pids = variable_of(outcome.jobs, jobs)
    if pids is None or wait.text.value != "wait":
        return None
    unquoted = pids.replace('"', "")  # the handler may stand in quotes of either kind, and numbers have no spaces
    return fix_of("unsafe", "Wait for the application alone", [wait.text.edit(f"wait {unquoted}")])


RULE = Rule("GL214", "trap-does-not-exit", "error", check, __doc__)
