"""su, sudo, runuser where gosu, su-exec or setpriv would exec.

## What it does
Reports the application behind `su`, `sudo` or `runuser`, which stay in front of it.

## Why is this bad?
These programs fork, and wait. util-linux su and runuser pass SIGTERM on and kill the application two seconds later; sudo passes some signals on. Their shell (`su -c`) stays in between where it does not exec.

## Example
```sh
#!/bin/sh
exec su app -c 'gunicorn app:app'
```

## Use instead
```sh
#!/bin/sh
exec setpriv --reuid app --regid app --init-groups gunicorn app:app
```

## Fix safety
Unsafe: offered where the image has gosu or su-exec, or Debian's setpriv, and the command can be read off. The environment and the working folder stay, a login shell's profile is no longer read.

## When not to care
When the application stops within two seconds (su, runuser), or with sudo in front of an application that only needs SIGTERM.

## References
- su(1): SIGTERM to the child, then SIGKILL after 2 seconds
- [gosu](https://github.com/tianon/gosu#why)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule
from gracelint.signals.shell.startup.finite import is_step

from ..blame.blamed_programs import has_trait
from ..telling.privileges import becomes_root, exec_fix
from ..telling.telling import program_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding
    from gracelint.signals.model import Hop, SignalPath


def check(case: Case) -> Iterator[Finding]:
    """One finding for each su, sudo or runuser that stays in front of the application."""
    seen = set()
    for path in case.trace.paths:
        for hop in path.hops:
            program = hop.program
            if (
                program is None
                or not program.starts
                or not has_trait(program, "privilege-drop")
                or hop.text is None
                or hop.text.span in seen
            ):
                continue
            reaction = (program.as_pid1 if hop.pid1 else program.as_child).get(case.trace.stop_signal.name or "")
            seconds = reaction.kills_after if reaction is not None else None
            if not (hop.pid1 or hop.notified) or (not seconds and hop.disposition == "forwards"):
                continue  # sudo passes the signal on and waits; where nobody tells it, something else is to blame
            outcome = path.hops[hop.parent].shell if hop.parent is not None else None
            if outcome is not None and outcome.end == "foreground" and is_step(outcome):
                continue
            seen.add(hop.text.span)
            app = _started(path, hop)
            yield RULE.finding(
                hop.text,
                f"{program.name} stays in front of {app}"
                + (
                    f", and kills it {seconds:g} s after passing {case.trace.stop_signal.name} on"
                    if seconds
                    else " and passes some signals on, not all"
                )
                + (
                    f"; let the image start as root, without sudo, and become another user in front of {app}, with exec gosu, su-exec or setpriv"
                    if becomes_root(hop.argv)
                    else f"; write exec gosu USER {app}, su-exec or setpriv, which replace themselves by it"
                ),
                severity="error" if path.verdict == "killed" else "warning",
                fix=exec_fix(case, hop.text),
            )


def _started(path: SignalPath, hop: Hop) -> str:
    """The program that takes the place of a hop's user: what it starts, behind the shell of ``su -c``."""
    at = hop
    while at is hop or (at.shell is not None and at.shell.mode == "command"):
        below = next((each for each in path.hops if each.parent is not None and path.hops[each.parent] is at), None)
        if below is None:
            break
        at = below
    if at is hop:
        return "the application"
    return program_name(at.argv if at.shell is None else [word for word in at.argv[1:] if not word.startswith("-")])


RULE = Rule("GL210", "forking-privilege-drop", "warning", check, __doc__)
