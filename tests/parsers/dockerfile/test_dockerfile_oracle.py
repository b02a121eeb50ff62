"""Our reading of Dockerfiles against BuildKit's own parser, over fixtures and over generated files."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from dockerfile_oracle import Command, IncomparableError, NotStringsError, by_buildkit, by_us, former_exec_form
from dockerfile_strategies import disturbed, dockerfiles
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gracelint.parsers.dockerfile import parse
from gracelint.source import Document

FIXTURES = sorted((Path(__file__).parents[2] / "fixtures" / "dockerfile").glob("*.Dockerfile"))
EXEC_FORM = {"run", "cmd", "entrypoint", "shell", "copy", "add", "volume", "healthcheck"}
FOREIGN = r"[\x85\xa0\u1680\u2000-\u200b\u2028\u2029\u3000\ufeff]"
NOT_FOR_BUILDKIT = {"latin-1", "nul", "utf-16"}


def agree(data: bytes) -> None:
    try:
        expected = by_buildkit(data.decode())
    except IncomparableError:
        return
    model = parse(Document.decode("Dockerfile", data))
    if any(problem.template for problem in model.problems):
        return  # it says so, and reads nothing
    read = by_us(model)
    if expected is None:
        assert model.problems or refused_formerly(read)
        return
    if any(each.heredocs and refused_or_array(each) for each in read):
        return  # frontends before 1.9 saw an array there, and no heredoc behind it
    assert len(read) == len(expected)
    for ours, theirs in zip(read, expected, strict=True):
        assert (ours if ours.json == theirs.json else former_exec_form(ours)) == theirs


def refused_or_array(command: Command) -> bool:
    """Did frontends before 1.9 take the command for exec form, or refuse it as such?"""
    try:
        return former_exec_form(command) != command
    except NotStringsError:
        return True


def refused_formerly(commands: list[Command]) -> bool:
    """Did frontends before 1.9 refuse the file for an array with text behind it?"""
    try:
        for command in commands:
            if EXEC_FORM & {command.keyword, command.inner}:
                former_exec_form(command)
    except NotStringsError:
        return True
    return False


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_fixture_as_buildkit_reads_it(path: Path) -> None:
    if path.stem in NOT_FOR_BUILDKIT:
        assert parse(Document.decode("Dockerfile", path.read_bytes())).problems
    else:
        agree(path.read_bytes())


def test_there_are_fixtures() -> None:
    assert len(FIXTURES) >= 40


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(dockerfiles())
def test_generated_file_as_buildkit_reads_it(text: str) -> None:
    agree(comparable(text).encode())


def comparable(text: str) -> str:
    """The text without what the oracle reads in another way than BuildKit does today (see `dockerfile_oracle`)."""
    if "--" in text.replace("-->", "") and not text.isascii():
        text = re.sub(FOREIGN, "", text)
    if "<<" in text:
        text = re.sub(r"<<(-?)[\t\n\v\f\r ]+", r"<<\1", text).replace("${", "$")
    return text


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(disturbed())
def test_odd_spaces_as_buildkit_reads_them(text: str) -> None:
    if "--" in text:
        text = text.encode("ascii", "ignore").decode()
    agree(comparable(text).encode())


NOISE = st.text(st.sampled_from("FROMRUNCMDfx \t\n\r\\`#<-'\"[],$={}1\u00a0\x1c\v\f\x85\u2028"), max_size=60)


@settings(max_examples=300)
@given(NOISE)
def test_noise_as_buildkit_reads_it(text: str) -> None:
    agree(comparable("FROM a\n" + text).encode())
