"""What is taken from compose files."""

from __future__ import annotations

from pathlib import Path

import pytest

from gracelint.compose import Finder, duration

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
        ("10", None),
        ("s", None),
        ("", None),
        (10, None),
    ],
)
def test_durations(text: object, seconds: float | None) -> None:
    assert duration(text) == seconds
