"""What GL101, GL102, GL104 and GL201 have in common: a shell that waits for the application in the foreground.

They differ only in where the command is written, and so in what to write instead.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.records import replace
from gracelint.signals.shell.startup.behind import work_behind, work_behind_in_job

from ..telling.launching import base_name
from ..telling.privileges import becomes_root
from ..telling.shell_form import BUILTINS, exec_form_fix
from ..telling.supervising import daemons_of, services_of, several_fix
from ..telling.telling import confidence_of, guessed, name_of_child, program_name, severity_of, shell_name, tell
from ..telling.writing import fix_of, nothing_follows
from .blamed_programs import has_trait
from .blamed_shells import line_of, shell_form_of
from .defects import UNCATCHABLE, of_rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from gracelint.diagnostics import Finding, Fix
    from gracelint.rule import Case, Rule
    from gracelint.signals.shell.model.outcome import Around, Command, Outcome
    from gracelint.source import Text

    from .defects import Defect

# In these, exec would replace a copy of the shell, or change what the script does next.
_IN_THE_WAY: frozenset[Around] = frozenset(
    {"pipeline", "subshell", "background", "loop", "negation", "time", "trap", "redirection"}
)


_HEAD = len("while")
# What to write where exec alone would not do.
_INSTEAD: Mapping[Around, str] = {
    "subshell": "drop the parentheses and write {exec}",
    "loop": "write {exec} in place of the loop: to start it again is the engine's job (docker run --restart)",
    "pipeline": "write {exec}, without the pipeline",
}

_LOGS = frozenset(
    "bunyan ccze cronolog fluent-cat grcat humanlog jq lnav logger logrotate multilog mawk perl pino-pretty rotatelogs s6-log stdbuf svlogd systemd-cat ts tinylog".split()
)


def report(rule: Rule, case: Case, shell: str) -> Iterator[Finding]:
    """One finding for each command that a shell waits for in the foreground."""
    for defect in of_rule(case, rule.name):
        outcome = defect.hop.shell
        if outcome is None or outcome.command is None or _malformed(case, outcome):
            continue
        app = name_of_child(defect, outcome.command)
        if "background" in outcome.command.around and not defect.hop.pid1:
            shell = "the shell of the background job"
        loop = fed_loop(outcome, outcome.command)
        if loop is not None:
            yield _loop_that_reads(rule, case, replace(defect, at=loop.cut(0, _HEAD)), outcome, shell, app)
            continue
        # What a script's shell does with its last command is the same in all; what sh -c does is not.
        by_form = outcome.mode == "command"
        doubtful = (by_form and guessed(case, outcome)) or _may_be_a_step(outcome, outcome.command)
        yield tell(
            rule,
            case,
            defect,
            _story(case, defect, outcome, shell, app),
            severity="info" if doubtful else severity_of(defect.path),
            confidence="low" if doubtful else confidence_of(outcome),
            fix=_fix(case, defect, outcome),
        )


def fed_loop(outcome: Outcome, command: Command) -> Text | None:
    """The loop that reads what a command writes (``inotifywait -m | while read …``): it is the work, and the command only feeds it."""
    if "pipeline" not in command.around or command.text.buffer is not outcome.source.buffer:
        return None
    from gracelint.parsers.shell import parse_command
    from gracelint.parsers.shell.model import Pipeline, While
    from gracelint.parsers.shell.walk import walk

    for node in walk(parse_command(outcome.source).body):
        if isinstance(node, Pipeline) and isinstance(node.commands[-1], While):
            first = node.commands[0].text
            if first.start <= command.text.start and command.text.end <= first.end:
                return node.commands[-1].text
    return None


def _loop_that_reads(rule: Rule, case: Case, defect: Defect, outcome: Outcome, shell: str, feeder: str) -> Finding:
    signal, who = case.trace.stop_signal.name, f"the loop that reads what {feeder} writes"
    if defect.hop.pid1:
        story = f"{signal} never reaches {who}: {shell}, {shell_name(case, outcome)}, stays PID 1 and drops it; all are killed after {case.trace.grace_period:g} s"
    elif defect.hop.notified is False:
        story = f"{shell}, {shell_name(case, outcome)}, waits for {who} and passes nothing on"
    else:
        story = f"{shell}, {shell_name(case, outcome)}, dies of {signal} at once, PID 1 follows, and {who} is killed in the middle of its work"
    advice = (
        "put the pipeline in the background, wait for it, and trap the signal: end there, or finish what is begun first"
    )
    return tell(
        rule, case, defect, f"{story}; {advice}", severity=severity_of(defect.path), confidence=confidence_of(outcome)
    )


def _malformed(case: Case, outcome: Outcome) -> bool:
    """Whether it is shell form by mistake only: GL103 speaks of that."""
    line = line_of(case, outcome)
    return line is not None and line.instruction is not None and line.instruction.malformed is not None


def _story(case: Case, defect: Defect, outcome: Outcome, shell: str, app: str) -> str:
    signal = case.trace.stop_signal.name
    name = shell_name(case, outcome)
    advice = _advice(case, outcome)
    if signal in UNCATCHABLE:
        return f"{shell}, {name}, stands in front of {app}, and would keep every signal from it that can be caught, which {signal} cannot; {advice}"
    if defect.hop.pid1 and outcome.mode == "command" and guessed(case, outcome):
        return (
            f"the base image is not known: if its /bin/sh is dash (Debian, Ubuntu), it stays PID 1 here and drops {signal}, and {app} is killed after"
            f" {case.trace.grace_period:g} s; with bash or busybox ash it is replaced by {app}. {advice[0].upper()}{advice[1:]}, and it does not matter"
        )
    if defect.hop.pid1 and confidence_of(outcome) != "high":
        return (
            f"while {app} runs, {signal} never reaches it: {shell}, {name}, stays PID 1 and drops it; "
            f"{app} is killed after {case.trace.grace_period:g} s; {advice}"
        )
    if defect.hop.pid1:
        return (
            f"{signal} never reaches {app}: {shell}, {name}, stays PID 1 and drops it; "
            f"{app} is killed after {case.trace.grace_period:g} s; {advice}"
        )
    if defect.hop.notified is False:
        return (
            f"{shell}, {name}, waits for {app} and passes nothing on: even when what stands before it passes {signal} on, "
            f"{app} does not hear it; {advice}"
        )
    return (
        f"{shell}, {name}, stands between the stop signal and {app}: it dies of {signal} at once, PID 1 follows, "
        f"and {app} is killed before it can stop cleanly; {advice}"
    )


def _advice(case: Case, outcome: Outcome) -> str:
    if daemons_of(outcome):
        return "other services run in the background: start them in the foreground with &, trap the signal, send it to all, and wait"
    if services_of(outcome):
        return "other services run in the background: trap the signal, send it to all, and wait"
    if shell_form_of(case, outcome) is not None:
        return "write a JSON array, or put exec before the last command"
    command = outcome.command
    if command is None:
        return "write exec"
    if _may_be_function(outcome, command):
        return f"write exec {program_name(command.argv)}, unless it is a function of {outcome.unread[0]}: then put exec before the program that it starts"
    written = f"exec {program_name(command.argv)}"
    in_a_job = "background" in command.around
    more = outcome.mode != "command" and (work_behind_in_job if in_a_job else work_behind)(outcome, command)
    if in_a_job and not more:
        return f"write {written}: the job is then the program itself"
    if not in_a_job and _cleans_up(case, outcome):
        return "start it with &, trap the signal, send it on and wait: exec would take the script's EXIT trap away"
    if "pipeline" in command.around and any(map(_works, outcome.pipeline[1:])):
        return f"start the pipeline with &, have a trap tell {program_name(command.argv)}, and wait until what reads from it has ended"
    if "pipeline" in command.around and _reads(outcome, command):
        return f"start the pipeline with &, have a trap tell {program_name(command.argv)}, and wait for it"
    for place in command.around:
        if place in _INSTEAD and not (place == "subshell" and more):
            return _INSTEAD[place].format(exec=written)
    if more:
        return (
            "start it with &, trap the signal, send it on and wait: exec would take away what the script does behind it"
        )
    if has_trait(command.program, "privilege-drop"):
        if becomes_root(command.argv):
            return f"write {written}, or better, let the image start as root, without {program_name(command.argv)}"
        return f"write {written}, or better, exec gosu USER, su-exec or setpriv in place of it"
    return f"write {written}"


def _fix(case: Case, defect: Defect, outcome: Outcome) -> Fix | None:
    line = shell_form_of(case, outcome)
    if line is not None:
        fix = exec_form_fix(case, line)
        if fix is not None:
            return fix
    if services_of(outcome):
        return several_fix(case, outcome)  # exec would help the one in front alone
    if _cleans_up(case, outcome):
        return None
    return _without_parentheses(outcome) or exec_fix(outcome)


def _cleans_up(case: Case, outcome: Outcome) -> bool:
    """Whether the script has an EXIT trap in force where it waits for the command, be it on another way."""
    ways = [outcome, *(hop.shell for path in case.trace.paths for hop in path.hops if hop.shell is not None)]
    return any(
        trap.signal == "EXIT" and trap.action
        for way in ways
        if way.source.buffer is outcome.source.buffer
        and way.command is not None
        and outcome.command is not None
        and way.command.text == outcome.command.text
        for trap in way.traps
    )


def _without_parentheses(outcome: Outcome) -> Fix | None:
    """``exec app`` for ``(app)``, where the subshell is the script's own last command and holds nothing else."""
    command = outcome.command
    if command is None or command.around != ("subshell",) or command.calls:
        return None
    value, start, end = outcome.source.value, outcome.source.start, command.text.end
    before, behind = value[: command.text.start - start].rstrip(), value[end - start :]
    closing = end + len(behind) - len(behind.lstrip()) + 1
    if not before.endswith("(") or not behind.lstrip().startswith(")"):
        return None
    whole = outcome.source.cut(len(before) - 1, closing - start)
    if not nothing_follows(outcome.source, whole):
        return None
    return fix_of("unsafe", "Drop the parentheses, and put exec before it", [whole.edit(f"exec {command.text.value}")])


def exec_fix(outcome: Outcome) -> Fix | None:
    """``exec`` in front of the command that the shell waits for.

    Safe where nothing of the script is lost by it: the command is its last and no trap is set. None where the script has more to do behind it.
    """
    command = outcome.command
    if command is None or _IN_THE_WAY.intersection(command.around) or not command.argv:
        return None
    if _may_be_function(outcome, command):
        return None
    if base_name(command.argv[0]) in BUILTINS or outcome.pipeline:
        return None
    last = not command.calls and nothing_follows(outcome.source, command.text)
    if not last and work_behind(outcome, command):
        return None
    harmless = last and "and-or" not in command.around and not outcome.traps
    return fix_of("safe" if harmless else "unsafe", "Put exec before it", [command.words.insert_before("exec ")])


def _works(command: Command) -> bool:
    """Whether what reads in a pipeline is not known to look after the log: it may be half of the application."""
    return command.program is None and program_name(command.argv) not in _LOGS


def _reads(outcome: Outcome, command: Command) -> bool:
    """Whether a command reads what another one of its pipeline has written, and gets nothing to read without that."""
    if command.text.buffer is not outcome.source.buffer:
        return False
    return outcome.source.value[: command.text.start - outcome.source.start].rstrip(" \t\n\\").endswith("|")


def _may_be_function(outcome: Outcome, command: Command) -> bool:
    """Whether a command that nobody knows may be a function of a file that was read and is not known: exec starts programs only."""
    return bool(outcome.unread) and command.program is None and "/" not in command.argv[0]


def _may_be_a_step(outcome: Outcome, command: Command) -> bool:
    """Whether it may be a function of a file that is not known, and the script means to go on behind it."""
    return _may_be_function(outcome, command) and ("loop" in command.around or work_behind(outcome, command))


def lucky_shells(case: Case) -> Iterator[Outcome]:
    """Shells that are gone because they exec'ed the last command of ``-c`` by themselves."""
    for path in case.trace.paths:
        for hop in (*path.before, *path.hops):
            outcome = hop.shell
            if outcome is not None and outcome.end == "exec" and outcome.implicit and not _malformed(case, outcome):
                yield outcome
