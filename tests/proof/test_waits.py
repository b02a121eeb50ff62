"""The fixes of GL219, measured while the script still waits: the stop is lost before, and heard after; a start that nobody disturbs comes
to the same."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

import archive
import pytest
import test_fixtures
from rootfs import APPLICATIONS, Rootfs

from gracelint.image.build import build_image
from gracelint.image.context.context import Context
from gracelint.lab import Steady
from gracelint.parsers.dockerfile import parse
from gracelint.source import Document

if TYPE_CHECKING:
    from gracelint.image.model import Image

pytestmark = pytest.mark.lab

CASES = [
    path
    for path in test_fixtures.BAD
    if path.parts[-3] == "signal-lost-before-exec" and (path.parents[1] / "fixed" / path.name).exists()
]
# What the scripts wait with. It comes to an end as soon as this file is there.
THERE = "tmp/there"
WAITS = {"nc": f"[ -e /{THERE} ]", "sleep": f'[ -e /{THERE} ] || exec /bin/sleep "$@"'}


@pytest.fixture(scope="module")
def rootfs(tmp_path_factory: pytest.TempPathFactory) -> Rootfs:
    made = Rootfs.make(tmp_path_factory.mktemp("waits"), "dash")
    programs = made.folder / "usr/local/bin"
    for name in ("php-fpm", "httpd-foreground"):
        os.link(programs / APPLICATIONS[0], programs / name)
    for name, body in WAITS.items():
        (programs / name).write_text(f"#!/bin/dash\n{body}\n")
        (programs / name).chmod(0o755)
    return made


def image_of(folder: Path) -> Image:
    path = folder / "Dockerfile"
    return build_image(parse(Document.decode("Dockerfile", path.read_bytes())), Context(str(folder), str(path)))


@pytest.mark.parametrize("path", CASES, ids=test_fixtures.name_of)
def test_a_stop_during_the_wait_is_heard_with_the_fix_alone(path: Path, tmp_path: Path, rootfs: Rootfs) -> None:
    there = rootfs.folder / THERE
    measured = []
    for text in (path, path.parents[1] / "fixed" / path.name):
        archive.unpack(archive.read(text), tmp_path)
        image = image_of(tmp_path)
        waiting = rootfs.measure(image, ready=(Steady(0.3),))
        there.touch()
        try:
            started = rootfs.measure(image)
        finally:
            there.unlink()
        assert not waiting.testimonies, "the application was started while the script was still to wait"
        assert (started.verdict, len(started.testimonies)) == ("graceful", 1)
        measured.append(waiting.exited)
    assert measured == [False, True]
