"""The Dockerfile model: instructions as BuildKit reads them, each part with the place it was written.

Texts are logical: continuation lines are joined, comments and blank lines between them left out, and every
character still knows its place in the file (see `gracelint.source`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from ...records import dataclass
from .words import words

if TYPE_CHECKING:
    from ...source import Document, Span, Text


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that BuildKit would refuse, or that cannot be read: reported as GL001.

    ``template``: nothing is wrong, but the file is to be completed by another tool, and nothing in it was judged.
    """

    message: str
    span: Span
    template: bool = False


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment line outside heredocs; ``text`` begins at the ``#``. It may stand inside an instruction."""

    text: Text


@dataclass(frozen=True, slots=True)
class Flag:
    """``--name=value`` between keyword and value; ``value`` is None for ``--name``."""

    name: str
    value: Text | None
    text: Text


@dataclass(frozen=True, slots=True)
class Heredoc:
    """``<<NAME`` and its body. ``expands``: the delimiter was not quoted. ``body`` has tabs stripped for ``<<-``."""

    name: str
    expands: bool
    strips_tabs: bool
    body: Text
    marker: Text


@dataclass(frozen=True, slots=True)
class MalformedArray:
    """A value that begins like a JSON array and is not one, so that it silently is shell form.

    ``reason`` says what is wrong in words; ``fatal`` marks what BuildKit refuses (an array with other than strings).
    ``elements`` are the words the writer most likely meant, None where that is not clear.
    """

    reason: str
    fatal: bool
    elements: tuple[str, ...] | None


@dataclass(frozen=True, slots=True, eq=False)
class Instruction:
    """One instruction.

    ``keyword`` is upper case; ``keyword_text`` as written. ``value`` is everything behind the flags (a heredoc's
    marker included, its body not). ``array`` holds the strings of an exec form (decoded; their texts map escapes to what
    was written), None in shell form. ``inner`` is the instruction behind ONBUILD. ``span`` runs from the keyword to the end
    of the last line, heredoc bodies included; ``first_line``/``last_line`` are 1-based. ``escape`` is the file's.
    """

    keyword: str
    keyword_text: Text
    flags: tuple[Flag, ...]
    value: Text
    array: tuple[Text, ...] | None
    malformed: MalformedArray | None
    heredocs: tuple[Heredoc, ...]
    inner: Instruction | None
    span: Span
    first_line: int
    last_line: int
    escape: str
    _words: tuple[Text, ...] | None = None

    @property
    def words(self) -> tuple[Text, ...]:
        """The white-space separated parts of the value as written, with quotes; made when first asked for, as few are."""
        found = self._words
        if found is None:
            found = words(self.keyword, self.value, self.escape)
            object.__setattr__(self, "_words", found)
        return found

    def flag(self, name: str) -> Flag | None:
        """The last flag of this name, None without one."""
        for flag in reversed(self.flags):
            if flag.name == name:
                return flag
        return None


@dataclass(frozen=True, slots=True)
class Dockerfile:
    """A whole file. ``escape`` is the continuation character; ``directives`` are lower-case names with values."""

    document: Document
    escape: Literal["\\", "`"]
    directives: tuple[tuple[str, Text], ...]
    instructions: tuple[Instruction, ...]
    comments: tuple[Comment, ...]
    problems: tuple[Problem, ...]
