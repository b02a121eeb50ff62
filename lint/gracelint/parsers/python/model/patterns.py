"""Patterns of ``match``."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from ....records import dataclass

if TYPE_CHECKING:
    from .expressions import Expression


@dataclass(frozen=True, slots=True)
class IsValue:
    """What is equal to a literal or a dotted name."""

    value: Expression


@dataclass(frozen=True, slots=True)
class Capture:
    """``name``, ``_`` (None), ``pattern as name``."""

    name: str | None
    pattern: Pattern | None = None


@dataclass(frozen=True, slots=True)
class OneOf:
    """``pattern | pattern``."""

    patterns: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class Rest:
    """``*name`` in a sequence; ``*_`` is None."""

    name: str | None


@dataclass(frozen=True, slots=True)
class Sequence:
    """``[pattern, *rest]``, ``(pattern, pattern)``."""

    patterns: tuple[Pattern, ...]


@dataclass(frozen=True, slots=True)
class OfClass:
    """``Class(pattern, name=pattern)``."""

    kind: Expression
    patterns: tuple[Pattern, ...]
    named: tuple[tuple[str, Pattern], ...]


@dataclass(frozen=True, slots=True)
class Mapping:
    """``{key: pattern, **rest}``."""

    items: tuple[tuple[Expression, Pattern], ...]
    rest: str | None


Pattern: TypeAlias = "IsValue | Capture | OneOf | Rest | Sequence | OfClass | Mapping"
