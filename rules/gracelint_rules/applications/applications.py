"""How findings about Python applications are told: what their source says, and the places that belong to it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gracelint.diagnostics import Fix, Related
from gracelint.regexes import regex

from ..blame.purpose import weighed
from ..telling.telling import condition, related, shown, sure

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Confidence, Finding, Severity
    from gracelint.rule import Case, Rule
    from gracelint.signals.python.behaviour import Response

    from ..blame.defects import Defect

_MOST_CLEANUPS = 3
# trio's loop has no handlers to add.
_NO_HANDLERS = regex(r"^[ \t]*(?:import|from)[ \t]+trio\b", re.MULTILINE)
_AWAITED_EVENT = regex(r"await\s+([\w.]+)\.wait\(\)")


def response_of(case: Case, defect: Defect) -> Response | None:
    """What the application does with the stop signal; None where its source was not read."""
    program = defect.hop.program
    if program is None or program.python is None:
        return None
    return program.python.responses.get(case.trace.stop_signal.name or "")


def blocking(response: Response) -> str:
    """The call the program is at rest in, as a person would name it."""
    place = response.blocking.span
    return f"{response.blocking_name} (line {place.first.line} of {place.document.path})"


def consequence(case: Case, defect: Defect) -> str:
    """What it costs, as the end of a sentence."""
    if defect.path.verdict == "killed":
        return f"it is killed after {case.trace.grace_period:g} s"
    if defect.path.verdict == "unknown":
        return f"where the signal finds it there, it is killed after {case.trace.grace_period:g} s"
    return "it ends without cleaning up"


def tell(
    rule: Rule,
    case: Case,
    defect: Defect,
    message: str,
    *,
    severity: Severity | None = None,
    confidence: Confidence | None = None,
    fix: Fix | None = None,
) -> Finding:
    """The finding for a defect in an application: `shown` and the message, with what else belongs to it."""
    response = response_of(case, defect)
    program = defect.hop.program
    stays: Confidence = "high" if program is None or program.stays else "medium"
    severity = severity or ("error" if defect.path.verdict == "killed" else "warning")
    severity, confidence, unsaid = weighed(case, defect, severity, sure(case, confidence or stays))
    return rule.finding(
        defect.at,
        f"{shown(defect.hop.argv)} {message}{condition(case, defect)}{unsaid}",
        severity=severity,
        confidence=confidence,
        related=(*related(case, defect), *(_related(defect, response) if response is not None else ())),
        fix=fix,
    )


def _related(defect: Defect, response: Response) -> Iterator[Related]:
    at = defect.at.span
    if response.blocking.span != at:
        yield Related(response.blocking.span, "the program is at rest here")
    if response.registered is not None and response.registered.span != at:
        yield Related(response.registered.span, "the handler is installed here")
    for cleanup in response.cleanups[:_MOST_CLEANUPS]:
        if cleanup.span != at:
            yield Related(cleanup.span, "this would run if the program ended in order")


def handler_fix(case: Case, response: Response | None) -> Fix | None:
    """Install the handler that is missing: it raises the exit that the program already handles, or has the event loop do so."""
    signal = case.trace.stop_signal.name
    if response is None or response.source is None or signal is None:
        return None
    # Only here, because it brings libcst.
    from gracelint.parsers.python import codemods

    if response.loop and _NO_HANDLERS.search(response.source.value):
        return None
    if response.loop:
        at = response.main or response.blocking
        if at.buffer is not response.source.buffer:
            return None
        event = _AWAITED_EVENT.fullmatch(at.value)
        edits = codemods.install_loop_handler(response.source, at, signal, event[1] if event is not None else None)
    else:
        source, at = response.entrance or (response.source, response.blocking)
        edits = codemods.install_handler(source, at, signal, interrupt=response.interrupt)
    return Fix("unsafe", f"Install a handler for {signal}", edits) if edits else None
