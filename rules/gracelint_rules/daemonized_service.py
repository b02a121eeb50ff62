"""The service puts itself in the background; what stays in front hears the signal.

## What it does
Reports services that are started in their daemon mode (`service x start`, `nginx` without `daemon off`, `--detach`, `-D`), with something else in front, or with nothing: then the script ends, and the container
with it.

## Why is this bad?
The stop signal goes to PID 1. The daemon is an orphan in the background: it hears nothing, and is killed when PID 1 leaves or the grace period ends.

## Example
```sh
#!/bin/sh
nginx
exec tail -f /var/log/nginx/access.log
```

## Use instead
```sh
#!/bin/sh
exec nginx -g 'daemon off;'
```

## Fix safety
Unsafe: the service starts without the option that detached it, or with the one that keeps it in the foreground, with `exec`, in place of the `tail` or `sleep` right behind it. What `tail` printed
of its log is no longer seen: have it log to the standard output. No fix where a control program (`service`) starts it, or where other commands come in between.

## When not to care
Never for a service with clients or data.

## References
- [nginx in the foreground](https://nginx.org/en/docs/ngx_core_module.html#daemon)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule
from gracelint.signals.model import READS_ITS_INPUT

from .blamed_programs import has_trait
from .defects import of_rule
from .foreground import foreground_fix
from .telling import name_of, service_name, severity_of, shown, tell

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding
    from gracelint.signals.shell.outcome import Outcome


def check(case: Case) -> Iterator[Finding]:
    """One finding for each service that went to the background."""
    for defect in of_rule(case, RULE.name):
        outcome = defect.hop.shell
        daemon = next((command for command in outcome.daemons if command.text == defect.at), None) if outcome else None
        if outcome is None or daemon is None:
            continue
        name, signal = service_name(daemon), case.trace.stop_signal.name
        front = name_of(outcome.command) if outcome.command is not None else "the shell"
        if name == front and outcome.command is not None:
            name, front = f"what `{shown(daemon.argv)}` started", f"`{shown(outcome.command.argv)}`"
        last = (
            "the shell at its end leaves too where there is no terminal"
            if READS_ITS_INPUT in outcome.reasons
            else "the script ends"
        )
        what = (
            f"{name} is started in the background, and then {last}: the container ends with it, and {name} is killed"
            if outcome.end == "exits"
            else f"{name} runs in the background and never hears {signal}, which goes to {front}: {name} is killed without notice"
        )
        yield tell(
            RULE,
            case,
            defect,
            f"{what}; {_advice(outcome, name)}",
            severity="error" if outcome.end == "exits" else severity_of(defect.path),
            fix=foreground_fix(case, outcome, daemon),
        )


def _advice(outcome: Outcome, name: str) -> str:
    """What stands in front is another service, or something that may give way."""
    front = outcome.command
    if len(outcome.daemons) > 1:
        return "run each in a container of its own, or have a supervisor in front start them all"
    program = front.program if front is not None else None
    gives_way = program is not None and (has_trait(program, "keep-alive") or program.kind in ("tools", "wrappers"))
    if outcome.end == "exits" or front is None or gives_way:
        return f"run {name} in the foreground, as the last command, with exec"
    return f"run {name} in a container of its own, or have a supervisor in front start both"


RULE = Rule("GL216", "daemonized-service", "error", check, __doc__)
