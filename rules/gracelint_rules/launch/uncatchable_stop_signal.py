"""STOPSIGNAL SIGKILL or SIGSTOP.

## What it does
Reports a stop signal that no program can handle.

## Why is this bad?
The kernel acts on SIGKILL and SIGSTOP by itself. With SIGKILL every `docker stop` is a crash: nothing is flushed, no request is finished.
With SIGSTOP the processes freeze, and are killed after the grace period.

## Example
```dockerfile
FROM redis:7
STOPSIGNAL SIGKILL
```

## Use instead
```dockerfile
FROM redis:7
STOPSIGNAL SIGTERM
```

## Fix safety
Unsafe: SIGTERM is what most programs expect, but the program may stop cleanly on another signal.

## When not to care
When the container holds no state and serves nobody, and a fast end is all that is wanted.

## References
- signal(7), "The signals SIGKILL and SIGSTOP cannot be caught, blocked, or ignored"
- [STOPSIGNAL](https://docs.docker.com/reference/dockerfile/#stopsignal)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from ..telling.writing import fix_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding

_EFFECTS = {
    "SIGKILL": "every stop is a SIGKILL at once, so nothing can be flushed, answered or cleaned up",
    "SIGSTOP": "every stop only freezes the processes, until they are killed after the grace period",
}


def check(case: Case) -> Iterator[Finding]:
    """At most one finding: the STOPSIGNAL in force."""
    signal = case.image.stop_signal
    if signal.text is None or signal.name not in _EFFECTS:
        return
    yield RULE.finding(
        signal.text,
        f"no program can handle {signal.name}: {_EFFECTS[signal.name]}; write STOPSIGNAL SIGTERM or leave it out",
        fix=fix_of("unsafe", "Stop with SIGTERM", [signal.text.edit("SIGTERM")]),
    )


RULE = Rule("GL110", "uncatchable-stop-signal", "error", check, __doc__)
