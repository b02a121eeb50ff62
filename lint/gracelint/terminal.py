"""What may reach a terminal: escaping, widths, colours.

Everything gracelint prints that came from a file, a path or a command line passes through `printable` (or, for the line
oriented workflow commands, through its format's own escaping on top of it). Hazards: control characters (C0, C1, DEL), bidirectional
overrides that make a line look like another one, and lone surrogates (undecodable bytes), which no encoder takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TextIO

from .regexes import regex

if TYPE_CHECKING:
    import re
    from collections.abc import Mapping

TAB_WIDTH = 4

# C0, DEL and C1; soft hyphen and zero-width characters; line and paragraph separators; bidirectional controls; lone
# surrogates; noncharacters, which XML refuses; tags. Each is shown as an escape.
_UNSAFE = regex(
    "[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb\ufffe\uffff\U000e0000-\U000e007f]"
)


def printable(text: str) -> str:
    """``text`` on one line and without anything that a terminal obeys."""
    return _UNSAFE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:  # an undecodable byte
        code -= 0xDC00
    named = {9: "\\t", 10: "\\n", 13: "\\r"}.get(code)
    if named:
        return named
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def well_formed(text: str) -> str:
    """``text`` with lone surrogates replaced, as UTF-8 (and so JSON) demands."""
    if text.isascii():
        return text
    return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)


def width(text: str) -> int:
    """Terminal columns of a printable text."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def source_columns(line: str) -> tuple[str, list[int]]:
    """A source line as it is shown, and the terminal column at which each of its characters begins (and the end)."""
    if line.isascii() and line.isprintable():
        return line, list(range(len(line) + 1))
    shown: list[str] = []
    columns = [0]
    for char in line:
        piece = " " * (TAB_WIDTH - columns[-1] % TAB_WIDTH) if char == "\t" else printable(char)
        shown.append(piece)
        columns.append(columns[-1] + width(piece))
    return "".join(shown), columns


_CODES = {
    "bold": "1",
    "dim": "2",
    "red": "31",
    "green": "32",
    "yellow": "33",
    "blue": "34",
    "cyan": "36",
}


class Style:
    """Puts colours on text, or leaves it alone."""

    __slots__ = ("on",)

    def __init__(self, on: bool) -> None:
        self.on = on

    def __call__(self, text: str, *names: str) -> str:
        """``text`` in the named colours."""
        if not self.on or not names or not text:
            return text
        return f"\x1b[{';'.join(_CODES[name] for name in names)}m{text}\x1b[0m"


PLAIN = Style(False)


def wants_colour(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether to colour: ``FORCE_COLOR``, then ``NO_COLOR`` (no-color.org), else only on a terminal that can."""
    forced = environ.get("FORCE_COLOR")
    if forced is not None and forced not in ("", "0"):
        return True
    if environ.get("NO_COLOR") or forced == "0" or environ.get("TERM") == "dumb":
        return False
    try:
        return stream.isatty()
    except (AttributeError, ValueError):
        return False
