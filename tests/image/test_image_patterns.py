"""Patterns of COPY and .dockerignore: Go's rules by example, and hostile ones."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gracelint.image.context.globs import has_wildcard, path_glob
from gracelint.image.context.ignore import read_ignore


@pytest.mark.parametrize(
    ("pattern", "path", "wanted"),
    [
        ("abc", "abc", True),
        ("*", "abc", True),
        ("*", "a/c", False),
        ("*c", "abc", True),
        ("a?c", "abc", True),
        ("a?c", "a/c", False),
        ("a/*/c", "a/b/c", True),
        ("[a-c]x", "bx", True),
        ("[^a-c]x", "bx", False),
        ("[^a-c]x", "dx", True),
        ("a\\*c", "a*c", True),
        ("a\\*c", "abc", False),
        ("[\\]]", "]", True),
        ("**", "a/b", False),
        ("", "", True),
        ("ü*", "über", True),
    ],
)
def test_path_glob(pattern: str, path: str, wanted: bool) -> None:
    glob = path_glob(pattern)
    assert glob is not None
    assert glob.matches(path) is wanted


@pytest.mark.parametrize("pattern", ["[", "[]", "[]a]", "[a", "[-x]", "[x-]", "\\", "[a-b-c]", "a[^"])
def test_malformed(pattern: str) -> None:
    assert path_glob(pattern) is None


@pytest.mark.parametrize(
    ("lines", "path", "ignored"),
    [
        # the examples of https://docs.docker.com/build/concepts/context/#dockerignore-files
        ("*/temp*", "somedir/temporary.txt", True),
        ("*/temp*", "somedir/temp", True),
        ("*/temp*", "temp", False),
        ("*/temp*", "a/b/temp", False),
        ("*/*/temp*", "somedir/subdir/temporary.txt", True),
        ("temp?", "tempa", True),
        ("temp?", "temp", False),
        ("**/*.go", "a.go", True),
        ("**/*.go", "a/b/c.go", True),
        ("*.md\n!README.md", "README.md", False),
        ("*.md\n!README.md", "other.md", True),
        ("*.md\n!README*.md\nREADME-secret.md", "README-secret.md", True),
        ("*.md\nREADME-secret.md\n!README*.md", "README-secret.md", False),
        # a pattern without a slash stands for the context's root only
        ("start.sh", "docker/start.sh", False),
        ("node_modules", "node_modules/a/b", True),
        ("node_modules", "web/node_modules/a", False),
        ("**/node_modules", "web/node_modules/a", True),
        ("/abs", "abs", True),
        ("./dot/", "dot/x", True),
        ("a/../b", "b", True),
        ("# *\n", "# *", False),
        (" spaced ", "spaced", True),
        ("*\n!src\n", "src/deep/file", False),
        ("*\n!src\n", "other", True),
        ("*\n!src/*.sh\nsrc/x.sh", "src/x.sh", True),
        ("**", "any/thing", True),
        ("**.sh", "a/b.sh", True),
        ("**b.sh", "ab.sh", True),
        ("dir/**", "dir", False),
        ("", "x", False),
        ("!", "x", False),
        ("[", "x", False),
        ("*.sh\r\n", "x.sh", True),
    ],
)
def test_ignore(lines: str, path: str, ignored: bool) -> None:
    assert (read_ignore(lines).match(path) is not None) is ignored


def test_wildcards_may_be_escaped() -> None:
    assert not has_wildcard("a\\*b")
    assert has_wildcard("a\\\\*b")


@given(st.text(alphabet="ab*?[]^-\\/!.", max_size=30), st.text(alphabet="ab/.", max_size=20))
def test_any_pattern(pattern: str, path: str) -> None:
    read_ignore(pattern).match(path)
    glob = path_glob(pattern)
    assert glob is None or glob.matches(path) in (True, False)


def test_hostile_patterns_take_no_time() -> None:
    path = "a" * 2_000
    glob = path_glob("*a" * 40 + "b")
    assert glob is not None and not glob.matches(path)
    assert read_ignore("**/a" * 40 + "*b").match("/".join("a" * 200)) is None


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("a*a", "a", False),
        ("a*a", "aa", True),
        ("ab*ba", "aba", False),
        ("[a]b", "ab", True),
        ("[^a]b", "ab", False),
        ("x?y", "xy", False),
        ("a\\*b", "a*b", True),
    ],
)
def test_beginning_and_end_may_not_overlap(pattern: str, text: str, fits: bool) -> None:
    glob = path_glob(pattern)
    assert glob is not None and glob.matches(text) is fits
