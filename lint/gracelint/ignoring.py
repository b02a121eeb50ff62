"""``--add-ignore``: writes the ignore comments that silence what was found.

In a Dockerfile the comment goes before the instruction, in a compose file before ``command`` or ``entrypoint`` (inside a text of several
lines it would be part of the text), and for JSON to what starts the container; elsewhere before the line on which the finding begins, or
the first of the lines that a backslash joins to it, with its indentation. Codes are added to a comment that stands there already. Comments
by which other linters ignore a line must stay next to it, so that ours goes above them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import suppress
from .regexes import regex
from .source import Edit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .diagnostics import Finding
    from .source import Document

_NEVER = frozenset({"GL001", "GL002"})
_OTHERS = regex(r"[ \t]*#[ \t]*(?:hadolint|shellcheck)\b")


def comments(
    findings: Iterable[Finding], instructions: Callable[[Document], Sequence[tuple[int, int]]]
) -> dict[str, tuple[Document, list[Edit]]]:
    """The edits, by path. ``instructions`` gives the line ranges of what a comment cannot stand within: a Dockerfile's instructions, what a compose
    file starts (of other files: none)."""
    places: dict[tuple[str, int], tuple[Document, set[str]]] = {}
    for finding in findings:
        if finding.code in _NEVER:
            continue
        place = suppress.place(finding)
        document = place.document
        if not suppress.can_hold_comments(document):
            continue
        line = _first_line(document, place.first.line, instructions(document))
        places.setdefault((document.path, line), (document, set()))[1].add(finding.code)
    edits: dict[str, tuple[Document, list[Edit]]] = {}
    for (path, line), (document, codes) in sorted(places.items()):
        edit = _comment(document, line, codes, instructions(document))
        edits.setdefault(path, (document, []))[1].append(edit)
    return edits


def _first_line(document: Document, line: int, instructions: Sequence[tuple[int, int]]) -> int:
    for first, last in instructions:
        if first <= line <= last:
            return first
    while line > 1 and document.line(line - 1).endswith("\\"):
        line -= 1
    return line


def _comment(document: Document, line: int, codes: set[str], instructions: Sequence[tuple[int, int]]) -> Edit:
    for ignore in suppress.find(document, instructions):
        if not ignore.whole_file and ignore.lines[0] == line and ignore.codes:
            names = [*(name for name, _ in ignore.codes), *sorted(codes - {name for name, _ in ignore.codes})]
            span = document.span(ignore.codes[0][1].start, ignore.codes[-1][1].end)
            return Edit(span, ", ".join(names))
    text = document.line(line)
    if line == 1 and text.startswith("#!"):  # nothing may stand before a shebang
        at = document.line_starts[1] if len(document.line_starts) > 1 else len(document.text)
        return Edit(document.span(at, at), f"# gracelint: ignore-file[{', '.join(sorted(codes))}]\n")
    indent = text[: len(text) - len(text.lstrip())]
    while line > 1 and _OTHERS.match(document.line(line - 1)):
        line -= 1
    at = document.line_starts[line - 1]
    return Edit(document.span(at, at), f"{indent}# gracelint: ignore[{', '.join(sorted(codes))}]\n")
