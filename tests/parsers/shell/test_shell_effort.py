"""Reading a script takes work in proportion to its length, counted in calls: they are the same on every machine."""

from __future__ import annotations

import cProfile
import sys

import pytest
from shell_support import whole

from gracelint.parsers.shell import parse_script

pytestmark = pytest.mark.usefixtures("unwatched")

# Each makes a script of about as many pieces.
SCRIPTS = {
    "case arms": lambda count: "case $x in\n" + "".join(f"a{n}|b) echo {n};;\n" for n in range(count)) + "esac\n",
    "commands": lambda count: 'echo hello "$x" | tee log\n' * count,
    "functions": lambda count: "".join(f"f{n}() {{ echo {n}; }}\n" for n in range(count)),
    "branches": lambda count: "if a; then b\n" + "elif c; then d\n" * count + "fi\n",
    "heredocs": lambda count: "cat <<E\nx\nE\n" * count,
    "substitutions": lambda count: 'a "$(b)" ${c:-d}\n' * count,
    "words of one command": lambda count: "a" + " 'b' \"$c\"" * count + "\n",
}


def work(source: str) -> int:
    """Calls, of Python's functions and built in ones, that reading a script takes."""
    text = whole(source)
    with cProfile.Profile() as counted:
        script = parse_script(text)
    assert not script.problems
    return sum(entry.callcount for entry in counted.getstats())


@pytest.mark.parametrize("shape", SCRIPTS)
def test_work_grows_with_the_length(shape: str) -> None:
    work(SCRIPTS[shape](1))  # what is compiled and imported once
    assert work(SCRIPTS[shape](400)) < 2.2 * work(SCRIPTS[shape](200))


def test_no_foreign_grammar_is_imported_for_ordinary_scripts(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("tree_sitter", "tree_sitter_bash", "bashlex"):
        monkeypatch.setitem(sys.modules, name, None)
    for shape, make in SCRIPTS.items():
        assert not parse_script(whole(make(3))).problems, shape
