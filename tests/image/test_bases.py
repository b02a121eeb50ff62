"""Base images: references, tags, the data, the user's own images."""

import json
import re
import signal
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import gracelint.image.bases
from gracelint.image.bases.bases import base_image, split_reference
from gracelint.image.model import BaseImage

DATA = Path(gracelint.image.bases.__file__).parent
OFFICIAL = {path.stem: json.loads(path.read_text()) for path in (DATA / "bases_official").glob("*.json")}
OTHERS = json.loads((DATA / "bases_others.json").read_text())
DISTRIBUTIONS = json.loads((DATA / "bases.json").read_text())
TABLE = Path(__file__).parents[1] / "fixtures" / "bases" / "references.txt"
ROWS = [
    tuple(cell.strip() for cell in line.split("|"))
    for line in TABLE.read_text().splitlines()
    if line and not line.startswith("#")
]


@pytest.mark.parametrize(("reference", "shell", "version", "stop_signal", "entrypoint", "cmd"), ROWS)
def test_reference(reference: str, shell: str, version: str, stop_signal: str, entrypoint: str, cmd: str) -> None:
    image = base_image(reference)
    assert image.reference == reference
    assert image.known
    assert (image.shell, image.shell_version or "-", image.stop_signal or "-") == (shell, version, stop_signal)
    assert (_shown(image.entrypoint), _shown(image.cmd)) == (entrypoint, cmd)


def _shown(words: tuple[str, ...] | None) -> str:
    return "-" if words is None else json.dumps(words)


def test_table_is_large() -> None:
    assert len(ROWS) >= 150
    assert len(OFFICIAL) >= 80


@pytest.mark.parametrize(
    ("reference", "shell", "version"),
    [
        ("registry.corp:5000/team/app:1.2-alpine3.7", "ash", "1.27"),
        ("corp/app:22-bullseye", "dash", "0.5.11"),
        ("localhost:5000/python:3.12", "dash", "0.5.12"),
        ("registry.corp/python:3.12-alpine3.4", "ash", "1.24"),
        ("python:3.12-windowsservercore-ltsc2022", "none", None),
        ("corp/app", None, None),
        ("corp/app:latest", None, None),
        ("", None, None),
        (":", None, None),
        ("@sha256:00", None, None),
        ("../../etc/passwd", None, None),
        ("..", None, None),
    ],
)
def test_unknown_image_is_a_guess_at_most(reference: str, shell: str | None, version: str | None) -> None:
    image = base_image(reference)
    assert (image.known, image.shell, image.shell_version) == (False, shell, version)
    assert (image.entrypoint, image.cmd, image.stop_signal) == (None, None, None)


@pytest.mark.parametrize(
    ("reference", "repository", "tag"),
    [
        ("python", "python", ""),
        ("python:3.12@sha256:abc", "python", "3.12"),
        ("docker.io/library/python:3", "python", "3"),
        ("docker.io/python:3", "python", "3"),
        ("library/python", "python", ""),
        ("public.ecr.aws/docker/library/python:3", "python", "3"),
        ("mirror.gcr.io/library/python", "python", ""),
        ("arm64v8/python:3", "python", "3"),
        ("docker.io/amd64/python", "python", ""),
        ("arm64v8/team/python", "arm64v8/team/python", ""),
        ("harbor.corp:8443/hub/library/python:3", "python", "3"),
        ("docker.io/jenkins/jenkins:lts", "jenkins/jenkins", "lts"),
        ("localhost:5000/python", "localhost:5000/python", ""),
        ("quay.io/centos/centos:stream9", "quay.io/centos/centos", "stream9"),
    ],
)
def test_split(reference: str, repository: str, tag: str) -> None:
    split = split_reference(reference)
    assert (split.repository, split.tag) == (repository, tag)


@given(st.text(max_size=60) | st.from_regex(r"[a-z0-9./:@-]{0,60}", fullmatch=True))
@example("python:" + "9" * 400)
@example("python:" + "1." * 400)
@example("alpine:٣")
def test_any_string_is_answered(reference: str) -> None:
    assert base_image(reference).reference == reference


def test_entrypoint_scripts_that_exec_their_arguments() -> None:
    node = base_image("node:20")
    assert node.passes_through == ("docker-entrypoint.sh",)
    assert node.prepends == ("node",)
    assert node.prepends_to == ()
    assert "run" in base_image("denoland/deno:2.9.1").prepends_to
    assert base_image("nginx").passes_through == ("/docker-entrypoint.sh",)
    assert base_image("nginx").prepends is None
    assert base_image("python:3").passes_through == ()


class TestOverrides:
    ours = BaseImage("", True, "bash", entrypoint=("/init",), cmd=(), stop_signal="SIGINT")

    def test_pattern(self) -> None:
        image = base_image("registry.corp/base:7", {"registry.corp/base:*": self.ours})
        assert (image.reference, image.known, image.shell) == ("registry.corp/base:7", True, "bash")
        assert (image.entrypoint, image.cmd, image.stop_signal) == (("/init",), (), "SIGINT")

    def test_most_specific_counts(self) -> None:
        other = BaseImage("", True, "ash")
        overrides = {"registry.corp/*": other, "registry.corp/base:*": self.ours, "*": other}
        assert base_image("registry.corp/base:7", overrides).shell == "bash"
        assert base_image("registry.corp/else:7", overrides).shell == "ash"

    def test_no_match(self) -> None:
        assert not base_image("registry.corp/other:7", {"registry.corp/base:*": self.ours}).known

    def test_the_rest_is_from_the_data(self) -> None:
        image = base_image("nginx:1.27", {"nginx:*": BaseImage("", True, None, stop_signal="SIGTERM")})
        assert (image.stop_signal, image.shell) == ("SIGTERM", "dash")
        assert image.cmd == ("nginx", "-g", "daemon off;")

    def test_version_of_another_shell_is_dropped(self) -> None:
        image = base_image("debian:12", {"debian:*": BaseImage("", True, "bash")})
        assert (image.shell, image.shell_version) == ("bash", None)


@pytest.mark.parametrize("name", sorted(OFFICIAL) + sorted(OTHERS))
def test_entry(name: str) -> None:
    entry = OFFICIAL.get(name) or OTHERS[name]
    assert re.fullmatch(r"[\w.-]+/[\w.-]+: \S.*", entry["source"])
    for table in entry["distribution"].values():
        assert {value.partition(":")[0] for value in table.values()} <= set(DISTRIBUTIONS["distributions"])
    for table in entry["facts"].values():
        for facts in table.values():
            assert set(facts) <= {
                *("entrypoint", "cmd", "stop-signal", "shell", "user", "workdir", "path"),
                *("passes-through", "prepends", "prepends-to", "tools"),
            }
            assert "prepends" in facts or "prepends-to" not in facts
            assert facts.get("stop-signal", "SIGTERM") in {*signal.Signals.__members__, "SIGRTMIN+3"}
            assert set(facts.get("passes-through", ())) <= set(facts.get("entrypoint", ()))
            assert facts.get("workdir", "/").startswith("/")
