"""``chmod`` modes, against the real chmod."""

from __future__ import annotations

import itertools
import shutil
import subprocess
from pathlib import Path

import pytest

from gracelint.image.modes import executable_after

MODES = ["755", "0644", "4711", "600", "+x", "-x", "a+x", "u+x", "go-x", "u=rwx", "u=rw,go=r", "u=rwx,go=", "a=r", "a+X",
         "u-x,g-x,o-x", "+rx", "=rx", "u+x,u-x", "g=u", "ugo-x+r"]  # fmt: skip


@pytest.mark.skipif(shutil.which("chmod") is None, reason="no chmod")
@pytest.mark.parametrize(("mode", "before"), list(itertools.product(MODES, [0o755, 0o644])))
def test_mode(mode: str, before: int, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    file.chmod(before)
    subprocess.run(["chmod", "--", mode, file.name], cwd=tmp_path, check=True, umask=0o022)
    assert executable_after(mode, bool(before & 0o111)) is bool(file.stat().st_mode & 0o111)


@pytest.mark.parametrize("mode", ["", "x", "rwx", "u~x", "999", "u+q", "$MODE"])
def test_not_a_mode(mode: str) -> None:
    assert executable_after(mode, before=True) is None


@pytest.mark.parametrize(("mode", "after"), [("u+x", True), ("+X", None), ("u-x", None), ("a-x", False), ("+r", None)])
def test_unknown_before(mode: str, after: bool | None) -> None:
    assert executable_after(mode, before=None) is after
