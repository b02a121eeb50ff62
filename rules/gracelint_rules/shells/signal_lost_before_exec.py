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
Where the script does several things, leaving between two of them may leave something half done (a database that is set up, and is taken for complete the next time): the trap is set in front of the wait, and taken away behind it. Unsafe: what the wait itself asks may be such a thing.
Unsafe as well where a terminal sends the same signal (SIGWINCH, when its size changes), and where a command outlasts the grace period: it is put in the background and waited for, so that the trap can come in between. There it reads nothing from standard input, and does not hear Ctrl-C.

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

from ..blame.blamed_shells import BACKGROUND
from ..telling.launching import base_name
from ..telling.shell_form import BUILTINS
from ..telling.telling import program_name
from ..telling.writing import fix_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gracelint.diagnostics import Finding, Fix
    from gracelint.signals.shell.model.outcome import Command, Outcome
    from gracelint.source import Text

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

_MOMENT = 2.0
"""Seconds that nobody waits for."""

# These change nothing that could be left half done, or not for the next start.
_NO_DEEDS = (
    _WAITS
    | BUILTINS
    | frozenset(
        "awk cat command curl cut date echo env exec expr export false getent grep head hostname id local printf return sed seq set tail test tr true umask which".split()
    )
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
                short = (signal or "SIGTERM").removeprefix("SIG")
                if _waits(command) and not _beside_others(outcome, command) and not _trapped(outcome, command, short):
                    app = program_name(path.app.argv if path.app is not None else path.pid1)
                    trap = f"trap 'exit {128 + (number(signal or '') or 15)}' {short}"
                    outlasts = _outlasts(command, case.trace.grace_period)
                    several = _does_several_things(outcome)
                    where = "in front of this wait" if several or outcome.mode != "file" else "at the top of the script"
                    yield RULE.finding(
                        command.text,
                        f"a stop that comes while the script waits here is lost: its shell drops {signal}, then starts {app}, which is killed after"
                        f" {case.trace.grace_period:g} s; write {trap} {where}"
                        + (f", and trap - {short} behind it" if several else "")
                        + (
                            f", and wait in a way that it can interrupt: {command.text.value} & wait $!"
                            if outlasts
                            else ""
                        ),
                        confidence="medium",
                        fix=_around(outcome, trap, short, command, outlasts=outlasts)
                        if several
                        else _at_the_top(case, outcome, f"{trap}\n", command if outlasts else None),
                    )
                    return


def _waits(command: Command) -> bool:
    """Whether a command waits for something else; dockerize also fills in templates, ``mysqladmin shutdown`` has another program stop, and
    what lasts a moment is none, nor what asks but once."""
    if not command.argv or base_name(command.argv[0]) not in _WAITS:
        return False
    if base_name(command.argv[0]) == "dockerize" and "-wait" not in command.argv:
        return False
    seconds = duration(command.argv)
    asks = base_name(command.argv[0]) not in _LONG and base_name(command.argv[0]) != "sleep"
    if (asks or (seconds is not None and seconds < _MOMENT)) and "loop" not in command.around:
        return False
    return command.program is None or command.program.order is None


def _beside_others(outcome: Outcome, command: Command) -> bool:
    """Whether something that runs in the background was started before: to leave would kill it, so a trap is more than ``exit``. That also
    counts which is told and gone by the time of ``exec``: a server that is set up."""
    from gracelint.parsers.shell import parse_command
    from gracelint.parsers.shell.model import Background, Function
    from gracelint.parsers.shell.walk import walk

    earlier = outcome.before[: outcome.before.index(command)]
    if any(not BACKGROUND.isdisjoint(each.argv) for each in earlier):
        return True
    nodes = list(walk(parse_command(outcome.source).body))
    functions = [node.text for node in nodes if isinstance(node, Function)]
    written = [node.text for node in nodes if isinstance(node, Background)]
    jobs = [*(job.text for job in outcome.jobs), *(daemon.text for daemon in outcome.daemons)]
    jobs += [text for text in written if _function(functions, text) in (None, _function(functions, command.text))]
    return any(text.buffer is command.text.buffer and text.start < command.text.start for text in jobs)


def _function(functions: Sequence[Text], text: Text) -> Text | None:
    """The function that a command stands in."""
    return next((each for each in functions if each.start <= text.start and text.end <= each.end), None)


def _trapped(outcome: Outcome, command: Command, signal: str) -> bool:
    """Whether a trap for the signal is set in front of a command, which one behind it takes away."""
    from gracelint.parsers.shell import parse_command
    from gracelint.parsers.shell.model import Simple
    from gracelint.parsers.shell.walk import walk

    traps = [
        [word.text.value for word in node.words]
        for node in walk(parse_command(outcome.source).body)
        if isinstance(node, Simple)
        and len(node.words) > 1
        and node.words[0].text.value == "trap"
        and node.text.end <= command.text.start
    ]
    meant = [words for words in traps if {signal, f"SIG{signal}"}.intersection(words[1:])]
    return bool(meant) and meant[-1][1] != "-"


def _does_several_things(outcome: Outcome) -> bool:
    """Whether leaving early may leave something half done, because the script does several things, on whatever way (a database that is set up)."""
    from gracelint.parsers.shell import parse_command
    from gracelint.parsers.shell.model import Function, Simple
    from gracelint.parsers.shell.walk import walk

    nodes = list(walk(parse_command(outcome.source).body))
    functions = {node.name for node in nodes if isinstance(node, Function)}
    deeds = {
        node.text.value
        for node in nodes
        if isinstance(node, Simple)
        and node.words
        and base_name(node.words[0].text.value) not in _NO_DEEDS
        and node.words[0].text.value not in functions
    }
    return len(deeds) > 1


def _outlasts(command: Command, grace_period: float) -> bool:
    """Whether a trap, which a shell runs between two commands, would come too late behind this one."""
    seconds = duration(command.argv)
    return base_name(command.argv[0]) in _LONG or (seconds is not None and seconds >= grace_period)


def _at_the_top(case: Case, outcome: Outcome, trap: str, waits: Command | None) -> Fix | None:
    """A trap behind the script's ``#!`` and its first options (``set -e``) or comments, which lasts until exec; ``waits`` goes to the
    background and is waited for, where it stands alone. It is safe where nothing but a stop sends the signal (a terminal sends SIGWINCH
    when its size changes)."""
    head = _HEAD.match(outcome.source.value)
    if outcome.mode != "file" or head is None:
        return None
    top = outcome.source.cut(head.end(), head.end()).edit(trap)
    if waits is None:
        return fix_of(
            "safe" if case.trace.stop_signal.name != "SIGWINCH" else "unsafe", "Leave when told before exec", [top]
        )
    if waits.around or waits.calls:
        return None
    return fix_of("unsafe", "Leave when told before exec", [top, waits.text.insert_after(" & wait $!")])


def _around(outcome: Outcome, trap: str, signal: str, command: Command, *, outlasts: bool) -> Fix | None:
    """A trap in front of the wait, or of the outermost loop that it stands in, and its end behind it; None where that shares its lines with
    something else."""
    if outcome.mode != "file" or command.text.buffer is not outcome.source.buffer:
        return None
    whole = _outermost_loop(outcome, command)
    value, start = outcome.source.value, outcome.source.start
    before = value[: whole.start - start].rpartition("\n")[2]
    behind = value[whole.end - start :].partition("\n")[0]
    if before.strip() or behind.strip() or (outlasts and whole is not command.text):
        return None
    waiting = " & wait $!" if outlasts else ""
    return fix_of(
        "unsafe",
        "Leave when told while it waits",
        [whole.insert_before(f"{trap}\n{before}"), whole.insert_after(f"{waiting}\n{before}trap - {signal}")],
    )


def _outermost_loop(outcome: Outcome, command: Command) -> Text:
    from gracelint.parsers.shell import parse_command
    from gracelint.parsers.shell.model import For, Function, While
    from gracelint.parsers.shell.walk import walk

    nodes = [
        node
        for node in walk(parse_command(outcome.source).body)
        if isinstance(node, For | While | Function)
        and node.text.start <= command.text.start
        and command.text.end <= node.text.end
    ]
    inside = [at for at, node in enumerate(nodes) if isinstance(node, Function)]
    loops = [node for node in nodes[inside[-1] + 1 if inside else 0 :] if not isinstance(node, Function)]
    return loops[0].text if loops else command.text


RULE = Rule("GL219", "signal-lost-before-exec", "info", check, __doc__)
