"""The flags of an instruction, by BuildKit's own scanner (``extractBuilderFlags``, split_command.go).

One difference: BuildKit scans flags by byte and so garbles characters beyond ASCII in them; here they stay as they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...source import Text
from .decode import decoded
from .model import Flag
from .words import LEAD, plain

if TYPE_CHECKING:
    from ...source import Buffer


def flags(buffer: Buffer, at: int, end: int, escape: str) -> tuple[tuple[Flag, ...], int]:
    """The flags that a range begins with, and where the value behind them begins."""
    found: list[Flag] = []
    if at < end and "-" < buffer.value[at] <= "~":
        return (), at  # neither white space nor a dash
    while True:
        match = LEAD.match(buffer.value, at, end)
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
    unmarked, quote = plain(escape), ""
    kept: list[tuple[int, int]] = []
    while at < end:
        match = unmarked.match(value, at, end)
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
    return text if plain("\\").fullmatch(text) and "`" not in text else None
