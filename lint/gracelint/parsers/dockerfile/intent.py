"""What was meant by a value that begins like a JSON array and is none.

Method: read ``[`` and what follows leniently into items and separators, note each deviation from JSON, and decide
from them. A ``[`` may also be the test command (``CMD [ -f x ] && y``): there a space follows it, and no comma
follows the first item. Elements are given only where one reading is left.
"""

from __future__ import annotations

import re

from ...records import NamedTuple
from ...regexes import regex
from .model import MalformedArray

_TEST_COMMAND = regex(r"\[\[?\s")
_ITEM = regex(
    r"""\s*(?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>[^']*)'|[“”„«](?P<smart>[^“”»"]*)[“”»"]"""
    r"""|[‘’‚](?P<curly>[^‘’']*)[‘’']|(?P<bare>[^\s,\[\]{}"'“”‘’]+))""",
    re.DOTALL,
)
_SEPARATOR = regex(r"\s*(,)?\s*")
_PLAIN_WORD = regex(r"[\w./:=@%+-]+")
_BACKSLASH = regex(r'\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})|\\')
_ESCAPES = {'\\"': '"', "\\\\": "\\", "\\/": "/", "\\b": "\b", "\\f": "\f", "\\n": "\n", "\\r": "\r", "\\t": "\t"}
_MOST_ITEMS = 1000


class _Reading(NamedTuple):
    words: list[str]
    defects: list[str]
    quoted: bool
    first_comma: bool
    tail: str


def malformed(value: str) -> MalformedArray | None:
    """What is wrong with an array that is none, and what was meant; None if it was not meant as an array."""
    if not value.startswith("["):
        return None
    reading = _read(value)
    if _TEST_COMMAND.match(value) and not _looks_like_array(value, reading):
        return None
    reasons = dict.fromkeys(reading.defects)
    clear = bool(reading.words) and not reasons.keys() & _UNCLEAR
    reason = " and ".join(reasons) or "not valid JSON"
    return MalformedArray(reason, False, tuple(reading.words) if clear else None)


_BARE, _SINGLE, _SMART = "words without quotes", "single quotes instead of double quotes", "typographic quotes"
_MISSING, _TRAILING, _EMPTY = "a missing comma", "a trailing comma", "an empty element"
_ESCAPE, _CONTROL, _OPEN = "an unescaped backslash", "a raw control character", "no closing bracket"
_TAIL, _COMMENT, _SYNTAX = "text after the closing bracket", "a comment after the closing bracket", "not valid JSON"
_UNCLEAR = frozenset({_EMPTY, _TAIL, _SYNTAX})


def _looks_like_array(value: str, reading: _Reading) -> bool:
    """Is ``[`` with a space behind it meant as an array, and not as the test command?"""
    if value.startswith("[["):
        return False
    if reading.first_comma:
        return True
    return reading.quoted and not reading.tail and not any("$" in word for word in reading.words)


def _read(value: str) -> _Reading:
    words: list[str] = []
    defects: list[str] = []
    at, comma, first_comma, quoted = 1, True, False, True
    while len(words) < _MOST_ITEMS:
        match = _ITEM.match(value, at)
        if not match:
            break
        if not comma:
            defects.append(_MISSING)
        word, wrong = _word(match)
        words.append(word)
        defects += wrong
        quoted = quoted and _BARE not in wrong
        separator = _SEPARATOR.match(value, match.end())
        comma = bool(separator and separator[1])
        first_comma = first_comma or (comma and len(words) == 1)
        at = separator.end() if separator else match.end()
    rest = value[at:].strip()
    if comma and words and rest[:1] in ("", "]"):
        defects.append(_TRAILING)
    tail = rest[1:].strip()
    if not rest:
        defects.append(_OPEN)
    elif rest[0] != "]":
        defects.append(_EMPTY if rest[0] == "," else _SYNTAX)
    elif tail:
        defects.append(_COMMENT if tail.startswith("#") else _TAIL)
    return _Reading(words, defects, quoted, first_comma, "" if tail.startswith("#") else tail)


def _word(match: re.Match[str]) -> tuple[str, list[str]]:
    """An item's meaning and what is wrong with it."""
    kind, text = match.lastgroup, match[match.lastgroup or 0]
    if kind == "bare":
        return text, [_BARE] if _PLAIN_WORD.fullmatch(text) else [_BARE, _SYNTAX]
    if kind == "single" or kind == "curly":
        return text, [_SINGLE if kind == "single" else _SMART]
    if kind == "smart":
        return text, [_SMART]
    wrong = [_CONTROL] if any(character < " " for character in text) else []
    escapes = _BACKSLASH.findall(text)
    if "\\" in escapes:
        # One backslash was meant as itself, so the others were too; only quotes and pairs need theirs.
        return _BACKSLASH.sub(lambda found: found[0][1:] if found[0] in ('\\"', "\\\\") else found[0], text), [
            *wrong,
            _ESCAPE,
        ]
    return _BACKSLASH.sub(_unescaped, text), wrong


def _unescaped(found: re.Match[str]) -> str:
    return _ESCAPES[found[0]] if found[0] in _ESCAPES else chr(int(found[0][2:], 16))
