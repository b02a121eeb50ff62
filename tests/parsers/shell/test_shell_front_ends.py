"""Both front ends make the same model, and a shell agrees on what is a program and what is none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shell_programs import programs
from shell_support import accepts, by_bashlex, by_own, by_treesitter, corpus, plain, whole

from gracelint.parsers.shell import parse_command, parse_script
from gracelint.parsers.shell.model import Case, If, Unreadable
from gracelint.parsers.shell.walk import walk

COMMANDS = corpus("commands")
REFUSED = corpus("refused_by_bashlex")


def test_the_corpus_is_large_enough() -> None:
    assert len(COMMANDS) >= 150


@pytest.mark.parametrize("source", COMMANDS)
def test_front_ends_are_equal(source: str) -> None:
    text = whole(source)
    one, other = by_bashlex(text), by_treesitter(text)
    assert not one.problems
    assert plain(one) == plain(other)


@pytest.mark.parametrize("source", REFUSED)
def test_treesitter_reads_what_bashlex_refuses(source: str) -> None:
    text = whole(source)
    assert by_bashlex(text).problems
    script = by_treesitter(text)
    assert not script.problems
    assert plain(parse_command(text)) == plain(script)
    kinds = [
        node for node in walk(script) if isinstance(node, Case) or (isinstance(node, If) and len(node.branches) > 1)
    ]
    assert kinds, "case and longer chains of elif are all that bashlex does not know"


@pytest.mark.parametrize("source", COMMANDS + REFUSED)
def test_bash_accepts_the_corpus(source: str) -> None:
    assert accepts("bash", source)


@pytest.mark.parametrize("source", corpus("broken"))
def test_broken_programs_are_unreadable(source: str) -> None:
    assert not accepts("bash", source)
    for script in (parse_script(whole(source)), parse_command(whole(source))):
        assert script.problems
        assert any(isinstance(node, Unreadable) for node in walk(script.body))


@settings(max_examples=60)
@given(programs())
def test_generated_programs(source: str) -> None:
    text = whole(source)
    script = by_treesitter(text)
    own = by_own(text)
    assert bool(own.problems) == bool(script.problems) or "coproc" in source
    if not own.problems:
        assert plain(own) == plain(script)
    # bash 5.2 looks for the end of a substitution with a `case` in it as if a quote that never ends were none.
    lenient = "$(" in source and any("unterminated" in problem.reason for problem in script.problems)
    if accepts("bash", source) and not lenient:
        assert not script.problems, source
    # Where a program is broken, how much of it stays readable differs.
    if "case" not in source and "elif" not in source:
        bashlex = by_bashlex(text)
        assert bool(bashlex.problems) == bool(script.problems)
        assert script.problems or plain(bashlex) == plain(script)


def test_a_fault_leaves_the_lines_before_it_readable() -> None:
    script = parse_script(whole("a\nb | c\nif d; then\ne\n"))
    assert [type(command).__name__ for command in script.body.commands] == ["Simple", "Pipeline", "Unreadable"]
    assert script.problems[0].text.value == "if d; then\ne\n"


def test_a_fault_inside_a_substitution_stays_there() -> None:
    script = parse_script(whole("a $(b; ;; c) d\ne"))
    assert [type(command).__name__ for command in script.body.commands] == ["Simple", "Simple"]
    assert [problem.text.value for problem in script.problems] == ["b; ;; c"]


def test_a_bad_substitution_spoils_its_command_alone() -> None:
    script = parse_script(whole("a\nb ${c.d}\ne"))
    assert [type(command).__name__ for command in script.body.commands] == ["Simple", "Unreadable", "Simple"]


@pytest.mark.parametrize("source", [source for source in COMMANDS + REFUSED if "coproc" not in source])
def test_the_own_front_end_is_equal(source: str) -> None:
    text = whole(source)
    assert plain(by_own(text)) == plain(by_treesitter(text))


@pytest.mark.parametrize("source", corpus("broken"))
def test_the_own_front_end_accepts_nothing_broken(source: str) -> None:
    assert by_own(whole(source)).problems


@pytest.mark.parametrize(
    "source", ["a && && b", "a &&", "; a", "a ; ; b", "& a", "a | | b", "a && ; b", "a;\n;b", "a &&\n&& b", "a & && b"]
)
def test_ill_formed_lists_are_nobodys(source: str) -> None:
    assert not accepts("bash", source)
    assert by_own(whole(source)).problems
    assert parse_command(whole(source)).problems


@settings(max_examples=60)
@given(st.lists(st.sampled_from(["a x", "b", "&&", "||", "|", ";", "&", "\n", "! ", "A=1", "<f", ">g c"]), max_size=7))
def test_generated_lists(pieces: list[str]) -> None:
    text = whole(" ".join(pieces))
    own = by_own(text)
    if not own.problems:
        assert plain(own) == plain(by_treesitter(text))
    else:
        assert by_treesitter(text).problems
