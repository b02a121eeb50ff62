"""Which files are linted."""

from __future__ import annotations

from pathlib import Path

import pytest

from gracelint.discovery import discover, kind_of, looks_like_dockerfile


@pytest.mark.parametrize(
    "name",
    [
        "Dockerfile",
        "Dockerfile.dev",
        "api.Dockerfile",
        "api.dockerfile",
        "Containerfile",
        "Containerfile.prod",
        "dockerfile",
    ],
)
def test_names_of_dockerfiles(name: str) -> None:
    assert looks_like_dockerfile(name)


@pytest.mark.parametrize(
    "name",
    [
        "Dockerfile.dockerignore",
        "Dockerfiles",
        "MyDockerfile",
        "Dockerfile.md",
        "Dockerfile.xml",
        "Dockerfile.vim",
        "Dockerfile.j2",
        "docker-compose.yml",
        "x.py",
    ],
)
def test_other_names(name: str) -> None:
    assert not looks_like_dockerfile(name)


def test_kinds_of_what_was_named(tmp_path: Path) -> None:
    (tmp_path / "start").write_text("#!/bin/bash\n")
    (tmp_path / "build").write_text("FROM x\n")
    kinds = [kind_of(str(tmp_path / name)) for name in ("start", "build", "a.sh", "b.py", "Dockerfile", "nowhere")]
    assert kinds == ["script", "dockerfile", "script", "script", "dockerfile", "dockerfile"]


def found(*paths: str) -> list[str]:
    return [source.path for source in discover(paths, lambda folder: (folder, ()))]


def test_gitignore(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for folder in ("a", "b/c", "b/d", "build/x", "keep/out", ".git", "node_modules/p"):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "Dockerfile").touch()
    (tmp_path / ".gitignore").write_text("/a/\n**/d/Dockerfile\nout\n\xff[\n")
    (tmp_path / "keep" / ".gitignore").write_text("!out\n")
    assert found(".") == ["b/c/Dockerfile", "build/x/Dockerfile", "keep/out/Dockerfile"]
    assert found("b") == ["b/c/Dockerfile"]  # the work tree's own .gitignore holds below it
    assert found("a/Dockerfile") == ["a/Dockerfile"]  # named itself
    assert found("a/Dockerfile", ".", "./b/c/Dockerfile") == [
        "a/Dockerfile",
        "b/c/Dockerfile",
        "build/x/Dockerfile",
        "keep/out/Dockerfile",
    ]


def test_link_to_another_dockerfile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docker").mkdir()
    (tmp_path / "docker" / "Dockerfile").write_text("FROM alpine\n")
    (tmp_path / "Dockerfile").symlink_to("docker/Dockerfile")
    (tmp_path / "Dockerfile.plain").symlink_to("image.txt")
    (tmp_path / "image.txt").write_text("FROM alpine\n")
    assert [source.path for source in discover(["."], lambda _: (".", ()))] == ["Dockerfile.plain", "docker/Dockerfile"]
    assert [source.path for source in discover(["Dockerfile"], lambda _: (".", ()))] == ["Dockerfile"]
