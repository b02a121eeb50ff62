"""What a finding says beyond its code: only what the model has proven."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from test_fixtures import lint

if TYPE_CHECKING:
    from pathlib import Path

DEBIAN, UNKNOWN = "FROM debian:12", "FROM corp/base:1"


def message(folder: Path, script: str, base: str = DEBIAN) -> str:
    """GL201's message on an image that starts a script."""
    (folder / "Dockerfile").write_text(f'{base}\nCOPY run.sh /run.sh\nENTRYPOINT ["sh", "/run.sh"]\n')
    (folder / "run.sh").write_text(f"#!/bin/sh\n{script}")
    (finding,) = (each for each in lint(folder)["findings"] if each["code"] == "GL201")
    return str(finding["message"])


@pytest.mark.parametrize(
    ("test", "says"),
    [
        ('[ "$MODE" = web ]', " (when $MODE = web)"),
        ("[ -f /run/lock/app ]", " (when /run/lock/app exists)"),
        ("mode=$(cat /run/mode); [ $mode = web ]", " (not on every way through the script)"),
        ('ask_somebody; [ "$?" = 3 ]', " (not on every way through the script)"),
    ],
)
def test_conditions(test: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = message(tmp_path, f"{test} || exec nginx -g 'daemon off;'\ngunicorn app:app\n")
    assert told.endswith(says)


def test_no_condition_where_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = message(tmp_path, '[ "$MODE" = web ] && echo web\ngunicorn app:app\n')
    assert "(" not in told.partition("(dash)")[2]


def test_a_shell_that_is_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "dash" in message(tmp_path, "gunicorn app:app\n")
    assert "dash" not in message(tmp_path, "gunicorn app:app\n", UNKNOWN)


def test_a_program_that_is_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert message(tmp_path, "our-server --port 80\n").startswith("while our-server runs, SIGTERM never reaches it")


def test_what_exec_would_take_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "write exec gunicorn" in message(tmp_path, "gunicorn app:app\n")
    assert "exec would take away" in message(tmp_path, "gunicorn app:app\nour-backup /data\n")
