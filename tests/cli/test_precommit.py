"""The hooks, with the real pre-commit. It installs gracelint into an environment of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from .conftest import BROKEN

ROOT = Path(__file__).parents[2]
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def repository(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A clone of what is committed, so that a try never sees (or makes) anything in the work tree."""
    clone = tmp_path_factory.mktemp("hooks") / "gracelint"
    _git(ROOT, "clone", "--quiet", str(ROOT), str(clone))
    return clone


def _git(folder: Path, *argv: str) -> None:
    subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.com", *argv],
        cwd=folder,
        check=True,
        capture_output=True,
    )


def try_hook(repository: Path, folder: Path, hook: str, cache: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PRE_COMMIT_HOME": str(cache), "NO_COLOR": "1"}
    environment.pop("GITHUB_ACTIONS", None)
    command = [sys.executable, "-m", "pre_commit", "try-repo", str(repository), hook, "--all-files", "--verbose"]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_hooks(repository: Path, tmp_path: Path) -> None:
    project = tmp_path / "project"
    project.mkdir()
    _git(project, "init", "--quiet")
    for name in ("Dockerfile", "Dockerfile.dockerignore", "notes.txt", "sub/api.dockerfile", "sub/Containerfile.prod"):
        (project / name).parent.mkdir(exist_ok=True)
        (project / name).write_text(BROKEN)
    (project / "gracelint.toml").write_text('select = ["GL110"]\n')
    _git(project, "add", ".")
    result = try_hook(repository, project, "gracelint", tmp_path / "cache")
    assert result.returncode == 1, result.stdout + result.stderr
    for name in ("Dockerfile:2", "sub/api.dockerfile:2", "sub/Containerfile.prod:2"):
        assert name in result.stdout
    assert "notes.txt" not in result.stdout
    assert "dockerignore" not in result.stdout
    for name in ("Dockerfile", "sub/api.dockerfile", "sub/Containerfile.prod"):
        (project / name).write_text("# gracelint: ignore-file[GL107]\nFROM debian:12\n")
    (project / "gracelint.toml").write_text('select = ["GL002", "GL107"]\n')
    fixed = try_hook(repository, project, "gracelint-fix", tmp_path / "cache")
    assert "files were modified by this hook" in fixed.stdout, fixed.stdout + fixed.stderr
    assert (project / "Dockerfile").read_text() == "FROM debian:12\n"
    again = try_hook(repository, project, "gracelint", tmp_path / "cache")
    assert again.returncode == 0, again.stdout + again.stderr
