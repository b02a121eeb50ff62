"""Where the stop signal is lost: of every way that does not end gracefully, the hops to blame and the rule that speaks of each.

Rules do not each search the signal path; they ask here, so that one defect is one finding. Method: walk the hops of a bad path from
PID 1 down. A shell that neither execs nor forwards is blamed for what it did (see `blamed_shells`, first match wins: the more particular
defect explains the more general one); a program is blamed for its kind and reaction (`blamed_programs`). Several ways through
the script that blame the same place for the same reason are one defect with several conditions.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from gracelint.records import dataclass
from gracelint.regexes import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.rule import Case
    from gracelint.signals.model import Hop, SignalPath
    from gracelint.signals.shell.model.outcome import Job, Outcome
    from gracelint.source import Text

UNCATCHABLE = ("SIGKILL", "SIGSTOP")
# Where a script traps on one way and not on another, exec before the same command would take the trap away.
_OF_TRAPS = ("deferred-trap", "trap-does-not-forward", "trap-for-another-signal", "unportable-trap")
_NO_EXEC = ("missing-exec", "shell-wrapper-without-exec", "shell-form-entrypoint", "shell-form-cmd")
_LEFT_ALONE = ("abandoned-background-process", "daemonized-service")
_CONTROL = regex(r"\b(?:sv|s6-svc|s6-rc)\b[^\n]*\b(?:stop|force-stop|shutdown|force-shutdown|down|exit)\b")
_ENDLESS = regex(r"(?:while|until)\s+(?:true|false|:|\[+ *1|\(\( *1)|for *\(\( *;")
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
    from .purpose import nothing_lost

    trapped = {held for defect in found.values() if defect.rule in _OF_TRAPS and (held := _held(defect)) is not None}
    return tuple(
        defect
        for defect in found.values()
        if (defect.rule not in _NO_EXEC or defect.at not in trapped) and not nothing_lost(case, defect)
    )


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
    if path.verdict in ("killed", "abrupt"):
        # Of a signal that cannot be caught GL110 speaks, and only a missing exec is one with any other, too.
        uncatchable = case.trace.stop_signal.name in UNCATCHABLE
        yield from (each for each in _of_bad_path(case, path) if not uncatchable or each[0] in _NO_EXEC)


def _of_bad_path(case: Case, path: SignalPath) -> Iterator[tuple[str, Hop, Text]]:
    """Who is to blame that a container does not end gracefully."""
    from .blamed_programs import has_trait, of_program

    spoken = False  # of what PID 1 was before: then what it became is not to blame as well
    for hop in path.before:
        if hop.shell is not None and hop.shell.end == "exec":
            from gracelint.signals.shell.startup.finite import may_serve

            for trap in hop.shell.ignored:
                if trap.signal == case.trace.stop_signal.name:
                    spoken = True
                    yield "ignored-stop-signal", hop, trap.text
            daemons = [command.text for command in hop.shell.daemons]
            for job in hop.shell.jobs:
                if may_serve(job) and not _told(path, job):
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
        blamed = _of_shell(case, hop.shell) if hop.shell is not None else None if spoken else of_program(case, hop)
        if blamed is None or (blamed[0] in _STAYING and _dies_alone(path, hop)):
            continue
        if blamed[0] == "wrong-stop-signal" and any(each.how == "supervisor" for each in _above(path, hop)):
            continue  # its supervisor decides what is sent, whatever the container's own signal is
        if hop.shell is not None and _waits_to_go_on(case, hop):
            continue  # another way comes past that loop
        if blamed[0] == "supervisor-stop-settings" and any(_stops_services(each) for each in _above(path, hop)):
            continue  # a script stops the services before it ends their supervisor
        if blamed[0] in (*_NO_EXEC, "wrapper-does-not-forward") and _has_nothing_to_lose(path, hop):
            continue  # it ends at once, and so does what is below it
        if blamed[0] in _NO_EXEC and _robbed_all_the_same(path, hop):
            continue  # GL405 says it
        if blamed[0] in (*_NO_EXEC, *_LEFT_ALONE) and _told_all_the_same(path, hop):
            continue  # they hear of it without their shell
        yield blamed[0], hop, blamed[1]


def _of_shell(case: Case, outcome: Outcome) -> tuple[str, Text] | None:
    from .blamed_shells import of_shell  # with all that reads shells

    return of_shell(case, outcome)


def _told(path: SignalPath, job: Job) -> bool:
    """Whether a background job hears of the stop from somebody else than its script: from a supervisor that tells everyone."""
    hop = hop_of(path, job)
    return hop is not None and bool(hop.notified)


def hop_of(path: SignalPath, job: Job) -> Hop | None:
    """The process of a background job."""
    from ..telling.telling import holds

    return next(
        (
            hop
            for hop in path.hops
            if hop.how == "background" and hop.shell is None and hop.text is not None and holds(job.text, hop.text)
        ),
        None,
    )


def _waits_to_go_on(case: Case, hop: Hop) -> bool:
    """Whether a shell goes round in a loop that only waits for something: on another way the same script holds on behind it."""
    outcome = hop.shell
    if outcome is None or outcome.end != "loop" or outcome.loop is None or _ENDLESS.match(outcome.loop.value):
        return False
    commands = [
        each.shell.command.text
        for path in case.trace.paths
        for each in (*path.before, *path.hops)
        if each.shell is not None and each.shell.source == outcome.source and each.shell.command is not None
    ]
    # A loop in a function stands in front of its calls.
    calls = [call.end for call in outcome.command.calls[:1]] if outcome.command is not None else []
    behind = max([outcome.loop.end, *calls])
    return any(text.buffer is outcome.source.buffer and text.start >= behind for text in commands)


def _stops_services(hop: Hop) -> bool:
    """Whether a shell's trap is in force, and its script has services stopped by their supervisor's control program."""
    outcome = hop.shell
    return (
        outcome is not None
        and outcome.stop is not None
        and outcome.stop.trap is not None
        and _CONTROL.search(outcome.source.value) is not None
    )


def _above(path: SignalPath, hop: Hop) -> Iterator[Hop]:
    """The processes above one, from its parent to PID 1."""
    while hop.parent is not None:
        hop = path.hops[hop.parent]
        yield hop


def below(path: SignalPath, hop: Hop) -> list[Hop]:
    """The processes that one has started, and those that these have started."""
    return [each for each in path.hops if hop in _above(path, each)]


def _has_nothing_to_lose(path: SignalPath, hop: Hop) -> bool:
    """Whether a process dies at once of what it is sent, and nothing below it has work that could be cut off: a log that is shown by
    ``xargs tail -F``."""
    started = below(path, hop)
    if hop.shell is not None and hop.shell.command is not None:
        from .no_exec import fed_loop

        if fed_loop(hop.shell, hop.shell.command) is not None:
            return False  # its own loop is the work
    return (
        not hop.pid1
        and hop.disposition == "terminates"
        and bool(started)
        and not any(each.at_stake or each.application or each.disposition == "unknown" for each in started)
    )


def _robbed_all_the_same(path: SignalPath, shell: Hop) -> bool:
    """Whether exec would change nothing, because who stops everyone reaches the workers of the shell's child either way."""
    from .blamed_programs import sweeps

    robbed = any(hop.robbed and shell in _above(path, hop) for hop in path.hops)
    return robbed and any(sweeps(hop.program) for hop in _above(path, shell))


def _told_all_the_same(path: SignalPath, shell: Hop) -> bool:
    """Whether who stops everyone tells all that runs below a shell as well."""
    from .blamed_programs import sweeps

    started = below(path, shell)
    return (
        bool(started)
        and all(hop.notified for hop in started)
        and any(sweeps(hop.program) for hop in _above(path, shell))
    )


def _dies_alone(path: SignalPath, hop: Hop) -> bool:
    """A service or a job that only stays, or goes round, holds nobody up: it dies of what it is sent, and leaves no application behind."""
    return (
        not hop.pid1
        and hop.how in ("supervisor", "background")
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
        daemons = [
            daemon
            for daemon in (hop.shell.daemons if hop.shell is not None and hop.shell.end == "exits" else ())
            if f"`{daemon.text.value}` fails" not in path.when
        ]
        if daemons and daemons[-1].program is not None and daemons[-1].program.name == "service":
            yield "daemonized-service", hop, daemons[-1].text


def _on_any_way(hop: Hop, outcome: Outcome) -> Iterator[tuple[str, Hop, Text]]:
    """What is wrong whatever the verdict, because nothing starts, or because the verdict rests on a program that is not known."""
    from .blamed_shells import unheard_interrupts

    for command in outcome.assigned_execs:
        yield "exec-with-assignment", hop, command.text
    for sent in unheard_interrupts(outcome):
        yield "interrupt-to-background-child", hop, sent.text
