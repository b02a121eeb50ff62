"""The words of a logical line, by BuildKit's own scanners: ``reWhitespace.Split`` and ``parseWords`` (line_parsers.go).

White space there is Go's ``unicode.IsSpace``, which is not Python's: the separators U+001C to U+001F are no space.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from ...regexes import regex
from ...source import Text

if TYPE_CHECKING:
    from ...source import Buffer

SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"
"""Go's ``unicode.IsSpace``, as the inside of a regular expression's character class."""

_WORD = regex(r"[^\t\v\f\r ]+")
LEAD = regex(f"[{SPACES}]*")
_QUOTED = frozenset({"ENV", "LABEL", "ARG"})


@lru_cache(maxsize=4)
def plain(escape: str) -> re.Pattern[str]:
    """Characters without meaning to the word scanners."""
    return re.compile(f"[^{SPACES}'\"{re.escape(escape)}]+")


def stripped(buffer: Buffer, start: int, end: int) -> tuple[int, int]:
    """A range without the white space (Go's) on both sides."""
    value = buffer.value
    if start < end and "!" <= value[start] <= "~" and "!" <= value[end - 1] <= "~":
        return start, end
    match = LEAD.match(value, start, end)
    start = match.end() if match else start
    while end > start and LEAD.fullmatch(value, end - 1, end):
        end -= 1
    return start, end


def words(keyword: str, value: Text, escape: str) -> tuple[Text, ...]:
    """The words of a value, as written. In ENV, LABEL and ARG quotes and escapes hold a word together."""
    buffer, start, end = value.buffer, value.start, value.end
    if keyword in _QUOTED:
        return _quoted_words(buffer, start, end, escape)
    return tuple([Text(buffer, *match.span()) for match in _WORD.finditer(buffer.value, start, end)])


def _quoted_words(buffer: Buffer, at: int, end: int, escape: str) -> tuple[Text, ...]:
    found: list[Text] = []
    while (at := stripped(buffer, at, end)[0]) < end:
        start = at
        at = _word_end(buffer.value, at, end, escape)
        if at < end or buffer.value[start:at] != escape:  # BuildKit drops an escape that nothing follows
            found.append(Text(buffer, start, at))
    return tuple(found)


def _word_end(value: str, at: int, end: int, escape: str) -> int:
    unmarked, quote = plain(escape), ""
    while at < end:
        character = value[at]
        if character == escape and quote != "'":
            at = min(at + 2, end)
        elif quote:
            quote = "" if character == quote else quote
            at += 1
        elif match := unmarked.match(value, at, end):
            at = match.end()
        elif character in "'\"":
            quote = character
            at += 1
        else:
            return at
    return at
