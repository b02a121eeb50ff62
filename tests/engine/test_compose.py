"""What is taken from compose files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from gracelint.compose import Finder
from gracelint.compose.commands import words
from gracelint.compose.reading import duration, read

if TYPE_CHECKING:
    from gracelint.compose.service import Service

COMPOSE = """
x-common: &common
  stop_grace_period: 1m30s
services:
  web:
    <<: *common
    build: .
    stop_signal: SIGQUIT
    init: true
  worker:
    build: {context: ./app, dockerfile: ../Dockerfile, target: worker}
  other:
    build: {context: ., dockerfile: Other.dockerfile}
  cache:
    image: redis
"""


def test_services_of_a_dockerfile(tmp_path: Path) -> None:
    (tmp_path / "compose.yaml").write_text(COMPOSE)
    (tmp_path / "app").mkdir()
    (tmp_path / "Dockerfile").touch()
    web, worker = Finder().services(str(tmp_path / "Dockerfile"), str(tmp_path))
    assert (web.name, web.stop_signal, web.grace_period, web.init, web.target) == ("web", "SIGQUIT", 90.0, True, None)
    assert (worker.name, worker.context, worker.target) == ("worker", str(tmp_path / "app"), "worker")


def test_above_but_only_within_the_linted_tree(tmp_path: Path) -> None:
    (tmp_path / "docker-compose.yml").write_text("services: {a: {build: {context: ., dockerfile: x/y/Dockerfile}}}")
    inner = tmp_path / "x" / "y"
    inner.mkdir(parents=True)
    (inner / "Dockerfile").touch()
    assert len(Finder().services(str(inner / "Dockerfile"), str(tmp_path))) == 1
    assert Finder().services(str(inner / "Dockerfile"), str(tmp_path / "x")) == []


def test_files_that_are_given_to_compose_by_name(tmp_path: Path) -> None:
    """All of a folder together, where none of those that Compose looks for itself names the Dockerfile."""
    (tmp_path / "Dockerfile").touch()
    (tmp_path / "local.yml").write_text("services: {web: {build: ., command: /start}}")
    (tmp_path / "production.yaml").write_text("version: '3'\nservices: {job: {build: ., command: /work}}")
    (tmp_path / "pipeline.yml").write_text("jobs: {a: {services: {b: {build: .}}}}")
    (tmp_path / "playbook.yml").write_text("- services: [build]")
    (tmp_path / "folder.yml").mkdir()
    (tmp_path / "docker-compose.yml").write_text("services: {db: {build: ./db}}")
    found = Finder().services(str(tmp_path / "Dockerfile"), str(tmp_path))
    assert [
        (service.name, [word.value for word in words(service.command) or ()]) for service in found if service.command
    ] == [
        ("web", ["/start"]),
        ("job", ["/work"]),
    ]
    (tmp_path / "docker-compose.yml").write_text("services: {only: {build: .}}")
    assert [service.name for service in Finder().services(str(tmp_path / "Dockerfile"), str(tmp_path))] == ["only"]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "build",
        "services: [build]",
        "services: {web: build}",
        "services: {web: {build: [.]}}",
        "services: {web: {build: {context: [], dockerfile: 1.5}}}",
        "services: {web: {build: '${DIR}'}}",
        'services: {web: {build: {context: ., dockerfile: "a\\0b"}}}',
        "services: {web: {build: 'https://github.com/a/b.git'}}",
        "services: {web: {build: {dockerfile_inline: FROM x}}}",
        "build: [" + "[" * 100_000,
        "build: " + "{a: " * 50_000,
        "build: *unknown",
        "build: !!python/object/apply:os.system [false]",
        "build: \t\x00\x01",
        "a0: &a0 {build: 1}\n"
        + "".join(f"a{n}: &a{n} {{<<: [{', '.join([f'*a{n - 1}'] * 9)}]}}\n" for n in range(1, 12)),
    ],
    ids=lambda text: text[:40],
)
def test_a_file_that_says_nothing_usable(tmp_path: Path, text: str) -> None:
    (tmp_path / "compose.yaml").write_text(text)
    (tmp_path / "Dockerfile").touch()
    assert Finder().services(str(tmp_path / "Dockerfile"), str(tmp_path)) == []


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("10s", 10),
        ("1m30s", 90),
        ("1h", 3600),
        ("250ms", 0.25),
        ("1.5s", 1.5),
        ("0", 0),
        ("0s", 0),
        ("10", None),
        ("s", None),
        ("", None),
        (10, None),
    ],
)
def test_durations(text: object, seconds: float | None) -> None:
    assert duration(text) == seconds


def only(text: str) -> Service:
    """The one service of a compose file."""
    ((_, service),) = read("compose.yaml", text.encode())
    return service


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        ("30s", 30),
        ("'0'", 0),
        ("${GRACE:-45s}", 45),
        ("${GRACE-1m}", 60),
        ("${GRACE}", None),
        ("${GRACE:?set it}", None),
        ("${GRACE:-${OTHER:-3s}}", None),
        ("${GRACE:-}", None),
    ],
)
def test_grace_periods(written: str, seconds: float | None) -> None:
    assert only(f"services:\n  web:\n    build: .\n    stop_grace_period: {written}\n").grace_period == seconds


def in_words(text: str, key: str = "command") -> list[tuple[str, str]] | None:
    """The words of the one service, each with what was written for it."""
    line = getattr(only(text), key)
    found = None if line is None else words(line)
    return None if found is None else [(word.value, text[word.span.start : word.span.end]) for word in found]


@pytest.mark.parametrize(
    ("said", "stays"),
    [
        ("ports: ['80:80']", True),
        ("expose: [80]", True),
        ("restart: always", True),
        ("restart: unless-stopped", True),
        ("restart: '${RESTART:-unless-stopped}'", True),
        ("healthcheck: {test: curl localhost}", True),
        ("restart: 'no'\n    ports: ['80:80']", True),
        ("restart: no", False),
        ("restart: 'no'", False),
        ("deploy: {mode: replicated-job}", False),
        ("restart: on-failure", None),
        ("restart: '${RESTART}'", None),
        ("ports: []", None),
        ("healthcheck: {disable: true}", None),
        ("healthcheck: {test: x, disable: true}", None),
        ("deploy: {mode: replicated}", None),
        ("deploy: x\n    healthcheck: y", None),
        ("image: app", None),
    ],
)
def test_whether_a_service_is_meant_to_stay(said: str, stays: bool | None) -> None:
    assert only(f"services:\n  web:\n    build: .\n    {said}\n").stays is stays


START = "services:\n  web:\n    build: .\n    "


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("command: app --port 80  # c", [("app", "app"), ("--port", "--port"), ("80", "80")]),
        ("command: sh -c 'a b'", [("sh", "sh"), ("-c", "-c"), ("a b", "a b")]),
        ("command: 'sh -c \"a\"'", [("sh", "sh"), ("-c", "-c"), ("a", "a")]),
        ("command: \"sh -c 'a'\"", [("sh", "sh"), ("-c", "-c"), ("a", "a")]),
        ("command: >\n      sh -c 'a\n      b'\n", [("sh", "sh"), ("-c", "-c"), ("a b", "a\n      b")]),
        ("command: |-\n\n      sh\n", [("sh", "sh")]),
        ("command: [é, 😀, x]", [("é", "é"), ("😀", "😀"), ("x", "x")]),
        ("command:\n      - a\n      - 'b c'\n", [("a", "a"), ("b c", "b c")]),
        ("command: [a, 5, true]", [("a", "a"), ("5", "5"), ("true", "true")]),
        ("command: ['it''s']", [("it's", "'it''s'")]),
        ("command: [a, $$HOME]", [("a", "a"), ("$HOME", "$$HOME")]),
        ("command: a ${X:-b c} d", [("a", "a"), ("${X:-b c}", "${X:-b c}"), ("d", "d")]),
        ("command: ''", []),
        ("command: []", []),
        ("command: null", None),
        ("command: 5", None),
        ("command: {a: b}", None),
        ("command: [[a]]", None),
        ("command: &a [*a]", None),
        ("command: $APP run", None),
        ("command: a && b", None),
        ("command: a > b", None),
        ("command: A=1 b", None),
        ("command: 'unclosed \"'", None),
    ],
)
def test_words_of_a_command(written: str, expected: list[tuple[str, str]] | None) -> None:
    assert in_words(START + written) == expected


def test_what_is_merged_in_is_found_where_it_was_written() -> None:
    text = "x: &x {build: ., command: one, user: app}\nservices:\n  web:\n    <<: *x\n    command: two\n    working_dir: /srv\n"
    assert in_words(text) == [("two", "two")]
    assert (only(text).user, only(text).workdir) == ("app", "/srv")
    assert in_words(text.replace("    command: two\n", "")) == [("one", "one")]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("environment: {A: 1, B: x, C: null, D: '', E: $F}", {"A": "1", "B": "x", "C": None, "D": "", "E": None}),
        ("environment: [A=1, B, 'C=', D=$X, 'E=a=b', 5]", {"A": "1", "B": None, "C": None, "D": None, "E": "a=b"}),
        ("environment: x", {}),
    ],
)
def test_variables(written: str, expected: dict[str, str | None]) -> None:
    assert only(START + written).env == expected


def test_a_command_that_is_not_known_leaves_the_start_as_it_is() -> None:
    assert only(START + "command: a && b\n    user: app").start == ()
    assert only(START + "command: a\n    user: app").start != ()
    assert only(START + "init: true").start == ()


@given(
    value=st.text(st.sampled_from("ab '\"\\$#:-{}é😀\n\t"), max_size=30),
    style=st.sampled_from([None, "'", '"', "|", ">"]),
)
def test_each_character_stands_where_it_was_written(value: str, style: str | None) -> None:
    table = {"services": {"web": {"build": ".", "command": ["run", value]}}}
    text = yaml.dump(table, default_style=style, allow_unicode=True, width=20)
    line = only(text).command
    assert isinstance(line, tuple)
    _, word = line
    # What PyYAML writes folded, with a space in front, it does not read the same again.
    read = yaml.safe_load(text)["services"]["web"]["command"][1]
    assert word.value == read.replace("$$", "$")
    for run in word.runs():
        if run.end - run.start == run.origin_end - run.origin > 1:
            shown = text[run.origin : run.origin_end]
            assert shown == word.value[run.start : run.end] or shown.isspace() or shown[0] in "'\"|>", (text, run)
