"""Who writes to a pipe that nobody reads any more ends of it, but for what does not write there by itself. All measured, with the three shells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from signals_support import script

if TYPE_CHECKING:
    from pathlib import Path

ENDS = (
    "while true; do echo n; done | cp -i /a /b",
    "{ while :; do printf 'n\\n'; done; } | cp -i /a /b",
    "(until false; do echo n; done) | true",
    "while echo n; do :; done | head -n 1",
    "yes | cp -i /a /b",
    "yes | head -n 1",
)
STAYS = (
    "while true; do :; done | cp -i /a /b",
    "while true; do echo n >&2; done | cp -i /a /b",
    "while true; do /bin/echo n; done | cp -i /a /b",
    "while true; do test -f /x && echo n; done | cp -i /a /b",
    "while true; do printf ''; done | cp -i /a /b",
    "trap '' PIPE; while true; do echo n; done | cp -i /a /b",
    "while true; do echo n; done | tee /log",
    "while true; do echo n; done | cat > /log",
    "echo() { :; }; while true; do echo n; done | cp -i /a /b",
    "yes | cat > /log",
)


@pytest.mark.parametrize("shell", ["dash", "bash", "ash"])
@pytest.mark.parametrize("line", ENDS)
def test_what_is_over_with_its_reader(tmp_path: Path, shell: str, line: str) -> None:
    trace = script(tmp_path, shell, f"{line}\nexec app\n")
    assert [path.pid1[:1] for path in trace.paths] == [("app",)]


@pytest.mark.parametrize("shell", ["dash", "bash", "ash"])
@pytest.mark.parametrize("line", STAYS)
def test_what_goes_on_without_a_reader(tmp_path: Path, shell: str, line: str) -> None:
    trace = script(tmp_path, shell, f"{line}\nexec app\n")
    assert ("app",) not in [path.pid1[:1] for path in trace.paths]
