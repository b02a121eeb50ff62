"""What the model says beyond BuildKit's own parser: problems, intent, directives, places of single parts."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import pytest

from gracelint.parsers.dockerfile import parse
from gracelint.source import Document

if TYPE_CHECKING:
    from gracelint.parsers.dockerfile.model import Dockerfile, Instruction


def read(text: str) -> Dockerfile:
    return parse(Document.decode("Dockerfile", text.encode("utf-8", "surrogateescape")))


def second(text: str) -> Instruction:
    return read("FROM a\n" + text).instructions[1]


def messages(text: str) -> list[str]:
    return [problem.message for problem in read(text).problems]


@pytest.mark.parametrize(
    ("value", "reason", "elements"),
    [
        ("['a', 'b c']", "single quotes instead of double quotes", ("a", "b c")),
        ('["a", "b",]', "a trailing comma", ("a", "b")),
        ('["a" "b"]', "a missing comma", ("a", "b")),
        ("[“a”, “b”]", "typographic quotes", ("a", "b")),
        ('["a", "b"] # why', "a comment after the closing bracket", ("a", "b")),
        ('["a", "b"', "no closing bracket", ("a", "b")),
        ('["C:\\app\\x.exe"]', "an unescaped backslash", ("C:\\app\\x.exe",)),
        ('["a\\d", "\\"q\\""]', "an unescaped backslash", ("a\\d", '"q"')),
        ('["a\tb"]', "a raw control character", ("a\tb",)),
        ("[a, --b]", "words without quotes", ("a", "--b")),
        ("[ 'a', 'b' ]", "single quotes instead of double quotes", ("a", "b")),
        ("['a',]", "single quotes instead of double quotes and a trailing comma", ("a",)),
        ('["a"] && b', "text after the closing bracket", None),
        ('["a",, "b"]', "an empty element", None),
        ('["a", $b]', "words without quotes and not valid JSON", None),
        ('["a", "b]', "not valid JSON", None),
        ('["a"]]', "text after the closing bracket", None),
    ],
)
def test_what_a_malformed_array_was_meant_to_be(value: str, reason: str, elements: tuple[str, ...] | None) -> None:
    instruction = second(f"CMD {value}\n")
    assert instruction.array is None
    assert instruction.malformed is not None
    assert instruction.malformed.reason == reason
    assert instruction.malformed.elements == elements
    assert not instruction.malformed.fatal


@pytest.mark.parametrize(
    "value",
    [
        "[ -f /x ] && y",
        '[ "$A" = 1 ] || x',
        "[[ -n $x ]] && y",
        "[ -n x ]",
        "[ ! -e x ]",
        "echo ['a']",
        '[ "$A" ]',
        "x",
    ],
)
def test_shell_form_that_was_meant(value: str) -> None:
    instruction = second(f"CMD {value}\n")
    assert instruction.malformed is None
    assert instruction.array is None or value == '[ "$A" ]'


@pytest.mark.parametrize("value", ['["a", 1]', "[null]", '[["a"]]', '[{"a": "b"}]', "[true]", "[[]]"])
@pytest.mark.parametrize("keyword", ["CMD", "RUN", "COPY", "SHELL", "HEALTHCHECK CMD", "ONBUILD CMD"])
def test_array_of_other_things_is_refused(keyword: str, value: str) -> None:
    instruction = second(f"{keyword} {value}\n")
    target = instruction.inner or instruction
    assert target.malformed is not None
    assert target.malformed.fatal
    assert any("strings only" in message for message in messages(f"FROM a\n{keyword} {value}\n"))


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "the file has no instructions: it does not build as it is"),
        ("# a\n", "the file has no instructions: it does not build as it is"),
        ("ARG a\n", "the file has no FROM"),
        ("RUN x\nCMD y\n", "the file has no FROM"),
        ("RUN x\nFROM a\n", "RUN stands before the first FROM"),
        ("FROM a\nENTRYPIONT x\n", "unknown instruction ENTRYPIONT; did you mean ENTRYPOINT?"),
        ("FROM a\nqwxyz x\n", "unknown instruction qwxyz"),
        ("FROM a\nONBUILD RNU x\n", "unknown instruction RNU; did you mean RUN?"),
        ("FROM a\nRUN <<EOF\nx\n", "the heredoc EOF is never closed"),
        ("FROM a\nCOPY x\n", "COPY requires a source and a destination"),
        ("FROM a\nUSER\n", "USER requires at least one argument"),
        ("FROM a\nENV a\n", "ENV requires a name and a value"),
        ("FROM a\nENV a=b c\n", "ENV: expected name=value"),
        ("FROM a\nSHELL bash\n", "SHELL requires its arguments as a JSON array"),
        ("FROM a b\n", "FROM requires an image, and perhaps AS and a name"),
        ("FROM a\nHEALTHCHECK NONE x\n", "HEALTHCHECK NONE takes no arguments"),
        ("FROM a\nHEALTHCHECK curl x\n", "HEALTHCHECK requires CMD or NONE"),
        ("FROM a\nHEALTHCHECK CMD\n", "a command is missing after HEALTHCHECK CMD"),
        ("FROM a\nONBUILD FROM b\n", "FROM is not allowed behind ONBUILD"),
        ("FROM a\nONBUILD ONBUILD RUN x\n", "ONBUILD ONBUILD is not allowed"),
        ("# escape=x\nFROM a\n", "the escape directive takes \\ or ` only"),
        ("# escape=`\n# escape=`\nFROM a\n", "a second escape directive; only one is allowed"),
        ("FROM a\nRUN \udcff\n", "the file is not UTF-8 from here on"),
        ("FROM a\0\n", "the file is binary"),
    ],
)
def test_problem(text: str, message: str) -> None:
    assert message in messages(text)


@pytest.mark.parametrize(
    "text",
    [
        "ARG a\nFROM $a AS b\nRUN\nCMD\nENTRYPOINT\n",
        "from a\nonbuild run x\nhealthcheck none\nhealthcheck cmd x\n",
        "FROM a\nRUN <<A <<B\nA\nB\n",
        "FROM a\nLABEL a b\nENV a=b c=d\nARG a b=c\n",
        'FROM a\nCMD []\nSHELL ["a"]\nCMD [a]\n',
        "# syntax=x\n# check=skip=all\n# escape=`\nFROM a `\n AS b\n",
    ],
)
def test_no_problem(text: str) -> None:
    assert messages(text) == []


def test_a_file_that_is_no_dockerfile_is_not_reported_line_by_line() -> None:
    assert len(messages("some prose here\n" * 1000)) < 25


@pytest.mark.parametrize(("length", "refused"), [(65535, False), (65536, True)])
@pytest.mark.parametrize("end", ["", "\n"])
def test_longest_line(length: int, refused: bool, end: str) -> None:
    found = messages("FROM a\nRUN " + "x" * (length - 4) + end)
    assert bool(found) == refused


def test_directives() -> None:
    model = read("# syntax = docker/dockerfile:1 \n#escape=`\n# check=skip=all\n# syntax=late\n# c\nFROM a\n")
    assert model.escape == "`"
    assert [(name, value.value) for name, value in model.directives[:3]] == [
        ("syntax", "docker/dockerfile:1"),
        ("escape", "`"),
        ("check", "skip=all"),
    ]
    assert [comment.text.value for comment in model.comments] == ["# c"]


def test_comments_stand_between_continuation_lines_and_not_in_heredocs() -> None:
    model = read("FROM a\n# one\nRUN x \\\n  # two\r\n y\nRUN <<EOF\n# none\nEOF\n")
    assert [comment.text.value for comment in model.comments] == ["# one", "# two"]


def test_flags() -> None:
    instruction = second('RUN --mount=type=cache,target=/a --mount="type=bind,x=a b" --net x --y\n')
    assert [(flag.name, flag.value and flag.value.value) for flag in instruction.flags] == [
        ("mount", "type=cache,target=/a"),
        ("mount", "type=bind,x=a b"),
        ("net", None),
    ]
    assert instruction.value.value == "x --y"
    last = instruction.flag("mount")
    assert last is not None
    assert last.value is not None
    assert last.value.edit("x y") is None
    edit = last.value.edit("x")
    assert edit is not None
    assert edit.text == "x"


def test_heredoc_body_maps_to_its_lines() -> None:
    instruction = second('COPY <<-"EOF" /x\n\tone\n\t\ttwo\n\tEOF\n')
    (heredoc,) = instruction.heredocs
    assert (heredoc.name, heredoc.expands, heredoc.strips_tabs) == ("EOF", False, True)
    assert heredoc.body.value == "one\ntwo\n"
    assert heredoc.marker.value == '<<-"EOF"'
    at = heredoc.body.value.index("two")
    place = heredoc.body.cut(at, at + 3).span
    assert (place.first.line, place.first.column) == (4, 3)
    assert instruction.last_line == 5


def test_heredoc_name_may_follow_white_space() -> None:
    assert second("RUN <<  EOF cat\nx\nEOF\n").heredocs[0].name == "EOF"
    assert second("RUN cat << -EOF\nx\n-EOF\n").heredocs[0].name == "-EOF"


def test_text_behind_an_array_is_shell_form_although_old_frontends_ignored_it() -> None:
    assert second('CMD ["a"] # c\n').array is None


def test_escape_directive_holds_for_flags() -> None:
    instruction = read("# escape=`\nFROM a\nRUN --a=b` c --d=\\ x\n").instructions[1]
    assert [flag.value and flag.value.value for flag in instruction.flags] == ["b c", "\\"]


def test_inner_instructions() -> None:
    inner = second('ONBUILD copy --from=x "a" b\n').inner
    assert inner is not None
    assert inner.keyword == "COPY"
    assert inner.flag("from")
    assert [word.value for word in inner.words] == ['"a"', "b"]
    health = second('HEALTHCHECK --interval=1s cmd ["a"]\n').inner
    assert health is not None
    assert health.array is not None
    assert [element.value for element in health.array] == ["a"]
    onbuild = second("ONBUILD RUN <<E\nx\nE\n")
    assert onbuild.inner is not None
    assert onbuild.inner.heredocs == onbuild.heredocs


N = 20_000
HUGE = {
    "instructions": "RUN a b\n" * N * 5,
    "triggers": "ONBUILD RUN a b\n" * N * 5,
    "arrays": 'CMD ["a", "b"]\n' * N,
    "array on one line": "CMD [" + '"a", ' * 10_000 + '"b"]',
    "continuation lines": "RUN a" + " \\\n b" * N,
    "comments between": "RUN a \\\n" + "# c\n" * N,
    "array over lines": "CMD [" + '"a", \\\n' * N + '"b"]',
    "heredocs": "RUN <<E\nE\n" * N,
    "markers in one line": "RUN " + "<<E " * N,
    "one line": "RUN " + "x" * (N * 500),
    "flags": "RUN " + "--a='b' \\\n" * N,
    "nested expansions": "RUN << " + "${a:-" * N,
    "brackets": "CMD " + "[" * 60_000,
    "blank lines": "\n" * N * 10,
    "carriage returns": "\r" * N * 10,
}


@pytest.mark.parametrize("name", HUGE)
def test_time_is_linear(name: str, unwatched: None) -> None:
    """Generous, for a busy machine: quadratic behaviour would take minutes."""
    document = Document("Dockerfile", "FROM a\n" + HUGE[name])
    start = time.process_time()
    parse(document)
    assert time.process_time() - start < 10
