"""STOPSIGNAL that no engine accepts.

## What it does
Reports a stop signal that is neither the name of a Linux signal (with or without `SIG`) nor a number from 1 to 64.

## Why is this bad?
The build fails, or the engine refuses to create the container, or (older engines) falls back to SIGTERM without a word.

## Example
```dockerfile
FROM redis:7
STOPSIGNAL SIGTREM
```

## Use instead
```dockerfile
FROM redis:7
STOPSIGNAL SIGTERM
```

## Fix safety
Unsafe: the nearest name is a guess.

## When not to care
Never.

## References
- [STOPSIGNAL](https://docs.docker.com/reference/dockerfile/#stopsignal)
- moby/sys/signal `ParseSignal`
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from ..telling.writing import fix_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding

# The signals that images are stopped with, see the catalogue; a typo is far more likely one of these.
_USUAL = ("SIGTERM", "SIGINT", "SIGQUIT", "SIGHUP", "SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGRTMIN+3")


def check(case: Case) -> Iterator[Finding]:
    """At most one finding: the STOPSIGNAL in force."""
    signal = case.image.stop_signal
    if signal.text is None or signal.name is not None:
        return
    from difflib import get_close_matches

    raw = signal.raw.upper()
    near = get_close_matches(raw if raw.startswith("SIG") else f"SIG{raw}", _USUAL, 1)
    yield RULE.finding(
        signal.text,
        f"no engine accepts the stop signal {signal.raw!r}: the build or the start of the container fails; "
        + (f"did you mean {near[0]}?" if near else "write a signal's name, such as SIGTERM, or a number from 1 to 64"),
        fix=fix_of("unsafe", f"Write {near[0]}", [signal.text.edit(near[0])]) if near else None,
    )


RULE = Rule("GL111", "invalid-stop-signal", "error", check, __doc__)
