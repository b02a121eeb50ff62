"""The labels of real entrypoints, and how predicted and measured argv are compared. The comparison itself needs checkouts: see
docs/conformance.md."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from entrypoint_labels import load
from entrypoints import fits, judged

from gracelint.image.build import build_image
from gracelint.image.context.context import Context
from gracelint.parsers.dockerfile import parse
from gracelint.signals.trace import follow
from gracelint.source import Document

if TYPE_CHECKING:
    from pathlib import Path

LONGEST = 120  # characters of a file that is put into a root: ours are stubs, never somebody's text


def test_labels() -> None:
    labels = load()
    assert len(labels) >= 60
    assert len({label.name for label in labels}) == len(labels)
    for label in labels:
        assert label.dockerfile.rpartition("/")[2].startswith("Dockerfile"), label.name
        assert label.pid1, label.name
        assert label.verdict in ("graceful", "abrupt", "killed"), label.name
        assert all(len(text) <= LONGEST for text in label.needs.files.values()), label.name


@pytest.mark.parametrize(
    ("predicted", "measured", "same"),
    [
        (["app"], ["app"], True),
        (["app", "$ARGS"], ["app"], True),
        (["app", "$ARGS"], ["app", "-a", "-b"], True),
        (["app", "$ARGS", "-z"], ["app", "-a", "-z"], True),
        (["app", "--to=$PLACE"], ["app", "--to=here"], True),
        (["app"], ["other"], False),
        (["app"], ["app", "-a"], False),
        (["app", "-a"], ["app"], False),
        (["app", "$ARGS", "-z"], ["app", "-a"], False),
        (["app", "--to=$PLACE"], ["app", "--from=here"], False),
        (["app", "$ARGS"], [], False),
        ([], ["app"], False),
    ],
)
def test_an_unknown_word_may_be_any_number_of_words(predicted: list[str], measured: list[str], same: bool) -> None:
    assert fits(tuple(predicted), tuple(measured)) is same


def test_witnesses_handle_every_signal_where_they_stay(tmp_path: Path) -> None:
    files = {"start.sh": "#!/bin/sh\nmigrate\nexec server\n"}
    for name, text in files.items():
        (tmp_path / name).write_text(text)
        (tmp_path / name).chmod(0o755)
    text = 'FROM debian:12\nCOPY start.sh /\nCMD ["/start.sh"]\n'
    image = build_image(parse(Document("Dockerfile", text)), Context(str(tmp_path)))
    assert follow(image).verdict == "unknown"
    assert judged(image, ("server", "migrate"), {"migrate": 0}).verdict == "graceful"
