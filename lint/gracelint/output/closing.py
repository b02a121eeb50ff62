"""The last lines of a report for people: how much was found, and what can be mended by itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import counted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..report import Report
    from ..terminal import Style

# The formats that end with them.
FOR_PEOPLE = ("text", "concise")


def closing(report: Report, style: Style) -> Iterator[str]:
    """One or two lines."""
    files = counted(len(report.read), "file")
    if report.bugs:
        files += ", not all of which could be judged"
    if not report.findings:
        yield style("Nothing found", "bold", *(() if report.bugs else ("green",))) + f" in {files}."
        return
    parts = [
        counted(number, name) if name != "info" else f"{number} info"
        for name in ("error", "warning", "info")
        if (number := sum(finding.severity == name for finding in report.findings))
    ]
    yield f"{style('Found ' + counted(len(report.findings), 'finding'), 'bold')} ({', '.join(parts)}) in {files}."
    safe = sum(finding.fix is not None and finding.fix.safety == "safe" for finding in report.findings)
    unsafe = sum(finding.fix is not None and finding.fix.safety == "unsafe" for finding in report.findings)
    if safe:
        more = f" ({unsafe} more with `--fix --unsafe-fixes`)" if unsafe else ""
        yield f"[{style('*', 'cyan')}] {safe} can be fixed with `--fix`{more}."
    elif unsafe:
        yield f"[{style('*', 'cyan')}] {unsafe} can be fixed with `--fix --unsafe-fixes`: look at them with `--diff` first."
