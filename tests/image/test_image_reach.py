"""Whoever is left unasked about a path has no say about it: an action that names a path, by its pattern as well, is in reach of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gracelint.image.runs.actions import Chmod, Remove, Target, Touch
from gracelint.image.runs.reach import Reach
from gracelint.image.runs.sought import Sought, Test
from gracelint.image.runs.spreads import spread

NAMES = st.sampled_from(["a", "b", "ab", ".a", "a.sh"])
PATTERNS = st.sampled_from(["a", "ab", "*", "?", "[ab]", "[!b]*", "a*", "*.sh", ".*", "\\*", "{a,b}"])
paths = st.lists(NAMES, min_size=1, max_size=4).map(lambda names: "/" + "/".join(names))
patterns = st.lists(PATTERNS, min_size=1, max_size=4).map(lambda names: "/" + "/".join(names))


def in_reach(action: Chmod | Remove | Touch, path: str) -> bool:
    return Reach([spread(action)]).any(path, 1) == 0


def found(pattern: str) -> Target:
    folder, _, name = pattern.rpartition("/")
    sought = Sought(folder or "/", folder or "/", ((Test("-name", name),),))
    return Target(pattern, pattern, pattern=True, deep=sought)


@given(patterns, paths, st.booleans())
def test_what_a_pattern_names_is_in_its_reach(pattern: str, path: str, deep: bool) -> None:
    target = found(pattern) if deep else Target(pattern, pattern, pattern=True)
    if target.names(path):
        assert in_reach(Touch((target,)), path)
        assert in_reach(Chmod((target,), "755", False), path)
    if target.holds(path):
        assert in_reach(Remove((target,)), path)
        assert in_reach(Chmod((target,), "755", True), path)


@pytest.mark.parametrize(
    ("target", "path", "reached"),
    [
        (Target("/var/lib/apt/lists/*", "", pattern=True), "/var/lib/apt/lists/x", True),
        (Target("/var/lib/apt/lists/*", "", pattern=True), "/var/lib/apt/lists/x/y", True),
        (Target("/var/lib/apt/lists/*", "", pattern=True), "/usr/bin/app", False),
        (Target("/usr/b?n/app", "", pattern=True), "/usr/bin/app", True),
        (Target("/usr/b?n/app", "", pattern=True), "/app", False),
        (Target("/*", "", pattern=True), "/app/run.sh", True),
        (found("/app/run.sh"), "/app/bin/run.sh", True),
        (found("/app/*.sh"), "/srv/run.sh", False),
        (found("/run.sh"), "/srv/run.sh", True),
        (Target(None, "$dir/run.sh", pattern=True), "/srv/run.sh", True),
        (Target(None, "$dir/run.sh", pattern=True), "/srv/app", False),
    ],
)
def test_a_pattern_reaches_below_its_fixed_folder(target: Target, path: str, reached: bool) -> None:
    assert in_reach(Remove((target,)), path) is reached
