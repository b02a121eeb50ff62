"""Programs that are asked for an answer and fail where it is nothing: ``expr`` and ``grep``, as far as the script and the image decide what
they say.

POSIX has the statuses (``expr``: 1 where the result is empty or 0, 2 where it makes no sense; ``grep``: 1 where no line fits, 2 where a
file is not there); busybox does the same (measured).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....regexes import regex
from ..files import filesystem
from ..model.values import default

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Field

NUMBER = regex(r"-?[0-9]{1,15}\Z")
PLAIN = regex(r"\^?[\w /=:,@-]+\Z")  # a pattern that means itself, whatever kind it is
OPTIONS = frozenset("qcinvhEFsw")
CALCULATING: dict[str, Callable[[int, int], int]] = {
    "+": lambda one, two: one + two,
    "-": lambda one, two: one - two,
    "*": lambda one, two: one * two,
    "/": lambda one, two: abs(one) // abs(two) * (1 if (one < 0) == (two < 0) else -1),
    "%": lambda one, two: abs(one) % abs(two) * (1 if one >= 0 else -1),
}
COMPARING: dict[str, Callable[[int, int], bool]] = {
    "=": lambda one, two: one == two,
    "!=": lambda one, two: one != two,
    "<": lambda one, two: one < two,
    "<=": lambda one, two: one <= two,
    ">": lambda one, two: one > two,
    ">=": lambda one, two: one >= two,
}


def expression(fields: Sequence[Field]) -> str | None:
    """What ``expr`` prints of two numbers, or of the length of a word; None where that is not known, or it is something else that is asked."""
    words = [field.value for field in fields]
    if len(words) == 2 and words[0] == "length" and isinstance(words[1], str) and words[1].isascii():
        return str(len(words[1]))
    if len(words) != 3 or not all(isinstance(word, str) for word in words):
        return None
    left, operator, right = map(str, words)
    if not (NUMBER.match(left) and NUMBER.match(right)):
        return None
    one, two = int(left), int(right)
    if operator in COMPARING:
        return str(int(COMPARING[operator](one, two)))
    if operator not in CALCULATING or (operator in "/%" and not two):
        return None
    return str(CALCULATING[operator](one, two))


def status(machine: Machine, state: State, name: str, fields: Sequence[Field]) -> int | None:
    """With what status one of them ends; None where that is not known."""
    if name == "expr":
        printed = expression(fields)
        return None if printed is None else int(printed == "0")
    return _of_grep(machine, state, fields) if name == "grep" else None


def _of_grep(machine: Machine, state: State, fields: Sequence[Field]) -> int | None:
    """Of a plain word in one file."""
    options = {letter for field in fields for letter in field.shown[1:] if field.shown[:1] == "-"}
    words = [default(field.value) for field in fields if field.shown[:1] != "-"]
    if not options <= OPTIONS or len(words) != 2 or not all(isinstance(field.value, str) for field in fields):
        return None
    pattern, path = words
    if not pattern or not path or not PLAIN.match(pattern) or filesystem.is_open(path):
        return None
    if filesystem.exists(machine, state, path, "e") is False:
        return 2
    text = "" if path == "/dev/null" else filesystem.content(machine, state, path)
    if text is None or "w" in options or ("F" in options and pattern[0] == "^"):
        return None
    if "i" in options:
        pattern, text = pattern.lower(), text.lower()
    at_start = pattern[0] == "^"
    fitting = [
        line.startswith(pattern[1:]) if at_start else pattern in line for line in text.removesuffix("\n").split("\n")
    ]
    return int(not any(fits is not ("v" in options) for fits in fitting) or not text)
