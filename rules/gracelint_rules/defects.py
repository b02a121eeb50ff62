"""Where the stop signal is lost: of every way that does not end gracefully, the hops to blame and the rule that speaks of each.

Rules do not each search the signal path; they ask here, so that one defect is one finding. Method: walk the hops of a bad path from
PID 1 down. A shell that neither execs nor forwards is blamed for what it did (see `_of_shell`, first match wins: the more particular
defect explains the more general one); a program is blamed for its kind and reaction (`_of_program`). Several ways through
the script that blame the same place for the same reason are one defect with several conditions.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from gracelint.records import dataclass

from .finite import is_step, may_serve, sounds_finite

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.image.model import CommandLine
    from gracelint.rule import Case
    from gracelint.signals.model import Hop, Program, SignalPath
    from gracelint.signals.python.behaviour import Response
    from gracelint.signals.shell.outcome import Outcome, Stop, Trap, Waited
    from gracelint.source import Text

_INTERRUPTS = ("SIGINT", "SIGQUIT")
_BACKGROUND = frozenset(("--daemon", "--daemonize", "-daemon", "--background", "--detach", "--fork"))
# Where a script traps on one way and not on another, exec before the same command would take the trap away.
_OF_TRAPS = ("deferred-trap", "trap-does-not-forward", "trap-for-another-signal", "unportable-trap")
_NO_EXEC = ("missing-exec", "shell-wrapper-without-exec", "shell-form-entrypoint", "shell-form-cmd")
UNCATCHABLE = ("SIGKILL", "SIGSTOP")
# What bash calls so, and no process is ever sent.
_NO_SIGNALS = ("ERR", "DEBUG", "RETURN")
_STAYING = ("keep-alive-as-pid1", "loop-without-trap")


@dataclass(frozen=True, slots=True)
class Defect:
    """A place where the signal is lost. ``rule`` is the name of the rule that reports it; ``hop`` the process to blame; ``at`` the cause.

    ``whens`` are the conditions of each way it was found on (an empty one: on any).
    """

    rule: str
    path: SignalPath
    hop: Hop
    at: Text
    whens: tuple[tuple[str, ...], ...]


def of_rule(case: Case, name: str) -> Iterator[Defect]:
    """The defects that a rule has to report."""
    return (defect for defect in defects(case) if defect.rule == name)


@lru_cache(maxsize=1)
def defects(case: Case) -> tuple[Defect, ...]:
    """All defects of an image's signal paths, each once."""
    found: dict[tuple[str, object], Defect] = {}
    for path in case.trace.paths:
        for name, hop, at in _of_path(case, path):
            key = (name, at.span)
            before = found.get(key)
            whens = (*before.whens, path.when) if before else (path.when,)
            found[key] = Defect(name, before.path if before else path, before.hop if before else hop, at, whens)
    trapped = {held for defect in found.values() if defect.rule in _OF_TRAPS and (held := _held(defect)) is not None}
    return tuple(defect for defect in found.values() if defect.rule not in _NO_EXEC or defect.at not in trapped)


def _held(defect: Defect) -> Text | None:
    """The command that the shell in question waits for."""
    command = defect.hop.shell.command if defect.hop.shell is not None else None
    return command.text if command is not None else None


def _of_path(case: Case, path: SignalPath) -> Iterator[tuple[str, Hop, Text]]:
    for hop in (*path.before, *path.hops):
        if hop.shell is not None:
            yield from _on_any_way(hop, hop.shell)
    yield from _of_early_end(case, path)
    for hop in path.hops:
        behaviour = hop.program.python if hop.program is not None else None
        response = behaviour.responses.get(case.trace.stop_signal.name or "") if behaviour is not None else None
        if response is not None and response.defect == "exit-swallowed":
            yield response.defect, hop, response.at or response.blocking
    if path.verdict not in ("killed", "abrupt"):
        return
    spoken = False  # of what PID 1 was before: then what it became is not to blame as well
    for hop in path.before:
        if hop.shell is not None and hop.shell.end == "exec":
            for trap in hop.shell.ignored:
                if trap.signal == case.trace.stop_signal.name:
                    spoken = True
                    yield "ignored-stop-signal", hop, trap.text
            daemons = [command.text for command in hop.shell.daemons]
            for job in hop.shell.jobs:
                if may_serve(job):
                    spoken = True
                    name = "daemonized-service" if job.text in daemons else "abandoned-background-process"
                    yield name, hop, job.text
    for hop in path.hops:
        if hop.how == "background" and hop.notified is False:
            continue  # the shell that left it alone is to blame
        starter = path.hops[hop.parent] if hop.parent is not None else None
        if starter is not None and starter.program is not None and hop.shell is not None:
            if has_trait(starter.program, "privilege-drop") and starter.program.name != "sudo":
                continue  # GL210 says it: what takes the place of su takes that of its shell as well
            if starter.program.kind == "package-runners" and _of_shell(case, hop.shell) is not None:
                yield "package-runner-as-pid1", starter, starter.text or hop.shell.source
                continue
        blamed = _of_shell(case, hop.shell) if hop.shell is not None else None if spoken else _of_program(case, hop)
        if blamed is not None and not (blamed[0] in _STAYING and _dies_alone(path, hop)):
            yield blamed[0], hop, blamed[1]


def _dies_alone(path: SignalPath, hop: Hop) -> bool:
    """A service that only stays, or goes round, holds nobody up: it dies of what its supervisor sends, and leaves no application behind."""
    return (
        not hop.pid1
        and hop.how == "supervisor"
        and not any(each.parent is not None and path.hops[each.parent] is hop for each in path.hops)
    )


def _of_early_end(case: Case, path: SignalPath) -> Iterator[tuple[str, Hop, Text]]:
    """A launch that ends with what it left in the background: setsid as the first process, a script that ends in ``service x start``.

    A server that daemonizes by default is not among them: the configuration that keeps it in front may be one that was not read.
    """
    for hop in path.hops[:1]:
        if (
            hop.program is not None
            and hop.program.daemonizes
            and hop.program.kind == "wrappers"
            and hop.text is not None
        ):
            yield "wrapper-does-not-forward", hop, hop.text
    for hop in path.before[:1] if not path.hops else ():
        daemons = hop.shell.daemons if hop.shell is not None and hop.shell.end == "exits" else ()
        if daemons and daemons[-1].program is not None and daemons[-1].program.name == "service":
            yield "daemonized-service", hop, daemons[-1].text


def _on_any_way(hop: Hop, outcome: Outcome) -> Iterator[tuple[str, Hop, Text]]:
    """What is wrong whatever the verdict, because nothing starts, or because the verdict rests on a program that is not known."""
    for command in outcome.assigned_execs:
        yield "exec-with-assignment", hop, command.text
    for sent in outcome.stop.sent if outcome.stop is not None else ():
        if sent.signal not in _INTERRUPTS:
            continue
        for job in outcome.jobs:
            if (
                job.pid in sent.reached
                and sent.signal in job.ignores
                and not _handles(job.command.program, sent.signal)
            ):
                yield "interrupt-to-background-child", hop, sent.text


def _handles(program: Program | None, signal: str) -> bool:
    """Whether a program is known to install a handler of its own whatever it inherits. Runtimes do not: Python raises
    KeyboardInterrupt only where SIGINT was not ignored from the start (measured)."""
    reaction = program.as_child.get(signal) if program is not None and program.kind != "runtimes" else None
    return reaction is not None and reaction.disposition not in ("ignores", "unknown")


def _of_shell(case: Case, outcome: Outcome) -> tuple[str, Text] | None:
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
    if stop.ends == "crashes":
        return "trap-kills-itself", stop.trap.text
    if stop.deferred:
        # What the handler's own function waits for is its clean-up, which ends.
        return None if _in_handler(outcome, stop.trap) else ("deferred-trap", stop.trap.text)
    if any(sent.signal in _INTERRUPTS for sent in stop.sent if sent.reached):
        return None  # `_on_any_way` says it
    endless = endless_wait(outcome)
    if endless is not None and not stop.untold:
        return "trap-does-not-exit", endless.text
    if stop.ends == "stays":
        return ("trap-does-not-exit" if stop.returns else "trap-does-not-forward"), stop.trap.text
    if stop.untold:
        # A signal to a pid that is not known (of a file, of another program's output) may well be for the one in question.
        elsewhere = any(sent.to == "other" for sent in stop.sent)
        return None if elsewhere else ("trap-does-not-forward", stop.trap.text)
    if stop.unfinished:
        return "child-not-awaited", stop.trap.text
    return None


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
    others = sorted(traps, key=lambda trap: trap.signal == "EXIT")
    if others and outcome.end != "exec":
        return "trap-for-another-signal", others[0].text
    command = outcome.command
    if command is None or (command.program is None and not _BACKGROUND.isdisjoint(command.argv)):
        return None  # what asks to be put in the background may well be there, and is not to be exec'ed
    keeps_alive = has_trait(command.program, "keep-alive")
    services = [job for job in outcome.jobs if may_serve(job)]
    if outcome.daemons and (keeps_alive or outcome.end in ("wait", "loop")):
        return "daemonized-service", outcome.daemons[0].text
    if services and (keeps_alive or outcome.end in ("wait", "loop")):
        return "abandoned-background-process", services[0].text
    if outcome.end == "loop" and not outcome.certain:
        return None  # it waits for something that may come
    if outcome.end == "loop":
        return "loop-without-trap", outcome.loop or command.text
    if keeps_alive and outcome.end == "foreground":
        return "keep-alive-as-pid1", command.text
    if outcome.end != "foreground" or sounds_finite(command):
        return None
    return _missing_exec(case, outcome), command.text


def _missing_exec(case: Case, outcome: Outcome) -> str:
    """Which of the four "no exec" rules: by where the shell's text is written."""
    line = line_of(case, outcome)
    if line is None or outcome.mode != "command":
        return "missing-exec"
    if line.form == "exec":
        return "shell-wrapper-without-exec"
    return "shell-form-entrypoint" if line is case.image.launch.entrypoint else "shell-form-cmd"


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


def _of_program(case: Case, hop: Hop) -> tuple[str, Text] | None:
    """A program on the way that does not handle the stop signal, or not well."""
    program = hop.program
    at = hop.text or case.image.from_text
    if program is None or at is None or hop.disposition in ("handles", "unknown", "defers"):
        return None
    if hop.disposition == "forwards" and not _leaves_first(case, hop):
        return None
    if not hop.pid1 and (hop.notified is False or hop.how == "supervisor"):
        return None  # who never hears of the stop is not to blame for it; GL403 speaks of what a supervisor sends
    if has_trait(program, "development"):
        return "development-server", at
    if has_trait(program, "keep-alive"):
        return "keep-alive-as-pid1", at
    if program.kind == "package-runners":
        return "package-runner-as-pid1", at
    if program.kind == "supervisors" and not program.clean_signals:
        return "supervisor-stop-settings", at
    sent = hop.received or case.trace.stop_signal.name
    wrong_signal = program.clean_signals and sent not in program.clean_signals
    if program.starts and not (program.kind == "supervisors" and wrong_signal):
        # GL210 looks for privilege droppers by itself: they stay in front on graceful ways too.
        return None if has_trait(program, "privilege-drop") else ("wrapper-does-not-forward", at)
    if program.python is not None:
        return of_python(program.python.responses.get(case.trace.stop_signal.name or ""), hop)
    if program.kind == "runtimes" and program.application is None and program.runtime is not None:
        return None  # an interpreter without a program is an interactive session or a demonstration, there to be overridden
    if program.kind == "runtimes":
        return ("absent-sigterm-handler" if program.runtime == "python" else "runtime-ignores-signal"), at
    signal = case.trace.stop_signal
    if signal.name in UNCATCHABLE:
        return None  # GL110 says it
    if wrong_signal:
        return "wrong-stop-signal", signal.text if signal.source == "dockerfile" and signal.text is not None else at
    if hop.disposition == "misreads" and hop.pid1 and not program.as_pid1[signal.name or ""].ends:
        return "wrong-stop-signal", at
    # A server that ends at once on the signal it is made to stop with has no better one: that is its maintainers' choice.
    deaf = program.kind == "servers" and hop.application and hop.disposition == "ignores"
    return ("runtime-ignores-signal", at) if deaf else None


def _leaves_first(case: Case, hop: Hop) -> bool:
    """Whether a program passes the signal on and leaves without waiting for what it told."""
    assert hop.program is not None
    reaction = (hop.program.as_pid1 if hop.pid1 else hop.program.as_child).get(case.trace.stop_signal.name or "")
    return reaction is not None and not reaction.waits


def of_python(response: Response | None, hop: Hop) -> tuple[str, Text] | None:
    """What is wrong in a Python application that was read, and where."""
    if response is None or response.defect is None:
        return None
    if response.defect == "absent-sigterm-handler" and not hop.pid1:
        # Behind an init it stops, and only what it would have cleaned up is lost.
        return ("cleanup-never-runs", response.cleanups[0]) if response.cleanups else None
    return response.defect, response.at or response.blocking


def has_trait(program: Program | None, trait: str) -> bool:
    """Whether the catalogue marks a program with a trait (see the catalogue's README)."""
    return program is not None and trait in program.traits
