"""What an image is there for, and so what is at stake when its stop goes wrong.

A service is stopped in the middle of its work. A program that does one thing and ends is mostly not stopped at all, an image to develop or
test in loses nothing, and where Compose gives no grace period, that the application is killed is what was wanted. Method: look for what
says that the container is to run until it is stopped (`serves`): a port, a health check, a restart policy, a program that is known to stay.
Whoever tells of a stop that goes wrong asks `weighed` how much that is worth: as it stands of a service, a step less where nothing says
that it is one. Where nothing is at stake (`nothing_lost`), nothing is told at all.

Names are weak witnesses: they make a finding less (a folder called ``tests``), or leave it as it is (a program called ``server``); they
never make one more.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from gracelint.regexes import regex

from ..telling.stop_signal import started_otherwise

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Confidence, Severity
    from gracelint.rule import Case
    from gracelint.signals.model import Hop, SignalPath

    from .defects import Defect

_DEVELOPMENT = regex(r"(?i)(?:^|[^a-z])(?:dev|devel|develop|development|local|debug)(?:[^a-z]|$)")
# Folders, files and stages of tests, builds and demonstrations.
_ASIDE = regex(
    r"(?i)(?:^|[/._-])(?:tests?|testing|e2e|integration|ci|builder|buildenv|build[_-]env|lint|bench(?:mark)?s?|examples?|samples?|demos?|fixtures?|tutorials?|templates?|vendor|third[_-]party)(?:[/._-]|$)"
)
# What programs, their subcommands and the files they run are called that run until they are stopped; and the options of what listens.
_SERVING = regex(
    r"(?i)(?!-)(?:.*[/._:=-])?(?:serve|server|httpd|daemon|listen|workers?|bot|exporter|proxy|gateway|agent|broker|consumer|scheduler|controller|operator|web|api|runserver|start)"
    r"(?:[/._:=-].*)?|--?(?:[\w-]*-)?(?:daemon|listen|host|port|bind|watch)(?:[=-].*)?|.*\b0\.0\.0\.0\b.*|:\d+|/usr/sbin/.*"
)
# Variables whose value names what an image is for.
_ENVIRONMENTS = (
    "NODE_ENV",
    "APP_ENV",
    "RAILS_ENV",
    "RACK_ENV",
    "FLASK_ENV",
    "DJANGO_ENV",
    "ASPNETCORE_ENVIRONMENT",
    "ENVIRONMENT",
)
# What stands in the container only to hold it, comes round again or waits for a server that it has started is itself what says that it is to stay.
_STAYING = ("keep-alive-as-pid1", "loop-without-trap", "launcher-does-not-forward")
# What a script traps that is no signal.
_NOT_SENT = ("EXIT", "ERR", "DEBUG", "RETURN")
_LESS: dict[Severity, Severity] = {"error": "warning", "warning": "info", "info": "info"}
_UNSAID = " (if it is a service, which runs until it is stopped: nothing here says so)"


def asks_for_development(case: Case, defect: Defect) -> bool:
    """Whether the container is started with a word of its own for developing or looking for faults: ``command: dev_server``,
    ``docker run IMAGE debug``."""
    image = case.image
    words = [
        word.value for word in image.launch.arguments if not word.inherited and not word.value.startswith(("-", "/"))
    ]
    said = [condition for when in defect.whens for condition in when if " = " in condition]
    other = started_otherwise(case) or any(word.rest for word in image.launch.arguments)
    return other and any(_DEVELOPMENT.search(word) for word in (*words[1:], *said, *words[:1]))


@lru_cache(maxsize=1)
def for_development(case: Case) -> bool:
    """Whether it is there for development: by the Dockerfile's or the compose file's path, the stage, the environment, or what is mounted."""
    names = [*_names(case), *(case.image.env.get(name) or "" for name in _ENVIRONMENTS)]
    # A compose file that lays the sources over the image, and starts something else than the image does, is there to work with.
    laid_over = started_otherwise(case) and case.image.files.is_mounted(case.image.workdir)
    return laid_over or any(_DEVELOPMENT.search(name) for name in names)


def aside(case: Case) -> bool:
    """Whether it is there for tests, for a build, or as an example: by the Dockerfile's or the compose file's path, or the stage."""
    return any(_ASIDE.search(name) for name in _names(case))


def _names(case: Case) -> list[str]:
    """The paths and the stage by which people tell what a Dockerfile is there for."""
    starts = (argument.text.span.document.path for argument in case.image.launch.arguments[:1])
    paths = (case.image.dockerfile.document.path, *starts)
    # The folders of an absolute path are the user's.
    own = (path.rpartition("/")[2] if path.startswith(("/", "../")) else path for path in paths)
    return [*own, case.image.target or ""]


@lru_cache(maxsize=1)
def declared(case: Case) -> bool:
    """Whether the Dockerfile or a compose file says that the container runs until it is stopped: a port, a health check, a restart policy."""
    return case.stays is True or any(
        each.keyword == "EXPOSE" or (each.keyword == "HEALTHCHECK" and each.value.value.strip().upper() != "NONE")
        for each in case.instructions
    )


def serves(case: Case, defect: Defect) -> bool:
    """Whether anything says that a container runs until it is stopped, on the way that a defect is on: the Dockerfile, a compose file, or
    what the program is or the script does."""
    path = defect.path
    return (
        defect.rule in _STAYING
        or declared(case)
        or case.standalone
        or any(_stays(hop) for hop in (*path.before, *path.hops))
        or any(_SERVING.fullmatch(word) for word in _words(case, path))
    )


def _stays(hop: Hop) -> bool:
    """Whether a process says by itself that it runs until it is stopped: a program that is known to, a script that waits for a signal or
    for others."""
    shell = hop.shell
    if shell is not None:
        traps = any(trap.signal not in _NOT_SENT for trap in (*shell.traps, *shell.rejected, *shell.lost))
        return traps or bool(shell.daemons) or any(job.service for job in shell.jobs)
    program = hop.program
    if program is None or (program.starts and program.kind != "supervisors"):
        return False
    return program.kind in ("servers", "supervisors") or program.stays is True


def _words(case: Case, path: SignalPath) -> Iterator[str]:
    """What the launch and what it comes to are called. Not the text of a script (``sh -c``), which may speak of anything."""
    commands = [hop.shell.command for hop in path.hops if hop.shell is not None]
    lines = [case.image.launch.argv, *(hop.argv for hop in path.hops)]
    lines += [command.argv for command in commands if command is not None]
    yield from (word for line in lines for word in line if not any(map(str.isspace, word)))


def nothing_lost(case: Case, defect: Defect) -> bool:
    """Whether nobody misses anything when a stop goes wrong: Compose gives it no time on purpose, or it ends by itself, as a compose file
    or what it is asked for says."""
    if defect.path.verdict not in ("killed", "abrupt"):
        return False
    if case.trace.grace_period == 0:
        return True
    asked = case.image.launch.argv[-1:] in (("--help",), ("-h",), ("help",), ("--version",))
    return (case.stays is False or asked) and not serves(case, defect)


def weighed(case: Case, defect: Defect, severity: Severity, confidence: Confidence) -> tuple[Severity, Confidence, str]:
    """How bad a stop is that goes wrong, how sure that is, and what is to be said of it: as it stands of a service, less where nothing says
    that it is one, information of what is there for tests or as an example, and no error in what is there for development."""
    if defect.path.verdict not in ("killed", "abrupt"):
        return severity, confidence, ""  # it does not start, or only rests on what is not known
    if not serves(case, defect):
        return "info" if aside(case) else _LESS[severity], "low", _UNSAID
    if for_development(case):
        return "warning" if severity == "error" else severity, "medium" if confidence == "high" else confidence, ""
    return severity, confidence, ""
