"""Words and flags of a logical line, by BuildKit's own scanners.

`flags` follows ``extractBuilderFlags`` (split_command.go), `words` ``reWhitespace.Split`` and ``parseWords``
(line_parsers.go). One difference: BuildKit scans flags by byte and so garbles characters beyond ASCII in them; here they stay as
they are.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from ...regexes import regex
from ...source import Text
from .decode import decoded
from .lines import SPACES
from .model import Flag

if TYPE_CHECKING:
    from ...source import Buffer

_WORD = regex(r"[^\t\v\f\r ]+")
_LEAD = regex(f"[{SPACES}]*")
_QUOTED = frozenset({"ENV", "LABEL", "ARG"})


@lru_cache(maxsize=4)
def _plain(escape: str) -> re.Pattern[str]:
    """Characters without meaning to the word scanners."""
    return re.compile(f"[^{SPACES}'\"{re.escape(escape)}]+")


def stripped(buffer: Buffer, start: int, end: int) -> tuple[int, int]:
    """A range without the white space (Go's) on both sides."""
    value = buffer.value
    if start < end and "!" <= value[start] <= "~" and "!" <= value[end - 1] <= "~":
        return start, end
    match = _LEAD.match(value, start, end)
    start = match.end() if match else start
    while end > start and _LEAD.fullmatch(value, end - 1, end):
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
    plain, quote = _plain(escape), ""
    while at < end:
        character = value[at]
        if character == escape and quote != "'":
            at = min(at + 2, end)
        elif quote:
            quote = "" if character == quote else quote
            at += 1
        elif match := plain.match(value, at, end):
            at = match.end()
        elif character in "'\"":
            quote = character
            at += 1
        else:
            return at
    return at


def flags(buffer: Buffer, at: int, end: int, escape: str) -> tuple[tuple[Flag, ...], int]:
    """The flags that a range begins with, and where the value behind them begins."""
    found: list[Flag] = []
    if at < end and "-" < buffer.value[at] <= "~":
        return (), at  # neither white space nor a dash
    while True:
        match = _LEAD.match(buffer.value, at, end)
        at = match.end() if match else at
        if not buffer.value.startswith("--", at, end):
            return tuple(found), at
        start = at
        at, kept = _flag_pieces(buffer.value, at, end, escape)
        if "".join([buffer.value[a:b] for a, b in kept]) == "--":
            return tuple(found), at
        found.append(_flag(Text(buffer, start, at), kept))


def _flag_pieces(value: str, at: int, end: int, escape: str) -> tuple[int, list[tuple[int, int]]]:
    """Where a flag ends, and the ranges of it that remain when quotes and escapes are taken away."""
    plain, quote = _plain(escape), ""
    kept: list[tuple[int, int]] = []
    while at < end:
        match = plain.match(value, at, end)
        if match:
            kept.append(match.span())
            at = match.end()
            continue
        character = value[at]
        if character == escape:
            kept.append((at + 1, min(at + 2, end)))
            at += 2
        elif character == quote:
            quote = ""
            at += 1
        elif quote:
            kept.append((at, at + 1))
            at += 1
        elif character in "'\"":
            quote = character
            at += 1
        else:
            break
    return min(at, end), kept


def _flag(text: Text, kept: list[tuple[int, int]]) -> Flag:
    verbatim = kept == [(text.start, text.end)]
    units = [(text.buffer.value[start:end], start, end) for start, end in kept]
    meant = text if verbatim else decoded(text.buffer, units, text.start, _unquoted)
    name, equals, _ = meant.value.partition("=")
    return Flag(name[2:], meant.cut(len(name) + 1, len(meant)) if equals else None, text)


def _unquoted(text: str) -> str | None:
    """New text for a flag that was quoted in some way: only what means the same with and without quotes."""
    return text if _plain("\\").fullmatch(text) and "`" not in text else None
