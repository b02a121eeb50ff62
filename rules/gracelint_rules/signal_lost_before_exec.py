"""Long work before exec with nothing that handles the signal.

## What it does
Reports, as information, entrypoint scripts that wait or do long work (`sleep`, `until ...; do`, migrations, wait-for-it) before they `exec` the application, with neither a trap nor an init.

## Why is this bad?
While the script is PID 1 a stop signal is dropped. A stop during the start then takes the whole grace period, and the application starts meanwhile only to be killed.

## Example
```sh
#!/bin/sh
until nc -z db 5432; do
    sleep 1
done
exec gunicorn app:app
```

## Use instead
```sh
#!/bin/sh
trap 'exit 143' TERM
until nc -z db 5432; do
    sleep 1
done
exec gunicorn app:app
```

## Fix safety
Safe where the script waits, and does at most one other thing: a trap is set at its top, behind its first comments and options (`set -e`). It changes nothing but what happens when the stop signal comes before `exec`, which takes the trap away: the script
then ends after its present command, and the application is not started.
Unsafe where the script does several things, so that leaving between two of them may leave something half done (a database that is set up, and is taken for complete the next time); where a terminal sends the same signal (SIGWINCH, when its size changes);
and where a command outlasts the grace period: it is put in the background and waited for, so that the trap can come in between. There it reads nothing from standard input, and does not hear Ctrl-C.

## When not to care
When starting takes a second or two.

## References
- [docker-library/postgres#1207](https://github.com/docker-library/postgres/issues/1207)
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.regexes import regex
from gracelint.rule import Case, Rule
from gracelint.signals.names import number
from gracelint.signals.sleeping import duration

from .blamed_shells import BACKGROUND
from .launching import base_name
from .telling import program_name
from .writing import fix_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding, Fix
    from gracelint.signals.shell.outcome import Command, Outcome

# Commands that wait for something else, as long as it takes.
_WAITS = frozenset(
    {
        "sleep",
        "wait-for-it",
        "wait-for-it.sh",
        "wait-for",
        "wait-for.sh",
        "wait4x",
        "dockerize",
        "nc",
        "pg_isready",
        "mysqladmin",
        "until",
    }
)

# Of them, those that end by themselves only when what they wait for is there, or after a time longer than the grace period.
_LONG = frozenset({"wait-for-it", "wait-for-it.sh", "wait-for", "wait-for.sh", "wait4x", "dockerize"})

# These change nothing that could be left half done.
_HARMLESS = _WAITS | frozenset(
    "cat date echo env expr false getent grep hostname id printf seq test true which".split()
)

# Scripts say how they want to be run first. Comments belong to what comes behind them, but for an empty line in between.
_HEAD = regex(
    r"#!.*\n"
    r"(?:(?:(?:(?:[ \t]*|#.*)\n)*set[ \t]+[-+][A-Za-z][^\n;&|\\]*\n)+"
    r"|(?:#.*\n)+(?=[ \t]*\n)|)"
)


def check(case: Case) -> Iterator[Finding]:
    """At most one finding: the first long wait of the entrypoint."""
    signal = case.trace.stop_signal.name
    for path in case.trace.paths:
        for hop in path.before:
            outcome = hop.shell
            if (
                outcome is None
                or not hop.pid1
                or outcome.command is None
                or any(trap.signal == signal for trap in outcome.lost)
            ):
                continue
            for command in outcome.before:
                if _waits(command) and not _beside_others(outcome, command):
                    app, short = program_name(path.pid1), (signal or "SIGTERM").removeprefix("SIG")
                    trap = f"trap 'exit {128 + (number(signal or '') or 15)}' {short}"
                    outlasts = _outlasts(command, case.trace.grace_period)
                    yield RULE.finding(
                        command.text,
                        f"a stop that comes while the script waits here is lost: its shell drops {signal}, then starts {app}, which is killed after"
                        f" {case.trace.grace_period:g} s; write {trap} at the top of the script"
                        + (
                            f", and wait in a way that it can interrupt: {command.text.value} & wait $!"
                            if outlasts
                            else ""
                        ),
                        confidence="medium",
                        fix=_fix(case, outcome, f"{trap}\n", command if outlasts else None),
                    )
                    return


def _waits(command: Command) -> bool:
    """Whether a command waits for something else; dockerize also fills in templates, and ``mysqladmin shutdown`` has another program stop."""
    if not command.argv or base_name(command.argv[0]) not in _WAITS:
        return False
    if base_name(command.argv[0]) == "dockerize" and "-wait" not in command.argv:
        return False
    return command.program is None or command.program.order is None


def _beside_others(outcome: Outcome, command: Command) -> bool:
    """Whether something that runs in the background was started before: to leave would kill it, so a trap is more than ``exit``."""
    earlier = outcome.before[: outcome.before.index(command)]
    return any(not BACKGROUND.isdisjoint(each.argv) for each in earlier) or any(
        text.buffer is command.text.buffer and text.start < command.text.start
        for text in (*(job.text for job in outcome.jobs), *(daemon.text for daemon in outcome.daemons))
    )


def _cut_short(case: Case, outcome: Outcome) -> bool:
    """Whether leaving early may leave something half done, because the script does several things on some way (a database that is set up)."""
    scripts = [hop.shell for path in case.trace.paths for hop in path.before if hop.shell is not None]
    return any(
        len({command.text for command in shell.before if command.argv and base_name(command.argv[0]) not in _HARMLESS})
        > 1
        for shell in scripts
        if shell.source == outcome.source
    )


def _outlasts(command: Command, grace_period: float) -> bool:
    """Whether a trap, which a shell runs between two commands, would come too late behind this one."""
    seconds = duration(command.argv)
    return base_name(command.argv[0]) in _LONG or (seconds is not None and seconds >= grace_period)


def _fix(case: Case, outcome: Outcome, trap: str, waits: Command | None) -> Fix | None:
    """A trap behind the script's ``#!`` and its first options (``set -e``) or comments, which lasts until exec; ``waits`` goes to the background and is waited for,
    where it stands alone. It is safe where nothing is cut short, and where nothing but a stop sends the signal (a terminal sends SIGWINCH when its size changes)."""
    head = _HEAD.match(outcome.source.value)
    if outcome.mode != "file" or head is None:
        return None
    top = outcome.source.cut(head.end(), head.end()).edit(trap)
    if waits is None:
        sure = case.trace.stop_signal.name != "SIGWINCH" and not _cut_short(case, outcome)
        return fix_of("safe" if sure else "unsafe", "Leave when told before exec", [top])
    if waits.around or waits.calls:
        return None
    return fix_of("unsafe", "Leave when told before exec", [top, waits.text.insert_after(" & wait $!")])


RULE = Rule("GL219", "signal-lost-before-exec", "info", check, __doc__)
