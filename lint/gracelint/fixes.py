"""Fixes applied: edits put into files, each proven before anything is written.

Method: in rounds. Of the findings with a fix, those whose edits do not meet are tried together on contents held in memory; then
everything that read a changed file is judged again, by all rules. The round counts if every finding it mended is gone and none has
come; else its fixes are tried one by one, and one that fails is refused. It ends when nothing is left to try.

Findings are not all: a fix is refused as well after which the container ends by itself or cannot start, or its stop has a worse verdict (`_worse`).
What judged a unit tells what becomes of the container, from the traces that its rules have asked for.

What is said of the application once the signal reaches it (`_OF_THE_APPLICATION`), and of the time before that (`_BEFORE_IT`), was hidden
by a defect on the way, not made by its fix, and does not speak against it. What is said of a launch that could not start before
(`_NEVER_STARTS`) was hidden as well, all of it.

Hazards: a fix whose finding moves; two insertions at one place, whose order would matter; bytes that are no text, byte order
marks, line endings, and modes, which must survive.
"""

from __future__ import annotations

import os
from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING

from .records import NamedTuple, dataclass, field
from .signals.model import FATES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from .diagnostics import Finding, Safety
    from .engine import Fates
    from .report import Report
    from .source import Document, Edit

# Each round mends at least one finding for good or refuses one, so this only bounds a rule that goes in circles.
MAX_ROUNDS = 100

# Codes and prefixes: the signal that the application wants, its handlers, its settings.
_OF_THE_APPLICATION = ("GL112", "GL3", "GL4")
# But this one's is on the way to the application that the program starts.
_LAUNCHERS = frozenset({"GL309"})
# The time before the application, of which nothing is said as long as the signal does not reach it even afterwards.
_BEFORE_IT = ("GL219",)
# What a server does with the right signal, of which nothing is said before it gets that.
_LAST = "GL408"
# Codes: of what keeps the container from starting, or from starting what is meant.
_NEVER_STARTS = frozenset({"GL003", "GL103", "GL107", "GL108", "GL218"})

Overlay = dict[str, bytes]


class Refusal(NamedTuple):
    """A fix that was not applied, and why."""

    finding: Finding
    reason: str


@dataclass
class Mended:
    """What became of the fixes. ``contents`` are the new contents, by real path; ``before`` the old documents."""

    contents: Overlay = field(default_factory=dict)
    before: dict[str, Document] = field(default_factory=dict)
    applied: list[Finding] = field(default_factory=list)
    refused: list[Refusal] = field(default_factory=list)


def mend(
    judge: Callable[[Overlay], Report],
    wanted: Callable[[Report], Iterable[Finding]],
    allowed: Collection[Safety],
    overlay: Mapping[str, bytes],
) -> Mended:
    """Applies fixes in memory. ``judge`` gives the report of all rules on some contents, ``wanted`` the findings of it whose fixes are
    wanted; ``overlay`` are contents to begin with."""
    result = Mended(dict(overlay))
    report = judge(result.contents)
    tried: set[tuple[str, ...]] = set()
    for _ in range(MAX_ROUNDS):
        batch = list(_compatible(_candidates(wanted(report), report, allowed, tried)))
        if not batch:
            break
        for group in [batch] if len(batch) == 1 else [batch, *([finding] for finding in batch)]:
            contents = {**result.contents, **_edited(group)}
            after = judge(contents)
            objection = _objection(report, after, group)
            if objection is None:
                _remember(result, group)
                result.contents, report = contents, after
                break
            if len(group) == 1:
                tried.add(_identity(group[0]))
                result.refused.append(Refusal(group[0], objection))
    for path, data in overlay.items():
        if result.contents.get(path) == data:
            del result.contents[path]
    return result


def _remember(result: Mended, group: Sequence[Finding]) -> None:
    result.applied += group
    for edit in _edits(group):
        document = edit.span.document
        result.before.setdefault(os.path.realpath(document.path), document)


def _edits(group: Iterable[Finding]) -> Iterator[Edit]:
    for finding in group:
        if finding.fix is not None:
            yield from finding.fix.edits


def _candidates(
    findings: Iterable[Finding], report: Report, allowed: Collection[Safety], tried: Collection[tuple[str, ...]]
) -> Iterator[Finding]:
    """Findings whose fix may be tried: only files that were read in this run are ever changed."""
    for finding in findings:
        fix = finding.fix
        if fix is None or fix.safety not in allowed or _identity(finding) in tried:
            continue
        if all(os.path.realpath(edit.span.document.path) in report.read for edit in fix.edits):
            yield finding


def _identity(finding: Finding) -> tuple[str, ...]:
    """What a finding is known by while other fixes move it about."""
    span = finding.span
    return (finding.code, span.document.path, finding.message, span.document.text[span.start : span.end])


def _compatible(findings: Iterable[Finding]) -> Iterator[Finding]:
    """As many findings, from the top, as have edits that do not meet."""
    taken: dict[str, list[Edit]] = {}
    for finding in findings:
        edits = () if finding.fix is None else finding.fix.edits
        if any(_meet(edit, other) for edit in edits for other in taken.get(edit.span.document.path, ())):
            continue
        for edit in edits:
            taken.setdefault(edit.span.document.path, []).append(edit)
        yield finding


def _meet(one: Edit, other: Edit) -> bool:
    """Whether two edits overlap, or begin at the same place so that their order would matter."""
    (_, start, end), (_, first, last) = one.span, other.span
    return start == first or (start < last and first < end)


def _edited(group: Sequence[Finding]) -> Overlay:
    """The contents of the files that these fixes change."""
    by_file: dict[str, tuple[Document, list[Edit]]] = {}
    for edit in _edits(group):
        document = edit.span.document
        by_file.setdefault(os.path.realpath(document.path), (document, []))[1].append(edit)
    return {path: document.encode(apply(document, edits)) for path, (document, edits) in by_file.items()}


def apply(document: Document, edits: Iterable[Edit]) -> str:
    """The text of a document after edits that do not overlap. New lines end like the document's."""
    text = document.text
    windows = text.count("\r\n") * 2 > text.count("\n")
    pieces: list[str] = []
    at = 0
    for edit in sorted(edits, key=lambda edit: (edit.span.start, edit.span.end)):
        new = edit.text.replace("\r\n", "\n").replace("\n", "\r\n") if windows else edit.text
        pieces += (text[at : edit.span.start], new)
        at = max(at, edit.span.end)
    return "".join(pieces) + text[at:]


def _objection(before: Report, after: Report, group: Sequence[Finding]) -> str | None:
    """Why what came of some fixes is not wanted; None where it is."""
    if after.bugs and not before.bugs:
        return "gracelint fails on the result"
    left = Counter(_place(finding) for finding in before.findings)
    left.subtract(_place(finding) for finding in group)
    mended = {_place(finding) for finding in group}
    behind = _OF_THE_APPLICATION + _BEFORE_IT
    on_the_way = not any(finding.code.startswith(behind) and finding.code not in _LAUNCHERS for finding in group)
    starts = any(finding.code in _NEVER_STARTS for finding in group)
    for finding in after.findings:
        place = _place(finding)
        left[place] -= 1
        if left[place] >= 0:
            continue
        if place in mended:
            return f"it does not remove {finding.code}"
        hidden = finding.code == _LAST or (on_the_way and finding.code.startswith(behind))
        hidden = hidden or (starts and finding.code not in ("GL001", *(one.code for one in group)))
        if not hidden:
            return f"it leads to {finding.code}: {finding.message}"
    starts_of_all = zip(before.fates, after.fates, strict=True)
    return next((worse for ways in starts_of_all for pair in zip(*ways, strict=True) if (worse := _worse(*pair))), None)


def _worse(before: Fates, after: Fates) -> str | None:
    """What becomes of a container that is worse than before; None where nothing is."""
    if before is None or after is None or not before or not after:
        return None
    was, now = min(before, key=FATES.index), min(after, key=FATES.index)
    # What was not known may as well have been what is known now; but that nothing runs on would have shown.
    if FATES.index(now) >= FATES.index(was) or (was == "unknown" and now in ("abrupt", "killed")):
        return None
    return (
        f"with it, {after[now]}" if now in ("ends", "fails") else f"with it, the stop is {now}, not {was}: {after[now]}"
    )


def _place(finding: Finding) -> tuple[str, str]:
    return finding.code, finding.span.document.path


def write(contents: Mapping[str, bytes]) -> None:
    """Writes files, each atomically, with the mode (and, where allowed, the owner) it had. Raises `OSError` with nothing half written."""
    ready: list[tuple[str, str]] = []
    try:
        for path, data in contents.items():
            ready.append((_beside(path, data), path))
        while ready:
            temporary, path = ready[0]
            os.replace(temporary, path)
            del ready[0]
    finally:
        for temporary, _ in ready:
            with suppress(OSError):
                os.unlink(temporary)


def _beside(path: str, data: bytes) -> str:
    """A new file in the same folder, with the data and the old file's mode; its name."""
    from tempfile import mkstemp

    old = os.stat(path)
    handle, name = mkstemp(prefix=".gracelint-", dir=os.path.dirname(path))
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        with suppress(OSError, AttributeError):
            os.chown(name, old.st_uid, old.st_gid)
        os.chmod(name, old.st_mode & 0o7777)
    except BaseException:
        os.unlink(name)
        raise
    return name


def diff(before: Document, after: bytes) -> Iterator[str]:
    """The unified diff of a file, as `patch` reads it; lines without their newline."""
    from difflib import unified_diff

    old, new = (_lines(data) for data in (before.encode(), after))
    for line in unified_diff(old, new, before.path, before.path):
        yield line.removesuffix("\n")
        if not line.endswith("\n"):
            yield "\\ No newline at end of file"


def _lines(data: bytes) -> list[str]:
    lines = data.decode("utf-8", "surrogateescape").split("\n")
    return [line + "\n" for line in lines[:-1]] + ([lines[-1]] if lines[-1] else [])
