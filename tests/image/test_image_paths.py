"""Paths that stand for something else."""

from __future__ import annotations

import pytest

from gracelint.image import paths


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("/dev/stdin", "0"),
        ("/dev/fd/3", "3"),
        ("/proc/self/fd/10", "10"),
        ("/dev/fd/in", None),
        ("/dev/fd", None),
        ("/dev/fd/3/x", None),
        ("/dev/std3", None),
        ("/tmp/dev/fd/3", None),
    ],
)
def test_files_that_are_descriptors(path: str, number: str | None) -> None:
    assert paths.descriptor(path) == number
