"""How a script stops several services, and is stopped itself: the text that fixes put around ``&``.

The pattern is the one that the kernel was seen to stop gracefully with dash, busybox and bash: every service is started with ``&`` and its
pid kept, a trap sends the signal to all of them and waits until they are gone, and the script waits for the one in front. Written only
where the services stand at the script's own level, because what surrounds them would decide which shell starts them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.regexes import regex
from gracelint.signals.shell.startup.finite import may_serve

from .telling import program_name
from .writing import fix_of, nothing_follows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from gracelint.diagnostics import Fix
    from gracelint.rule import Case
    from gracelint.signals.shell.model.outcome import Job, Outcome
    from gracelint.source import Edit, Text

_NO_NAME = regex(r"\W")
_NOTHING_MORE = regex(r"[ \t]*(?:#.*)?(?:\n|\Z)")


def services_of(outcome: Outcome) -> list[Job]:
    """The background jobs that run until they are stopped and have something to lose."""
    return [job for job in outcome.jobs if may_serve(job)]


def several_fix(case: Case, outcome: Outcome) -> Fix | None:
    """Have the script tell its services, and the program in front, of the stop and wait for them; None where that does not follow.

    Only for SIGTERM: a shell has what it starts with ``&`` ignore SIGINT and SIGQUIT, and other signals mean something else to each program.
    """
    jobs, front = services_of(outcome), outcome.command
    if case.trace.stop_signal.name != "SIGTERM" or not jobs or front is None or front.around or front.calls:
        return None
    if any(job.command.around not in ((), ("background",)) or job.command.calls for job in jobs):
        return None
    if daemons_of(outcome):
        return None  # $! is not theirs
    pids: list[str] = []
    edits: list[Edit | None] = []
    for job in jobs:
        pids.append(job.variable or _variable(outcome, program_name(job.command.argv), pids))
        if job.variable is None:
            edits.append(job.text.insert_after(_assignment(outcome, job.text, pids[-1])))
    if outcome.end == "wait":
        edits.append(front.text.insert_before(lines(outcome, front.text, _trap(pids), "")))
        return fix_of("unsafe", "Send the signal to each service, and wait", edits)
    edits += _in_front(outcome, pids)
    return fix_of("unsafe", "Send the signal to each service, and wait", edits)


def daemons_of(outcome: Outcome) -> list[Job]:
    """Those of the services in the background that put themselves there, as no ``&`` did."""
    return [job for job in services_of(outcome) if any(job.text == daemon.text for daemon in outcome.daemons)]


def _in_front(outcome: Outcome, pids: list[str]) -> list[Edit | None]:
    """The command in front goes to the background like the others; one that only keeps the container alive gives way to ``wait``."""
    front = outcome.command
    assert front is not None
    whole = outcome.written(front)
    behind = outcome.source.value[whole.end - outcome.source.start :]
    execs = outcome.end == "exec" and outcome.keyword is not None
    if not (execs and nothing_follows(outcome.source, whole)) and not (
        outcome.end == "foreground" and not outcome.pipeline and _NOTHING_MORE.match(behind)
    ):
        return [None]
    if front.program is not None and "keep-alive" in front.program.traits:
        return [whole.edit(lines(outcome, whole, _trap(pids), f"wait {_quoted(pids)}"))]
    pid = _variable(outcome, program_name(front.argv), pids)
    words = whole.value[front.words.start - whole.start :] if execs else whole.value
    started = [f"{words} &", f"{pid}=$!", _trap([*pids, pid]), f'wait "${pid}"']
    if outcome.mode == "command":
        started[:2] = [f"{words} & {pid}=$!"]
    return [whole.edit(lines(outcome, whole, *started))]


def _assignment(outcome: Outcome, job: Text, name: str) -> str:
    """What keeps a job's pid, behind its ``&``: on a line of its own, unless more stands on the job's."""
    behind = outcome.source.value[job.end - outcome.source.start :]
    if outcome.mode == "command" or not _NOTHING_MORE.match(behind):
        return f" {name}=$!" if behind.lstrip(" \t").startswith((";", "\n")) or not behind.strip() else f" {name}=$!;"
    return f"\n{_indentation(job)}{name}=$!"


def lines(outcome: Outcome, at: Text, *commands: str) -> str:
    """Commands that begin where a text stands: one a line, with its indentation; in a command string one behind the other."""
    return ("; " if outcome.mode == "command" else f"\n{_indentation(at)}").join(commands)


def _indentation(text: Text) -> str:
    before = text.buffer.value[: text.start]
    line = before[before.rfind("\n") + 1 :]
    return line[: len(line) - len(line.lstrip())]


def _trap(pids: Sequence[str]) -> str:
    """Ctrl-C (INT) is heard as well: what a script starts in the background ignores it (POSIX, "Asynchronous Lists")."""
    return f"trap 'kill {_quoted(pids)}; wait {_quoted(pids)}' TERM INT"


def _quoted(pids: Sequence[str]) -> str:
    return " ".join(f'"${pid}"' for pid in pids)


def _variable(outcome: Outcome, program: str, taken: Sequence[str]) -> str:
    """A variable's name for the pid of a program, which the script does not use yet."""
    stem = _NO_NAME.sub("_", program).lstrip("0123456789") or "service"
    name, number = f"{stem}_pid", 1
    while name in taken or name in outcome.source.value:
        number += 1
        name = f"{stem}_pid{number}"
    return name
