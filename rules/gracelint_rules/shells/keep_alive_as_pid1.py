"""`tail -f /dev/null`, `sleep infinity`, a log tail, in front of the real work.

## What it does
Reports launches whose foreground process only keeps the container alive. What to do: find the program that the container is for, and make it the last command, in the foreground and with `exec`. If there
is none, and the container is only there to be entered, let the placeholder end when it is told (see Fix safety).

## Why is this bad?
As PID 1 such a program has no handler, so the stop takes the whole grace period; and the real work, which runs elsewhere in the container, is killed without notice.

## Example
```dockerfile
FROM debian:12
CMD ["tail", "-f", "/dev/null"]
```

## Use instead
```dockerfile
FROM redis:7
CMD ["redis-server"]
```

## Fix safety
Unsafe, because nobody but the writer knows whether it is a placeholder: it is started behind the init that the image installs; else a shell sets a trap, starts it with `&` and waits, so that the container ends at
once when told. No fix where other commands come before it: run the real work in the foreground.

## When not to care
Where the container is a placeholder on purpose (a development container).

## References
- [openwisp/docker-openwisp#694](https://github.com/openwisp/docker-openwisp/issues/694)
"""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from gracelint.rule import Case, Rule

from ..blame.blamed_programs import has_trait
from ..blame.blamed_shells import gives_up
from ..blame.defects import of_rule
from ..blame.purpose import aside, asks_for_development, for_development
from ..telling.initial import init_fix
from ..telling.supervising import lines
from ..telling.telling import program_name, tell
from ..telling.writing import exec_form_of, fix_of, nothing_follows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding, Fix
    from gracelint.signals.shell.model.outcome import Outcome
    from gracelint.source import Edit

    from ..blame.defects import Defect


def check(case: Case) -> Iterator[Finding]:
    """One finding for each process that only keeps the container alive."""
    for defect in of_rule(case, RULE.name):
        if _meant(case, defect) or (defect.hop.shell is not None and gives_up(defect.hop.shell)):
            continue
        argv = defect.hop.shell.command.argv if defect.hop.shell and defect.hop.shell.command else defect.hop.argv
        name, placeholder = program_name(argv), for_development(case) or aside(case)
        if _instead(case, defect):
            yield tell(
                RULE,
                case,
                defect,
                f"{name} stands in for the real work here and does not handle {case.trace.stop_signal.name}: every stop takes {case.trace.grace_period:g} s",
                severity="info",
            )
            continue
        yield tell(
            RULE,
            case,
            defect,
            f"{name} only keeps the container alive and does not handle {case.trace.stop_signal.name}: every stop takes {case.trace.grace_period:g} s{_cost(defect, placeholder)}",
            severity="info" if placeholder else None,
            fix=None if placeholder else _fix(case, defect),
        )


def _cost(defect: Defect, placeholder: bool) -> str:
    """What else goes wrong, and what to do. Where nothing is seen to run besides, the container may be there to work in, or in something
    else's place: then nothing is lost but time."""
    init = "start it behind an init (docker run --init)"
    shells = [hop.shell for hop in (*defect.path.before, *defect.path.hops) if hop.shell is not None]
    argv = defect.hop.shell.command.argv if defect.hop.shell and defect.hop.shell.command else defect.hop.argv
    # A script that looks at a log looks at what something else writes.
    log = bool(shells) and program_name(argv) == "tail" and argv[-1] != "/dev/null"
    if not placeholder and (log or any(shell.jobs or shell.daemons for shell in shells)):
        killed = (
            ", and whatever else runs in the container is killed without notice; run the real work in the foreground"
        )
        return f"{killed}, or {init}" if defect.hop.pid1 else killed
    return f"; if that matters, {init if defect.hop.pid1 else 'let it end when it is told'}"


def _instead(case: Case, defect: Defect) -> bool:
    """Whether the script only waits on this way, with nothing started, and does its work on others: it was switched off, or asks for
    something first."""
    shell = defect.hop.shell or next((one.shell for one in reversed(defect.path.before) if one.shell is not None), None)
    if shell is None or shell.jobs or shell.daemons or () in defect.whens or shell.command is None:
        return False
    works = [path for path in case.trace.paths if path.app is not None and path.app is not defect.path.app]
    return "condition" in shell.command.around and any(
        path.app is not None and not has_trait(path.app.program, "keep-alive") for path in works
    )


def _meant(case: Case, defect: Defect) -> bool:
    """Whether nothing else is wanted: in a container to develop in, or one that was started with a word that asks for it."""
    paths = [case.image.dockerfile.document.path, defect.at.span.document.path]
    return any(".devcontainer" in path.split("/") for path in paths) or asks_for_development(case, defect)


def _fix(case: Case, defect: Defect) -> Fix | None:
    """Of a placeholder, with nothing else in the container: an init in front, or a shell that waits for it and leaves when told."""
    signal, hop = (case.trace.stop_signal.name or "").removeprefix("SIG"), defect.hop
    shell = hop.shell or next((one.shell for one in reversed(defect.path.before) if one.shell is not None), None)
    if not signal or not hop.pid1 or (shell is not None and (shell.before or shell.jobs or shell.daemons)):
        return None
    trap = f"trap 'exit 0' {signal}"
    if shell is None:
        fix = init_fix(case)
        if fix is not None or case.image.base.shell in (None, "none"):
            return fix
        return exec_form_of(case, hop.argv, ["sh", "-c", f"{trap}; {shlex.join(hop.argv)} & wait"], "Leave when told")
    return fix_of("unsafe", "Leave when told", [_waited_for(shell, trap)])


def _waited_for(shell: Outcome, trap: str) -> Edit | None:
    """The last command of a script, started with ``&`` and waited for."""
    command = shell.command
    if command is None or command.around or command.calls or shell.pipeline:
        return None
    whole = shell.written(command)
    if not nothing_follows(shell.source, whole):
        return None
    if shell.mode == "command":
        return whole.edit(f"{trap}; {command.words.value} & wait")
    return whole.edit(lines(shell, whole, trap, f"{command.words.value} &", "wait"))


RULE = Rule("GL215", "keep-alive-as-pid1", "warning", check, __doc__)
