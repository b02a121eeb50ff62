"""What every reader of a text shares: its place, its depth, and which characters are plain where a word stands.

A reader works on the string of one text and cuts every node out of that text, so spans are exact whatever the text was made of.

Hazards: a quote that never ends swallows the rest of the text, which is told by `Unread`. Nesting is bounded by ``MAX_DEPTH``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...records import NamedTuple
from ...regexes import regex

if TYPE_CHECKING:
    import re

    from ...source import Text

MAX_DEPTH = 60
"""Substitutions, quotes and compound commands inside each other; real scripts stay below 20."""

CONTINUATIONS = regex(r"(?:\\\n)+")


class Unread(Exception):  # noqa: N818  # it tells a place where reading ends, which is an ordinary outcome here
    """From ``at`` on the text cannot be read, for ``reason``."""

    def __init__(self, at: int, reason: str) -> None:
        super().__init__(reason)
        self.at = at
        self.reason = reason


class Mode(NamedTuple):
    """Where a word stands: which characters are plain there, whether it is inside double quotes, which quotes count."""

    plain: re.Pattern[str]
    quoted: bool = False
    single: bool = True
    escapable: str | None = None
    globs: bool = False


COMMAND = Mode(regex(r"[^ \t\n|&;()<>'\"\\$`]+"), globs=True)
"""A word of a command: ends at white space and operators."""
REGEX = Mode(regex(r"[^ \t\n()'\"\\$`]+"))
"""The right side of ``=~``: operators are plain, parentheses are counted by the caller."""
GROUP = Mode(regex(r"[^()'\"\\$`]+"))
"""Inside the parentheses of a regular expression or an extended glob."""
DOUBLE = Mode(regex(r"[^\"\\$`]+"), quoted=True, single=False, escapable='$`"\\')
BRACE = Mode(regex(r"[^}'\"\\$`]+"))
"""Inside braces; also of ``"${x%pattern}"``, where the quotes around it do not quote the pattern (POSIX 2.6.2)."""
BRACE_QUOTED = Mode(regex(r"[^}\"\\$`]+"), quoted=True, single=False, escapable='$`"\\}')
PATTERN = Mode(regex(r"[^}/'\"\\$`]+"))


class Reader:
    """Reads one text. ``odd``: why a shell would refuse the command that is being read, though it reads on behind it."""

    def __init__(self, text: Text, depth: int) -> None:
        self.text = text
        self.source = text.value
        self.depth = depth
        self.odd: str | None = None

    def peek(self, at: int) -> str:
        """The character at ``at``; empty at the end."""
        return self.source[at : at + 1]

    def deeper(self, at: int) -> None:
        """Go one level down, or refuse to."""
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise Unread(at, "nested too deeply")
