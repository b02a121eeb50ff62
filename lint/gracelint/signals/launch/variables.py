"""The variables of a program that is started: the image's, unless a shell in between has changed them."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..shell.builtins.exporting import Exported

_EACH = ""


class Variables(Mapping[str, "str | None"]):
    """By their names; None where the value is not known. What a shell hands on is only worked out if somebody asks, and ``asked`` says what for: what was found with these answers holds wherever they are the same."""

    def __init__(self, image: Mapping[str, str | None], exported: Callable[[], Exported] | None) -> None:
        self._image, self._exported = image, exported
        self.asked: dict[str, object] = {}

    @cached_property
    def _values(self) -> Mapping[str, str | None]:
        if self._exported is None:
            return self._image
        from ..shell.model.values import default

        own = self._exported()
        handed = {
            name: default(own.variables[name])
            for name, there in own.exports.items()
            if there is not False and name in own.variables
        }
        return {**{name: value for name, value in self._image.items() if name not in own.exports}, **handed}

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
