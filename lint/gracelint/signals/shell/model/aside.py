"""Expansion that is over with who does it: what a child shell assigns (``$(echo ${x:=y})``, ``echo $((i++)) | cat``) is lost with it, as is
what an expansion assigns that the evaluator does ahead, to know what comes of it.

What happens beside variables is kept: files that a child makes are there for all. So is what the launch was found to need (``${x:?}``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .state import State


class Aside:
    """Within ``with Aside(state)``, assignments are made to a copy of the variables."""

    __slots__ = ("required", "state", "variables")

    def __init__(self, state: State) -> None:
        self.state, self.variables, self.required = state, state.variables, state.required

    def __enter__(self) -> None:
        self.state.variables = dict(self.variables)

    def __exit__(self, *_: object) -> None:
        if self.state.required is self.required:
            self.state.variables = self.variables
