"""The labels of real entrypoints, and how predicted and measured argv are compared. The comparison itself needs checkouts: see docs/conformance.md."""

from __future__ import annotations

import pytest
from entrypoints import fits, load

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
