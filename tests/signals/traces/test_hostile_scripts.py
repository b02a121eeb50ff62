"""Scripts, words and paths that are written to break gracelint come to an end, as unknown where that is all that can be said."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from signals_support import APP, image, script

from gracelint.signals.trace import follow

if TYPE_CHECKING:
    from pathlib import Path


HOSTILE = {
    "jobs": "\n".join(f'if [ -n "$V{n}" ]; then sleep 1000 & fi' for n in range(30)) + "\nexec app",
    "mutual recursion": "a() { b; }; b() { a; }; a; exec app",
    "subshell recursion": "f() { (f); (f); }; f",
    "arms": "case $(hostname) in\n" + "\n".join(f"a{n}) echo {n};;" for n in range(200)) + "\nesac\nexec app",
    "counting": "i=0; while [ $i -lt 1000000 ]; do i=$((i+1)); done; exec app",
    "eval": 'x="eval \\"\\$x\\""; eval "$x"',
    "reads itself": ". /entry.sh",
    "execs itself": "exec /entry.sh",
    "long": "echo a\n" * 40_000 + "exec app",
}


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.usefixtures("unwatched")
def test_hostile_scripts_end_in_unknown(tmp_path: Path, name: str) -> None:
    trace = script(tmp_path, "bash", "#!/bin/bash\n" + HOSTILE[name] + "\n")
    assert trace.verdict == "unknown"
    assert trace.missing


def test_a_long_script_that_is_sourced_is_not_read(tmp_path: Path) -> None:
    files = {"entry.sh": "#!/bin/bash\n. /long.sh\nexec app\n", "long.sh": "echo a\n" * 40_000}
    dockerfile = 'FROM debian:12\nCOPY entry.sh long.sh /\nENTRYPOINT ["/entry.sh"]\n'
    trace = follow(image(tmp_path, dockerfile, files), programs=APP)
    assert trace.verdict == "unknown"
    assert "/long.sh is longer than 250,000 characters, and is not read" in trace.missing


@pytest.mark.parametrize(("size", "verdict"), [(131_071, "graceful"), (131_072, "unknown")])
def test_a_word_that_the_kernel_does_not_take(tmp_path: Path, size: int, verdict: str) -> None:
    trace = follow(image(tmp_path, f'FROM debian:12\nCMD ["app", "{"a" * size}"]\n'), programs=APP)
    assert trace.verdict == verdict
    assert verdict == "graceful" or "cannot start" in trace.paths[0].why


def test_doubling_values_are_cut(tmp_path: Path) -> None:
    assert script(tmp_path, "bash", "x=a; " + "x=$x$x; " * 60 + "exec app\n").verdict == "graceful"


@pytest.mark.parametrize(
    "path", ["//x", "//", "///x//y", "/../x", "x//y", "./..", "'' ", "$PWD/x", "$PWD//x/.", "~/x", "-", "/"]
)
def test_paths_of_all_sorts_come_to_an_end(tmp_path: Path, path: str) -> None:
    lines = [
        ". {}",
        "[ -e {} ]",
        "mkdir -p {}",
        "cd {} && [ -f y ]",
        "touch {}",
        "ln -s {} l; cat l",
        "echo a > {}",
        "rm -r {}",
        "cp {} z",
        "exec {}",
    ]
    text = "\n".join(f"({line.format(path)}) || true" for line in lines)
    (tmp_path / "run.sh").write_text(f"#!/bin/sh\n{text}\nexec app\n")
    words = [sys.executable, "-m", "gracelint", "trace", "--isolated", str(tmp_path / "run.sh")]
    told = subprocess.run(words, capture_output=True, text=True, timeout=60, check=False)
    assert "verdict:" in told.stdout, told.stderr
