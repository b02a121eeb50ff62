"""Traps, but not the signal that this image is stopped with.

## What it does
Reports scripts that trap signals, only not the stop signal in force: INT only, SIGKILL, or TERM where STOPSIGNAL (often inherited from the base image) is another one;
and EXIT only, which runs on a signal in bash and not in dash or busybox.

## Why is this bad?
Nobody sends SIGINT on `docker stop`. The handler never runs; the shell drops the stop signal and everything is killed after the grace period.

## Example
```sh
#!/bin/sh
gunicorn app:app &
pid=$!
trap 'kill "$pid"; wait "$pid"' INT
wait "$pid"
```

## Use instead
```sh
#!/bin/sh
gunicorn app:app &
pid=$!
trap 'kill "$pid"; wait "$pid"' INT TERM
wait "$pid"
```

## Fix safety
Unsafe: the stop signal is added to the trap's conditions.

## When not to care
When the container is stopped by something that sends that signal itself.

## References
- [STOPSIGNAL](https://docs.docker.com/reference/dockerfile/#stopsignal)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from ..blame.defects import of_rule
from ..telling.telling import cost, severity_of, shell_name, tell
from ..telling.writing import fix_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding


def check(case: Case) -> Iterator[Finding]:
    """One finding for the first trap of a shell that does not trap the stop signal."""
    for defect in of_rule(case, RULE.name):
        outcome = defect.hop.shell
        trap = (
            next((trap for trap in (*outcome.traps, *outcome.rejected) if trap.text == defect.at), None)
            if outcome
            else None
        )
        if outcome is None or trap is None:
            continue
        if trap.signal == "EXIT" and outcome.shell == "bash":
            continue  # it has handlers of its own then, dies of the signal as PID 1 too, and runs the trap (measured: 5.2); what does not tell it is in front of it
        signal = case.trace.stop_signal.name or "SIGTERM"
        name = signal.removeprefix("SIG")
        source = "" if case.trace.stop_signal.source == "default" else f" (from the {case.trace.stop_signal.source})"
        only = (
            f"{shell_name(case, outcome)} runs EXIT traps only when the script ends by itself"
            if trap.signal == "EXIT"
            else f"this traps {trap.spelled} only"
        )
        # An EXIT trap that returns into a loop would have to end it as well.
        ends = trap.signal != "EXIT" or outcome.end != "loop"
        yield tell(
            RULE,
            case,
            defect,
            f"the stop signal is {signal}{source}, and {only}: the handler never runs, the shell drops {signal}, and"
            f" {cost(case, defect.path)}; trap {name} as well{'' if ends else ', with an exit behind it'}",
            severity=severity_of(defect.path),
            fix=fix_of("unsafe", f"Trap {name} as well", [trap.word.insert_after(f" {name}")])
            if trap.word is not None and ends
            else None,
        )


RULE = Rule("GL213", "trap-for-another-signal", "error", check, __doc__)
