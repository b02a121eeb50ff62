"""Which rules apply: codes and their prefixes, selected and ignored, as ruff does it.

A selector is a whole code (``GL101``), a prefix (``GL1``, ``GL10``) or ``ALL``. In one layer (the configuration, then the command
line) the more specific selector wins; among equally specific ones, ignoring does. A ``select`` replaces what stood before it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .records import NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


class Layer(NamedTuple):
    """What one place says: ``select`` None where it says nothing."""

    select: tuple[str, ...] | None = None
    ignore: tuple[str, ...] = ()
    extend_select: tuple[str, ...] = ()


def matches(selector: str, code: str) -> bool:
    """Whether a selector means a code."""
    return selector == "ALL" or code.startswith(selector)


def unknown(selectors: Iterable[str], codes: Sequence[str]) -> list[str]:
    """The selectors that mean no rule at all."""
    return [selector for selector in selectors if not any(matches(selector, code) for code in codes)]


def chosen(codes: Iterable[str], layers: Iterable[Layer]) -> frozenset[str]:
    """The codes that are on after all layers; without any ``select``, all of them."""
    every = tuple(codes)
    on = set(every)
    for layer in layers:
        if layer.select is not None:
            on = set()
        enabled = (*(layer.select or ()), *layer.extend_select)
        for code in every:
            wins = max((_weight(selector) for selector in enabled if matches(selector, code)), default=-1)
            loses = max((_weight(selector) for selector in layer.ignore if matches(selector, code)), default=-1)
            if wins > loses:
                on.add(code)
            elif loses >= 0:
                on.discard(code)
    return frozenset(on)


def _weight(selector: str) -> int:
    return 0 if selector == "ALL" else len(selector)
