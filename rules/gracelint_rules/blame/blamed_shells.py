"""What a shell on the signal's way is blamed for: which rule speaks of it, and at which place.

First match wins: the more particular defect explains the more general one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.signals.shell.startup.behind import execs_behind, pauses_to_leave
from gracelint.signals.shell.startup.finite import is_step, may_serve, sounds_finite
from gracelint.signals.sleeping import duration

from ..telling.telling import service_name
from .blamed_programs import has_trait

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gracelint.image.model import CommandLine
    from gracelint.rule import Case
    from gracelint.signals.model import Program
    from gracelint.signals.shell.model.outcome import Command, Outcome, Sent, Stop, Trap, Waited
    from gracelint.source import Text

INTERRUPTS = ("SIGINT", "SIGQUIT")
# What asks a program to go to the background.
BACKGROUND = frozenset(("--daemon", "--daemonize", "-daemon", "--background", "--detach", "--fork"))
# By custom they ask a service to read its settings again, or for something of its own: a handler for nothing else is none for a stop.
_RELOADS = ("SIGHUP", "SIGUSR1", "SIGUSR2")
# What stands beside an application in many images.
_BESIDE = frozenset(
    {"ssh", "sshd", "cron", "crond", "rsyslog", "rsyslogd", "munged", "munge", "dbus", "dbus-daemon", "rpcbind"}
)
# What bash calls so, and no process is ever sent.
_NO_SIGNALS = ("ERR", "DEBUG", "RETURN")


def of_shell(case: Case, outcome: Outcome) -> tuple[str, Text] | None:
    """A shell that neither becomes the application nor passes the signal on: the rule, and the place of the cause. None: not to blame."""
    stop = outcome.stop
    if (
        stop is None
        or outcome.end in ("exec", "exits", "unknown")
        or (outcome.end == "foreground" and is_step(outcome))
    ):
        return None
    if stop.ends == "exits" and not stop.untold and not stop.unfinished:
        return None
    for lost in outcome.lost_execs:
        if lost.where == "background" and stop.trap is not None:
            continue  # it is as good as a job without exec, and what counts is what the handler does
        if outcome.command is not None and (
            lost.construct == outcome.command.text
            or any(lost.command.text == member.text for member in (outcome.command, *outcome.pipeline))
            or any(job.text == lost.construct and job.stays is not False for job in outcome.jobs)
        ):
            return "exec-without-effect", lost.construct
    ignored = next((trap for trap in outcome.ignored if trap.signal == stop.signal), None)
    if ignored is not None:
        return "ignored-stop-signal", ignored.text
    return _of_handler(outcome, stop) if stop.trap is not None else _of_missing_trap(case, outcome, stop)


def _of_handler(outcome: Outcome, stop: Stop) -> tuple[str, Text] | None:
    """A trap for the stop signal is in force, and does not do."""
    assert stop.trap is not None
    if stop.trap.action is None or not stop.received:
        return None  # what it does is not known; or nobody has told it, and who stands in front is to blame
    if stop.ends == "crashes":
        return "trap-kills-itself", stop.trap.text
    if stop.deferred:
        # What the handler's own function waits for is its clean-up, which ends.
        return None if _in_handler(outcome, stop.trap) else ("deferred-trap", stop.trap.text)
    if any(unheard_interrupts(outcome)):
        return None  # `defects` says it on any way
    endless = endless_wait(outcome)
    if endless is not None and not stop.untold:
        return "trap-does-not-exit", endless.text
    # A signal to a pid that is not known (of a file, of another program's output) may well be for the one in question.
    elsewhere = any(sent.to == "other" for sent in stop.sent)
    # Steps of the start that are not over yet when the stop comes are no service that a handler has to know.
    untold = set(stop.untold).difference(job.pid for job in outcome.jobs if job.stays is False)
    if stop.ends == "stays":
        if stop.returns:
            return "trap-does-not-exit", stop.trap.text
        # Without anybody untold it waits for something of its own.
        return None if elsewhere or not untold else ("trap-does-not-forward", stop.trap.text)
    if untold:
        own = {outcome.foreground, *(job.pid for job in outcome.jobs)}
        # Who started a child's child, and does not pass the signal on, is to blame for that.
        return None if elsewhere or own.isdisjoint(untold) else ("trap-does-not-forward", stop.trap.text)
    if stop.unfinished:
        return "child-not-awaited", stop.trap.text
    return None


def unheard_interrupts(outcome: Outcome) -> Iterator[Sent]:
    """SIGINT and SIGQUIT that the shell sends to jobs that it has started to ignore them."""
    for sent in outcome.stop.sent if outcome.stop is not None else ():
        if sent.signal in INTERRUPTS and any(
            job.pid in sent.reached and sent.signal in job.ignores and not _handles(job.command.program, sent.signal)
            for job in outcome.jobs
        ):
            yield sent


def _handles(program: Program | None, signal: str) -> bool:
    """Whether a program is known to install a handler of its own whatever it inherits. Runtimes do not: Python raises
    KeyboardInterrupt only where SIGINT was not ignored from the start (measured)."""
    reaction = program.as_child.get(signal) if program is not None and program.kind != "runtimes" else None
    return reaction is not None and reaction.disposition not in ("ignores", "unknown")


def endless_wait(outcome: Outcome) -> Waited | None:
    """The ``wait`` that holds a shell up because it also waits for a process substitution that the shell itself keeps open."""
    stop = outcome.stop
    if stop is None or stop.ends != "stays" or not stop.waited:
        return None
    last = stop.waited[-1]
    return last if not last.complete and not outcome.substitutions.keys().isdisjoint(last.pids) else None


def _in_handler(outcome: Outcome, trap: Trap) -> bool:
    """Whether the command that holds the shell was called by the function that the trap's action calls."""
    called = (
        {call.value.split(None, 1)[0] for call in outcome.command.calls if call.value.strip()}
        if outcome.command
        else set()
    )
    return not called.isdisjoint((trap.action or "").replace(";", " ").split())


def _of_missing_trap(case: Case, outcome: Outcome, stop: Stop) -> tuple[str, Text] | None:
    """Nothing in this shell handles the stop signal."""
    name = stop.signal.removeprefix("SIG")
    for trap in outcome.rejected:
        # A shell that stops at the first condition it does not know never comes to the others of the command.
        named = (word.upper().removeprefix("SIG") for word in trap.text.value.split())
        if trap.signal == stop.signal or name in named:
            return "unportable-trap", trap.text
    # An EXIT trap runs in bash only when a signal ends the shell; in front of a foreground command it is the missing exec that counts.
    at_exit = outcome.end in ("wait", "loop")
    handlers = [trap for trap in (*outcome.traps, *outcome.rejected) if trap.action and trap.signal not in _NO_SIGNALS]
    traps = [trap for trap in handlers if trap.signal != "EXIT" or at_exit]
    if all(trap.signal in _RELOADS for trap in traps):
        traps = []
    others = sorted(traps, key=lambda trap: trap.signal == "EXIT")
    if others and outcome.end != "exec":
        return "trap-for-another-signal", others[0].text
    command = outcome.command
    if gives_up(outcome):
        return None
    if command is None or (command.program is None and not BACKGROUND.isdisjoint(command.argv)):
        return None  # what asks to be put in the background may well be there, and is not to be exec'ed
    keeps_alive = has_trait(command.program, "keep-alive")
    places = [daemon.text for daemon in outcome.daemons]
    services = [job for job in outcome.jobs if may_serve(job)]
    # Where all daemons are helpers, the image is for what else the script has in the background.
    beside = any(job.text not in places for job in services) and all(map(helps, outcome.daemons))
    if beside:
        services = [job for job in services if job.text not in places]
    if outcome.daemons and not beside and (keeps_alive or outcome.end in ("wait", "loop")):
        return "daemonized-service", _main(outcome.daemons).text
    if services and (keeps_alive or outcome.end in ("wait", "loop")):
        return "abandoned-background-process", services[0].text
    if outcome.end == "foreground" and helps(command):
        main = next((job for job in services if job.stays and not helps(job.command)), None)
        if main is not None:  # `gunicorn & cron -f`
            return "abandoned-background-process", main.text
    if outcome.end == "loop" and not outcome.certain:
        return None  # it waits for something that may come
    if outcome.end == "loop":
        return "loop-without-trap", outcome.loop or command.text
    if keeps_alive and outcome.end == "foreground":
        # Between the rounds of a loop that has an end (five attempts), a pause only keeps what it stands behind from being tried at once.
        between = "loop" in command.around and duration(command.argv) is not None
        return None if between else ("keep-alive-as-pid1", command.text)
    # Who execs something behind a program expects it to return: its configuration may send it to the background.
    if outcome.end != "foreground" or sounds_finite(command) or execs_behind(outcome, command):
        return None
    return _missing_exec(case, outcome), command.text


def gives_up(outcome: Outcome) -> bool:
    """Whether the shell only pauses before it leaves."""
    return outcome.command is not None and pauses_to_leave(outcome.source, outcome.command)


def _main(daemons: Sequence[Command]) -> Command:
    """The one of several daemons that an image is most likely for: none that only lets people in, or helps the others."""
    return next((each for each in daemons if not helps(each)), daemons[0])


def helps(command: Command) -> bool:
    """Whether a service only lets people in, or helps others."""
    return has_trait(command.program, "expendable") or service_name(command) in _BESIDE


def helps_another(outcome: Outcome, command: Command) -> bool:
    """Whether a service in the background is a helper, and the shell is, or waits for, what the image is there for."""
    front = outcome.command
    return helps(command) and front is not None and not has_trait(front.program, "keep-alive")


def _missing_exec(case: Case, outcome: Outcome) -> str:
    """Which of the four "no exec" rules: by where the shell's text is written."""
    line = line_of(case, outcome)
    if line is None or outcome.mode != "command":
        return "missing-exec"
    if shell_form_of(case, outcome) is None:
        return "shell-wrapper-without-exec"
    return "shell-form-entrypoint" if line is case.image.launch.entrypoint else "shell-form-cmd"


def shell_form_of(case: Case, outcome: Outcome) -> CommandLine | None:
    """The shell form that this shell runs; None for another shell within it (``CMD bash -c "…"``)."""
    line = line_of(case, outcome)
    if line is None or line.form != "shell" or line.instruction is None or outcome.mode != "command":
        return None
    return line if line.instruction.value.span == outcome.source.span else None


def line_of(case: Case, outcome: Outcome) -> CommandLine | None:
    """ENTRYPOINT or CMD of the launch, if the shell's text is written in it."""
    span = outcome.source.span
    for line in (case.image.launch.entrypoint, case.image.launch.cmd):
        if line is None:
            continue
        own = [argument.text for argument in line.arguments if not (argument.inherited or argument.implied)]
        for value in [line.instruction.value] if line.instruction is not None else own:
            place = value.span
            if place.document is span.document and place.start <= span.start and span.end <= place.end:
                return line
    return None
