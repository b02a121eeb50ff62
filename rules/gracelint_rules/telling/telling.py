"""How findings about the signal path are told: who, what happens, what it costs, and what else belongs to it."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING

from gracelint.diagnostics import Related
from gracelint.regexes import regex
from gracelint.signals.programs import catalogue

from ..blame.purpose import weighed
from .launching import SHELLS, base_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from gracelint.diagnostics import Confidence, Finding, Fix, Severity
    from gracelint.rule import Case, Rule
    from gracelint.signals.model import Hop, SignalPath
    from gracelint.signals.shell.model.outcome import Command, Job, Outcome
    from gracelint.source import Text

    from ..blame.defects import Defect

# A shell command that is the words of one program.
_PLAIN = regex(r"[\w./:@%+,=\- ]+")
_WORDS_SHOWN = 4
# Between the end of a server's own drain and SIGKILL.
_MARGIN = 2
_CONDITIONS_SHOWN = 3
# How many ways, and conditions of each, are looked at for the shortest that tells them from others.
_WAYS_COMPARED, _CONDITIONS_COMPARED = 16, 10
# What a control program (``service``) is asked to do.
_VERBS = frozenset({"start", "restart", "up", "reload"})
_SUBSTITUTED = regex(r"\$\(|`")
_SET, _NOT_SET = " is set", " is not set"
# Conditions that a reader can look up: an argument, a variable that is set from outside, a file, a command that fails.
_LOOKED_UP = regex(
    r"\$(?:[1-9#@*]|[A-Z][A-Z0-9_]*) [^\n]*|/[\w./-]+ (?:exists|does not exist|is [^$`\n]*)|`[^`\n]+` (?:fails|succeeds)"
)
_VARIABLE = regex(r"\$([A-Z][A-Z0-9_]*) ")
_ASSIGNED = regex(r"(?m)(?:^|[;&|\s])([A-Z][A-Z0-9_]*)=([^\s;&|]*)")
_LONGEST_CONDITION = 80
# What is said where the conditions are not known well enough to be named.
_SOMETIMES = " (not on every way through the script)"


def shown(argv: Sequence[str]) -> str:
    """A command line, shortened for a message."""
    words = [base_name(argv[0]), *argv[1:]] if argv else ["the application"]
    text = " ".join(words[:_WORDS_SHOWN])
    return f"{text} ..." if len(words) > _WORDS_SHOWN else text


def listed(names: Sequence[str]) -> str:
    """Names in a sentence: ``a, b and c``."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def program_name(argv: Sequence[str]) -> str:
    """What to call the program of a command line: nohup only becomes it."""
    while len(argv) > 1 and base_name(argv[0]) == "nohup":
        argv = argv[1:]
    # What a substitution prints is known to nobody, and a piece of it is no name.
    return base_name(argv[0]) if argv and not _SUBSTITUTED.search(argv[0]) else "the application"


def name_of(command: Command) -> str:
    """What to call what a command starts: of ``ionice -c 3 nmbd`` nmbd, where it is known, and of ``screen -dm ./server`` server."""
    program = command.program
    if program is not None and program.kind == "wrappers" and program.starts:
        inner = [argument.value for argument in program.starts[0].arguments]
        string = inner[-1].split() if inner[1:2] == ["-c"] else []
        return program_name(string if _PLAIN.fullmatch(" ".join(string)) else inner)
    known = program.name if program is not None else None
    words = (word for word in command.argv if known is not None and catalogue.by_command(word) == known)
    return program_name((next(words, command.argv[0]),)) if command.argv else "the application"


def service_name(daemon: Command) -> str:
    """What was started, where a control program started it (``service nginx start``, ``systemctl start nginx``)."""
    if daemon.program is None or daemon.program.name != "service":
        return name_of(daemon)
    return controlled_name(daemon.argv)


def controlled_name(argv: Sequence[str]) -> str:
    """What a control program is asked to start: nginx of ``service nginx start``."""
    named = [word for word in argv[1:] if not word.startswith("-") and word not in _VERBS]
    return named[0] if named else program_name(argv)


def guessed(case: Case, outcome: Outcome) -> bool:
    """Whether it is a guess that this ``sh`` is dash: nothing is known of the base image."""
    return case.image.base.shell is None and outcome.shell == "dash" and not case.standalone


def shell_name(case: Case, outcome: Outcome) -> str:
    """The shell, as a person knows it: ``/bin/sh (dash)``; which of them it is only where that is known."""
    if guessed(case, outcome):
        return "/bin/sh"
    return "bash" if outcome.shell == "bash" else f"/bin/sh ({'busybox ash' if outcome.shell == 'ash' else 'dash'})"


def cost(case: Case, path: SignalPath) -> str:
    """What a path's verdict means for the application, as the end of a sentence."""
    if path.verdict == "killed":
        return f"it is killed after {case.trace.grace_period:g} s"
    return "the kernel kills it without notice as soon as PID 1 has left"


def condition(case: Case, defect: Defect) -> str:
    """When the defect shows, if not on every way: `` (when $1 = bash)``. The fewest conditions that all ways that have it fulfil, and none
    without it; of those as few the last: they decided. What only other processes of the container came across is none of them. Named only
    where a reader can look them up, and where they tell such ways from all others."""
    if not defect.whens or () in defect.whens:
        return ""
    # What one shell found out of a variable, another below it may assume otherwise: such a way is not told.
    possible = [when for when in dict.fromkeys(defect.whens) if not _contradicts(when)][:_WAYS_COMPARED]
    found = set(defect.whens)
    without = [
        set(path.when) for path in case.trace.paths if path.when not in found and not _blames_another(path, defect)
    ]
    common = set.intersection(*map(set, possible)) if possible else set()
    for count in range(_CONDITIONS_SHOWN + 1):
        for when in possible:
            last = [each for each in when[-_CONDITIONS_COMPARED:] if each in common]
            for chosen in reversed(list(combinations(last, count))):
                if not any(fulfilled.issuperset(chosen) for fulfilled in without):
                    return _when(chosen, [each.shell for each in defect.path.before + defect.path.hops])
    return _SOMETIMES


def _when(conditions: Sequence[str], shells: Sequence[Outcome | None]) -> str:
    if not conditions:
        return ""
    sources = [shell.source.value for shell in shells if shell is not None]
    for each in conditions:
        name = _VARIABLE.match(each)
        if not _LOOKED_UP.fullmatch(each) or len(each) > _LONGEST_CONDITION:
            return _SOMETIMES
        if name is not None and any(_assigns(source, name[1]) for source in sources):
            return _SOMETIMES
    return f" (when {' and '.join(conditions)})"


def _assigns(source: str, name: str) -> bool:
    """Whether a script gives a variable a value of its own, which is no default for one from outside (``A=${A:-web}``)."""
    values = [value for assigned, value in _ASSIGNED.findall(source) if assigned == name]
    return any(f"${name}" not in value and f"${{{name}" not in value for value in values)


def _blames_another(path: SignalPath, defect: Defect) -> bool:
    """Whether a way ends badly with the same process in it: then it is only that something else is told of it. Or whether the same job is
    left alone on it, and it only is not known what becomes of the rest."""
    if path.verdict == "unknown" and any(
        job.text == defect.at for each in path.before + path.hops if each.shell is not None for job in each.shell.jobs
    ):
        return True
    text, held = defect.hop.text, _held(defect.hop)
    return (
        path.verdict == defect.path.verdict
        and text is not None
        and any(hop.text == text and _held(hop) == held for hop in path.hops)
    )


def _held(hop: Hop) -> Text | None:
    """The command that a shell waits for."""
    command = hop.shell.command if hop.shell is not None else None
    return command.text if command is not None else None


def _contradicts(when: Sequence[str]) -> bool:
    return any(each.endswith(_SET) and each.removesuffix(_SET) + _NOT_SET in when for each in when)


def name_of_child(defect: Defect, command: Command) -> str:
    """What to call what runs in the foreground: of ``su-exec user app`` the app, else the command as it is written."""
    hops = defect.path.hops
    for hop in hops:
        started = hop.parent is not None and hops[hop.parent] is defect.hop
        drops = started and hop.argv == command.argv and hop.program is not None
        if drops and hop.program is not None and "privilege-drop" in hop.program.traits:
            below = next((each for each in hops if each.parent is not None and hops[each.parent] is hop), hop)
            inside = below.shell.command if below.shell is not None and below.shell.mode == "command" else None
            return program_name(inside.argv if inside is not None else below.argv)
        if started and hop.argv and command.argv[1:][-len(hop.argv) :] == hop.argv:
            return program_name(hop.argv)
        if started and hop.shell is None and base_name(command.argv[0]) in SHELLS and hop.argv[:1] != command.argv[:1]:
            return program_name(hop.argv)  # of sh -c 'prepare && exec app', what it has become
        named = hop.argv and hop.argv[0] in command.argv[1:]
        if started and hop.shell is None and named:
            return program_name(hop.argv)  # of start-stop-daemon --start --exec /usr/bin/app -- -x
        inner = hop.shell.command if started and hop.shell is not None and hop.shell.mode == "command" else None
        if inner is not None and base_name(command.argv[0]) not in SHELLS:
            return program_name(inner.argv)  # of su user -c 'app | filter'
    app = defect.path.app
    if app is not None and app.shell is None and app.parent is not None and base_name(command.argv[0]) in SHELLS:
        return program_name(app.argv)  # of sh start.sh, what that starts
    return program_name(command.argv)


def child_name(outcome: Outcome, pid: int, path: SignalPath | None = None) -> str:
    """The program of a background job or of the foreground child; a child of theirs has no name here where the shell stands in wait.
    ``path``: where to look for what a job that nobody knows has become (``su-exec app /opt/server &``)."""
    job = outcome.job(pid)
    if path is not None and job is not None and job.command.program is None:
        from ..blame.defects import hop_of

        hop = hop_of(path, job)
        if hop is not None and hop.argv:
            return program_name(hop.argv)
    command = job.command if job is not None else None if outcome.end == "wait" else outcome.command
    if command is None:
        return "the application"
    controlled = command.program is not None and command.program.name == "service"
    return service_name(command) if controlled else name_of(command)


def variable_of(jobs: Sequence[Job], pids: Sequence[int]) -> str | None:
    """How to write the pid of these jobs in the script: ``"$pid"``; None where no variable holds it."""
    names = [job.variable for job in jobs if job.pid in pids]
    if not names or any(name is None for name in names):
        return None
    return " ".join(f'"${name}"' for name in names)


def severity_of(path: SignalPath) -> Severity:
    """A stop that ends in SIGKILL after the grace period, or kills an application unasked, is an error."""
    return "error" if path.verdict in ("killed", "abrupt") else "warning"


def confidence_of(outcome: Outcome) -> Confidence:
    """How sure it is that the command runs until it is told to stop."""
    command = outcome.command
    known = command is not None and command.program is not None and command.program.stays
    return "high" if known else "medium"


def sure(case: Case, confidence: Confidence) -> Confidence:
    """A confidence, lowered where a base image that nobody knows may hold an entrypoint of its own (an init, a script)."""
    of_the_base = not case.image.base.known and case.image.launch.entrypoint is None and not case.standalone
    return "medium" if confidence == "high" and of_the_base else confidence


def related(case: Case, defect: Defect) -> Iterator[Related]:
    """The rest of the chain: where the launch names the script, and where the application starts."""
    span = defect.at.span
    first = next((word for word in case.image.launch.arguments if not word.inherited), None)
    if first is not None and first.text.span.document is not span.document:
        yield Related(first.text.span, "the container starts here")
    app = defect.path.app
    if app is not None and app.text is not None and app is not defect.hop:
        at = app.text.span
        if at.document is not span.document or not (span.start <= at.start and at.end <= span.end):
            yield Related(at, f"{program_name(app.argv)} is started here")


def tell(
    rule: Rule,
    case: Case,
    defect: Defect,
    message: str,
    *,
    severity: Severity | None = None,
    confidence: Confidence = "high",
    fix: Fix | None = None,
) -> Finding:
    """The finding for a defect, with the condition and the rest of the chain; how bad it is says also what the image is there for."""
    severity, confidence, unsaid = weighed(case, defect, severity or rule.severity, sure(case, confidence))
    return rule.finding(
        defect.at,
        message + condition(case, defect) + unsaid,
        severity=severity,
        confidence=confidence,
        related=tuple(related(case, defect)),
        fix=fix,
    )


def drain_setting(case: Case, drain: str, limit: float | None = None) -> str:
    """The setting without which a server drops its requests, so that it is done before SIGKILL: the engine's, or a supervisor's after
    ``limit`` seconds."""
    given = min(case.trace.grace_period, limit or case.trace.grace_period)
    return drain.format(seconds=f"{max(1, given - _MARGIN):g}")


def holds(outer: Text, inner: Text) -> bool:
    """Whether one text is part of another: a program's command, or its run script, of what runs in the end."""
    return outer.span.document is inner.span.document and outer.span.start <= inner.span.start <= outer.span.end
