"""supervisord, s6, runit, pm2 configured so that children are killed or not told.

## What it does
Reports supervised programs whose stop signal is not the one they stop cleanly on, or whose own shutdown timeout is longer than the time the supervisor gives them; supervisors
that leave without stopping their services (runsvdir); and s6-overlay behind another init, where it refuses to start.

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
Unsafe: `stopsignal` or `stopwaitsecs` is set in the program's section of supervisord's configuration; a longer wait counts only if the container's grace period allows for it.
For s6-overlay, the words before it are taken out of an exec form. No fix for other supervisors.

## When not to care
When the program may be cut off.

## References
- [supervisord configuration](http://supervisord.org/configuration.html#program-x-section-settings)
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gracelint.records import replace
from gracelint.rule import Case, Rule
from gracelint.signals.names import canonical
from gracelint.source import Edit

from ..blame.blamed_programs import has_trait
from ..blame.defects import of_rule
from ..telling.launching import executed
from ..telling.telling import drain_setting, holds, program_name, severity_of, tell
from ..telling.writing import fix_of, instruction_fix, json_array

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding, Fix
    from gracelint.image.model import Argument
    from gracelint.signals.model import Hop, Program, Started
    from gracelint.source import Text

# Where a supervisor is told how long it waits.
_SETTINGS = {"supervisord": "stopwaitsecs", "s6-overlay": "ENV S6_KILL_GRACETIME, in milliseconds"}
_MARGIN = 5  # seconds: supervisord looks at its programs once a second, and the program needs its own


def check(case: Case) -> Iterator[Finding]:
    """One finding for each supervisor that cannot stop its programs, and for each program that is told wrongly or not given its time."""
    yield from _not_first(case)
    for defect in of_rule(case, RULE.name):
        name = program_name(defect.hop.argv)
        yield tell(
            RULE,
            case,
            defect,
            f"{name} does not stop its services on {case.trace.stop_signal.name} ({defect.hop.why.rstrip('.')}): they are killed without notice;"
            " start them under a supervisor that does (supervisord, s6-overlay), or one service a container",
            severity=severity_of(defect.path),
        )
    seen = set()
    for path in case.trace.paths:
        for hop in path.hops:
            supervisor = path.hops[hop.parent] if hop.parent is not None and hop.how == "supervisor" else None
            program = supervisor.program if supervisor is not None else None
            if program is None or hop.program is None or hop.text is None or hop.text.span in seen:
                continue
            found = _settings(case, program, hop.program, hop)
            if found is not None:
                seen.add(hop.text.span)
                yield (
                    found
                    if _stops_in_order(supervisor)
                    else replace(found, message=f"when it stops in order, {found.message}")
                )


def _stops_in_order(supervisor: Hop | None) -> bool:
    """Whether a supervisor hears of the stop, and has its programs stop."""
    return supervisor is None or (
        supervisor.disposition == "forwards" and (supervisor.pid1 or supervisor.notified is not False)
    )


def _not_first(case: Case) -> Iterator[Finding]:
    """A supervisor that refuses to be anything but PID 1, behind something else."""
    for at, (arguments, program) in enumerate(executed(case)):
        if at and has_trait(program, "only-pid1"):
            first = case.image.launch.arguments[0]
            yield RULE.finding(
                arguments[0].text,
                f"the container does not start: {arguments[0].value} is a supervisor that refuses to run unless it is PID 1, and {first.value} is; start it without",
                severity="error",
                fix=_first(case, arguments[0]),
            )


def _first(case: Case, argument: Argument) -> Fix | None:
    """Take away what stands before a word of the ENTRYPOINT, or of the CMD that is the whole launch."""
    line = case.image.launch.entrypoint or case.image.launch.cmd
    if line is None or line.instruction is None or line.form != "exec" or argument not in line.arguments:
        return None
    words = [word.value for word in line.arguments[line.arguments.index(argument) :]]
    return instruction_fix(line.instruction, json_array(words), "unsafe", f"Start {argument.value} as PID 1")


def _settings(case: Case, supervisor: Program, program: Program, hop: Hop) -> Finding | None:
    """What is wrong with the way in which a supervisor stops one program."""
    assert hop.text is not None
    reaction = supervisor.as_pid1.get(case.trace.stop_signal.name or "")
    started = next((one for one in supervisor.starts if one.text is not None and holds(one.text, hop.text)), None)
    given = canonical(started.stop_signal or "") if started is not None else None
    sent = given or (reaction.signal if reaction is not None else None) or "SIGTERM"
    limit = started.kills_after if started is not None else None
    limit = limit if limit is not None or reaction is None else reaction.kills_after
    name, clean = program_name(hop.argv), program.clean_signals
    if clean and sent not in clean:
        settable = any(one.stop_signal is not None for one in supervisor.starts)
        advice = (
            _told_otherwise(supervisor, started, clean[0])
            if settable
            else f"let a supervisor start it that can be told to send {clean[0]}, or give it a container of its own"
        )
        if program.drain:
            advice += f", and write {drain_setting(case, program.drain, limit)} into its configuration: without it the requests in flight are dropped on {clean[0]}, too"
        return RULE.finding(
            hop.text,
            f"{supervisor.name} stops {name} with {sent}, on which it does not stop cleanly; {advice}",
            fix=_set(supervisor, hop.text, "stopsignal", clean[0].removeprefix("SIG")),
        )
    pause = _pause(program, sent)
    needs = max(program.timeout or 0, pause)
    if pause > case.trace.grace_period and pause == needs:
        return None  # GL404 says it, and no setting helps
    if limit and needs > limit:
        setting = _SETTINGS.get(supervisor.name)
        longer = (
            f", and the container a grace period of more than {needs:g} s" if needs >= case.trace.grace_period else ""
        )
        return RULE.finding(
            hop.text,
            f"{supervisor.name} kills {name} after {limit:g} s, but {name} may take {needs:g} s to stop; give it more time"
            + (f" ({setting})" if setting else "")
            + longer,
            fix=_set(supervisor, hop.text, "stopwaitsecs", f"{needs + _MARGIN:g}"),
        )
    return None


def _told_otherwise(supervisor: Program, started: Started | None, signal: str) -> str:
    """How a supervisor is told to send another signal."""
    if not supervisor.name.startswith("s6"):
        return f"set its stop signal to {signal}"
    if started is not None and started.to_group:  # the command of s6-overlay
        return f"make it a service of {supervisor.name}, with {signal} in the file down-signal beside its run script"
    return f"write {signal} into the file down-signal beside its run script"


def _pause(program: Program, signal: str) -> float:
    """Seconds that may pass before a Python application that was read looks at what its handler did."""
    response = program.python.responses.get(signal) if program.python is not None else None
    reaction = response.as_child if response is not None else None
    return reaction.after if reaction is not None else 0


def _set(supervisor: Program, command: Text, key: str, value: str) -> Fix | None:
    """Set a key in the section of supervisord's file that holds a command: in its place, or at the section's head."""
    document, at, behind = command.span
    whole = document.text
    start = whole.rfind("\n[", 0, at) + 1
    head = whole.find("\n", start) + 1
    if supervisor.name != "supervisord" or not whole.startswith("[program:", start):
        return None
    end = whole.find("\n[", behind)
    present = re.compile(rf"^{key}[ \t]*=[ \t]*([^;\s]+)", re.MULTILINE).search(
        whole, head, end if end >= 0 else len(whole)
    )
    spaced = " = " if whole[:at].endswith("= ") else "="  # as its command is written
    edit = (
        Edit(document.span(*present.span(1)), value)
        if present
        else Edit(document.span(head, head), f"{key}{spaced}{value}\n")
    )
    return fix_of("unsafe", f"Set {key}", [edit])


RULE = Rule("GL403", "supervisor-stop-settings", "warning", check, __doc__)
