"""A trap, then exec: the handler is gone.

## What it does
Reports a trap for the stop signal in a script that then replaces itself with `exec`.

## Why is this bad?
execve(2) resets every caught signal to its default. The handler never runs: its clean-up is lost. (The application itself does get the signal.)

## Example
```sh
#!/bin/sh
trap 'rm -f /run/app.lock' TERM
exec gunicorn app:app
```

## Use instead
```sh
#!/bin/sh
exec gunicorn app:app
```

## Fix safety
No fix: either the clean-up is not needed, or the application must stay the shell's child.

## When not to care
When the trap covers only the time before `exec`. That is good practice: a stop during the preparations is then obeyed. Traps that only exit are not reported.

## References
- execve(2): the dispositions of any signals that are being caught are reset to the default
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from ..telling.telling import program_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding
    from gracelint.signals.shell.model.outcome import Outcome, Trap

_ENDS = frozenset({"exit", "return", "kill", "wait", ":", "true", "trap", "echo", "printf"})


def check(case: Case) -> Iterator[Finding]:
    """One finding for each handler of the stop signal that exec took away."""
    seen = set()
    for path in case.trace.paths:
        for hop in path.before:
            outcome = hop.shell
            if outcome is None or outcome.command is None:
                continue
            for trap in outcome.lost:
                own = trap.signal in ("EXIT", case.trace.stop_signal.name)
                if not own or not trap.action or _only_ends(trap, outcome) or trap.text.span in seen:
                    continue
                seen.add(trap.text.span)
                yield RULE.finding(
                    trap.text,
                    f"exec replaces the shell by {program_name(outcome.command.argv)}, and this handler goes with it: its clean-up never runs once"
                    f" {program_name(outcome.command.argv)} has started; leave it to the application, or keep the shell as its parent",
                    confidence="medium",
                )


def _only_ends(trap: Trap, outcome: Outcome) -> bool:
    """Whether a handler only ends the script, or has it end (by a variable that its loops look at): it covers the time before exec, and
    nothing is lost with it."""
    from gracelint.parsers.shell import parse_command
    from gracelint.parsers.shell.model import Simple
    from gracelint.parsers.shell.walk import walk

    if trap.action_text is None:
        return False
    called = [
        outcome.functions[word] for word in (trap.action or "").replace(";", " ").split() if word in outcome.functions
    ]
    nodes = [node for text in (trap.action_text, *called) for node in walk(parse_command(text).body)]
    names = {node.words[0].literal for node in nodes if isinstance(node, Simple) and node.words}
    return names <= _ENDS | outcome.functions.keys()


RULE = Rule("GL207", "trap-lost-by-exec", "info", check, __doc__)
