"""Splitting a string into words as a shell would, each word with the place where it was written.

For configuration files and options that hold a command line (``command=`` of supervisord, ``env -S``, ``Procfile``):
quotes and backslashes as in POSIX, no expansion. Linear in the length of the string.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...image.model import Argument
from ...source import join

if TYPE_CHECKING:
    from ...source import Text


def split(text: Text) -> tuple[Argument, ...]:
    """The words of a command line; an unclosed quote ends at the end of the text."""
    value = text.value
    words: list[Argument] = []
    parts: list[Text | tuple[str, Text]] = []
    at, size, quote, open_word = 0, len(value), "", False
    while at <= size:
        character = value[at] if at < size else ""
        if not character or (not quote and character.isspace()):
            if open_word:
                word = join(parts or [text.cut(at, at)])
                words.append(Argument(word.value, word))
            parts, open_word = [], False
            at += 1
        elif character == quote:
            quote = ""
            at += 1
        elif not quote and character in "'\"":
            quote, open_word = character, True
            at += 1
        elif character == "\\" and at + 1 < size and (not quote or (quote == '"' and value[at + 1] in '"\\$`')):
            parts.append((value[at + 1], text.cut(at, at + 2)))
            open_word = True
            at += 2
        else:
            end = at + 1
            while end < size and value[end] not in "'\"\\" and (quote or not value[end].isspace()):
                end += 1
            parts.append(text.cut(at, end))
            open_word = True
            at = end
    return tuple(words)
