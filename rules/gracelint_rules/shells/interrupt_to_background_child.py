"""`kill -INT` to a child started with `&`, which ignores it.

## What it does
Reports handlers that forward the stop as SIGINT or SIGQUIT to a background child.

## Why is this bad?
A shell without job control starts background commands with SIGINT and SIGQUIT ignored. Programs that do not install their own handler inherit that (Python then does not raise
KeyboardInterrupt). The child does not stop; the shell waits, and both are killed after the grace period.

## Example
```sh
#!/bin/sh
python /app/worker.py &
pid=$!
trap 'kill -INT "$pid"; wait "$pid"' TERM
wait "$pid"
```

## Use instead
```sh
#!/bin/sh
python /app/worker.py &
pid=$!
trap 'kill -TERM "$pid"; wait "$pid"' TERM
wait "$pid"
```

## Fix safety
Unsafe: TERM is sent instead.

## When not to care
When the child is known to install its own handler for that signal.

## References
- POSIX XCU 2.11: asynchronous lists ignore SIGINT and SIGQUIT
- [Python signal](https://docs.python.org/3/library/signal.html)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gracelint.regexes import regex
from gracelint.rule import Case, Rule

from ..blame.defects import of_rule
from ..telling.telling import child_name, severity_of, tell
from ..telling.writing import fix_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding
    from gracelint.signals.shell.model.outcome import Outcome, Sent

_INTERRUPT = regex(r"(?<=\s)-(?:s\s+)?(?:SIG)?(?:INT|QUIT|2|3)\b", re.IGNORECASE)


def check(case: Case) -> Iterator[Finding]:
    """One finding for each signal that the child was started to ignore."""
    for defect in of_rule(case, RULE.name):
        outcome = defect.hop.shell
        stop = outcome.stop if outcome is not None else None
        sent = next((sent for sent in stop.sent if sent.text == defect.at), None) if stop is not None else None
        if outcome is None or sent is None or not sent.reached:
            continue
        option = _INTERRUPT.search(sent.text.value)
        app = child_name(outcome, sent.reached[0], defect.path)
        yield tell(
            RULE,
            case,
            defect,
            f"{app} was started with &, so it ignores {sent.signal} unless it installs a handler of its own: without one it does not stop, and is killed after"
            f" {case.trace.grace_period:g} s; send TERM",
            severity=severity_of(defect.path) if _is_known(outcome, sent) else "info",
            confidence="medium",
            fix=fix_of("unsafe", "Send TERM", [sent.text.cut(*option.span()).edit("-TERM")]) if option else None,
        )


def _is_known(outcome: Outcome, sent: Sent) -> bool:
    """Whether it is known of one of those it is sent to what it does with the signal: a server of the catalogue, or an application whose
    source was read."""
    programs = [job.command.program for job in outcome.jobs if job.pid in sent.reached]
    return any(
        program is not None and (program.kind != "runtimes" or program.python is not None) for program in programs
    )


RULE = Rule("GL217", "interrupt-to-background-child", "error", check, __doc__)
