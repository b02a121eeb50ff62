"""One report of all units: what must be seen as a whole, when each of them has been judged (`gracelint.engine`).

Method: the same defect found from two images is told once, at its gravest; an ignore comment is used when any image uses it; then come the
severities and the ``per-file-ignores`` of the settings, and what the user wants to see.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import suppress
from .diagnostics import CONFIDENCES, SEVERITIES, Confidence, Finding, Severity
from .engine import rules_for
from .patterns import match
from .records import dataclass, replace
from .selection import matches

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from .cases import Unit
    from .config import Settings
    from .engine import Bug, Fates, Judged


@dataclass(frozen=True, slots=True)
class Report:
    """The result of a run. ``read`` are the real paths of all files read; ``silenced`` counts what comments took out; ``fates`` are those of each
    unit."""

    findings: tuple[Finding, ...] = ()
    read: frozenset[str] = frozenset()
    silenced: int = 0
    bugs: tuple[Bug, ...] = ()
    fates: tuple[tuple[Fates, Fates], ...] = ()


def combine(
    units: Sequence[Unit],
    judged: Sequence[Judged],
    *,
    min_severity: Severity = "info",
    min_confidence: Confidence = "low",
) -> Report:
    """One report of all units: suppressed, with the severities of the settings, without duplicates, sorted."""
    unused = next(rule for rule in rules_for(()) if rule.name == "unused-ignore")
    by_place: dict[tuple[object, ...], tuple[list[Finding], Settings]] = {}
    ignores: dict[tuple[str, int], suppress.Ignore] = {}
    on: dict[str, set[str]] = {}
    settings_of: dict[str, Settings] = {}
    plugins = dict.fromkeys(unit.settings.plugins for unit in units)
    known = {rule.code for names in plugins for rule in rules_for(names)}
    for unit, result in zip(units, judged, strict=True):
        here: dict[tuple[object, ...], list[Finding]] = {}
        for finding in result.findings:
            if finding.code in unit.codes:
                here.setdefault(_place(finding), []).append(finding)
        for place, findings in here.items():
            if place not in by_place or _gravity(findings) < _gravity(by_place[place][0]):
                by_place[place] = (findings, unit.settings)
        for ignore in result.ignores:
            path = ignore.span.document.path
            ignores.setdefault((path, ignore.span.start), ignore)
            on.setdefault(path, set()).update(unit.codes)
            settings_of.setdefault(path, unit.settings)
    settled = {id(finding): settings for findings, settings in by_place.values() for finding in findings}
    every = [finding for findings, _ in by_place.values() for finding in findings]
    outcome = suppress.apply(every, ignores.values(), unused, on, known)
    kept = [(finding, settled[id(finding)]) for finding in outcome.kept]
    kept += [
        (finding, settings_of[finding.span.document.path])
        for finding in outcome.unused
        if unused.code in on[finding.span.document.path]
    ]
    findings = [_graded(finding, settings) for finding, settings in kept if not _ignored(finding, settings)]
    return Report(
        tuple(
            sorted(
                (finding for finding in findings if shown(finding, min_severity, min_confidence)),
                key=lambda finding: finding.sort_key,
            )
        ),
        frozenset().union(*(result.read for result in judged)),
        outcome.silenced,
        tuple(bug for result in judged for bug in result.bugs),
        tuple(result.fates for result in judged),
    )


def _place(finding: Finding) -> tuple[object, ...]:
    """What makes it the same defect when another unit finds it: a service of Compose, or another image that the same script was put into, may show it
    under another condition."""
    span = finding.span
    return (finding.code, span.document.path, span.start, span.end)


def _gravity(findings: Iterable[Finding]) -> tuple[int, int]:
    """The least is the gravest."""
    return min((SEVERITIES.index(each.severity), CONFIDENCES.index(each.confidence)) for each in findings)


def shown(finding: Finding, min_severity: Severity, min_confidence: Confidence) -> bool:
    """Whether a finding is at least so severe and so certain."""
    return SEVERITIES.index(finding.severity) <= SEVERITIES.index(min_severity) and CONFIDENCES.index(
        finding.confidence
    ) <= CONFIDENCES.index(min_confidence)


def _graded(finding: Finding, settings: Settings) -> Finding:
    severity = settings.severity.get(finding.code)
    return finding if severity is None else replace(finding, severity=severity)


def _ignored(finding: Finding, settings: Settings) -> bool:
    """Whether ``per-file-ignores`` takes a finding out."""
    return any(
        any(matches(code, finding.code) for code in codes)
        and match((pattern,), settings.root, finding.span.document.path)
        for pattern, codes in settings.per_file_ignores.items()
    )
