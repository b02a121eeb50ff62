"""GitLab's code quality report: a JSON array (https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format)."""

from __future__ import annotations

import json
from hashlib import sha256
from typing import TYPE_CHECKING

from ..terminal import well_formed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..report import Report
    from ..terminal import Style

_SEVERITIES = {"error": "major", "warning": "minor", "info": "info"}


def render(report: Report, _style: Style) -> Iterator[str]:
    """One array. The fingerprints stay the same when lines move: they count equal findings of a file instead."""
    seen: dict[tuple[str, str, str], int] = {}
    issues = []
    for finding in report.findings:
        path, message = well_formed(finding.span.document.path), well_formed(finding.message)
        key = (path, finding.code, message)
        seen[key] = seen.get(key, 0) + 1
        issues.append(
            {
                "description": message,
                "check_name": finding.code,
                "fingerprint": sha256("\0".join((*key, str(seen[key]))).encode()).hexdigest(),
                "severity": _SEVERITIES[finding.severity],
                "location": {
                    "path": path,
                    "lines": {"begin": finding.span.first.line, "end": finding.span.last.line},
                },
            }
        )
    yield json.dumps(issues, indent=2)
