"""The failure modes of the field: each is found by a bad case or left alone by a near miss, or is said not to be visible."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import archive
from test_fixtures import BAD, OK

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

if TYPE_CHECKING:
    from collections.abc import Iterable

MODES: dict[str, dict[str, str]] = tomllib.loads((Path(__file__).parent / "modes.toml").read_text(encoding="utf-8"))


def held(cases: Iterable[Path]) -> set[str]:
    """The modes that cases name."""
    return {mode for path in cases for mode in archive.modes(path)}


def test_modes_are_held_by_cases() -> None:
    """Neither a mode without a case, nor a case of a mode that is not there, or on the wrong side."""
    assert held(BAD) == set(MODES["found"])
    assert held(OK) == set(MODES["silent"])


def test_modes_are_told_apart() -> None:
    """No mode stands in two tables, and each says what it is."""
    names = [name for table in MODES.values() for name in table]
    assert sorted(names) == sorted(set(names))
    assert all(sentence.strip() for table in MODES.values() for sentence in table.values())
