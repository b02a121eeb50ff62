"""Whatever the bytes: a model, in bounded time, with every span in the text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shell_support import corpus, whole

from gracelint.parsers.shell import literal_text, parse_command, parse_script
from gracelint.parsers.shell.model import Simple, Word
from gracelint.parsers.shell.walk import walk
from gracelint.source import Document


@settings(max_examples=100)
@given(st.one_of(st.binary(max_size=80), st.text("ab $(){}[]'\"`\\\\|&;<>\\n#=!\\t", max_size=40).map(str.encode)))
def test_any_bytes_have_a_model(data: bytes) -> None:
    text = Document.decode("x", data).whole()
    for script in (parse_script(text), parse_command(text)):
        for node in walk(script):
            if hasattr(node, "text"):
                span = node.text.span
                assert 0 <= span.start <= span.end <= len(text)


@pytest.mark.parametrize(
    "unit", ["(", "((", "$(", "{ ", "if a; then ", "${x:-", '"$(', "$((", "a && ", "[[ (", "case x in a) "]
)
@pytest.mark.usefixtures("unwatched")
def test_depth_is_bounded(unit: str) -> None:
    begun = time.process_time()
    assert parse_script(whole(unit * 20_000)).problems
    assert time.process_time() - begun < 10


@pytest.mark.usefixtures("unwatched")
def test_time_is_linear_in_arms() -> None:
    source = 'case "$1" in\n' + "".join(f"a{at}) echo {at};;\n" for at in range(20_000)) + "esac\n"
    begun = time.process_time()
    nodes = sum(1 for _ in walk(parse_script(whole(source))))
    assert nodes > 20_000 * 5
    assert time.process_time() - begun < 10


@pytest.mark.parametrize("source", corpus("commands"))
def test_every_node_stands_where_it_says(source: str) -> None:
    script = parse_script(whole(source))
    for node in walk(script):
        if isinstance(node, (Word, Simple)):
            span = node.text.span
            assert (
                source[span.start : span.end].replace("\\\n", "").find(node.text.value.replace("\\\n", "")) == 0
                or "`" in source
            )


def test_literal_text_edits_inside_its_quotes() -> None:
    script = parse_command(whole("sh -c 'app x'"))
    command = script.body.commands[0]
    assert isinstance(command, Simple)
    inner = literal_text(command.words[2])
    assert inner is not None
    assert inner.value == "app x"
    assert inner.edit("it's") is None
    edit = inner.insert_before("exec ")
    assert edit is not None
    assert (edit.span.start, edit.text) == (7, "exec ")
