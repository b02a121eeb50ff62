"""A trap that cannot run before the foreground command ends.

## What it does
Reports a trap for the stop signal in a shell that waits for a foreground command.

## Why is this bad?
A shell runs trap handlers only between commands. While the application is in the foreground the signal is noted and nothing happens; the application never hears of it and everything is
killed after the grace period.

## Example
```sh
#!/bin/sh
trap 'kill "$pid"; wait "$pid"' TERM
gunicorn app:app
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
Unsafe: the command is started in the background and waited for, and standard input is then empty.

## When not to care
When the foreground command is short, as in a loop of short commands: the trap then runs after the present one.

## References
- bash(1), "SIGNALS": the trap will not be executed until the command completes
- POSIX XCU 2.11
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.regexes import regex
from gracelint.rule import Case, Rule

from ..blame.defects import of_rule
from ..telling.telling import child_name, severity_of, shell_name, tell
from ..telling.writing import fix_of
from .handlers import extended

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding, Fix
    from gracelint.signals.shell.model.outcome import Outcome
    from gracelint.source import Text

_PAUSE = regex(r"(?<![\w-])sleep[ \t]+[\w.\"$\{\}:-]+")
_KILL = regex(r"\bkill\b[^;&|]*?\"?\$\{?(\w+)\}?\"?")


def check(case: Case) -> Iterator[Finding]:
    """One finding for each trap that has to wait for the foreground command."""
    for defect in of_rule(case, RULE.name):
        outcome = defect.hop.shell
        if outcome is None or outcome.command is None:
            continue
        if outcome.foreground is None and outcome.loop is not None:
            yield tell(RULE, case, defect, _in_a_loop(case, outcome, outcome.loop), severity=severity_of(defect.path))
            continue
        if outcome.foreground is None:
            continue
        app = child_name(outcome, outcome.foreground)
        yield tell(
            RULE,
            case,
            defect,
            f"this trap runs only after {app} has ended: {shell_name(case, outcome)} waits for {app} in the foreground, {app} hears nothing of"
            f" {case.trace.stop_signal.name}, and both are killed after {case.trace.grace_period:g} s; start {app} with &, and wait for it",
            severity=severity_of(defect.path),
            fix=_fix(outcome),
        )


def _in_a_loop(case: Case, outcome: Outcome, loop: Text) -> str:
    """What to say of a loop whose pauses outlast the grace period."""
    pause = _PAUSE.search(loop.value)
    what = pause[0] if pause is not None else "the command under way"
    return (
        f"this trap runs only after {what} has ended: {shell_name(case, outcome)} runs handlers between the commands of its loop, and is killed after"
        f" {case.trace.grace_period:g} s; write {pause[0] if pause is not None else 'sleep'} & wait $! there, which the signal interrupts"
    )


def _fix(outcome: Outcome) -> Fix | None:
    """Start the command in the background and wait for it, where the handler is text that names the child's variable."""
    command, trap = outcome.command, outcome.stop.trap if outcome.stop else None
    if (
        command is None
        or trap is None
        or trap.action_text is None
        or trap.action is None
        or command.around
        or command.calls
    ):
        return None
    if trap.action in outcome.functions or outcome.jobs:
        return None
    named = _KILL.search(trap.action)
    variable = named.group(1) if named else "pid"
    start = command.text.edit(f'{command.text.value} &\n{variable}=$!\nwait "${variable}"')
    edits = [start]
    if named is None:
        edits += extended(trap, before=f'kill "${variable}"; wait "${variable}"; ')
    elif "wait" not in trap.action:
        edits += extended(trap, after=f'; wait "${variable}"')
    return fix_of("unsafe", "Start it in the background, and wait for it", edits)


RULE = Rule("GL203", "deferred-trap", "error", check, __doc__)
