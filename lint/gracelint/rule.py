"""What a rule is, and what it is asked about.

A rule is a module with a docstring (its page), a function ``check(case)`` that yields findings, and a ``RULE`` made of both.
Rules are pure: they read the case and yield findings; they never read files, print, or see a parser's own tree.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from .diagnostics import Confidence, Finding, Fix, Related, Severity
from .records import dataclass, field
from .source import Span, Text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .image.model import Image
    from .parsers.dockerfile.model import Dockerfile, Instruction, Problem
    from .signals.model import Trace


@dataclass(frozen=True, eq=False)
class Case:
    """One image to judge. ``trace`` is worked out when a rule first asks for it, and then kept.

    ``dockerfile`` is None for a script or Python file that was linted by itself. ``problems`` are the parse errors of every
    document on the way. ``stays`` says whether who starts the container (a compose file) means it to run until it is stopped, or to end by
    itself (None: nobody says).
    """

    image: Image
    follow: Callable[[Image], Trace] = field(repr=False)
    unreadable: Callable[[], Iterable[Problem]] = field(repr=False)
    standalone: bool = False
    stays: bool | None = None

    @property
    def dockerfile(self) -> Dockerfile:
        """The Dockerfile (of a script linted by itself: an empty one)."""
        return self.image.dockerfile

    @property
    def instructions(self) -> tuple[Instruction, ...]:
        """The instructions that make this image, in order, parents' stages first."""
        return self.image.instructions

    @cached_property
    def trace(self) -> Trace:
        """The signal's way through this image."""
        return self.follow(self.image)

    @cached_property
    def problems(self) -> tuple[Problem, ...]:
        """Parse errors of the documents that were read for this image (its scripts are read for the trace)."""
        return tuple(self.unreadable())


@dataclass(frozen=True)
class Rule:
    """A rule's metadata and its function. ``severity`` is the default; ``doc`` the page, in fixed headings."""

    code: str
    name: str
    severity: Severity
    check: Callable[[Case], Iterable[Finding]] = field(repr=False)
    doc: str = field(repr=False)

    def finding(
        self,
        at: Text | Span,
        message: str,
        *,
        severity: Severity | None = None,
        confidence: Confidence = "high",
        related: Iterable[Related] = (),
        fix: Fix | None = None,
    ) -> Finding:
        """A finding of this rule at a place."""
        span = at.span if isinstance(at, Text) else at
        return Finding(self.code, self.name, severity or self.severity, confidence, message, span, tuple(related), fix)
