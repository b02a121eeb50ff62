"""Findings as JSON, for programs: the form that the contract fixes (``"version": 1``)."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ..terminal import well_formed
from . import url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..diagnostics import Finding, Fix
    from ..report import Report
    from ..source import Span
    from ..terminal import Style


def render(report: Report, _style: Style) -> Iterator[str]:
    """One object. All but ASCII is escaped, so that no terminal obeys it."""
    table = {
        "version": 1,
        "findings": [finding_table(finding) for finding in report.findings],
        "summary": {
            "files": len(report.read),
            "findings": len(report.findings),
            "fixable": sum(finding.fix is not None for finding in report.findings),
        },
    }
    yield json.dumps(table, indent=2)


def finding_table(finding: Finding) -> dict[str, Any]:
    """One finding."""
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "confidence": finding.confidence,
        "message": well_formed(finding.message),
        "path": well_formed(finding.span.document.path),
        "span": span_table(finding.span),
        "dockerfile": None if finding.dockerfile is None else well_formed(finding.dockerfile),
        "target": finding.target,
        "related": [
            {
                "path": well_formed(related.span.document.path),
                "span": span_table(related.span),
                "message": well_formed(related.message),
            }
            for related in finding.related
        ],
        "fix": None if finding.fix is None else _fix(finding.fix),
        "url": url(finding.code),
    }


def span_table(span: Span) -> dict[str, dict[str, int]]:
    """1-based lines and columns, in characters, end exclusive."""
    first, last = span.first, span.last
    return {
        "start": {"line": first.line, "column": first.column},
        "end": {"line": last.line, "column": last.column},
    }


def _fix(fix: Fix) -> dict[str, Any]:
    return {
        "safety": fix.safety,
        "message": well_formed(fix.message),
        "edits": [
            {
                "path": well_formed(edit.span.document.path),
                "span": span_table(edit.span),
                "text": well_formed(edit.text),
            }
            for edit in fix.edits
        ],
    }
