"""supervisord, s6, runit, pm2 configured so that children are killed or not told.

## What it does
Reports supervised programs whose stop signal is not the one they stop cleanly on, or whose own shutdown timeout is longer than the time the supervisor gives them.

## Why is this bad?
The supervisor handles the container's stop signal well, then stops its programs its own way: with a signal that drops requests, or with SIGKILL after a few seconds.

## Example
```dockerfile
FROM debian:12
COPY <<EOF /etc/supervisord.conf
[supervisord]
nodaemon=true
[program:web]
command=nginx -g 'daemon off;'
EOF
CMD ["supervisord", "-n", "-c", "/etc/supervisord.conf"]
```

## Use instead
```dockerfile
FROM debian:12
COPY <<EOF /etc/supervisord.conf
[supervisord]
nodaemon=true
[program:web]
command=nginx -g 'daemon off;'
stopsignal=QUIT
EOF
CMD ["supervisord", "-n", "-c", "/etc/supervisord.conf"]
```

## Fix safety
No fix: the settings belong together.

## When not to care
When the program may be cut off.

## References
- [supervisord configuration](http://supervisord.org/configuration.html#program-x-section-settings)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule
from gracelint.signals.names import canonical

from .telling import program_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding


def check(case: Case) -> Iterator[Finding]:
    """One finding for each supervised program that is told wrongly or not given its time."""
    seen = set()
    for path in case.trace.paths:
        for hop in path.hops:
            supervisor = path.hops[hop.parent] if hop.parent is not None and hop.how == "supervisor" else None
            if (
                supervisor is None
                or supervisor.program is None
                or hop.program is None
                or hop.text is None
                or hop.text.span in seen
            ):
                continue
            reaction = supervisor.program.as_pid1.get(case.trace.stop_signal.name or "")
            started = next(
                (one for one in supervisor.program.starts if one.arguments[:1] and one.arguments[0].text == hop.text),
                None,
            )
            set_signal = started.stop_signal if started is not None else None
            sent = canonical(set_signal or "") or (reaction.signal if reaction is not None else None) or "SIGTERM"
            name, clean = program_name(hop.argv), hop.program.clean_signals
            if clean and sent not in clean:
                message = f"{program_name(supervisor.argv)} stops {name} with {sent}, on which it does not stop cleanly; set its stop signal to {clean[0]}"
            elif (
                reaction is not None
                and reaction.kills_after
                and hop.program.timeout
                and hop.program.timeout > reaction.kills_after
            ):
                message = (
                    f"{program_name(supervisor.argv)} kills {name} after {reaction.kills_after:g} s, but {name} may take {hop.program.timeout:g} s to stop;"
                    " give it more time"
                )
            else:
                continue
            seen.add(hop.text.span)
            yield RULE.finding(hop.text, message)


RULE = Rule("GL403", "supervisor-stop-settings", "warning", check, __doc__)
