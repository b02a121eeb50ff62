"""What a word becomes by how it is written, and not by what it expands to: braces, and patterns of files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ....regexes import regex
from ..model.values import Field, Unknown

if TYPE_CHECKING:
    from ..model.state import State

MOST_FIELDS = 4096
BRACES = regex(r"""([^{}$`\\'"]*)\{([^{}\s$`\\'"]+)\}([^{}$`\\'"]*)\Z""")
NUMBER = regex(r"-?\d{1,6}\Z")


def braces(word: sh.Word) -> list[str]:
    """The words that bash makes of one pair of braces, ``{a,b}`` or ``{1..3}``; none where there is no such pair, or more."""
    if any(not isinstance(part, sh.LiteralText) or part.quoted for part in word.parts):
        return []
    match = BRACES.match(word.text.value)
    if match is None:
        return []
    before, inner, behind = match.groups()
    bounds = inner.split("..")
    if len(bounds) in (2, 3) and all(NUMBER.match(bound) for bound in bounds):
        first, last = int(bounds[0]), int(bounds[1])
        step = max(1, abs(int(bounds[2]))) if len(bounds) == 3 else 1
        numbers = range(first, last + 1, step) if first <= last else range(first, last - 1, -step)
        if len(numbers) > MOST_FIELDS or any(bound.lstrip("-").startswith("0") and len(bound) > 1 for bound in bounds):
            return []
        return [f"{before}{number}{behind}" for number in numbers]
    return [f"{before}{each}{behind}" for each in inner.split(",")] if "," in inner else []


def is_pattern(word: sh.Word, value: str) -> bool:
    """Whether the shell looks for files of which a word is the pattern. A bracket that is not closed (the command ``[``) is none
    (``unquoted_glob_pattern_p`` in bash)."""
    bare = "".join(
        part.value.value if isinstance(part, sh.LiteralText) else value
        for part in word.parts
        if not getattr(part, "quoted", True)
    )
    return "*" in bare or "?" in bare or "]" in bare.partition("[")[2]


def without_patterns(state: State, fields: list[Field], words: tuple[sh.Word, ...]) -> list[Field]:
    """The fields of words, of which a pattern is no field where it names no file, as ``shopt -s nullglob`` wants it: any number of them."""
    written = state.shell.read.patterned.of(words, _patterns)
    if not written:
        return fields
    return [
        Field(Unknown(field.value, rest=True), field.text)
        if isinstance(field.value, str) and (word := written.get(id(field.text))) and is_pattern(word, field.value)
        else field
        for field in fields
    ]


def _patterns(words: tuple[sh.Word, ...]) -> dict[int, sh.Word]:
    return {id(word.text): word for word in words if _may_be_pattern(word)}


def _may_be_pattern(word: sh.Word) -> bool:
    """Whether a word becomes a pattern in some state: it has an expansion without quotes, or is written as one."""
    written = word.text.value
    if "$" not in written and "`" not in written:
        return ("*" in written or "?" in written or "]" in written) and is_pattern(word, "")
    return is_pattern(word, "*")
