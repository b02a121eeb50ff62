"""`trap 'kill 0' TERM`: the shell signals itself until it crashes.

## What it does
Reports handlers for the stop signal that send the same signal to the shell itself: `kill 0`, `kill -- -$$`, `kill $$`.

## Why is this bad?
The signal starts the handler again, in the handler, until the stack overflows: dash, bash and ash end with SIGSEGV, status 139, and the kernel kills the children. zsh hangs.

## Example
```sh
#!/bin/sh
gunicorn app:app &
trap 'kill 0' TERM
wait
```

## Use instead
```sh
#!/bin/sh
gunicorn app:app &
trap 'trap - TERM; kill 0; wait' TERM
wait
```

## Fix safety
Safe: `trap - TERM` first, and `wait` at the end, is what the handler was meant to do.

## When not to care
Never.

## References
- kill(1p): process group 0 is the sender's own, sender included
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from ..blame.defects import of_rule
from ..telling.telling import severity_of, tell
from ..telling.writing import fix_of
from .handlers import extended

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding, Fix
    from gracelint.signals.shell.model.outcome import Stop


def check(case: Case) -> Iterator[Finding]:
    """One finding for each handler that signals its own shell."""
    for defect in of_rule(case, RULE.name):
        outcome = defect.hop.shell
        stop = outcome.stop if outcome is not None else None
        if stop is None or stop.trap is None:
            continue
        yield tell(
            RULE,
            case,
            defect,
            f"this handler sends {stop.signal} to its own shell, which starts the handler again, until the shell crashes (status 139) and the kernel"
            " kills everything; reset the trap first: trap 'trap - TERM; kill 0; wait' TERM",
            severity=severity_of(defect.path),
            fix=_fix(stop),
        )


def _fix(stop: Stop) -> Fix | None:
    """Only for a handler that signals the group: the children hear it once the shell itself no longer stumbles over it."""
    trap = stop.trap
    if trap is None or trap.action is None or not any(sent.to == "group" for sent in stop.sent):
        return None
    name = stop.signal.removeprefix("SIG")
    edits = extended(trap, f"trap - {name}; ", "" if "wait" in trap.action else "; wait")
    return fix_of("safe", "Reset the trap first, and wait", edits)


RULE = Rule("GL212", "trap-kills-itself", "error", check, __doc__)
