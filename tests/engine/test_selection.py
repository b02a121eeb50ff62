"""Selection by codes and prefixes."""

from __future__ import annotations

import pytest

from gracelint.selection import Layer, chosen, unknown

CODES = ("GL001", "GL101", "GL102", "GL201")


@pytest.mark.parametrize(
    ("layers", "on"),
    [
        ([], CODES),
        ([Layer()], CODES),
        ([Layer(select=("GL1",))], ("GL101", "GL102")),
        ([Layer(select=())], ()),
        ([Layer(ignore=("GL1",))], ("GL001", "GL201")),
        ([Layer(ignore=("ALL",))], ()),
        ([Layer(select=("GL101",), ignore=("GL1",))], ("GL101",)),
        ([Layer(select=("GL1",), ignore=("GL101",))], ("GL102",)),
        ([Layer(select=("GL101",), ignore=("GL101",))], ()),
        ([Layer(ignore=("GL1",), extend_select=("GL102",))], ("GL001", "GL102", "GL201")),
        # The command line's layer lies over the configuration's.
        ([Layer(select=("GL1",)), Layer(select=("GL2",))], ("GL201",)),
        ([Layer(select=("GL1",)), Layer(extend_select=("GL2",))], ("GL101", "GL102", "GL201")),
        ([Layer(ignore=("GL101",)), Layer(select=("GL1",))], ("GL101", "GL102")),
        ([Layer(ignore=("GL101",)), Layer(ignore=("GL102",))], ("GL001", "GL201")),
    ],
)
def test_layers(layers: list[Layer], on: tuple[str, ...]) -> None:
    assert chosen(CODES, layers) == set(on)


def test_selectors_that_mean_nothing() -> None:
    assert unknown(["GL1", "ALL", "GL9", "101", "GL101"], CODES) == ["GL9", "101"]
