"""SARIF 2.1.0, for code scanning (https://docs.oasis-open.org/sarif/sarif/v2.1.0/).

Columns are counted in Unicode code points, which the run declares; SARIF's end columns are exclusive like ours. Paths are
percent-encoded URIs, relative to the folder gracelint ran in.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from .. import __version__
from ..terminal import well_formed
from . import url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..diagnostics import Finding, Fix
    from ..report import Report
    from ..source import Span
    from ..terminal import Style

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_LEVELS = {"error": "error", "warning": "warning", "info": "note"}


def render(report: Report, _style: Style) -> Iterator[str]:
    """One log with one run."""
    from gracelint_rules.registry import RULES

    described = {rule.code: rule for rule in RULES}
    codes = sorted({finding.code: finding.name for finding in report.findings}.items())
    rules: list[dict[str, Any]] = []
    for code, name in codes:
        entry: dict[str, Any] = {"id": code, "name": name, "helpUri": url(code)}
        rule = described.get(code)
        if rule is not None:
            entry["shortDescription"] = {"text": rule.doc.strip().splitlines()[0]}
            entry["help"] = {"text": rule.doc.strip(), "markdown": rule.doc.strip()}
            entry["defaultConfiguration"] = {"level": _LEVELS[rule.severity]}
        rules.append(entry)
    index = {code: at for at, (code, _) in enumerate(codes)}
    run = {
        "tool": {"driver": {"name": "gracelint", "version": __version__, "rules": rules}},
        "columnKind": "unicodeCodePoints",
        "results": [_result(finding, index[finding.code]) for finding in report.findings],
    }
    yield json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _result(finding: Finding, rule: int) -> dict[str, Any]:
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "ruleIndex": rule,
        "level": _LEVELS[finding.severity],
        "message": {"text": well_formed(finding.message)},
        "locations": [{"physicalLocation": _location(finding.span)}],
        "properties": {"confidence": finding.confidence},
    }
    if finding.related:
        result["relatedLocations"] = [
            {"physicalLocation": _location(related.span), "message": {"text": well_formed(related.message)}}
            for related in finding.related
        ]
    if finding.fix is not None:
        result["fixes"] = [_fix(finding.fix)]
    return result


def _location(span: Span) -> dict[str, Any]:
    return {"artifactLocation": _artifact(span.document.path), "region": _region(span)}


def _artifact(path: str) -> dict[str, str]:
    return {"uri": quote(path.encode("utf-8", "surrogateescape"), safe="/")}


def _region(span: Span) -> dict[str, int]:
    first, last = span.first, span.last
    return {
        "startLine": first.line,
        "startColumn": first.column,
        "endLine": last.line,
        "endColumn": last.column,
    }


def _fix(fix: Fix) -> dict[str, Any]:
    """A fix, its edits grouped by file."""
    files: dict[str, list[dict[str, Any]]] = {}
    for edit in fix.edits:
        replacement = {"deletedRegion": _region(edit.span), "insertedContent": {"text": well_formed(edit.text)}}
        files.setdefault(edit.span.document.path, []).append(replacement)
    return {
        "description": {"text": well_formed(fix.message)},
        "artifactChanges": [
            {"artifactLocation": _artifact(path), "replacements": replacements} for path, replacements in files.items()
        ],
    }
