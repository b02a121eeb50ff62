"""``test`` and ``[``: what a condition is in a given state, and what it is called (``[[`` is in `double_brackets`).

The answer is three-valued. Where it is unknown, it is worked out a second time with the values of the default launch, so that the evaluation knows which
branch that takes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....regexes import regex
from ..expansion import specials
from ..expansion.bounds import compute
from ..files import filesystem
from ..jobs import dying
from ..model.parts import Truth
from ..model.values import Unknown, default, name

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Field, Value

COMPARISONS: dict[str, Callable[[int, int], bool]] = {
    "-eq": lambda left, right: left == right,
    "-ne": lambda left, right: left != right,
    "-lt": lambda left, right: left < right,
    "-le": lambda left, right: left <= right,
    "-gt": lambda left, right: left > right,
    "-ge": lambda left, right: left >= right,
}
SIGNS = {"-eq": "=", "-ne": "!=", "-lt": "<", "-le": "<=", "-gt": ">", "-ge": ">="}
OPPOSITE = {"=": "!=", "!=": "=", "<": ">=", "<=": ">", ">": "<=", ">=": "<"}
FILES = frozenset("abcdefghkprstuwxGLNOS")
DEEPEST = 60
INTEGER = regex(r"[ \t]*[-+]?[0-9]{1,18}[ \t]*\Z")
# The folder of a process, and the files in it that everybody may read (proc(5)).
_PROCESS = regex(r"/proc/([0-9]{1,7})(?:/?|(/(?:cmdline|comm|stat|statm|status)))")


def unknown(yes: str, no: str, by_default: bool | None = None) -> Truth:
    """A condition of which nothing is known."""
    return Truth(None, by_default, yes, no)


def brackets(machine: Machine, state: State, fields: list[Field]) -> Truth:
    """``test`` with these arguments (without the closing bracket); POSIX's rules by their number."""
    return _Test(machine, state, fields).whole()


class _Test:
    """A recursive descent over ``!``, ``-a``, ``-o`` and parentheses, as the shells do for more than four arguments."""

    def __init__(self, machine: Machine, state: State, fields: list[Field]) -> None:
        self.machine, self.state, self.fields = machine, state, fields
        self.at = 0

    def whole(self) -> Truth:
        fields = self.fields
        match len(fields):
            case 0:
                return Truth(False)
            case 1:
                return nonempty(fields[0].value)
            case 2 if fields[0].value == "!":
                return nonempty(fields[1].value).negated()
            case 3 if _binary_operator(fields[1].value):
                return binary(self.machine, self.state, fields[0].value, str(fields[1].value), fields[2].value)
        if _means_nothing([field.value for field in fields[:5]]):
            return Truth(False, error=True)
        if len(fields) > 200:
            return unknown("a very long test holds", "a very long test does not hold")
        result = self.either(0)
        return result if self.at == len(fields) else unknown(self.text(), f"not {self.text()}")

    def text(self) -> str:
        return " ".join(name(field.value) for field in self.fields[:20])

    def peek(self) -> Value | None:
        return self.fields[self.at].value if self.at < len(self.fields) else None

    def either(self, depth: int) -> Truth:
        left = self.both(depth)
        while self.peek() == "-o":
            self.at += 1
            left = combine(left, "||", self.both(depth))
        return left

    def both(self, depth: int) -> Truth:
        left = self.single(depth)
        while self.peek() == "-a":
            self.at += 1
            left = combine(left, "&&", self.single(depth))
        return left

    def single(self, depth: int) -> Truth:
        word = self.peek()
        if word is None or depth > DEEPEST:
            self.at = len(self.fields) + 1
            return unknown(self.text(), f"not {self.text()}")
        rest = len(self.fields) - self.at
        if word == "!" and rest > 1:
            self.at += 1
            return self.single(depth + 1).negated()
        if rest >= 3 and _binary_operator(self.fields[self.at + 1].value):
            left, operator, right = (field.value for field in self.fields[self.at : self.at + 3])
            self.at += 3
            return binary(self.machine, self.state, left, str(operator), right)
        if word == "(":
            self.at += 1
            inner = self.either(depth + 1)
            if self.peek() == ")":
                self.at += 1
            return inner
        if rest >= 2 and isinstance(word, str) and len(word) == 2 and word[0] == "-":
            operand = self.fields[self.at + 1].value
            self.at += 2
            return unary(self.machine, self.state, word, operand)
        self.at += 1
        return nonempty(word)


def _means_nothing(words: list[Value]) -> bool:
    """Whether ``test`` cannot make anything of so few words: ``[ = x ]`` and ``[ -ge 1 ]``, which an empty variable leaves, ``[ a b ]``,
    ``[ a b = c ]`` (measured in all three shells)."""
    first, *rest = words
    if (
        not 2 <= len(words) <= 4
        or not isinstance(first, str)
        or first in ("!", "(")
        or not {"-a", "-o"}.isdisjoint(words)
    ):
        return False
    if len(words) == 2:
        return not (first.startswith("-") and len(first) == 2)
    return isinstance(rest[0], str) and (len(words) == 4 or not _binary_operator(rest[0]))


def _binary_operator(word: Value) -> bool:
    return word in ("=", "==", "!=", "<", ">", "-nt", "-ot", "-ef") or word in COMPARISONS


def combine(left: Truth, operator: str, right: Truth) -> Truth:
    """``&&`` or ``||`` of two conditions."""
    absorbing = operator == "||"
    for one, other in ((left, right), (right, left)):
        if one.value is absorbing:
            return one
        if one.value is (not absorbing):
            return other
    by_default: bool | None
    if absorbing in (left.default, right.default):
        by_default = absorbing
    elif left.default is None or right.default is None:
        by_default = None
    else:
        by_default = not absorbing
    word, inverse = (" and ", " or ") if operator == "&&" else (" or ", " and ")
    wanted = not absorbing
    refine = tuple(item for item in (*left.refine, *right.refine) if item[0] is wanted)
    return Truth(None, by_default, left.yes + word + right.yes, left.no + inverse + right.no, refine)


def nonempty(operand: Value) -> Truth:
    """``-n``."""
    if isinstance(operand, str):
        return Truth(bool(operand))
    if operand.nonempty:
        return Truth(True)
    refine: tuple[tuple[bool, str, Value], ...] = ()
    if operand.variable:
        known = Unknown(operand.name, None, True, operand.variable)
        refine = ((True, operand.variable, known), (False, operand.variable, ""))
    by_default = None if operand.default is None else bool(operand.default)
    return Truth(None, by_default, f"{operand.name} is set", f"{operand.name} is not set", refine)


def unary(machine: Machine, state: State, operator: str, operand: Value) -> Truth:
    """``-n x``, ``-f x`` …"""
    if operator == "-n":
        return nonempty(operand)
    if operator == "-z":
        return nonempty(operand).negated()
    label = name(operand)
    if operator == "-t":
        return unknown("there is a terminal", "there is no terminal", False)
    if operator == "-v":
        plain = isinstance(operand, str) and "[" not in operand
        known = machine.parameter(state, operand) if plain and isinstance(operand, str) else Unknown(label)
        if known is None:
            return Truth(False)
        return nonempty(known) if isinstance(known, Unknown) else Truth(True)
    if operator == "-o" or operator[1:] not in FILES:
        return unknown(f"{operator} {label}", f"not {operator} {label}")
    path = default(operand)
    if path is None:
        return unknown(f"{operator} {label}", f"not {operator} {label}")
    if not path:
        return (
            Truth(False) if isinstance(operand, str) else unknown(f"{label} exists", f"{label} does not exist", False)
        )
    process = _PROCESS.fullmatch(path)
    if process is not None and operator in ("-e", "-r", "-f" if process[2] else "-d"):
        pid = int(process[1])
        verdict = pid in (1, state.pid) or dying.is_there(machine, state, pid)
    else:
        verdict = filesystem.exists(machine, state, path, operator[1:])
    words = {"d": "is a folder", "x": "can be executed", "s": "is not empty", "w": "can be written"}
    yes = f"{label} {words.get(operator[1:], 'exists')}"
    no = f"{label} {words.get(operator[1:], 'exists')}".replace(" is ", " is not ").replace(" can ", " cannot ")
    no = no.replace(" exists", " does not exist")
    return unknown(yes, no) if verdict is None or isinstance(operand, Unknown) else Truth(verdict)


def binary(
    machine: Machine, state: State, left: Value, operator: str, right: Value, *, reckoned: bool = False
) -> Truth:
    """``a = b``, ``a -eq b`` …, of ``test`` (no patterns). ``reckoned``: numbers may be expressions, as they may in ``[[``."""
    if operator in COMPARISONS:
        return _numbers(state, left, operator, right, reckoned)
    if operator in ("-nt", "-ot", "-ef"):
        text = f"{name(left)} {operator} {name(right)}"
        return unknown(text, f"not {text}")
    if operator in ("<", ">"):
        less = operator == "<"
        return _compare(left, right, operator, lambda a, b: a < b if less else a > b)
    equal = _compare(left, right, "=", lambda a, b: a == b)
    if equal.value is None:
        equal = _refined(equal, left, right)
    return equal.negated() if operator == "!=" else equal


def _refined(truth: Truth, left: Value, right: Value) -> Truth:
    """What an equality with a known string says about a variable; and ``x$A = x`` is the old way to say that A is empty."""
    if isinstance(right, Unknown):
        left, right = right, left
    if isinstance(left, Unknown) and isinstance(right, str):
        if left.nonempty and not right:
            return Truth(False)
        if left.variable:
            refine = ((True, left.variable, right),)
            return Truth(None, truth.default, truth.yes, truth.no, refine)
    return truth


def _compare(left: Value, right: Value, sign: str, compare: Callable[[str, str], bool]) -> Truth:
    if isinstance(left, str) and isinstance(right, str):
        return Truth(compare(left, right))
    if left == right and isinstance(left, Unknown) and sign == "=" and not specials.counts_on(left.name):
        return Truth(True)
    known = default(left), default(right)
    by_default = compare(known[0], known[1]) if known[0] is not None and known[1] is not None else None
    return Truth(
        None,
        by_default,
        f"{name(left)} {sign} {name(right) or 'empty'}",
        f"{name(left)} {OPPOSITE[sign]} {name(right) or 'empty'}",
    )


def _numbers(state: State, left: Value, operator: str, right: Value, reckoned: bool) -> Truth:
    compare = COMPARISONS[operator]

    def number(text: str | None) -> int | None:
        if text is None or not text.strip() or not (reckoned or INTEGER.match(text)):
            return None
        return compute(state, text) if reckoned else int(text)

    if isinstance(left, str) and isinstance(right, str):
        values = number(left), number(right)
        if values[0] is None or values[1] is None:
            return Truth(False, error=not reckoned)
        return Truth(compare(values[0], values[1]))
    texts = default(left), default(right)
    by_default = None
    if texts[0] is not None and texts[1] is not None:
        numbers = number(texts[0]), number(texts[1])
        # What is no number (a variable that nobody has set) is an error, and so not true.
        by_default = numbers[0] is not None and numbers[1] is not None and compare(numbers[0], numbers[1])
    sign = SIGNS[operator]
    return unknown(f"{name(left)} {sign} {name(right)}", f"{name(left)} {OPPOSITE[sign]} {name(right)}", by_default)
