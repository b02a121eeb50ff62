"""How fixes write: JSON arrays, exec forms and whole values of instructions, keeping what is not theirs.

Fixes are data; nothing is applied here. Every helper returns None where the right text does not follow.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from gracelint.diagnostics import Fix, Safety
from gracelint.source import Edit, Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from gracelint.parsers.dockerfile.model import Instruction
    from gracelint.rule import Case


def json_array(words: Iterable[str]) -> str:
    """The exec form of some words."""
    return "[" + ", ".join(json.dumps(word, ensure_ascii=False) for word in words) + "]"


def fix_of(safety: Safety, message: str, edits: Sequence[Edit | None]) -> Fix | None:
    """A fix of these edits; None where one of them cannot be written."""
    if not edits or any(edit is None for edit in edits):
        return None
    return Fix(safety, message, tuple(edit for edit in edits if edit is not None))


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


def exec_form_of(case: Case, words: Sequence[str], message: str, safety: Safety = "unsafe") -> Fix | None:
    """Write the launch's whole command line anew; None where it does not stand in one exec form."""
    launch = case.image.launch
    line = launch.cmd if launch.entrypoint is None else launch.entrypoint
    if line is None or line.instruction is None or line.form != "exec" or len(line.arguments) != len(launch.arguments):
        return None
    return instruction_fix(line.instruction, json_array(words), safety, message)


def _holds_comment(span: Span) -> bool:
    lines = span.document.text[span.start : span.end].splitlines()[1:]
    return any(line.lstrip().startswith("#") for line in lines)
