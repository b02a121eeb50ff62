"""A RUN that was read before does the same again, where it stands now and with the variables it has now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gracelint.image.build import build_image
from gracelint.image.context.context import Context
from gracelint.image.model import Absent, ImageFile
from gracelint.image.runs import readings, runs
from gracelint.image.stages.instructions import DEFAULT_SHELL
from gracelint.image.stages.steps import Run
from gracelint.image.stages.variables import Variables
from gracelint.parsers.dockerfile import parse
from gracelint.source import Document

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.image.model import Image

COMMANDS = [
    "apt-get update && apt-get install -y tini",
    "chmod +x /a && rm -rf /b /c/*",
    "cd /srv && touch x && mv x y",
    "cd $APP && touch x",
    "cp /a ${APP}/b || true",
    "for x in a b; do chmod 755 /$x.sh; done",
    "printf '#!/bin/sh\\n' > /made",
    "curl -sSL https://example.com/x | tar xz -C /opt",
    "if [ -n $APP ]; then mkdir -p /x; fi",
    "ln -s /a /b; sed -i 's/x/y/' /etc/conf",
]


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    readings.forget()
    yield
    readings.forget()


def step(command: str, app: str | None, lead: str = "") -> Run:
    (run,) = parse(Document("Dockerfile", f"{lead}RUN {command}\n")).instructions
    variables = Variables(open=False)
    return Run(run, variables if app is None else variables.set("APP", app), "/work", DEFAULT_SHELL)


def described(reading: readings.Reading) -> object:
    operations = [(each.action, each.text.value, each.text.span[1:], each.course) for each in reading.operations]
    return operations, reading.names, reading.folders


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("app", [None, "/app", "/other"])
def test_the_same_as_read_anew(command: str, app: str | None) -> None:
    runs.read(step(command, "/app"), "dash")
    moved = step(command, app, "# why\n\n")
    again = runs.read(moved, "dash")
    readings.forget()
    anew = runs.read(moved, "dash")
    if ">" not in command:  # written texts are compared by where they stand
        assert described(again) == described(anew)
    assert [each.text.span for each in again.operations] == [each.text.span for each in anew.operations]


def test_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    first = runs.read(step(COMMANDS[1], None), "dash")
    monkeypatch.setattr("gracelint.parsers.shell.parse_command", None)
    assert described(runs.read(step(COMMANDS[1], None), "dash")) == described(first)


def image(tmp_path: Path, text: str) -> Image:
    return build_image(parse(Document("Dockerfile", text)), Context(str(tmp_path)))


def test_variables_have_their_say(tmp_path: Path) -> None:
    text = "FROM alpine:3.20\nENV APP={}\nCOPY <<EOF /x/run.sh\n#!/bin/sh\nEOF\nRUN mv /x/run.sh $APP\n"
    for place in ("/one.sh", "/two.sh", "/one.sh"):
        built = image(tmp_path, text.format(place))
        assert isinstance(built.files.lookup(place), ImageFile)
        assert isinstance(built.files.lookup("/x/run.sh"), Absent)


def test_what_is_kept_is_bounded() -> None:
    for number in range(readings.MOST + 10):
        runs.read(step(f"rm /{number}", None), "dash")
    runs.read(step(f"rm /{'a' * readings.LONGEST}", None), "dash")
    assert 0 < readings.kept() <= readings.MOST
