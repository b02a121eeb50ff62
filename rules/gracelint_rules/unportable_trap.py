"""`trap ... SIGTERM` where sh is dash: refused, so no trap at all.

## What it does
Reports trap conditions that the shell which runs the script does not know: names with `SIG` in dash, misspelled names.

## Why is this bad?
dash prints `trap: SIGTERM: bad trap` among the log lines and goes on without a trap. The same script works where `sh` is bash or busybox.

## Example
```sh
#!/bin/sh
gunicorn app:app &
pid=$!
trap 'kill "$pid"; wait "$pid"' SIGTERM
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
Safe: the name without `SIG` means the same in every shell, and the trap was meant to be set.

## When not to care
Never.

## References
- POSIX XCU `trap`: names without the SIG prefix
- dash(1)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from .defects import of_rule
from .telling import severity_of, shell_name, tell
from .writing import fix_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding


def check(case: Case) -> Iterator[Finding]:
    """One finding for each refused trap for the stop signal."""
    for defect in of_rule(case, RULE.name):
        outcome = defect.hop.shell
        trap = next((trap for trap in outcome.rejected if trap.text == defect.at), None) if outcome else None
        if outcome is None or trap is None:
            continue
        plain = trap.spelled.upper().removeprefix("SIG")
        yield tell(
            RULE,
            case,
            defect,
            f"{shell_name(outcome)} does not know {trap.spelled} (it prints 'bad trap' and goes on), so no trap is set and the stop signal is dropped;"
            f" write {plain}",
            severity=severity_of(defect.path),
            fix=fix_of("safe", f"Write {plain}", [trap.word.edit(plain)]) if trap.word is not None else None,
        )


RULE = Rule("GL206", "unportable-trap", "error", check, __doc__)
