"""Integers as shells have them: constants in any base, 64 bits, C's operators (POSIX XCU 2.6.4; bash(1), ARITHMETIC EVALUATION).

What cannot be worked out is `Invalid`, of which the shell complains; where machines or shells differ (a shift by more than 63), or the
number would not end, it is `Undecided`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


class Undecided(Exception):  # noqa: N818  # an ordinary outcome: the value is not known
    """The expression has no known value."""


class Invalid(Exception):  # noqa: N818  # an ordinary outcome as well
    """The shell cannot work the expression out."""


def integer(text: str) -> int:
    """A shell integer constant."""
    try:
        base, mark, digits = text.partition("#")
        if mark:
            return int(digits, int(base)) if int(base) <= 36 else _large(int(base), digits)
        sign, digits = ("-", text[1:]) if text[0] == "-" else ("", text)
        if digits[0] == "0" and digits.isdigit():
            return int(sign + digits, 8)
        return wrapped(int(sign + digits, 0))
    except ValueError:
        raise Invalid from None


def _large(base: int, digits: str) -> int:
    """A number of a base above 36: capitals are digits of their own (bash(1), ARITHMETIC EVALUATION)."""
    order = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ@_"
    value = 0
    for digit in digits:
        number = order.find(digit)
        if not 0 <= number < base <= len(order):
            raise Invalid
        value = value * base + number
    return wrapped(value)


def wrapped(value: int) -> int:
    """As 64 bits hold it."""
    return (value + (1 << 63)) % (1 << 64) - (1 << 63)


def apply(operator: str, left: int, right: int) -> int:
    """One binary operation, as C does it."""
    if operator in ("/", "%"):
        if not right:
            raise Invalid
        quotient = abs(left) // abs(right) * (1 if (left < 0) is (right < 0) else -1)
        return wrapped(quotient if operator == "/" else left - right * quotient)
    if operator == "**" and right < 0:
        raise Invalid
    if (operator in ("<<", ">>") and not 0 <= right < 64) or (operator == "**" and right > 64):
        raise Undecided
    operations: dict[str, Callable[[], int]] = {
        "|": lambda: left | right,
        "^": lambda: left ^ right,
        "&": lambda: left & right,
        "==": lambda: int(left == right),
        "!=": lambda: int(left != right),
        "<": lambda: int(left < right),
        ">": lambda: int(left > right),
        "<=": lambda: int(left <= right),
        ">=": lambda: int(left >= right),
        "<<": lambda: left << right,
        ">>": lambda: left >> right,
        "+": lambda: left + right,
        "-": lambda: left - right,
        "*": lambda: left * right,
        "**": lambda: left**right,
    }
    return wrapped(operations[operator]())
