"""Where a Dockerfile that nobody gives a context is built."""

from __future__ import annotations

from pathlib import Path

import pytest

from gracelint.contexts import default_context
from gracelint.parsers.dockerfile import parse
from gracelint.source import Document

TEXT = "FROM debian:12\nCOPY app.py config/ /app/\nCOPY --from=build /x /x\nCOPY *.txt ./\n"


@pytest.mark.parametrize(
    ("files", "context", "sure"),
    [
        (["a/b/c/app.py", "a/b/c/config/x", "app.py", "config/x"], "a/b/c", True),
        (["a/b/app.py", "a/b/config/x", "a/app.py", "a/config/x"], "a/b", False),
        (["a/app.py", "a/config/x", "a/b/app.py", "app.py", "config/x"], "a", False),
        (["a/b/app.py", "a/config/x"], "a/b/c", False),  # no folder holds all, and the root none
        (["a/b/app.py", "app.py"], ".", False),
        (["a/b/c/app.py", "app.py"], "a/b/c", False),
        ([], "a/b/c", False),
    ],
)
def test_the_nearest_folder_that_holds_everything(
    files: list[str], context: str, sure: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [*files, "a/b/c/Dockerfile"]:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    found, certain = default_context(parse(Document("Dockerfile", TEXT)), "a/b/c/Dockerfile", ".")
    assert Path(found).resolve() == (tmp_path / context).resolve()
    assert certain is sure


@pytest.mark.parametrize(("file", "sure"), [("Dockerfile", True), ("docker/Dockerfile", False)])
def test_copying_everything_tells_no_folder_from_another(
    file: str, sure: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert default_context(parse(Document(file, "FROM debian:12\nCOPY . /app\n")), file, ".")[1] is sure


def test_a_dockerfile_that_lies_elsewhere(tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    (tmp_path / "app.py").touch()
    (tmp_path / "config").mkdir()
    (tmp_path / "root").mkdir()
    found = default_context(
        parse(Document("Dockerfile", TEXT)), str(tmp_path / "here" / "Dockerfile"), str(tmp_path / "root")
    )
    assert found == (str(tmp_path / "here"), False)


def test_links_that_lead_out_of_a_folder_hold_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "scripts").mkdir()
    (tmp_path / "scripts/run.sh").write_text("", "utf-8")
    (tmp_path / "debian").mkdir()
    (tmp_path / "debian/scripts").symlink_to("../scripts")
    dockerfile = parse(Document("Dockerfile", "FROM debian:12\nCOPY scripts/run.sh /\n"))
    assert default_context(dockerfile, "debian/Dockerfile", ".") == (".", False)
    (tmp_path / "debian/scripts").unlink()
    (tmp_path / "debian/own").mkdir()
    (tmp_path / "debian/own/run.sh").write_text("", "utf-8")
    (tmp_path / "debian/scripts").symlink_to("own")
    assert default_context(dockerfile, "debian/Dockerfile", ".") == ("debian", True)


@pytest.mark.parametrize(("file", "context"), [("java/run.sh", "java"), ("java/11/run.sh", "java/11"), ("run.sh", ".")])
def test_no_source_leads_out_of_a_context(
    file: str, context: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``..`` at the top of a context is the top."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "java/11").mkdir(parents=True)
    (tmp_path / file).touch()
    found, _ = default_context(
        parse(Document("Dockerfile", "FROM debian:12\nCOPY ./../run.sh /\n")), "java/11/Dockerfile", "."
    )
    assert Path(found).resolve() == (tmp_path / context).resolve()


@pytest.mark.parametrize("linted", ["docker", "docker/web"])
@pytest.mark.parametrize(
    ("repository", "text", "context", "sure"),
    [
        (".", "COPY docker/web/run.sh /", ".", False),
        (".", "COPY app.py docker/web/*.conf /", ".", False),
        (".", "COPY web/run.sh /", "docker", False),
        (".", "COPY run.sh /", "docker/web", True),
        (
            "docker",
            "COPY docker/web/run.sh /",
            "docker/web",
            None,
        ),  # the repository ends below the folder that holds it
        (None, "COPY docker/web/run.sh /", "docker/web", None),
        (".", "COPY other.sh /", "docker/web", None),
    ],
)
def test_a_folder_of_a_repository_that_was_linted_by_itself(
    linted: str,
    repository: str | None,
    text: str,
    context: str,
    sure: bool | None,
    tmp_path: Path,
) -> None:
    """``cd docker && gracelint``: sure None where nothing but the folder that was linted tells."""
    (tmp_path / "docker/web").mkdir(parents=True)
    for name in ("app.py", "docker/web/run.sh", "docker/web/site.conf"):
        (tmp_path / name).touch()
    if repository is not None:
        (tmp_path / repository / ".git").mkdir()
    file = str(tmp_path / "docker/web/Dockerfile")
    found, certain = default_context(
        parse(Document("Dockerfile", f"FROM debian:12\n{text}\n")), file, str(tmp_path / linted)
    )
    assert Path(found).resolve() == (tmp_path / context).resolve()
    assert certain is (linted == "docker/web" if sure is None else sure)


def test_a_pattern_tells_the_folder_that_it_looks_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "docker").mkdir()
    dockerfile = parse(Document("Dockerfile", "FROM debian:12\nCOPY . /app\nCOPY ./docker/*.conf /etc/\nCOPY *.py /\n"))
    assert default_context(dockerfile, "docker/Dockerfile", ".") == (".", False)
    (tmp_path / "docker/docker").mkdir()
    assert default_context(dockerfile, "docker/Dockerfile", ".") == ("docker", True)
