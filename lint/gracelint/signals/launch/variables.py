"""The variables of a program that is started: the image's, unless a shell in between has changed them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..asked import Asked

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ..shell.builtins.exporting import Exported


def handed(image: Mapping[str, str | None], exported: Callable[[], Exported] | None) -> Asked:
    """What it finds in its environment: what a shell hands on takes the place of the ``image``'s."""

    def values() -> Mapping[str, str | None]:
        if exported is None:
            return image
        from ..shell.model.values import default

        own = exported()
        handed = {
            name: default(own.variables[name])
            for name, there in own.exports.items()
            if there is not False and name in own.variables
        }
        return {**{name: value for name, value in image.items() if name not in own.exports}, **handed}

    return Asked(values)
