"""What a word's value is: asked of the shells themselves, which print their arguments."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shell_support import whole

from gracelint.parsers.shell import parse_command
from gracelint.parsers.shell.model import Simple

INSIDE = st.text("ab #;|&$(=\\\n\t", max_size=4)
PIECES = st.one_of(
    st.sampled_from(
        [
            "a",
            "b1",
            "-x",
            "#",
            "=",
            "é",
            "😀",
            "\\ ",
            "\\$",
            "\\'",
            '\\"',
            "\\\n",
            "''",
            '""',
            '"\\$x"',
            '"\\a\\""',
            '"b\\\nc"',
        ]
    ),
    INSIDE.map(lambda text: "'" + text + "'"),
    INSIDE.map(lambda text: '"' + text.replace("\\", "").replace("$", "") + '"'),
)
WORDS = st.lists(st.lists(PIECES, min_size=1, max_size=4).map("".join), min_size=1, max_size=5)


@pytest.mark.parametrize("shell", ["bash", "dash"])
@settings(max_examples=50)
@given(words=WORDS)
def test_shells_print_the_values(shell: str, words: list[str]) -> None:
    source = "printf '%s\\0' x" + "".join(" x" + word for word in words)
    script = parse_command(whole(source))
    (command,) = script.body.commands
    assert isinstance(command, Simple)
    values = [word.literal for word in command.words[2:]]
    printed = subprocess.run([shell, "-c", source], capture_output=True, check=True).stdout.decode()
    assert printed.split("\0")[:-1] == values
