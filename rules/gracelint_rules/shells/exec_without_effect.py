"""`exec` in a pipeline, subshell or background job: the shell keeps PID 1.

## What it does
Reports an `exec` that replaces only a forked copy of the shell: one side of a pipeline, `( ... )`, or a command followed by `&`.

## Why is this bad?
The shell itself stays PID 1, as if `exec` were not there: the stop signal is dropped, and the application is killed after the grace period.

## Example
```sh
#!/bin/bash
exec gunicorn app:app 2>&1 | tee /var/log/app.log
```

## Use instead
```sh
#!/bin/bash
exec > >(tee /var/log/app.log) 2>&1
exec gunicorn app:app
```

## Fix safety
Unsafe: with bash the pipe becomes a process substitution, which ends with the application and may lose its last lines. No fix for other shells. A subshell's `exec` is moved out of its parentheses, so that changes of folder and variables stay.
A `&` is dropped only where nothing but a wait for the application comes after it.

## When not to care
Never; write what happens, without `exec`, if it is meant.

## References
- bash(1), "Pipelines": each command in a pipeline is executed as a separate process
- [jupyterhub/repo2docker#987](https://github.com/jupyterhub/repo2docker/issues/987)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.regexes import regex
from gracelint.rule import Case, Rule

from ..blame.defects import of_rule
from ..telling.telling import program_name, severity_of, shell_name, tell
from ..telling.writing import fix_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding, Fix
    from gracelint.signals.shell.model.outcome import LostExec, Outcome

_WHERE = {
    "pipeline": (
        "in a pipeline exec replaces only the copy of the shell that runs this side of it",
        "in bash, write exec {app} > >(...)",
    ),
    "subshell": ("in parentheses exec replaces only a copy of the shell", "drop the parentheses"),
    "background": ("before & exec replaces only a copy of the shell", "drop the &"),
}
# Instead, where the script has more to do after it has started the program.
_GOES_ON = "keep its number in place of exec, {app} & pid=$!, send it the signal from a trap, and wait for it"
# What comes to nothing once the program is in front: waiting for it, and its number.
_ONLY_WAITS = regex(r"(?:[\s;]|#[^\n]*(?=\n|\Z)|\w+=\$!|fg\b|wait\b(?:[ \t]+\"?\$(?:!|\w+|\{\w+\})\"?)?)*\Z")
# What may stand between the construct and the command without being in the way.
_HARMLESS = frozenset({"and-or", "redirection"})
_STDERR = regex(r"\s*2>&1\s*\Z")


def check(case: Case) -> Iterator[Finding]:
    """One finding for each exec that replaced a copy of the shell."""
    for defect in of_rule(case, RULE.name):
        outcome = defect.hop.shell
        lost = next((lost for lost in outcome.lost_execs if lost.construct == defect.at), None) if outcome else None
        if outcome is None or lost is None:
            continue
        app = program_name(lost.command.argv)
        why, advice = _WHERE[lost.where]
        if lost.where == "background" and not _only_waits_follow(outcome, lost):
            advice = _GOES_ON
        yield tell(
            RULE,
            case,
            defect,
            f"{why}: {shell_name(case, outcome)} stays in front of {app}, which never hears {case.trace.stop_signal.name}; "
            + advice.format(app=app),
            severity=severity_of(defect.path),
            fix=_fix(outcome, lost),
        )


def _fix(outcome: Outcome, lost: LostExec) -> Fix | None:
    """Move exec to the shell itself; only at the script's own level, where nothing else is in the way."""
    construct = lost.construct
    if (
        lost.command.calls
        or lost.command.around[:1] != (lost.where,)
        or not _HARMLESS.issuperset(lost.command.around[1:])
    ):
        return None
    if lost.where == "background":
        if not _only_waits_follow(outcome, lost):
            return None
        return fix_of("unsafe", "Drop the &", [construct.edit(construct.value.removesuffix("&").rstrip())])
    if lost.where == "subshell":
        if not (construct.value.startswith("(") and construct.value.endswith(")")):
            return None
        edits = [construct.cut(0, 1).edit(""), construct.cut(len(construct) - 1, len(construct)).edit("")]
        return fix_of("unsafe", "Drop the parentheses", edits)
    if outcome.shell != "bash" or "bash" not in outcome.source.value.partition("\n")[0] or len(outcome.pipeline) != 2:
        return None
    first, second = outcome.pipeline
    if first.text != lost.command.text or "\n" in construct.value:
        return None
    both = " 2>&1" if _STDERR.search(first.text.value) else ""
    command = _STDERR.sub("", first.text.value)
    return fix_of(
        "unsafe", "Pipe through a process substitution", [construct.edit(f"{command} > >({second.text.value}){both}")]
    )


def _only_waits_follow(outcome: Outcome, lost: LostExec) -> bool:
    """Whether a script that would stop behind the program leaves nothing undone."""
    return _ONLY_WAITS.match(outcome.source.value, lost.construct.end - outcome.source.start) is not None


RULE = Rule("GL202", "exec-without-effect", "error", check, __doc__)
