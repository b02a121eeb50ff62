"""What ``echo``, ``printf`` and ``seq`` print, where it is known."""

from __future__ import annotations

from shlex import quote
from typing import TYPE_CHECKING

from ....regexes import regex
from ..model.values import Unknown, clip, concatenate, default, join

if TYPE_CHECKING:
    from ..model.traits import Dialect
    from ..model.values import Field, Value

MOST_NUMBERS = 100
NUMBER = regex(r"-?[0-9]{1,9}\Z")


def printed_line(dialect: Dialect, words: list[Field]) -> Value | None:
    """All that ``echo`` writes, where it is known."""
    text = printed(dialect, "echo", words)
    if text is None or (words and words[0].value in ("-n", "-ne", "-en")):
        return text
    return concatenate([text, "\n"])


def printed(dialect: Dialect, tool: str, rest: list[Field]) -> Value | None:
    """What ``echo`` or ``printf`` writes; None where that is not known."""
    if tool == "printf":
        layout = rest[0].value if rest else None
        if isinstance(layout, str) and "%q" in layout and not dialect.builtins.quotes:
            layout = layout.partition("%q")[0]  # there it gives up
        return None if layout is None else _formatted(layout, [field.value for field in rest[1:]])
    reads = "echo" in dialect.syntax.misreads
    options = ("-n",) if reads else ("-n", "-e", "-E", "-ne", "-en", "-nE")
    while rest and rest[0].value in options:
        reads = "e" in rest[0].shown or (reads and "E" not in rest[0].shown)
        rest = rest[1:]
    text = join(field.value for field in rest)
    if not reads or not isinstance(text, str) or "\\" not in text:
        return text
    plain = _PLAIN.sub("", _ESCAPE.sub("", text))
    return _ESCAPE.sub(lambda found: _ESCAPES[found[0]], text) if "\\" not in plain else None


def _formatted(layout: Value, values: list[Value]) -> Value | None:
    """``printf`` of a layout whose places are each ``%s`` or ``%d``; it is gone through as often as there are values for it."""
    if not isinstance(layout, str):
        return None
    if layout.removesuffix("\\n") == "%s" and len(values) == 1 and isinstance(values[0], Unknown):
        return values[0]
    if not all(isinstance(value, str) for value in values):
        known = [text for value in values if (text := default(value)) is not None]
        whole = _formatted(layout, [*known]) if len(known) == len(values) else None
        return None if whole is None else Unknown(clip(f"printf {layout}"), default(whole))
    if "%q" in layout and all(isinstance(value, str) for value in values):
        if "%" in layout.replace("%q", ""):
            return None
        lacking = (-len(values) % layout.count("%q")) if values else layout.count("%q")
        layout, values = layout.replace("%q", "%s"), [quote(str(value)) for value in [*values, *[""] * lacking]]
    places = _PLACE.findall(layout)
    if "%" in _PLACE.sub("", layout) or _ESCAPE.sub("", layout).count("\\"):
        return None
    layout = _ESCAPE.sub(lambda found: _ESCAPES[found[0]], layout)
    if not places:
        return layout
    pieces = []
    for at in range(0, max(1, len(values)), len(places)):
        converted: list[str | int] = []
        turn = values[at : at + len(places)]
        for place, value in zip(places, [*turn, *[""] * (len(places) - len(turn))], strict=True):
            if not isinstance(value, str) or (place.endswith("d") and value and not _DECIMAL.match(value)):
                return None
            converted.append(int(value or "0") if place.endswith("d") else value)
        pieces.append(layout % tuple(converted))
    return "".join(pieces)


# What shells do not take for octal.
_DECIMAL = regex(r"-?(?:0|[1-9][0-9]{0,8})\Z")
# A conversion that Python and the shells understand alike.
_PLACE = regex(r"%-?\d{0,3}[sd]")
_ESCAPES = {"\\n": "\n", "\\t": "\t", "\\\\": "\\"}
_ESCAPE = regex(r"\\[nt\\]")
_PLAIN = regex(r"\\[$`\"'.*/ ]")  # no escapes for `echo`


def sequence(bounds: list[str | None]) -> Value | None:
    """``seq``: of one or two numbers, and a step between them."""
    numbers = [int(bound) for bound in bounds if bound is not None and NUMBER.match(bound)]
    if not 1 <= len(numbers) == len(bounds) <= 3:
        return None
    first, last = (numbers[0], numbers[-1]) if len(numbers) > 1 else (1, numbers[0])
    step = numbers[1] if len(numbers) == 3 else 1
    whole = range(first, last + (1 if step > 0 else -1), step) if step else None
    return None if whole is None or len(whole) > MOST_NUMBERS else "\n".join(map(str, whole))
