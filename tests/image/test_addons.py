"""The base image of a Home Assistant add-on, as its builder takes it from build.yaml."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gracelint.image.build import build_image
from gracelint.image.context.context import Context
from gracelint.image.stages.addons import build_args
from gracelint.parsers.dockerfile import parse
from gracelint.source import Document

if TYPE_CHECKING:
    from pathlib import Path

OPEN = "ARG BUILD_FROM\nFROM ${BUILD_FROM}\n"
AMD, ARM = "ghcr.io/home-assistant/amd64-base:3.19", "ghcr.io/home-assistant/aarch64-base:3.19"


@pytest.mark.parametrize(
    ("name", "text", "base"),
    [
        ("build.yaml", f"build_from:\n  aarch64: {ARM}\n  amd64: {AMD}\n", AMD),
        ("build.yml", f"build_from: {{aarch64: '{ARM}'}}\nargs: {{X: 1}}\n", ARM),
        ("build.json", f'{{"build_from": {{"amd64": "{AMD}"}}}}', AMD),
        ("build.yaml", "build_from: {}\n", None),
        ("build.yaml", "build_from: [a]\n", None),
        ("build.yaml", "build_from: {amd64: [a]}\n", None),
        ("build.yaml", "build_from: {amd64: ''}\n", None),
        ("build.yaml", "a: [\n", None),
        ("build.yaml", "- build_from\n", None),
        ("build.toml", f"build_from = '{AMD}'\n", None),
    ],
)
def test_base_image(tmp_path: Path, name: str, text: str, base: str | None) -> None:
    (tmp_path / name).write_text(text)
    dockerfile, context = parse(Document("Dockerfile", OPEN)), Context(str(tmp_path))
    assert build_args(dockerfile, context) == ({"BUILD_FROM": base} if base else {})


@pytest.mark.parametrize(
    "text", ["ARG BUILD_FROM=debian:12\nFROM $BUILD_FROM\n", "FROM debian:12\n", "ARG BASE\nFROM $BASE\n"]
)
def test_others_are_left_alone(tmp_path: Path, text: str) -> None:
    (tmp_path / "build.yaml").write_text(f"build_from: {{amd64: '{AMD}'}}\n")
    assert build_args(parse(Document("Dockerfile", text)), Context(str(tmp_path))) == {}


def test_an_addon_starts_with_its_bases_entrypoint(tmp_path: Path) -> None:
    (tmp_path / "build.yaml").write_text(f"build_from: {{amd64: '{AMD}'}}\n")
    dockerfile, context = parse(Document("Dockerfile", f'{OPEN}CMD ["/run.sh"]\n')), Context(str(tmp_path))
    image = build_image(dockerfile, context, build_args=build_args(dockerfile, context))
    assert (image.base.reference, image.launch.argv) == (AMD, ("/init", "/run.sh"))


@pytest.mark.parametrize(
    ("shebang", "extra", "entrypoint"),
    [
        ("#!/usr/bin/with-contenv bashio", "", "/init"),
        ("#!/command/with-contenv bash", "", "/init"),
        ("#!/usr/bin/env bashio", "", None),
        ("#!/bin/sh\n# /usr/bin/with-contenv", "", None),
        ("#!/usr/bin/with-contenv bashio", 'ENTRYPOINT ["tini", "--"]\n', "tini"),
    ],
)
def test_base_of_somebodys_own(shebang: str, extra: str, entrypoint: str | None, tmp_path: Path) -> None:
    (tmp_path / "run.sh").write_text(f"{shebang}\nsleep 1\n")
    text = f'FROM ghcr.io/someone/addon-base:1\nCOPY --chmod=755 run.sh /\n{extra}CMD ["/run.sh"]\n'
    image = build_image(parse(Document("Dockerfile", text)), Context(str(tmp_path)))
    assert image.launch.argv == ((entrypoint,) if entrypoint == "/init" else ("tini", "--") if entrypoint else ()) + (
        "/run.sh",
    )
