"""A rule's page in the terminal, out of its docstring's Markdown."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..regexes import regex
from ..terminal import printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..rule import Rule
    from ..terminal import Style

_LINK = regex(r"\[([^\]]+)\]\(([^)]+)\)")
_CODE = regex(r"`([^`]+)`")


def headline(doc: str) -> str:
    """The first line of a docstring."""
    return doc.strip().partition("\n")[0]


def page(rule: Rule, style: Style) -> Iterator[str]:
    """The lines of a page: headings bold, code set apart, links with their addresses."""
    yield f"{style(f'{rule.code} {rule.name}', 'bold')} ({rule.severity})"
    yield ""
    fenced = False
    for line in rule.doc.strip().splitlines():
        shown = printable(line)
        if shown.startswith("```"):
            fenced = not fenced
        elif fenced:
            yield f"    {style(shown, 'cyan')}" if shown else ""
        elif shown.startswith("## "):
            yield style(shown[3:], "bold")
        else:
            plain = _LINK.sub(r"\1: \2", shown)
            yield _CODE.sub(lambda match: style(match[1], "cyan") if style.on else match[0], plain)
