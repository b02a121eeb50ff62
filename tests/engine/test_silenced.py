"""Whoever silences a checker says why, on the same line."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FOLDERS = ("lint", "rules", "tests", "bench", "docs", "examples")
# What silences, with its codes; behind it, the reason.
_SILENCES = re.compile(r"#\s*(?:type: ignore(?:\[[^]]*\])?|noqa(?:: [A-Z0-9, ]+)?|pragma: no cover)(?P<reason>.*)")
_REASON = re.compile(r"\s*#\s+\S+(?:\s+\S+)+")


def unexplained(text: str) -> list[str]:
    """Lines that silence a checker and do not say why."""
    found = ((line, _SILENCES.search(line)) for line in text.splitlines())
    return [line.strip() for line, match in found if match and not _REASON.match(match["reason"])]


@pytest.mark.parametrize("folder", FOLDERS)
def test_reasons(folder: str) -> None:
    files = [path for path in (ROOT / folder).rglob("*.py") if "fixtures" not in path.parts]
    assert [line for path in files for line in unexplained(path.read_text("utf-8"))] == []


def test_what_counts_as_a_reason() -> None:
    lines = [
        "x()  # " + "type: ignore",
        "x()  # " + "noqa: E501",
        "x()  # " + "noqa: A002  # no",
        "x()  # " + "noqa: A002 - a word of the base class",
        "x()  # " + "pragma: no cover",
    ]
    assert unexplained("\n".join(lines)) == lines
    assert unexplained("x()  # " + "type: ignore[arg-type]  # a group adds arguments like a parser") == []
