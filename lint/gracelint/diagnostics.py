"""What gracelint says: findings with a primary span, related places, and fixes as data."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .records import dataclass

if TYPE_CHECKING:
    from .source import Edit, Span

Severity = Literal["error", "warning", "info"]
Confidence = Literal["high", "medium", "low"]
Safety = Literal["safe", "unsafe"]

SEVERITIES: tuple[Severity, ...] = ("error", "warning", "info")
CONFIDENCES: tuple[Confidence, ...] = ("high", "medium", "low")


@dataclass(frozen=True, slots=True)
class Related:
    """Another place that belongs to a finding, with what it has to do with it."""

    span: Span
    message: str


@dataclass(frozen=True, slots=True)
class Fix:
    """Edits that mend a finding. ``safe``: the same behaviour but for the defect; ``unsafe``: a person should look."""

    safety: Safety
    message: str
    edits: tuple[Edit, ...]

    def __post_init__(self) -> None:
        if not self.edits:
            raise ValueError("a fix needs at least one edit")


@dataclass(frozen=True, slots=True)
class Finding:
    """One defect at one place.

    ``span`` is the cause; ``dockerfile`` and ``target`` name the image whose launch led here, if one did.
    """

    code: str
    name: str
    severity: Severity
    confidence: Confidence
    message: str
    span: Span
    related: tuple[Related, ...] = ()
    fix: Fix | None = None
    dockerfile: str | None = None
    target: str | None = None

    @property
    def sort_key(self) -> tuple[str, int, int, str, str]:
        """Findings are reported by path, place and code."""
        return (self.span.document.path, self.span.start, self.span.end, self.code, self.message)
