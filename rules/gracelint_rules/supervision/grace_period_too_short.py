"""The application may take longer to stop than the grace period.

## What it does
Compares the shutdown timeout that the command line or a configuration file sets (gunicorn's `--graceful-timeout`, uvicorn's `--timeout-graceful-shutdown` ...), and the pauses of a Python program that has a handler but looks at what it sets only after `time.sleep(30)` (also where the length is computed, or the default of an environment variable or option), with the grace period of the engine.

## Why is this bad?
The application would take the time it was given, but the engine sends SIGKILL before: requests are cut and data is lost exactly when the shutdown is slow. A sleep is not shortened by a signal: Python runs the handler, and sleeps on.

## Example
```dockerfile
FROM python:3.12-slim
CMD ["gunicorn", "--graceful-timeout", "60", "app:app"]
```

## Use instead
```dockerfile
FROM python:3.12-slim
CMD ["gunicorn", "--graceful-timeout", "8", "app:app"]
```

## Fix safety
Unsafe: offered where the timeout stands in the Dockerfile; it is set two seconds below the grace period. Rather raise the grace period where you deploy, and tell gracelint (`grace-period`). A pause gets no fix: wait for a `threading.Event` that the handler sets, `stop.wait(30)`.

## When not to care
When the grace period is set where the container is deployed. Put it into gracelint's configuration.

## References
- [docker stop](https://docs.docker.com/reference/cli/docker/container/stop/)
- [gunicorn settings](https://docs.gunicorn.org/en/stable/settings.html#graceful-timeout)
- [PEP 475: retry system calls failing with EINTR](https://peps.python.org/pep-0475/)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from ..telling.stop_signal import started_otherwise
from ..telling.telling import program_name
from ..telling.writing import fix_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding
    from gracelint.signals.model import Hop

_MARGIN = 2


def check(case: Case) -> Iterator[Finding]:
    """One finding for each application whose configured timeout, or whose pause, is longer than the grace period. None where it is given no
    time at all, which is wanted then."""
    if case.trace.grace_period == 0:
        return
    seen = set()
    for path in case.trace.paths:
        for hop in path.hops:
            for finding in (*_timeout(case, hop), *_pause(hop, case.trace.grace_period)):
                if finding.span not in seen:
                    seen.add(finding.span)
                    yield finding


def _timeout(case: Case, hop: Hop) -> Iterator[Finding]:
    program, grace = hop.program, case.trace.grace_period
    if program is None or program.timeout is None or program.timeout_text is None or program.timeout <= grace:
        return
    at, value = program.timeout_text, f"{program.timeout:g}"
    shorter = at.value.replace(value, f"{max(1, grace - _MARGIN):g}", 1) if value in at.value else None
    yield RULE.finding(
        at,
        f"{program_name(hop.argv)} may take {value} s to stop, but it is killed after {grace:g} s: {_raised(case, program.timeout)}, or set this timeout below it",
        fix=fix_of("unsafe", "Set the timeout below the grace period", [at.edit(shorter)])
        if shorter is not None
        else None,
    )


def _raised(case: Case, timeout: float) -> str:
    """How the grace period is raised: in the compose file where that starts it."""
    if started_otherwise(case):
        return f"give this service a longer stop_grace_period ({timeout + _MARGIN:g}s)"
    return "raise the grace period where you deploy and tell gracelint (grace-period)"


def _pause(hop: Hop, grace: float) -> Iterator[Finding]:
    python = hop.program.python if hop.program is not None else None
    response = python.responses.get(hop.received) if python is not None and hop.received is not None else None
    if response is None:
        return
    reaction = response.as_pid1 if hop.pid1 else response.as_child
    if reaction is None or reaction.after <= grace:
        return
    unless = f" (unless {response.pause_set_by} says otherwise)" if response.pause_set_by else ""
    yield RULE.finding(
        response.pause or response.blocking,
        f"{program_name(hop.argv)} runs its handler for {hop.received} at once, but may look at what that did only {reaction.after:g} s later{unless}, when this pause is over;"
        f" it is killed after {grace:g} s. Wait for an event that the handler sets, with this timeout, instead of sleeping",
        severity="error",
    )


RULE = Rule("GL404", "grace-period-too-short", "warning", check, __doc__)
