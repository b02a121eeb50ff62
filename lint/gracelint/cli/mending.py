"""``--fix``, ``--diff`` and ``--add-ignore``: what changes files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..cases import absolute
from ..fixes import Mended, apply, diff, mend, write
from ..ignoring import comments
from ..output import counted
from .emit import diff_line
from .streams import Exit, UsageError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping, Sequence

    from ..diagnostics import Safety
    from ..report import Report
    from ..source import Document
    from .job import Job
    from .streams import Streams


def mend_files(job: Job, options: argparse.Namespace, streams: Streams) -> bool:
    """Applies the fixes that the options allow, or shows them. Whether there were any."""
    allowed: tuple[Safety, ...] = ("safe", "unsafe") if options.unsafe_fixes else ("safe",)
    mended = mend(job.full_report, job.asked_for, allowed, job.overlay)
    if options.diff:
        for path in sorted(mended.contents, key=lambda path: mended.before[path].path):
            for line in diff(mended.before[path], mended.contents[path]):
                streams.put(diff_line(line, streams))
    elif mended.contents or job.overlay:
        _hand_over(mended.contents, job, streams)
    if not options.quiet:
        _tell(mended, options, streams)
    return bool(mended.contents)


def _hand_over(contents: Mapping[str, bytes], job: Job, streams: Streams) -> None:
    """Writes changed files; what came from standard input goes to standard output."""
    given = job.overlay
    try:
        write({path: data for path, data in contents.items() if path not in given})
    except OSError as error:
        raise UsageError(
            f"cannot write {error.filename or 'a fixed file'}: {error.strerror}; nothing else was changed"
        ) from None
    for path, data in given.items():
        streams.write_bytes(contents.get(path, data))
    job.adopt({path: contents.get(path, data) for path, data in given.items()})


def _tell(mended: Mended, options: argparse.Namespace, streams: Streams) -> None:
    """What was done, and what was refused, on standard error."""
    would = "Would fix" if options.diff else "Fixed"
    if mended.applied:
        streams.say(f"{would} {counted(len(mended.applied), 'finding')} in {counted(len(mended.contents), 'file')}.")
    elif options.diff:
        streams.say("Nothing to fix.")
    for refusal in mended.refused:
        place = refusal.finding.span.first
        streams.say(
            f"{refusal.finding.span.document.path}:{place.line}:{place.column}: the fix of {refusal.finding.code} is not applied:"
            f" {refusal.reason}"
        )


def add_ignores(job: Job, report: Report, streams: Streams) -> int:
    """Writes ignore comments for a report."""
    ranges: dict[str, Sequence[tuple[int, int]]] = {}

    def instructions(document: Document) -> Sequence[tuple[int, int]]:
        if document.path not in ranges:
            ranges[document.path] = job.instructions(document)
        return ranges[document.path]

    edits = comments(report.findings, instructions)
    contents = {
        absolute(path): document.encode(apply(document, changes)) for path, (document, changes) in edits.items()
    }
    contents = {path: data for path, data in contents.items() if path in report.read}
    _hand_over(contents, job, streams)
    left = [finding for finding in job.report().findings if finding.code != "GL002"]
    silenced = sum(finding.code != "GL002" for finding in report.findings) - len(left)
    streams.say(f"Added comments for {counted(silenced, 'finding')} in {counted(len(contents), 'file')}.")
    for finding in left:
        place = finding.span.first
        streams.say(
            f"{finding.span.document.path}:{place.line}:{place.column}: {finding.code} cannot be silenced by a comment there"
        )
    return Exit.FINDINGS if left else Exit.CLEAN
