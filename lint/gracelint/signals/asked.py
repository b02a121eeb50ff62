"""Answers that remember what was asked for: what was found with them holds wherever the same answers are given."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_EACH = ""


class Asked(Mapping[str, "str | None"]):
    """Variables by their names; None where the value is not known. They are only worked out (``values``) if somebody asks; ``asked`` says
    what for."""

    def __init__(self, values: Callable[[], Mapping[str, str | None]]) -> None:
        self._worked_out = values
        self.asked: dict[str, object] = {}

    @cached_property
    def _values(self) -> Mapping[str, str | None]:
        return self._worked_out()

    def _answer(self, name: str) -> object:
        return tuple(self._values.items()) if name == _EACH else (name in self._values, self._values.get(name))

    def agrees(self, asked: Mapping[str, object]) -> bool:
        """Whether these answers would be given here, too."""
        return all(self._answer(name) == answer for name, answer in asked.items())

    def __getitem__(self, name: str) -> str | None:
        self.asked[name] = self._answer(name)
        return self._values[name]

    def __iter__(self) -> Iterator[str]:
        self.asked[_EACH] = self._answer(_EACH)
        return iter(self._values)

    def __len__(self) -> int:
        return len(self._values)
