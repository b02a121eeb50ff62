"""One line a finding: ``path:line:column: CODE message``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..terminal import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..report import Report
    from ..terminal import Style


def render(report: Report, style: Style) -> Iterator[str]:
    """The lines."""
    for finding in report.findings:
        place = finding.span.first
        path = style(printable(finding.span.document.path), "bold")
        mark = "" if finding.fix is None else f"[{style('*', 'cyan')}] "
        code = style(finding.code, "red" if finding.severity == "error" else "yellow")
        yield f"{path}:{place.line}:{place.column}: {code} {mark}{printable(finding.message)}"
