"""How fixes write: JSON arrays, exec forms and whole values of instructions, keeping what is not theirs.

Fixes are data; nothing is applied here. Every helper returns None where the right text does not follow.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from gracelint.diagnostics import Fix, Safety
from gracelint.regexes import regex
from gracelint.source import Edit, Span

from .launching import own_exec_forms

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gracelint.parsers.dockerfile.model import Instruction
    from gracelint.rule import Case
    from gracelint.source import Text

_ONLY_COMMENTS = regex(r"(?:[^\S\n]*(?:#.*)?\n)*[^\S\n]*(?:#.*)?\Z")  # linear: each round eats a line


def json_array(words: Iterable[str]) -> str:
    """The exec form of some words."""
    return "[" + ", ".join(json.dumps(word, ensure_ascii=False) for word in words) + "]"


def fix_of(safety: Safety, message: str, edits: Sequence[Edit | None]) -> Fix | None:
    """A fix of these edits; None where one of them cannot be written."""
    if not edits or any(edit is None for edit in edits):
        return None
    return Fix(safety, message, tuple(edit for edit in edits if edit is not None))


def nothing_follows(whole: Text, part: Text) -> bool:
    """Whether a part of a script is its end, but for comments and white space."""
    return _ONLY_COMMENTS.match(whole.value, part.end - whole.start) is not None


def instruction_fix(
    instruction: Instruction, value: str, safety: Safety, message: str, *, comment: str | None = None
) -> Fix | None:
    """Replace an instruction's value; a comment that stood in it moves to the line above.

    None where comments stand between continuation lines of the value, which would be lost.
    """
    span = instruction.value.strip().span
    if _holds_comment(span) or instruction.heredocs:
        return None
    edits = [Edit(span, value)]
    if comment is not None:
        at = instruction.span.start
        edits.insert(0, Edit(Span(span.document, at, at), f"{comment.strip()}\n"))
    return Fix(safety, message, tuple(edits))


def exec_form_of(case: Case, argv: Sequence[str], words: Sequence[str], message: str) -> Fix | None:
    """Write other words in place of a command line; None where no exec form of this Dockerfile is just that."""
    for line in own_exec_forms(case.image.launch):
        if line.instruction is not None and [argument.value for argument in line.arguments] == list(argv):
            return instruction_fix(line.instruction, json_array(words), "unsafe", message)
    return None


def _holds_comment(span: Span) -> bool:
    lines = span.document.text[span.start : span.end].splitlines()[1:]
    return any(line.lstrip().startswith("#") for line in lines)
