"""The numbers that stand in a parameter: ``${x:1:2}``, ``${x[i]}``."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ....regexes import regex
from . import arithmetic
from .integers import Invalid, Undecided

if TYPE_CHECKING:
    from ....parsers.shell import model as sh
    from ..evaluator.machine import Machine
    from ..model.state import State

_DOLLAR = regex(r"\$(?:\{(\w+)\}|(\w+))")


def compute(state: State, expression: str, *, ahead: bool = False) -> int | None:
    """The value of an arithmetic expression; None where not known. What it assigns is assigned (``a[i++]=x``), unless that is only asked
    ``ahead``."""
    from .reckoning import assign, held  # which needs parameters, as they need this

    plain = _DOLLAR.sub(r"\1\2", expression.strip())
    assigns = None if ahead else partial(assign, state)
    try:
        return arithmetic.evaluate(plain, lambda variable: held(state, variable), assigns)
    except (Invalid, Undecided):
        return None


def slice_of(machine: Machine, state: State, part: sh.Parameter) -> list[int | None]:
    """Where ``${x:offset:length}`` begins, and how long it is, if that is said; None for each that is not known."""
    raw = machine.value(state, part.argument)
    return [compute(state, piece) for piece in raw.split(":", 1)] if isinstance(raw, str) else [None]
