"""xargs, flock, strace, time, setsid, unbuffer ... in front of the application.

## What it does
Reports wrapper programs that start the application as a child, wait for it and do not pass signals on; and `setsid` as the first process, which forks and leaves.
What to do: start the application without the wrapper, or use an option that makes the wrapper replace itself by it. `apachectl -D FOREGROUND` becomes
`. /etc/apache2/envvars; exec apache2 -DFOREGROUND`.

## Why is this bad?
The wrapper is PID 1. It has no handler for the stop signal, which the kernel drops; the application never hears of it and is killed after the grace period.

## Example
```dockerfile
FROM debian:12
CMD ["flock", "/run/lock", "redis-server"]
```

## Use instead
```dockerfile
FROM debian:12
CMD ["flock", "--no-fork", "/run/lock", "redis-server"]
```

## Fix safety
Unsafe: `time` and, for the first process, `setsid` are taken away; `flock` gets `--no-fork` and execs its command, which inherits the lock. No fix for other wrappers: what replaces them depends on what they are for.

## When not to care
When the wrapped command is a short job.

## References
- flock(1), `--no-fork`; setsid(1), `--wait`; time(1)
- pid_namespaces(7)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from ..blame.defects import below, of_rule
from ..telling.telling import cost, program_name, severity_of, tell
from ..telling.writing import exec_form_of, fix_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding, Fix

    from ..blame.defects import Defect

# What a wrapper did is done without it: the first process leads its session already, and nobody reads the clock of a server.
_NEEDLESS = frozenset({"setsid", "time"})


def check(case: Case) -> Iterator[Finding]:
    """One finding for each wrapper that keeps the signal to itself."""
    for defect in of_rule(case, RULE.name):
        hop, signal = defect.hop, case.trace.stop_signal.name
        wrapper = program_name(hop.argv)
        wrapped = below(defect.path, hop)
        app = program_name(wrapped[-1].argv) if wrapped else "the application"
        leaves = hop.program is not None and hop.program.daemonizes
        what = (
            f"{wrapper} starts {app} as a child and leaves: the container ends at once, and {app} is killed"
            if leaves
            else f"{wrapper} does not pass {signal} on to {app}: {hop.why.rstrip('.')}; {cost(case, defect.path)}"
        )
        yield tell(
            RULE,
            case,
            defect,
            f"{what}; start {app} without {wrapper}",
            severity="error" if leaves else severity_of(defect.path),
            fix=_fix(case, defect),
        )


def _fix(case: Case, defect: Defect) -> Fix | None:
    """Take away a wrapper that does nothing here; have flock exec its command. In an exec form, or before a script's last command."""
    program, text = defect.hop.program, defect.at
    if program is None or len(program.starts) != 1 or program.starts[0].shell or not defect.hop.pid1:
        return None
    started = program.starts[0].arguments
    words, rest = list(defect.hop.argv), [argument.value for argument in started]
    if words[len(words) - len(rest) :] != rest:
        return None
    if program.name in _NEEDLESS:
        message, fixed, edit = (
            f"Start it without {program.name}",
            rest,
            text.cut(0, started[0].text.start - text.start).edit(""),
        )
    elif program.name == "flock" and case.image.base.shell != "ash":
        message, fixed = "Have flock exec it", [words[0], "--no-fork", *words[1:]]
        edit = text.cut(len(words[0]), len(words[0])).edit(" --no-fork")
    else:
        return None
    # The words of an exec form have buffers of their own, those of a script's command share one.
    if started[0].text.buffer is not text.buffer or not text.value.startswith(words[0]):
        return exec_form_of(case, words, fixed, message)
    return fix_of("unsafe", message, [edit])


RULE = Rule("GL407", "wrapper-does-not-forward", "error", check, __doc__)
