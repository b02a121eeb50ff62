"""Long work before exec with nothing that handles the signal.

## What it does
Reports, as information, entrypoint scripts that wait or do long work (`sleep`, `until ...; do`, migrations, wait-for-it) before they `exec` the application, with neither a trap nor an init.

## Why is this bad?
While the script is PID 1 a stop signal is dropped. A stop during the start then takes the whole grace period, and the application starts meanwhile only to be killed.

## Example
```sh
#!/bin/sh
until nc -z db 5432; do
    sleep 1
done
exec gunicorn app:app
```

## Use instead
```sh
#!/bin/sh
trap 'exit 143' TERM
until nc -z db 5432; do
    sleep 1
done
exec gunicorn app:app
```

## Fix safety
Safe: a trap is set at the top of the script, behind its first comments. It changes nothing but what happens when the stop signal comes before `exec`, which takes the trap away: the script then ends after
its present command, and the application is not started.

## When not to care
When starting takes a second or two.

## References
- [docker-library/postgres#1207](https://github.com/docker-library/postgres/issues/1207)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.regexes import regex
from gracelint.rule import Case, Rule
from gracelint.signals.names import number

from .launching import base_name
from .telling import program_name
from .writing import fix_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding, Fix
    from gracelint.signals.shell.outcome import Outcome

# Commands that wait for something else, as long as it takes.
_WAITS = frozenset(
    {
        "sleep",
        "wait-for-it",
        "wait-for-it.sh",
        "wait-for",
        "wait-for.sh",
        "wait4x",
        "dockerize",
        "nc",
        "pg_isready",
        "mysqladmin",
        "until",
    }
)

_HEAD = regex(r"#!.*\n(?:#.*\n)*")


def check(case: Case) -> Iterator[Finding]:
    """At most one finding: the first long wait of the entrypoint."""
    signal = case.trace.stop_signal.name
    for path in case.trace.paths:
        for hop in path.before:
            outcome = hop.shell
            if (
                outcome is None
                or not hop.pid1
                or outcome.command is None
                or any(trap.signal == signal for trap in outcome.lost)
            ):
                continue
            for command in outcome.before:
                if command.argv and base_name(command.argv[0]) in _WAITS:
                    app = program_name(path.pid1)
                    yield RULE.finding(
                        command.text,
                        f"a stop that comes while the script waits here is lost: its shell drops {signal}, then starts {app}, which is killed after"
                        f" {case.trace.grace_period:g} s; write trap 'exit 143' {(signal or 'SIGTERM').removeprefix('SIG')} at the top of the script",
                        confidence="medium",
                        fix=_fix(outcome, signal),
                    )
                    return


def _fix(outcome: Outcome, signal: str | None) -> Fix | None:
    """A trap behind the script's ``#!`` and its first comments, which lasts until exec."""
    head, value = _HEAD.match(outcome.source.value), number(signal or "")
    if outcome.mode != "file" or head is None or signal is None or value is None:
        return None
    trap = f"trap 'exit {128 + value}' {signal.removeprefix('SIG')}\n"
    return fix_of("safe", "Leave when told before exec", [outcome.source.cut(head.end(), head.end()).edit(trap)])


RULE = Rule("GL219", "signal-lost-before-exec", "info", check, __doc__)
