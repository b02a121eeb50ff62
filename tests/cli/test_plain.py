"""Command lines that are read without an argument parser mean what it would have made of them."""

from __future__ import annotations

import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gracelint.cli.options import check_parser
from gracelint.cli.plain import DEFAULTS, plain
from gracelint.cli.streams import Streams, UsageError

WORDS = [
    *(f"--{name.replace('_', '-')}" for name in DEFAULTS),
    *DEFAULTS,
    "--fix_only",
    "--isolate",
    "--format=json",
    "--format",
    "json",
    "text",
]
WORDS += ["-q", "-v", "--", "-", "---", "", "-x", "a", "b/Dockerfile", "3", "-1", "--version", "@a", "a b", "--no-cache x", "- x"]  # fmt: skip


def by_argparse(argv: list[str]) -> dict[str, object] | None:
    """None of wrong use, and of what ends by itself."""
    streams = Streams(io.StringIO(), io.StringIO(), io.StringIO(), {})
    try:
        return vars(check_parser(streams).parse_args(argv))
    except (UsageError, SystemExit):
        return None


def test_defaults() -> None:
    assert by_argparse([]) == {**DEFAULTS, "paths": []}


@pytest.mark.parametrize(
    "argv",
    [[], ["Dockerfile"], ["a", "b"], ["-"], ["--isolated", "--no-cache", "a"], ["a", "--fix"], ["--format", "json", "a"], ["--diff", "a", "--quiet"]],
)  # fmt: skip
def test_plain(argv: list[str]) -> None:
    options = plain(argv)
    assert options is not None
    assert vars(options) == by_argparse(argv)


@settings(suppress_health_check=[HealthCheck.too_slow])  # of a loaded machine
@given(st.lists(st.sampled_from(WORDS), max_size=5))
def test_whatever_is_taken_for_plain(argv: list[str]) -> None:
    options = plain(argv)
    assert options is None or vars(options) == by_argparse(argv)
