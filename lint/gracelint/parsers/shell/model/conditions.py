"""Conditions inside ``[[ ]]``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias

from ....records import dataclass

if TYPE_CHECKING:
    from ....source import Text
    from .words import Word


@dataclass(frozen=True, slots=True)
class Unary:
    """``-n word``; a bare ``word`` is ``-n``."""

    text: Text
    operator: str
    operand: Word


@dataclass(frozen=True, slots=True)
class Binary:
    """``left == right``, ``-eq``, ``=~``, ``<`` …; ``right`` keeps quoting, as only unquoted parts are pattern."""

    text: Text
    left: Word
    operator: str
    right: Word


@dataclass(frozen=True, slots=True)
class Not:
    """``! condition``."""

    text: Text
    operand: Condition


@dataclass(frozen=True, slots=True)
class Both:
    """``left && right`` (``operator`` ``&&``) or ``left || right``."""

    text: Text
    left: Condition
    operator: Literal["&&", "||"]
    right: Condition


Condition: TypeAlias = "Unary | Binary | Not | Both"
