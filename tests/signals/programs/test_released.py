"""What ``mix release`` leaves in an image: its start script and the project's overlays, known by where they were copied from."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from signals_support import image

from gracelint.signals.trace import follow

if TYPE_CHECKING:
    from pathlib import Path

SERVER = '#!/bin/sh\nset -eu\n\ncd -P -- "$(dirname -- "$0")"\nPHX_SERVER=true exec ./hello start\n'
CHILD = SERVER.replace("exec ", "")
FILES = {"mix.exs": "defmodule Hello.MixProject do\nend\n"}


def verdict(folder: Path, command: str, copies: str = "/src/_build/prod/rel/hello ./", **files: str) -> str:
    text = (
        "FROM elixir:1.17 AS build\nWORKDIR /src\nCOPY . .\nRUN mix release\n"
        f"FROM debian:12\nWORKDIR /app\nCOPY --from=build {copies}\nCMD {command}\n"
    )
    return follow(image(folder, text, {**FILES, **files})).verdict


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ('["bin/hello", "start"]', "graceful"),
        ('["/app/bin/hello", "start"]', "graceful"),
        ('["bin/hello", "stop"]', "unknown"),  # ends
        ('["bin/hello", "daemon"]', "unknown"),  # ends
        ('["bin/hello"]', "unknown"),  # says how it is used, and ends
        ('["bin/other", "start"]', "unknown"),
        ('["hello", "start"]', "unknown"),  # from PATH
        ('["lib/bin/hello", "start"]', "unknown"),
    ],
)
def test_the_start_script(tmp_path: Path, command: str, expected: str) -> None:
    assert verdict(tmp_path, command) == expected


@pytest.mark.parametrize(
    ("copies", "expected"),
    [
        ("/src/_build/prod/rel/hello /app/", "graceful"),
        ("/src/_build/prod/rel /", "unknown"),  # is /hello then
        ("/src/_build/prod/hello ./", "unknown"),
        ("/out/hello ./", "unknown"),
        (
            "/other/_build/prod/rel/hello ./",
            "unknown",
        ),  # of a project that is not known: rebar3 makes such folders, too
    ],
)
def test_where_it_was_copied_from(tmp_path: Path, copies: str, expected: str) -> None:
    assert verdict(tmp_path, '["/app/bin/hello", "start"]', copies) == expected


@pytest.mark.parametrize(("text", "expected"), [(SERVER, "graceful"), (CHILD, "killed")])
def test_overlays(tmp_path: Path, text: str, expected: str) -> None:
    for command in ('["/app/bin/server"]', '["sh", "/app/bin/server"]'):
        assert verdict(tmp_path, command, **{"rel/overlays/bin/server": text}) == expected


def test_a_file_of_the_image_comes_first(tmp_path: Path) -> None:
    copies = "/src/_build/prod/rel/hello ./\nCOPY --chmod=755 own ./bin/server"
    files = {"rel/overlays/bin/server": SERVER, "own": CHILD}
    assert verdict(tmp_path, '["/app/bin/server"]', copies, **files) == "killed"
