"""What may reach a terminal."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gracelint.terminal import Style, printable, source_columns, wants_colour, well_formed, width

ANY = st.text(st.characters(codec=None, exclude_categories=()))


@given(ANY)
def test_printable_is_printable_and_stable(text: str) -> None:
    shown = printable(text)
    assert not any(char < " " or "\x7f" <= char <= "\x9f" or "\ud800" <= char <= "\udfff" for char in shown)
    assert printable(shown) == shown


@given(ANY)
def test_columns_match_what_is_shown(text: str) -> None:
    shown, columns = source_columns(text)
    assert len(columns) == len(text) + 1
    assert columns[-1] == width(shown)
    assert columns == sorted(columns)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31m\n\t\r", "a\\x1b[31m\\n\\t\\r"),
        ("\udcff", "\\xff"),
        ("\u202e", "\\u202e"),
        ("\U000e0001", "\\U000e0001"),
        ("naïve 日本 🐳", "naïve 日本 🐳"),
    ],
)
def test_escapes(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_wide_characters_and_tabs() -> None:
    assert source_columns("a\tb日c") == ("a   b日c", [0, 1, 4, 5, 7, 8])


def test_well_formed() -> None:
    assert well_formed("a\udcffb\ud800") == "a\ufffdb\ufffd"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("terminal", "environ", "colour"),
    [
        (True, {}, True),
        (False, {}, False),
        (True, {"NO_COLOR": "1"}, False),
        (True, {"NO_COLOR": ""}, True),
        (True, {"TERM": "dumb"}, False),
        (False, {"FORCE_COLOR": "1"}, True),
        (True, {"FORCE_COLOR": "0"}, False),
    ],
)
def test_colour(terminal: bool, environ: dict[str, str], colour: bool) -> None:
    assert wants_colour(Terminal() if terminal else io.StringIO(), environ) is colour


def test_style() -> None:
    assert Style(True)("x", "bold", "red") == "\x1b[1;31mx\x1b[0m"
    assert Style(False)("x", "bold") == "x"
