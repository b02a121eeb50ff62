"""An init that signals the whole group in front of a master that tells its workers itself (celery prefork).

## What it does
Reports `tini -g`, dumb-init in its default mode and the like in front of programs that manage worker processes and must be the only one to be told.

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

from .defects import has_trait
from .launching import base_name, own_exec_forms
from .telling import program_name
from .writing import instruction_fix, json_array

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding, Fix


def check(case: Case) -> Iterator[Finding]:
    """One finding for each init that signals the group of such a master."""
    signal = case.trace.stop_signal.name or ""
    for path in case.trace.paths:
        for hop in path.hops:
            program = hop.program
            if program is None or program.kind != "inits" or hop.text is None:
                continue
            reaction = (program.as_pid1 if hop.pid1 else program.as_child).get(signal)
            app = path.app
            if reaction is None or reaction.to != "group" or app is None:
                continue
            if not has_trait(app.program, "group-breaks-workers"):
                continue
            yield RULE.finding(
                hop.text,
                f"{program_name(hop.argv)} sends {reaction.signal or signal} to the whole process group: {program_name(app.argv)}'s worker processes die of it"
                f" with their tasks, instead of being told by {program_name(app.argv)} itself; signal the child only"
                " (tini without -g, dumb-init --single-child)",
                confidence="medium",
                fix=_fix(case, program.name),
            )
            return


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
