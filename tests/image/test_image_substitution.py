"""Substitution in instructions: BuildKit's rules by example, and what holds for every text."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gracelint.image.stages.substitution import expand, split_words
from gracelint.image.stages.variables import Variables
from gracelint.source import Document, Text


def variables(is_open: bool = False, **values: str | None) -> Variables:
    result = Variables(is_open)
    for name, value in values.items():
        result = result.set(name, value)
    return result


def text(value: str) -> Text:
    return Document("Dockerfile", value).whole()


def expanded(value: str, known: Variables, **options: bool) -> str | None:
    result = expand(text(value), known, **options)
    return None if result is None else result.value


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("plain", "plain"),
        ("$A", "a/b.sh"),
        ("${A}x", "a/b.shx"),
        ("$Ax", ""),
        ("\\$A", "$A"),
        ("'$A'", "$A"),
        ('"$A"', "a/b.sh"),
        ('"\\$A \\" \\x"', '$A " \\x'),
        ("a\\b", "ab"),
        ("a\\", "a"),
        ("$", "$"),
        ("$.", "$."),
        ("$@$1$*", ""),
        ("${A:-x}", "a/b.sh"),
        ("${EMPTY:-x}", "x"),
        ("${EMPTY-x}", ""),
        ("${NONE:-x}", "x"),
        ("${NONE:-${A}}", "a/b.sh"),
        ("${NONE:-'}'}", "}"),
        ("${A:+x}", "x"),
        ("${EMPTY:+x}", ""),
        ("${EMPTY+x}", "x"),
        ("${A#*/}", "b.sh"),
        ("${A##*.}", "sh"),
        ("${A%.*}", "a/b"),
        ("${A%%?sh}", "a/b"),
        ("${A/b/c}", "a/c.sh"),
        ("${A//[ab]/c}", "a/b.sh"),
        ("${A//?/c}", "cccccc"),
        ("${A?unset}", "a/b.sh"),
        # refused by BuildKit
        ("${NONE?unset}", None),
        ("${EMPTY:?empty}", None),
        ("'", None),
        ('"', None),
        ("${", None),
        ("${}", None),
        ("${A", None),
        ("${A:x}", None),
        ("${A:#x}", None),
        ("${A#\\x}", None),
    ],
)
def test_expand(word: str, wanted: str | None) -> None:
    assert expanded(word, variables(A="a/b.sh", EMPTY="")) == wanted


@pytest.mark.parametrize(
    ("word", "wanted"),
    [
        ("$HIDDEN", None),
        ("${HIDDEN:-x}", None),
        ("${HIDDEN:-$HIDDEN}", None),
        ("${HIDDEN:+x}", None),
        ("${NONE:-$HIDDEN}", None),
        ("${A:-$HIDDEN}", "a"),
        ("${NONE:+$HIDDEN}", ""),
        ("'$HIDDEN'", "$HIDDEN"),
    ],
)
def test_unknown_is_unknown(word: str, wanted: str | None) -> None:
    assert expanded(word, variables(A="a", HIDDEN=None)) == wanted


def test_a_default_is_what_a_build_argument_without_value_means() -> None:
    asked = variables().set("A", None, asked_for=True)
    assert [expanded(word, asked) for word in ("$A", "${A:-x}", "${A-x}", "${A:+x}")] == [None, "x", "x", None]
    assert expanded("${A:-x}", asked.fork()) == "x"
    assert expanded("${A:-x}", asked.set("A", None)) is None


def test_a_base_image_may_set_more() -> None:
    assert expanded("$GOPATH/bin", variables(is_open=True)) is None
    assert expanded("${GOPATH:-/go}/bin", variables(is_open=True)) is None
    assert expanded("$lower/bin $@", variables(is_open=True)) == "/bin "


def test_heredocs_keep_quotes_and_lose_backslashes() -> None:
    body = "exec \"$@\" '$A' \\$A a\\nb \\\\"
    assert expanded(body, variables(A="x"), quotes=False) == "exec \"\" 'x' $A anb \\"


def test_other_escape_character() -> None:
    result = expand(text("`$A C:\\x"), variables(A="a"), escape="`")
    assert result is not None
    assert result.value == "$A C:\\x"


def test_origin_of_what_is_expanded() -> None:
    result = expand(text("ab$A'cd'"), variables(A="long value"))
    assert result is not None
    assert result.value == "ablong valuecd"
    assert result.cut(0, 2).span[1:] == (0, 2)
    assert result.cut(4, 8).span[1:] == (2, 4)
    assert result.cut(12, 14).span[1:] == (5, 7)


def test_views_do_not_change() -> None:
    before = variables(A="1")
    after = before.set("A", "2")
    fork = after.fork().set("A", "3")
    assert [view.get("A") for view in (before, after, fork)] == [(True, "1"), (True, "2"), (True, "3")]


@given(st.text(alphabet="$ {}:-+?#%/*'\"\\`AB1@ax", max_size=60))
def test_any_text_is_expanded_or_refused(word: str) -> None:
    for quotes in (True, False):
        result = expand(text(word), variables(A="a*b", B=None), quotes=quotes)
        assert result is None or 0 <= result.span.start <= result.span.end <= len(word)


@given(st.text(alphabet=st.characters(exclude_characters="$'\"\\"), max_size=60))
def test_text_without_specials_stays(word: str) -> None:
    assert expanded(word, variables()) == word


@given(st.lists(st.text(alphabet="ab='\"\\ $", min_size=1, max_size=10)))
def test_words_are_pieces_of_the_value(parts: list[str]) -> None:
    value = text(" ".join(parts))
    words = split_words(value)
    at = 0
    for word in words:
        assert value.value[at : word.span.start].strip() == ""
        at = word.span.end
    assert value.value[at:].strip() == ""


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ('A="b c" D=e', ['A="b c"', "D=e"]),
        ("A=b\\ c D='e f'g", ["A=b\\ c", "D='e f'g"]),
        ('A="x\\" y" B', ['A="x\\" y"', "B"]),
        ("A='x\\' B", ["A='x\\'", "B"]),
        ('A="open end', ['A="open end']),
        ("", []),
    ],
)
def test_split_words(value: str, wanted: list[str]) -> None:
    assert [word.value for word in split_words(text(value))] == wanted


@pytest.mark.parametrize(
    "word",
    ["${A:-" * 10_000, "$A" * 50_000, "${A#" + "*a" * 50 + "}", "${A//" + "*b" * 50 + "/}", "'" * 99_999],
)
def test_hostile_text_takes_no_time(word: str) -> None:
    expand(text(word), variables(A="a" * 5_000))
