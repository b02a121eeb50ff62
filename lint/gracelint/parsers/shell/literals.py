"""The value of a quoted word as a text of its own, which can be read as a command string and edited in place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...regexes import regex
from ...source import join
from .model import LiteralText

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...source import Text
    from .model import Word

_PLAIN = regex(r"[A-Za-z0-9_@%+=:,./-]*")
_SPECIAL_IN_DOUBLE_QUOTES = regex(r'([\\"$`])')


def literal_text(word: Word) -> Text | None:
    """The value of a word without expansions, with the place of each character; None if something is expanded.

    New text written into it (`Text.edit`) is quoted as its surroundings need, and then as the word's own host needs it:
    inside ``'...'`` a single quote cannot stand, inside ``"..."`` four characters are escaped, elsewhere only plain
    characters can stand.
    """
    values: list[Text] = []
    for part in word.parts:
        if not isinstance(part, LiteralText):
            return None
        values.append(part.value)
    host = word.text.buffer.encode
    quote = _quoting(word)

    def encode(text: str) -> str | None:
        quoted = quote(text)
        return None if quoted is None else host(quoted)

    return join(values or [word.text.cut(1, 1)], encode)


def _quoting(word: Word) -> Callable[[str], str | None]:
    raw = word.text.value
    if len(raw) >= 2 and raw[0] == raw[-1] == "'" and "'" not in raw[1:-1]:
        return _single
    if len(raw) >= 2 and raw[0] == raw[-1] == '"' and _one_string(raw):
        return _double
    return _bare


def _one_string(raw: str) -> bool:
    """Is this one double-quoted string, not two with something between?"""
    return re.fullmatch(r'"(?:[^"\\]|\\.)*"', raw, re.DOTALL) is not None


def _single(text: str) -> str | None:
    return None if "'" in text else text


def _double(text: str) -> str | None:
    return _SPECIAL_IN_DOUBLE_QUOTES.sub(r"\\\1", text)


def _bare(text: str) -> str | None:
    return text if _PLAIN.fullmatch(text) else None
