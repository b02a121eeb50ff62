"""A shell loop as PID 1 that no trap ends.

## What it does
Reports entrypoints that end in an endless shell loop (`while true; do ...; sleep 60; done`) without a trap for the stop signal.

## Why is this bad?
The shell is PID 1 and has no handler for the stop signal, so the kernel drops it. The loop goes on until the container is killed after the grace period,
perhaps in the middle of a job.

## Example
```sh
#!/bin/sh
while true; do
    python /app/job.py
    sleep 60
done
```

## Use instead
```sh
#!/bin/sh
trap 'exit 0' TERM
while true; do
    python /app/job.py
    sleep 60 &
    wait $!
done
```

## Fix safety
Unsafe: `trap 'exit 0' TERM` is written before the loop, and its `sleep 60` becomes `sleep 60 & wait $!`, which a signal interrupts. A job that runs when the signal comes is finished first, because a
shell runs handlers between commands.

## When not to care
When a job that is cut off at any point does no harm and nobody waits for the stop.

## References
- POSIX XCU 2.11
- [krallin/tini#172](https://github.com/krallin/tini/issues/172)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.regexes import regex
from gracelint.rule import Case, Rule

from ..blame.defects import of_rule
from ..telling.telling import severity_of, shell_name, tell
from ..telling.writing import fix_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding, Fix
    from gracelint.signals.shell.model.outcome import Outcome


# A pause that stands by itself: what follows it ends the command.
_SLEEP = regex(r"(?:^|(?<=[;\s]))(sleep[ \t]+[\w.\"$\{\}:-]+)(?=[ \t]*(?:;|\n|#|\Z))")


def check(case: Case) -> Iterator[Finding]:
    """One finding for each endless loop."""
    for defect in of_rule(case, RULE.name):
        outcome = defect.hop.shell
        if outcome is None:
            continue
        signal = case.trace.stop_signal.name or "SIGTERM"
        sleeps = _SLEEP.findall(outcome.loop.value) if outcome.loop is not None else []
        yield tell(
            RULE,
            case,
            defect,
            f"nothing ends this loop on {signal}: {shell_name(case, outcome)} has no trap, so the signal "
            + (
                f"is dropped and the loop is killed after {case.trace.grace_period:g} s"
                if defect.hop.pid1
                else "kills it in the middle of whatever it does"
            )
            + f"; write trap 'exit 0' {signal.removeprefix('SIG')} before it, and sleep with {sleeps[0] if sleeps else 'sleep 60'} & wait $!",
            severity=severity_of(defect.path),
            fix=_fix(outcome, signal.removeprefix("SIG")),
        )


def _fix(outcome: Outcome, signal: str) -> Fix | None:
    """A trap before the loop, and a sleep that it can interrupt; only where the sleep can be told apart, and where the trap would be the
    loop's own: in front of a pipeline, it is the shell's that waits for it."""
    loop = outcome.loop
    if outcome.command is not None and "pipeline" in outcome.command.around:
        return None
    sleeps = list(_SLEEP.finditer(loop.value)) if loop is not None else []
    if loop is None or len(sleeps) != 1 or outcome.jobs:
        return None
    before = loop.buffer.value[: loop.start].rpartition("\n")[2]
    separator = "; " if outcome.mode == "command" or before.strip() else f"\n{before}"
    return fix_of(
        "unsafe",
        "Leave when told, between two commands",
        [
            loop.insert_before(f"trap 'exit 0' {signal}{separator}"),
            loop.cut(*sleeps[0].span(1)).insert_after(" & wait $!"),
        ],
    )


RULE = Rule("GL220", "loop-without-trap", "error", check, __doc__)
