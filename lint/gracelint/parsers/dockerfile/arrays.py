"""Exec form: is this value a JSON array of strings, exactly as BuildKit decides it?

BuildKit hands the value to Go's encoding/json. What that refuses is silently shell form; an array of other things
than strings is a build error (parseJSON in line_parsers.go). Text behind the array makes it shell form since
frontend 1.9 (July 2024); before, it was ignored. Go's own rules matter: at most 10,000 levels, a
number too large for a float is refused, a lone surrogate or an invalid byte reads as U+FFFD.

Method: one walk with an explicit stack, no recursion. Strings at the top level keep the place of each character.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...regexes import regex
from ...source import Buffer, Run, Text
from .decode import decoded
from .words import stripped

if TYPE_CHECKING:
    from collections.abc import Iterator


_SPACE = regex(r"[ \t\r\n]*")
_CHARACTERS = regex(r'[^"\\\x00-\x1f\udc80-\udcff]+')
_STRING_PART = regex(r'[^"\\\x00-\x1f]+|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})')
_NUMBER = regex(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?")
_LITERAL = regex(r"true|false|null")
_UNICODE = regex(r"\\u([0-9a-fA-F]{4})")
_ESCAPES = {'"': '"', "\\": "\\", "/": "/", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}
_DEEPEST = 10_000
_REPLACEMENT = "\ufffd"
_ESCAPED = str.maketrans(
    {chr(code): f"\\u{code:04x}" for code in range(0x20)}
    | {'"': '\\"', "\\": "\\\\", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
)


def escape(text: str) -> str | None:
    """Text as it is written inside a JSON string."""
    return text.translate(_ESCAPED)


class NotStringsError(ValueError):
    """A JSON array that holds something else than strings: BuildKit refuses the file."""


class _RefusedError(ValueError):
    """Go's encoding/json refuses the text."""


def array(value: Text) -> tuple[Text, ...] | None:
    """The strings of a JSON array, None if the value is none; `NotStringsError` if it holds other things."""
    at, end = stripped(value.buffer, value.start, value.end)
    if not value.buffer.value.startswith("[", at, end):
        return None
    try:
        strings, others = _walk(value.buffer.value, at, end)
    except _RefusedError:
        return None
    if others:
        raise NotStringsError
    return tuple([_string_text(value.buffer, *string) for string in strings])


def _string_text(buffer: Buffer, start: int, end: int) -> Text:
    """What the JSON string between these two places means."""
    plain = _CHARACTERS.fullmatch(buffer.value, start, end)
    if plain and len(buffer.runs) == 1:
        run = buffer.runs[0]
        at = run.origin + start - run.start
        return Buffer(
            buffer.value[start:end], (Run(0, end - start, run.document, at, at + end - start),), escape
        ).whole()
    return decoded(buffer, _units(buffer.value, start, end), start, escape)


def _walk(text: str, at: int, end: int) -> tuple[list[tuple[int, int]], bool]:
    """Where the strings of an array stand (without quotes), and whether it holds anything else."""
    strings: list[tuple[int, int]] = []
    others = False
    closers: list[str] = []
    expected = "value"
    while True:
        at = _skip(text, at, end)
        character = text[at] if at < end else ""
        if closers and character == closers[-1] and expected not in ("value", "key"):
            closers.pop()
            at += 1
            expected = "end"
            if not closers:
                break
        elif expected == "end":
            if character != ",":
                raise _RefusedError
            at += 1
            expected = "key" if closers[-1] == "}" else "value"
        elif expected.endswith("key"):
            at = _key(text, at, end)
            expected = "value"
        elif character in ("[", "{"):
            others = others or bool(closers)
            closers.append("]" if character == "[" else "}")
            if len(closers) > _DEEPEST:
                raise _RefusedError
            at += 1
            expected = "first value" if character == "[" else "first key"
        else:
            start, at = at, _scalar(text, at, end)
            if len(closers) == 1 and character == '"':
                strings.append((start + 1, at - 1))
            others = others or (len(closers) == 1 and character != '"')
            expected = "end"
    if _skip(text, at, end) < end:
        raise _RefusedError
    return strings, others


def _skip(text: str, at: int, end: int) -> int:
    match = _SPACE.match(text, at, end)
    return match.end() if match else at


def _key(text: str, at: int, end: int) -> int:
    """Behind the key of an object and its colon."""
    if not text.startswith('"', at, end):
        raise _RefusedError
    at = _skip(text, _string(text, at, end), end)
    if not text.startswith(":", at, end):
        raise _RefusedError
    return at + 1


def _scalar(text: str, at: int, end: int) -> int:
    """Behind a string, number or literal."""
    if text.startswith('"', at, end):
        return _string(text, at, end)
    match = _LITERAL.match(text, at, end)
    if not match:
        match = _NUMBER.match(text, at, end)
        if not match or float(match[0]) in (float("inf"), float("-inf")):
            raise _RefusedError
    return match.end()


def _string(text: str, at: int, end: int) -> int:
    at += 1
    while match := _STRING_PART.match(text, at, end):
        at = match.end()
    if not text.startswith('"', at, end):
        raise _RefusedError
    return at + 1


def _units(text: str, at: int, end: int) -> Iterator[tuple[str, int, int]]:
    """Pieces of a JSON string: what each means, and its range."""
    while at < end:
        start = at
        if match := _CHARACTERS.match(text, at, end):
            at = match.end()
            yield match[0], start, at
        elif text[at] != "\\":
            at += 1
            yield _REPLACEMENT, start, at
        elif text[at + 1] != "u":
            at += 2
            yield _ESCAPES[text[at - 1]], start, at
        else:
            at += 6
            code = int(text[start + 2 : at], 16)
            low = _UNICODE.match(text, at, end) if 0xD800 <= code < 0xDC00 else None
            if low and 0xDC00 <= int(low[1], 16) < 0xE000:
                at = low.end()
                code = 0x10000 + (code - 0xD800) * 0x400 + int(low[1], 16) - 0xDC00
            yield _REPLACEMENT if 0xD800 <= code < 0xE000 else chr(code), start, at
