"""An init, a supervisor or a handler that signals the whole group in front of a master that tells its workers itself (celery prefork).

## What it does
Reports `tini -g`, dumb-init in its default mode, supervisord's `stopasgroup=true`, a handler's `kill 0` and the like in front of programs that manage worker processes
and must be the only one to be told.

## Why is this bad?
The workers get the stop signal at the same time as their master. celery's pool processes die of it, with the tasks they were running.

## Example
```dockerfile
FROM python:3.12-slim
ENTRYPOINT ["dumb-init", "--"]
CMD ["celery", "-A", "proj", "worker"]
```

## Use instead
```dockerfile
FROM python:3.12-slim
ENTRYPOINT ["dumb-init", "--single-child", "--"]
CMD ["celery", "-A", "proj", "worker"]
```

## Fix safety
Unsafe: the init's option is changed, which matters if it stands in front of a shell.

## When not to care
When tasks may be lost and are run again (acks_late).

## References
- [Airflow: signal propagation](https://airflow.apache.org/docs/docker-stack/entrypoint.html#signal-propagation)
- [celery workers guide](https://docs.celeryq.dev/en/stable/userguide/workers.html#stopping-the-worker)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from ..blame.blamed_programs import sweeps
from ..telling.launching import base_name, own_exec_forms
from ..telling.telling import program_name
from ..telling.writing import instruction_fix, json_array

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding, Fix
    from gracelint.signals.model import Hop, SignalPath
    from gracelint.source import Text


def check(case: Case) -> Iterator[Finding]:
    """One finding for the first that signals the group of such a master."""
    for path in case.trace.paths:
        for hop in path.hops:
            sender = _sender(path, hop) if hop.robbed else None
            if sender is None:
                continue
            who, whom, at, advice = sender
            name = program_name(hop.argv)
            yield RULE.finding(
                at,
                f"{who} sends {hop.received or 'SIGTERM'} to {whom}: {name}'s worker processes die of it"
                f" with their tasks, instead of being told by {name} itself; {advice}",
                confidence="medium",
                fix=_fix(case, who),
            )
            return


_GROUP = "the whole process group"


def _sender(path: SignalPath, master: Hop) -> tuple[str, str, Text, str] | None:
    """Who signalled the workers of a master: its name, whom it tells, the place to mend, and what to write there."""
    hop = master
    while hop.parent is not None:
        hop = path.hops[hop.parent]
        program, shell = hop.program, hop.shell
        if program is not None and master.text is not None and sweeps(program):
            advice = f"run {program_name(master.argv)} as one of its services, which are told alone and first"
            return program.name, "every process at once", master.text, advice
        if program is not None and hop.text is not None and program.kind == "inits":
            return (
                program_name(hop.argv),
                _GROUP,
                hop.text,
                "signal the child only (tini without -g, dumb-init --single-child)",
            )
        if program is not None and master.text is not None and program.kind == "supervisors":
            return program.name, _GROUP, master.text, "signal the program only (supervisord: stopasgroup=false)"
        sent = shell.stop.sent if shell is not None and shell.stop is not None and shell.stop.ends == "exits" else ()
        at = next((one.text for one in sent if one.to in ("group", "all")), None)
        if at is not None:
            return program_name(hop.argv), _GROUP, at, f'signal {program_name(master.argv)} only (kill "$!")'
    return None


def _fix(case: Case, init: str) -> Fix | None:
    """Have the init of an exec form signal its child only."""
    for line in own_exec_forms(case.image.launch):
        words = [argument.value for argument in line.arguments]
        names = [base_name(word) for word in words]
        if init not in names or line.instruction is None:
            continue
        at = names.index(init) + 1
        single = ["--single-child"] if init == "dumb-init" else []
        rest = words[at:] if single else [word for word in words[at:] if word != "-g"]
        if single or rest != words[at:]:
            return instruction_fix(
                line.instruction, json_array([*words[:at], *single, *rest]), "unsafe", "Signal the child only"
            )
    return None


RULE = Rule("GL405", "group-signal-breaks-workers", "warning", check, __doc__)
