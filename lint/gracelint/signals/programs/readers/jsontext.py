"""The strings of a JSON file, each with the place where it is written.

Method: one pass over the tokens, with a stack of keys; no tree, no recursion. Comments and trailing commas, which many programs
allow, are passed over. A file that is not JSON yields what was read until it broke.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from ....regexes import regex
from ....source import join

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....source import Text

# Nothing in it can fail after a long way, so that every character is read once; what is not closed is a token too.
_TOKEN = regex(r'"(?:[^"\\\n]+|\\.)*"?|//[^\n]*|/\*(?:(?!\*/).)*(?:\*/)?|[{}\[\]:,]|[^\s{}\[\]:,"/]+', re.DOTALL)
_ESCAPE = regex(r"\\(?:u[0-9a-fA-F]{4}|.)|[^\\]+", re.DOTALL)
_DEEP = 50
# Characters of a string, the longest of which is a command line.
_LONG = 20_000


def strings(text: Text) -> Iterator[tuple[tuple[str, ...], Text]]:
    """Path and raw text of every string value (see `decoded`); positions in lists are ``"0"``, ``"1"`` …"""
    stack: list[str | int] = []
    key: Text | None = None
    for match in _TOKEN.finditer(text.value):
        token = match[0]
        if token.startswith("/"):
            continue
        if token in "{[":
            if len(stack) >= _DEEP:
                return
            stack.append("" if token == "{" else 0)
        elif token in "}]":
            if not stack:
                return
            stack.pop()
        elif token == "," and stack:
            key = None
            top = stack[-1]
            stack[-1] = top + 1 if isinstance(top, int) else ""
        elif token == ":" and stack and key is not None:
            stack[-1] = decoded(key).value if "\\" in key.value else key.value
        elif token.startswith('"'):
            if len(token) < 2 or not token.endswith('"'):
                return
            value = text.cut(match.start() + 1, match.end() - 1)
            if stack and stack[-1] == "":
                key = value
            elif stack:
                yield tuple(str(part) for part in stack), value


def decoded(text: Text) -> Text:
    """The inside of a JSON string with its escapes resolved."""
    if "\\" not in text.value or len(text) > _LONG:
        return join([text], encode)
    parts: list[Text | tuple[str, Text]] = []
    for match in _ESCAPE.finditer(text.value):
        piece = text.cut(*match.span())
        parts.append((_unescaped(match[0]), piece) if match[0].startswith("\\") else piece)
    return join(parts, encode)


def _unescaped(escape: str) -> str:
    try:
        return str(json.loads(f'"{escape}"'))
    except ValueError:
        return escape[1:]


def encode(value: str) -> str:
    """How a text must be written to stand in a JSON string."""
    return json.dumps(value, ensure_ascii=False)[1:-1]


def members(text: Text, *path: str) -> dict[str, Text]:
    """The string members of the object at a path; the last of equal names counts."""
    return {keys[-1]: decoded(value) for keys, value in strings(text) if keys[:-1] == path}
