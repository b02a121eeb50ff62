"""Reports: one file a format, each a function ``render(report, style)`` that yields the lines to print."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..report import Report
    from ..terminal import Style

    Renderer = Callable[[Report, Style], Iterator[str]]

# Where the pages of the rules are.
RULE_PAGES = "https://github.com/gracelint/gracelint/blob/main/docs/rules/"

FORMATS = {
    "text": "with the source lines, for people",
    "concise": "one line a finding",
    "json": "for programs",
    "github": "annotations of GitHub Actions",
    "gitlab": "GitLab's code quality report",
    "sarif": "SARIF 2.1.0, for code scanning",
}


def renderer(name: str) -> Renderer:
    """The function of a format."""
    function: Renderer = import_module(f"{__name__}.as_{name}").render
    return function


def url(code: str) -> str:
    """The address of a rule's page."""
    return f"{RULE_PAGES}{code}.md"


def counted(number: int, noun: str) -> str:
    """``1 finding``, ``2 findings``."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
