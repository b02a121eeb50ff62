"""Methods of strings that are known."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ..domain.values import UNKNOWN, Const, Items

if TYPE_CHECKING:
    from collections.abc import Callable

    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run
    from .special import Special

_MOST = 1_000


def _method(call: Callable[..., Any], least: int, most: int) -> Special:
    """One that is given strings: from ``least`` to ``most`` beside the one it is a method of."""

    def special(
        run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
    ) -> Value:
        if receiver is not None:
            return UNKNOWN  # a string that is not known (``str(x).strip("/")``): one that is known stands first among the arguments
        given = [value.value for value in arguments.values if isinstance(value, Const) and isinstance(value.value, str)]
        fits = len(given) == len(arguments.values) and least + 1 <= len(given) <= most + 1
        if not fits or arguments.named or arguments.more or "" in given[1:] or len(given[0]) > _MOST:
            return UNKNOWN
        found = call(*given)
        return Items(tuple(map(Const, found))) if isinstance(found, list) else Const(found)

    return special


SPECIAL: dict[str, Special] = {
    "str.startswith": _method(str.startswith, 1, 1),
    "str.endswith": _method(str.endswith, 1, 1),
    "str.split": _method(str.split, 0, 1),
    "str.lower": _method(str.lower, 0, 0),
    "str.upper": _method(str.upper, 0, 0),
    "str.strip": _method(str.strip, 0, 1),
}
