"""Command lines that call a shell: what it is to run, and with which options and arguments.

The evaluator (`shell.run`) is imported only here, once there is something to evaluate: many images have no shell on the signal's way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...image.model import Absent, ImageFile, values
from ...image.paths import descriptor
from ...image.stages.interpreters import lacks
from ...records import dataclass, replace
from ..model import READS_ITS_INPUT
from ..process import Alternative, Bound
from .scripts import LONGEST_SCRIPT, family, options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...image.model import Argument
    from ...source import Text
    from ..model import How
    from ..process import Environment
    from ..shell.model.outcome import Family, Mode
    from .resolve import Resolver


@dataclass(frozen=True, slots=True)
class Call:
    """A command line that calls a shell. ``operands`` are the words behind its options; ``options`` are letters, and ``pipefail``."""

    family: Family
    version: str | None
    arguments: Sequence[Argument]
    options: frozenset[str]
    operands: Sequence[Argument]
    environment: Environment
    pid: int
    how: How


def called(
    resolver: Resolver, arguments: Sequence[Argument], environment: Environment, pid: int, how: How
) -> list[Alternative] | None:
    """Every way that a shell with a command string, a script or its standard input can turn out; None if it is no shell that is called."""
    first = arguments[0].value
    name, at = first.rpartition("/")[2], 1
    if name == "busybox" and len(arguments) > 1 and arguments[1].value in ("sh", "ash"):
        name, at = "ash", 2
    shell, version = family(resolver.image, name)
    if shell is None:
        return None
    if lacks(resolver.image, first):
        return [Alternative(None, 127, failed=f"{resolver.image.base.reference} has no {name}", culprit=arguments[0])]
    letters, at = options(arguments, at)
    call = Call(shell, version, arguments, letters, arguments[at:], environment, pid, how)
    if "c" in letters and call.operands:
        body = call.operands[0]
        return _run(resolver, call, "command", resolver.joined(body.value, body.text), call.operands[1:])
    if "s" in letters or not call.operands:
        return _standard_input(resolver, call, [call.arguments[0], *call.operands])
    if descriptor(call.operands[0].value) == "0":
        return _standard_input(resolver, call, call.operands)
    return _script(resolver, call)


def _standard_input(resolver: Resolver, call: Call, words: Sequence[Argument]) -> list[Alternative]:
    """A shell that reads its commands from its standard input: those that somebody is known to give it, else perhaps none. ``words`` are
    what it calls itself, and its arguments."""
    given = call.environment.given
    if not isinstance(given, bool):
        reading = replace(call, environment=replace(call.environment, given=True))
        return _run(resolver, reading, "file", given, words)
    process = resolver.unknown(call.pid, call.arguments, call.environment, READS_ITS_INPUT, call.how)
    return [Alternative(process if given else None, None if given else 0, reasons=process.missing)]


def _script(resolver: Resolver, call: Call) -> list[Alternative]:
    """A shell that runs a script file."""
    script, environment = call.operands[0], call.environment
    found = resolver.made(script, environment) or resolver.which(script.value, environment.workdir, environment.workdir)
    if isinstance(found, Absent) and not resolver.has_come(script, environment):
        plain = f"nothing puts {script.value} into {environment.workdir}"
        return [Alternative(None, 127, failed=found.reason if "/" in script.value else plain, culprit=script)]
    if isinstance(found, ImageFile) and found.content is not None and len(found.content) <= LONGEST_SCRIPT:
        return _run(resolver, call, "file", found.content, call.operands)
    reason = f"the script {script.value} is not known"
    if isinstance(found, ImageFile) and found.content is not None:
        reason = Bound(f"the script {script.value} is longer than {LONGEST_SCRIPT:,} characters, and is not read")
    process = resolver.unknown(call.pid, call.arguments, environment, reason, call.how)
    return [Alternative(process, reasons=process.missing)]


def _run(resolver: Resolver, call: Call, mode: Mode, text: Text, words: Sequence[Argument]) -> list[Alternative]:
    from ..shell import run

    return run.shell(resolver, call, mode, text, values(call.arguments), words)
