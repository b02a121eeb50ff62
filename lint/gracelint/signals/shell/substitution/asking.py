"""Programs that are asked for an answer and fail where it is nothing: ``expr`` and ``grep``, as far as the script and the image decide what
they say.

POSIX has the statuses (``expr``: 1 where the result is empty or 0, 2 where it makes no sense; ``grep``: 1 where no line fits, 2 where a
file is not there); busybox does the same (measured).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ....records import replace
from ....regexes import regex
from ..builtins import exporting
from ..files import filesystem
from ..model.parts import Truth
from ..model.values import clip, default

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


_NAME = regex(r"\^?[A-Z][A-Z0-9]*_[A-Z0-9_]*=?\Z")  # of a variable, or how some begin


def among_variables(machine: Machine, state: State, pipeline: sh.Pipeline) -> Truth | None:
    """Whether ``env | grep -q NAME`` finds a variable: on the default launch one that the image or the script sets. None for any other pipeline."""
    lists, looks = (each for each in pipeline.commands) if len(pipeline.commands) == 2 else (None, None)
    if not isinstance(lists, sh.Simple) or not isinstance(looks, sh.Simple):
        return None
    names = [[word.literal for word in each.words] for each in (lists, looks)]
    if names[0] not in (["env"], ["printenv"]) or names[1][:1] != ["grep"] or lists.redirects:
        return None
    words = [word or "" for word in names[1][1:]]
    options = {letter for word in words if word[:1] == "-" for letter in word[1:]}
    patterns = [word for word in words if word[:1] != "-"]
    if len(patterns) != 1 or not _NAME.match(patterns[0]) or not options <= OPTIONS - frozenset("vwi"):
        return None
    handed = exporting.handed(machine, state, ())
    lines = (
        f"{name}={default(handed.variables.get(name, '')) or ''}" for name, there in handed.exports.items() if there
    )
    start = patterns[0].removeprefix("^")
    found = any(line.startswith(start) if start != patterns[0] else start in line for line in lines)
    return replace(Truth.success(f"`{clip(unnegated(pipeline))}`"), default=found)


def unnegated(pipeline: sh.Pipeline) -> str:
    """A pipeline as it is written, without the ``!`` in front of it, which is heeded only when its status is known."""
    text = pipeline.text.value
    return text.removeprefix("!").lstrip() if pipeline.negated else text
