"""Where a report goes: standard output, a file, the job summary."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from ..output import renderer
from ..output.closing import FOR_PEOPLE, closing
from ..terminal import PLAIN, Style, printable, wants_colour
from .streams import UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from ..report import Report
    from .streams import Streams


def report_format(options: argparse.Namespace, streams: Streams) -> str:
    """The format in use: as asked for, else GitHub's inside its Actions, else text."""
    return options.format or ("github" if streams.on_github and not options.output_file else "text")


def emit(report: Report, options: argparse.Namespace, streams: Streams) -> None:
    """Prints or writes the report. Raises `UsageError` where a file cannot be written."""
    name = report_format(options, streams)
    if options.output_file:
        store(options.output_file, "".join(line + "\n" for line in _lines(report, name, options, PLAIN)), "w")
    else:
        style = Style(wants_colour(streams.stdout, streams.environ))
        for line in _lines(report, name, options, style):
            if name == "github":
                streams.stdout.write(line + "\n")
            else:
                streams.put(line)
    summary_file = streams.environ.get("GITHUB_STEP_SUMMARY")
    if name == "github" and summary_file:
        from ..output.as_github import summary

        store(summary_file, summary(report), "a")


def _lines(report: Report, name: str, options: argparse.Namespace, style: Style) -> Iterator[str]:
    """The report; what is for people ends with a count, unless they want nothing but findings."""
    yield from renderer(name)(report, style)
    if name in FOR_PEOPLE and not options.quiet:
        yield from closing(report, style)


def store(path: str, text: str, mode: str) -> None:
    """Writes text to a file (``mode`` as of `open`). Raises `UsageError`."""
    try:
        with open(path, mode, encoding="utf-8", errors="backslashreplace", newline="\n") as stream:
            stream.write(text)
    except OSError as error:
        raise UsageError(f"{path}: {error.strerror}") from None


def statistics(report: Report, options: argparse.Namespace, streams: Streams) -> None:
    """How often each rule fired, the most frequent first: a table, or JSON as ruff writes it."""
    counts = Counter((finding.code, finding.name) for finding in report.findings)
    fixable = Counter(finding.code for finding in report.findings if finding.fix is not None)
    rows = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    if options.format == "json":
        import json

        table = [
            {"code": code, "name": name, "count": count, "fixable": code in fixable, "fixable_count": fixable[code]}
            for (code, name), count in rows
        ]
        lines = json.dumps(table, indent=2).splitlines()
    else:
        wide = len(str(max(counts.values(), default=0)))
        lines = [
            f"{count:>{wide}}  {code}  [{'*' if code in fixable else ' '}] {printable(name)}"
            for (code, name), count in rows
        ]
    if options.output_file:
        store(options.output_file, "".join(line + "\n" for line in lines), "w")
        return
    for line in lines:
        streams.put(line)


def diff_line(line: str, streams: Streams) -> str:
    """A line of a diff: as it is for a program that reads it, printable for a person."""
    if not (streams.on_github or streams.stdout.isatty()):
        return line
    return "\t".join(printable(piece) for piece in line.split("\t"))
