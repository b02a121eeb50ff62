"""Every part of a Dockerfile model knows where it was written; any bytes can be read."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from dockerfile_strategies import dockerfiles
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gracelint.parsers.dockerfile import parse
from gracelint.source import Document, Text

if TYPE_CHECKING:
    from gracelint.parsers.dockerfile.model import Dockerfile, Instruction

FIXTURES = sorted((Path(__file__).parents[2] / "fixtures" / "dockerfile").glob("*.Dockerfile"))
SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))


def check(data: bytes) -> Dockerfile:
    document = Document.decode("Dockerfile", data)
    model = parse(document)
    end = 0
    for instruction in model.instructions:
        span = instruction.span
        assert end <= span.start <= span.end <= len(document.text)
        end = span.end
        assert 1 <= instruction.first_line <= instruction.last_line
        assert instruction.first_line <= span.first.line
        assert span.last.line <= instruction.last_line
        check_instruction(model, instruction)
    for problem in model.problems:
        assert 0 <= problem.span.start <= problem.span.end <= len(document.text)
    for comment in model.comments:
        assert document.text[comment.text.span.start] == "#"
    assert list(model.problems) == sorted(model.problems, key=lambda problem: problem.span.start)
    return model


def check_instruction(model: Dockerfile, instruction: Instruction) -> None:
    text = model.document.text
    joined = joins(model.escape)
    keyword = instruction.keyword_text
    check_text(keyword)
    if not joined.search(text[slice(*keyword.span[1:])]):
        assert text[instruction.span.start :].startswith(keyword.value)
    assert instruction.keyword in (keyword.value.upper(), keyword.value, "WORKDIR")
    check_text(instruction.value)
    for word in instruction.words:
        check_text(word)
        assert word.buffer is instruction.value.buffer
        assert word.value.lstrip("\t\v\f\r ") == word.value
    if instruction.words:
        between = instruction.value.value
        for word in instruction.words:
            start = between.index(word.value)
            assert not between[:start].strip(SPACES)
            between = between[start + len(word.value) :]
        dropped = model.escape if instruction.keyword in ("ENV", "LABEL", "ARG") else ""  # with nothing behind it
        assert between.strip(SPACES) in ("", dropped)
    for flag in instruction.flags:
        check_text(flag.text)
        assert flag.text.value.startswith("--")
        if flag.value is not None:
            check_runs(flag.value)
    for element in instruction.array or ():
        check_element(model, element)
    for heredoc in instruction.heredocs:
        check_text(heredoc.body)
        assert "<<" in heredoc.marker.value
        assert heredoc.body.span.end <= instruction.span.end
    if instruction.inner:
        assert instruction.inner.span.start >= instruction.span.start
        check_instruction(model, instruction.inner)


def joins(escape: str) -> re.Pattern[str]:
    return re.compile(re.escape(escape) + r"[ \t]*\r*\n")


def check_text(text: Text) -> None:
    """A text that stands verbatim: its runs cover it, and read again give the value."""
    read = ""
    for run in text.runs():
        assert run.start == len(read)
        assert run.end - run.start == run.origin_end - run.origin
        read += run.document.text[run.origin : run.origin_end]
    assert read == text.value
    check_runs(text)


def check_runs(text: Text) -> None:
    at = 0
    for run in text.runs():
        assert run.start == at
        assert run.end > run.start
        assert 0 <= run.origin <= run.origin_end <= len(run.document.text)
        at = run.end
    assert at == len(text)
    span = text.span
    assert 0 <= span.start <= span.end <= len(span.document.text)


def check_element(model: Dockerfile, element: Text) -> None:
    """An element's source, between its quotes, is a JSON string that reads as its value."""
    check_runs(element)
    span = element.span
    source = model.document.text[span.start : span.end]
    assert model.document.text[span.start - 1] in '"\n' or joins(model.escape).search(source) or not source
    if "\n" not in source and not re.search("[\udc80-\udcff]", source):
        decoded = json.loads(f'"{source}"')
        assert re.sub("[\ud800-\udfff]", "\ufffd", decoded) == element.value


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_places_of_fixture(path: Path) -> None:
    check(path.read_bytes())


@settings(max_examples=250, suppress_health_check=[HealthCheck.too_slow])
@given(dockerfiles())
def test_places_of_generated_file(text: str) -> None:
    check(text.encode())


@settings(max_examples=250)
@given(st.binary(max_size=80))
def test_any_bytes(data: bytes) -> None:
    check(b"FROM a\n" + data)
    check(data)


PIECE = st.sampled_from(
    [b"RUN ", b"CMD ", b"ONBUILD ", b"HEALTHCHECK ", b"ENV ", b"COPY ", b"<<", b"-", b"'", b'"', b"[", b"]", b",", b"\n",
     b"\\", b"`", b"#", b" ", b"\t", b"\r", b"=", b"--", b"${", b"}", b"x", b"EOF", b"\xff", b"\xc3", b"\xa9", b"\\u00e9",
     b"\\n", b"\0", b"# escape=`\n", b"\xe2\x80\x9c", b"1"]
)  # fmt: skip


@settings(max_examples=300)
@given(st.lists(PIECE, max_size=25))
def test_any_pieces(pieces: list[bytes]) -> None:
    check(b"".join(pieces))
    check(b"FROM a\nRUN " + b"".join(pieces))


@settings(max_examples=200)
@given(
    st.text(st.characters(exclude_categories=["Cs"]), max_size=12), st.text(max_size=4).filter(lambda x: "\n" not in x)
)
def test_an_element_takes_any_new_text(new: str, old: str) -> None:
    document = Document("Dockerfile", 'FROM a\nCMD ["x", ' + json.dumps(old) + ', "y"]\n')
    element = (parse(document).instructions[1].array or ())[1]
    edit = element.edit(new)
    assert edit is not None
    text = document.text[: edit.span.start] + edit.text + document.text[edit.span.end :]
    array = parse(Document("Dockerfile", text)).instructions[1].array
    assert array is not None
    assert [element.value for element in array] == ["x", new, "y"]
