"""Ignore comments: which lines they cover, and what is said of those that silence nothing."""

from __future__ import annotations

import time

import pytest

from gracelint import suppress
from gracelint.diagnostics import Finding
from gracelint.fixes import apply
from gracelint.source import Document
from gracelint_rules.launch.unused_ignore import RULE

KNOWN = ("GL001", "GL002", "GL101", "GL201")


def finding(document: Document, code: str, line: int) -> Finding:
    start = document.line_starts[line - 1]
    return Finding(code, "x", "error", "high", "m", document.span(start, start + 1))


def silenced(text: str, code: str, line: int, instructions: tuple[tuple[int, int], ...] = ()) -> bool:
    document = Document("f", text)
    ignores = list(suppress.find(document, instructions))
    outcome = suppress.apply([finding(document, code, line)], ignores, RULE, {"f": KNOWN}, KNOWN)
    return not outcome.kept


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("# gracelint: ignore[GL201] because\napp\n", "GL201", 2),
        ("#gracelint:ignore[GL201]\napp\n", "GL201", 2),
        ("  # gracelint: ignore[GL201]\n  app\n", "GL201", 2),
        ("# gracelint: ignore[GL101, GL201]\napp\n", "GL201", 2),
        ("# gracelint: ignore[gl201]\napp\n", "GL201", 2),
        ("# gracelint: ignore\napp\n", "GL201", 2),
        ("# gracelint: ignore[GL201]\n\n# more\napp\n", "GL201", 4),
        ("# gracelint: ignore[GL201]\napp \\\n  more\n", "GL201", 3),
        ("app # gracelint: ignore[GL201]\n", "GL201", 1),
        ("a\napp  # gracelint: ignore[GL201] why\n", "GL201", 2),
        ("#!/bin/sh\n# gracelint: ignore-file[GL201] old\n\na\nb\n", "GL201", 5),
        ("# gracelint: ignore-file\na\nb\n", "GL201", 3),
        ("# gracelint: ignore[GL001]\napp\n", "GL001", 2),
        ("app # gracelint: ignore[GL201]\r\n", "GL201", 1),
    ],
)
def test_covers(text: str, code: str, line: int) -> None:
    assert silenced(text, code, line)


@pytest.mark.parametrize(
    ("text", "code", "line"),
    [
        ("# gracelint: ignore[GL101]\napp\n", "GL201", 2),
        ("# gracelint: ignore[GL201]\na\napp\n", "GL201", 3),
        ("app\n# gracelint: ignore[GL201]\n", "GL201", 1),
        ("# gracelint: ignore[GL20]\napp\n", "GL201", 2),
        ("# gracelint: ignore[]\napp\n", "GL201", 2),
        ("# gracelint: ignore\napp\n", "GL001", 2),
        ("a\n# gracelint: ignore-file[GL201]\napp\n", "GL201", 3),
        ("# gracelint: ignored[GL201]\napp\n", "GL201", 2),
        ("# hadolint ignore=GL201\napp\n", "GL201", 2),
        ("# check=skip=GL201\napp\n", "GL201", 2),
        ("x#gracelint: ignore[GL201]\n", "GL201", 1),
    ],
)
def test_does_not_cover(text: str, code: str, line: int) -> None:
    assert not silenced(text, code, line)


def test_a_comment_covers_the_whole_instruction() -> None:
    text = "FROM x\n# gracelint: ignore[GL101]\nENTRYPOINT a \\\n# in between\n  b\nCMD c\n"
    instructions = ((1, 1), (3, 5), (6, 6))
    assert silenced(text, "GL101", 5, instructions)
    assert not silenced(text, "GL101", 6, instructions)


@pytest.mark.parametrize(
    ("text", "message", "fixed"),
    [
        ("# gracelint: ignore[GL101] why\napp\n", "ignores GL101, which is not found here", "app\n"),
        ("app # gracelint: ignore[GL101]\n", "ignores GL101", "app\n"),
        ("app # gracelint: ignore[GL101, GL201]\n", "ignores GL101,", "app # gracelint: ignore[GL201]\n"),
        (
            "app # gracelint: ignore[GL201, GL777] x\n",
            "no rule has the code GL777",
            "app # gracelint: ignore[GL201] x\n",
        ),
        ("app\n# gracelint: ignore[GL201]", "not found here", "app\n"),
        ("# gracelint: ignore[GL201]\r\n\r\nx\r\n\r\napp\r\n", "not found here", "\r\nx\r\n\r\napp\r\n"),
        ("# gracelint: ignore[]\napp\n", "ignores nothing", "app\n"),
        ("# gracelint: ignore-file[GL101]\napp\n", "not found in this file", "app\n"),
        ("x\n# gracelint: ignore-file[GL101]\napp\n", "only at the top", "x\napp\n"),
        ("x # gracelint: ignore\n\napp\n", "silences nothing", "x\n\napp\n"),
    ],
)
def test_unused(text: str, message: str, fixed: str) -> None:
    document = Document("f", text)
    found = [finding(document, "GL201", next(n for n in range(1, 9) if document.line(n).startswith("app")))]
    [unused] = suppress.apply(found, suppress.find(document), RULE, {"f": KNOWN}, KNOWN).unused
    assert message in unused.message
    assert unused.fix is not None
    assert apply(document, unused.fix.edits) == fixed


@pytest.mark.parametrize(
    ("text", "enabled"),
    [
        ("app # gracelint: ignore[GL201]\n", KNOWN),
        ("x # gracelint: ignore[GL101]\napp\n", ("GL002", "GL201")),
        ("x # gracelint: ignore\napp\n", ("GL002", "GL201")),
        ("x # gracelint: ignore[GL101, GL002]\napp\n", KNOWN),
        ("# gracelint: ignore-file[GL002]\nx # gracelint: ignore[GL101]\napp\n", KNOWN),
        ("# gracelint: ignore[GL002]\nx # gracelint: ignore[GL101]\napp\n", KNOWN),
    ],
)
def test_not_reported_as_unused(text: str, enabled: tuple[str, ...]) -> None:
    document = Document("f", text)
    found = [finding(document, "GL201", next(n for n in range(1, 9) if document.line(n).startswith("app")))]
    assert suppress.apply(found, suppress.find(document), RULE, {"f": enabled}, KNOWN).unused == ()


@pytest.mark.parametrize(
    "text", ["# gracelint: ignore[GL101]\n" * 20_000 + "x\n", "# gracelint: ignore[GL101]\nx\n" * 20_000]
)
@pytest.mark.usefixtures("unwatched")
def test_time_is_linear(text: str) -> None:
    """Generous, for a busy machine: quadratic behaviour would take minutes."""
    document = Document("s.sh", text)
    begun = time.process_time()
    ignores = list(suppress.find(document))
    outcome = suppress.apply([finding(document, "GL101", 20_001)], ignores, RULE, {"s.sh": {"GL101"}}, {"GL101"})
    assert len(ignores) == 20_000
    assert outcome.silenced == 1 or len(outcome.unused) >= 19_999
    assert time.process_time() - begun < 10
