"""Workflow commands of GitHub Actions, and the job summary.

Escaped as @actions/core does it (packages/core/src/command.ts: ``escapeData``, ``escapeProperty``): ``%``, CR and LF in the message, also ``:`` and
``,`` in properties. What is left of control characters is made printable first, so nothing in a linted file can start a command of
its own. Columns are given only where the annotation stands on one line, as GitHub asks.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..terminal import printable, well_formed
from . import counted, url

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..diagnostics import Finding
    from ..report import Report
    from ..terminal import Style

_COMMANDS = {"error": "error", "warning": "warning", "info": "notice"}


def escape_data(text: str) -> str:
    """A message, as @actions/core escapes it."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def escape_property(text: str) -> str:
    """A property's value, as @actions/core escapes it."""
    return escape_data(text).replace(":", "%3A").replace(",", "%2C")


def render(report: Report, _style: Style) -> Iterator[str]:
    """One command a finding."""
    for finding in report.findings:
        yield command(finding)


def command(finding: Finding) -> str:
    """The workflow command of a finding."""
    first, last = finding.span.first, finding.span.last
    properties = {
        "file": printable(finding.span.document.path),
        "line": str(first.line),
        "endLine": str(last.line),
        "col": str(first.column),
        "endColumn": str(last.column),
        "title": f"{finding.code} {finding.name}",
    }
    if first.line != last.line:
        del properties["col"], properties["endColumn"]
    listed = ",".join(f"{name}={escape_property(value)}" for name, value in properties.items())
    return f"::{_COMMANDS[finding.severity]} {listed}::{escape_data(printable(finding.message))}"


def summary(report: Report) -> str:
    """The job summary, in Markdown: every finding, because GitHub shows only ten annotations a step."""
    if not report.findings:
        return f"### gracelint\n\nNothing found in {counted(len(report.read), 'file')}.\n"
    rows = [
        f"| {_cell(f'{finding.span.document.path}:{finding.span.first.line}')} | {finding.severity} "
        f"| [{finding.code}]({url(finding.code)}) {finding.name} | {_cell(finding.message)} |"
        for finding in report.findings
    ]
    head = f"### gracelint: {counted(len(report.findings), 'finding')} in {counted(len(report.read), 'file')}\n"
    return "\n".join([head, "| place | severity | rule | what happens |", "| --- | --- | --- | --- |", *rows, ""])


def _cell(text: str) -> str:
    """Text in a cell of a Markdown table: nothing in it is markup."""
    shown = well_formed(printable(text)).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    for char in "\\`*_[]|~#@":
        shown = shown.replace(char, f"&#{ord(char)};")
    return shown
