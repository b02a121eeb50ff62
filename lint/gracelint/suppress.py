"""Ignore comments: ``# gracelint: ignore[GL101] reason`` and ``# gracelint: ignore-file[GL201] reason``.

Method: the comments are found by their text in every document that was read for an image (Dockerfile, scripts, Python), each with the lines
it covers. A comment on a line of its own covers the instruction that follows (in a Dockerfile) or the next command's
lines; one behind code covers its line. What silences nothing becomes GL002. Other linters' comments mean nothing here.
JSON holds no comments: what is found there is silenced where the container is started that reads it (`place`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .diagnostics import Finding, Fix
from .records import dataclass
from .regexes import regex
from .source import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from .rule import Rule
    from .source import Document

MARK = "gracelint:"
_COMMENT = regex(r"(?<![^\s;&|(])#[ \t]*gracelint:[ \t]*ignore(?P<file>-file)?\b(?:\[(?P<codes>[^\]\n]*)\])?[^\r\n]*")
_CODE = regex(r"[^\s,]+")
_LONG = 100
"""Lines; comments that cover more are looked at for every finding."""

# What a comment without codes does not silence: that a file cannot be read, and what is said of the comment itself.
_ONLY_BY_NAME = frozenset({"GL001", "GL002"})


@dataclass(frozen=True, slots=True)
class Ignore:
    """An ignore comment: where it stands, the codes it names (each with its place; empty: all), the lines it covers
    (1-based, both included; an empty range covers nothing)."""

    span: Span
    codes: tuple[tuple[str, Span], ...]
    lines: tuple[int, int]
    whole_file: bool

    def names(self, code: str) -> bool:
        """Whether the comment means this code."""
        return any(name == code for name, _ in self.codes) if self.codes else code not in _ONLY_BY_NAME

    def covers(self, finding: Finding) -> bool:
        """Whether what a comment has to stand at, in this document, begins or ends on the lines of this one."""
        first, last = self.lines
        span = place(finding)
        return first <= span.first.line <= last or first <= span.last.line <= last


def place(finding: Finding) -> Span:
    """Where a comment has to stand that silences a finding: where it was found, or, as JSON holds no comments, at what leads there."""
    spans = [finding.span, *(related.span for related in finding.related)]
    return next((span for span in spans if can_hold_comments(span.document)), finding.span)


def can_hold_comments(document: Document) -> bool:
    """Whether a comment may be written into a document."""
    return not document.path.endswith(".json")


def find(document: Document, instructions: Sequence[tuple[int, int]] = ()) -> Iterator[Ignore]:
    """The ignore comments of a document; ``instructions`` are the first and last lines of a Dockerfile's, or of what a compose file starts."""
    text = document.text
    if MARK not in text:
        return
    top = _end_of_top(document)
    ends = dict(reversed(instructions))
    code = 0
    for match in _COMMENT.finditer(text):
        line = document.position(match.start()).line
        whole_file = match["file"] is not None
        codes: tuple[tuple[str, Span], ...] = ()
        if match["codes"] is not None:
            at = match.start("codes")
            codes = tuple(
                (word[0].upper(), document.span(at + word.start(), at + word.end()))
                for word in _CODE.finditer(match["codes"])
            )
            if not codes:  # "ignore[]" names nothing, and so silences nothing
                codes = (("", document.span(match.start(), match.end())),)
        if whole_file:
            lines = (1, len(document.line_starts)) if line < top else (1, 0)
        elif text[document.line_starts[line - 1] : match.start()].strip():
            lines = (line, line)
        else:
            code = code if code > line else _next_code(document, line)
            lines = _command(document, code, ends)
        yield Ignore(document.span(match.start(), len(match[0].rstrip()) + match.start()), codes, lines, whole_file)


def _bare(line: str) -> bool:
    """Whether a line holds no code."""
    stripped = line.strip()
    return not stripped or stripped.startswith("#")


def _end_of_top(document: Document) -> int:
    """The first line that holds code."""
    count = len(document.line_starts)
    return next((line for line in range(1, count + 1) if not _bare(document.line(line))), count + 1)


def _next_code(document: Document, line: int) -> int:
    """The first line with code behind a line; past the end without one."""
    count = len(document.line_starts)
    return next((at for at in range(line + 1, count + 1) if not _bare(document.line(at))), count + 1)


def _command(document: Document, first: int, ends: Mapping[int, int]) -> tuple[int, int]:
    """The lines of the instruction or command that begins at a line; ``ends`` has the last line of instructions by their first."""
    count = len(document.line_starts)
    if first > count:
        return (1, 0)
    if first in ends:
        return (first, ends[first])
    last = first
    while last < count and _continues(document.line(last)):
        last += 1
    return (first, last)


def _continues(line: str) -> bool:
    return (len(line) - len(line.rstrip("\\"))) % 2 == 1


@dataclass(frozen=True, slots=True)
class Outcome:
    """What is left after suppression, and what the unused comments are reported as."""

    kept: tuple[Finding, ...]
    unused: tuple[Finding, ...]
    silenced: int


class _Index:
    """The ignore comments of a document by the lines that they cover."""

    def __init__(self, ignores: Iterable[Ignore]) -> None:
        self._whole: list[Ignore] = []
        self._by_line: dict[int, list[Ignore]] = {}
        for ignore in ignores:
            first, last = ignore.lines
            if ignore.whole_file or last - first > _LONG:
                self._whole.append(ignore)
                continue
            for line in range(first, last + 1):
                self._by_line.setdefault(line, []).append(ignore)

    def around(self, finding: Finding) -> list[Ignore]:
        """Those that may cover a finding in this document."""
        span = place(finding)
        lines = {span.first.line, span.last.line}
        return self._whole + [ignore for line in sorted(lines) for ignore in self._by_line.get(line, ())]


def _around(finding: Finding, by_path: Mapping[str, _Index]) -> list[Ignore]:
    index = by_path.get(place(finding).document.path)
    return [] if index is None else index.around(finding)


def apply(
    findings: Iterable[Finding],
    ignores: Iterable[Ignore],
    rule: Rule,
    enabled: Mapping[str, Collection[str]],
    known: Collection[str],
) -> Outcome:
    """Takes silenced findings out, and judges the comments. ``rule`` is GL002's; ``enabled`` holds, by path, the codes whose
    absence means something; ``known`` are all codes there are."""
    by_path: dict[str, list[Ignore]] = {}
    for ignore in ignores:
        by_path.setdefault(ignore.span.document.path, []).append(ignore)
    used: dict[tuple[str, int], set[str]] = {}
    nearby = {path: _Index(comments) for path, comments in by_path.items()}
    kept: list[Finding] = []
    silenced = 0
    for finding in findings:
        hits = [ignore for ignore in _around(finding, nearby) if ignore.names(finding.code) and ignore.covers(finding)]
        for ignore in hits:
            used.setdefault((ignore.span.document.path, ignore.span.start), set()).add(finding.code)
        if hits:
            silenced += 1
        else:
            kept.append(finding)
    unused: list[Finding] = []
    for path, comments in by_path.items():
        for ignore in comments:
            matched = used.get((path, ignore.span.start), set())
            finding_ = _unused(ignore, matched, rule, enabled[path], known)
            if finding_ and not any(
                other.codes and other.names(rule.code) and (other is ignore or other.covers(finding_))
                for other in (ignore, *_around(finding_, nearby))
            ):
                unused.append(finding_)
    return Outcome(tuple(kept), tuple(unused), silenced)


def _unused(
    ignore: Ignore, matched: Collection[str], rule: Rule, enabled: Collection[str], known: Collection[str]
) -> Finding | None:
    """The GL002 finding of a comment, None where it does its work or cannot be judged."""
    if not ignore.codes:
        if matched or not set(known) <= {*enabled, *_ONLY_BY_NAME}:
            return None
        return rule.finding(ignore.span, "this ignore comment silences nothing: remove it", fix=_removal(ignore, ()))
    idle = [
        (code, span)
        for code, span in ignore.codes
        if code not in matched and (code not in known or (code in enabled and code != rule.code))
    ]
    if not idle:
        return None
    strange = [code for code, _ in idle if code and code not in known]
    names = ", ".join(dict.fromkeys(code for code, _ in idle if code)) or "nothing"
    if strange:
        message = f"no rule has the code {', '.join(dict.fromkeys(strange))}; remove it from the ignore comment"
    elif ignore.whole_file and ignore.lines[1] < ignore.lines[0]:
        message = f"ignore-file[{names}] works only at the top of the file, before the first instruction or command"
    else:
        message = f"this comment ignores {names}, which is not found {'in this file' if ignore.whole_file else 'here'}; remove it"
    return rule.finding(ignore.span, message, fix=_removal(ignore, [span for _, span in idle]))


def _removal(ignore: Ignore, idle: Sequence[Span]) -> Fix:
    """Takes the idle codes out of a comment; all of it where none is left."""
    document = ignore.span.document
    if idle and len(idle) < len(ignore.codes):
        rest = [code for code, span in ignore.codes if span not in idle]
        whole = Span(document, ignore.codes[0][1].start, ignore.codes[-1][1].end)
        return Fix("safe", "remove the codes that silence nothing", (Edit(whole, ", ".join(rest)),))
    text = document.text
    start, end = ignore.span.start, ignore.span.end
    begin = document.line_starts[document.position(start).line - 1]
    before = text[begin:start]
    if before.strip():
        start = begin + len(before.rstrip())
    else:
        start = begin
        newline = text.find("\n", end)
        end = len(text) if newline < 0 else newline + 1
    return Fix("safe", "remove the comment", (Edit(Span(document, start, end), ""),))
