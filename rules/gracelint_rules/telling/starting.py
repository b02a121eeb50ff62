"""Fixes of a script that the kernel does not start as it is: an execute bit, LF line endings, a ``#!`` line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gracelint.diagnostics import Fix
from gracelint.image.stages.interpreters import lacks
from gracelint.regexes import regex
from gracelint.source import Edit, Span

if TYPE_CHECKING:
    from gracelint.image.model import ImageFile
    from gracelint.parsers.dockerfile.model import Instruction
    from gracelint.rule import Case

_CARRIAGE_RETURN = regex(r"\r(?=\n|\Z)")


def executable(case: Case, file: ImageFile) -> Fix | None:
    """Its instruction gives it the bit, or a RUN behind that does; None where neither can be written."""
    if file.placed is None:
        return None
    span = file.placed.span
    for instruction in case.instructions:
        inside = (
            instruction.span.document is span.document and instruction.span.start <= span.start <= instruction.span.end
        )
        if (
            inside
            and instruction.keyword in ("COPY", "ADD")
            and instruction.flag("chmod") is None
            and len(instruction.words) == 2
        ):
            if not _alone(instruction.words[0].value, file):
                return _run_chmod(case, instruction, file)
            edit = instruction.keyword_text.insert_after(" --chmod=755")
            return None if edit is None else Fix("unsafe", "Copy it with an execute bit", (edit,))
    return None


def _alone(source: str, file: ImageFile) -> bool:
    """Whether it is this file that is copied, and not a folder, all of which would become executable."""
    if source.endswith(("/", ".", "*")):
        return False
    path = source.removeprefix("./").strip("/")
    return file.content is None or f"/{file.content.span.document.path}".endswith(f"/{path}")


def _run_chmod(case: Case, instruction: Instruction, file: ImageFile) -> Fix | None:
    """The bit is set behind the instruction, where root still is who runs commands, and there is a shell to run them."""
    document = instruction.span.document
    users = [
        each.value.value
        for each in case.instructions
        if each.keyword == "USER" and each.span.document is document and each.span.start < instruction.span.start
    ]
    lines = document.line_starts
    plain = regex(r"[\w./+-]+").fullmatch(file.path) is not None
    if not plain or instruction.last_line >= len(lines) or lacks(case.image, "sh") or users[-1:] not in ([], ["root"]):
        return None
    at = lines[instruction.last_line]
    return Fix("unsafe", "Set its execute bit", (Edit(Span(document, at, at), f"RUN chmod +x {file.path}\n"),))


def line_endings(file: ImageFile) -> Fix | None:
    """Without the carriage returns; None where the file is not in the image as it is written."""
    assert file.content is not None
    span = file.content.span
    document = span.document
    text = document.text[span.start : span.end]
    if text != file.content.value:
        return None
    edits = [
        Edit(Span(document, span.start + match.start(), span.start + match.end()), "")
        for match in _CARRIAGE_RETURN.finditer(text)
    ]
    return Fix("unsafe", "Write LF line endings", tuple(edits)) if edits else None


def interpreter_line(case: Case, file: ImageFile) -> Fix | None:
    """``#!/bin/sh`` in front of it; None where the image has no shell, or the file is not called a script of one."""
    assert file.content is not None
    if case.image.base.shell in (None, "none") or not file.path.endswith(".sh"):
        return None
    edit = file.content.insert_before("#!/bin/sh\n")
    return None if edit is None else Fix("unsafe", "Begin with #!/bin/sh", (edit,))
