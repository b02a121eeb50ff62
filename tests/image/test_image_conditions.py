"""Conditions of commands: truth values of three kinds, and RUNs whose commands lean on each other without end."""

from __future__ import annotations

from pathlib import Path

import pytest

from gracelint.image.build import build_image
from gracelint.image.context.context import Context
from gracelint.image.runs.conditions import DEEPEST, MOST, All, Condition, Tried, all_of, any_of, holds, negation, tried
from gracelint.parsers.dockerfile import parse
from gracelint.source import Document

WORKS, FAILS, MAY = (tried((), decided=False, otherwise=value) for value in (True, False, None))

LISTS = {
    "and": " && ".join(f"cp a{i} a{i + 1}" for i in range(400)) + "; true",
    "or": " || ".join(f"cp a{i} a{i + 1}" for i in range(400)),
    "and-or": "".join(f"cp run.sh a{i} && cp a{i} run.sh || " for i in range(200)) + "true",
    "moves": "; ".join(["mv run.sh start.sh || mv start.sh run.sh"] * 200),
    "branches": "; ".join(["if [ -f run.sh ]; then mv run.sh start.sh; else mv start.sh run.sh; fi"] * 200),
    "folders": "; ".join(["cd sub && cd .. || cd x"] * 200) + "; chmod +x run.sh",
    "exits": "; ".join(["[ -f run.sh ] || exit 0; rm run.sh; cp start.sh run.sh"] * 200),
    "rounds": "for i in a b c d e f g; do " * 3 + "[ -f run.sh ] && mv run.sh $i.sh && break; " + "done; " * 3,
}


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (all_of(), True),
        (all_of(WORKS, True), True),
        (all_of(WORKS, MAY), None),
        (all_of(MAY, FAILS), False),
        (all_of(None, FAILS), False),
        (any_of(), False),
        (any_of(FAILS, MAY), None),
        (any_of(None, WORKS), True),
        (negation(all_of(WORKS, WORKS)), False),
        (negation(MAY), None),
        (any_of(all_of(WORKS, FAILS), negation(FAILS)), True),
    ],
)
def test_three_values(condition: Condition, expected: bool | None) -> None:
    assert holds(condition) is expected


def test_opposites_cancel_out() -> None:
    both = all_of(WORKS, MAY)
    assert negation(negation(both)) is both
    assert all_of(True, both, True) is both
    assert all_of(both, False, None) is False


def test_conditions_stay_small() -> None:
    condition: Condition = WORKS
    for _ in range(10 * MOST):
        condition = any_of(all_of(condition, MAY), WORKS)
        assert not isinstance(condition, (All, Tried)) or (condition.size <= MOST and condition.depth <= DEEPEST)


@pytest.mark.parametrize("name", LISTS)
@pytest.mark.usefixtures("unwatched")
def test_answered_in_time(name: str, tmp_path: Path) -> None:
    for script in ("run.sh", "start.sh"):
        (tmp_path / script).write_text("#!/bin/sh\n")
    document = Document("Dockerfile", f"FROM debian:12\nWORKDIR /app\nCOPY run.sh start.sh ./\nRUN {LISTS[name]}\n")
    image = build_image(parse(document), Context(str(tmp_path), None), None)
    for path in ("/app/run.sh", "/app/start.sh", "/app/a7"):
        image.files.lookup(path)
