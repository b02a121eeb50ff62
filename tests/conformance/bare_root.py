"""Programs of this machine put into a root folder that has nothing else."""

from __future__ import annotations

import re
import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def install(root: Path, name: str) -> None:
    """A program (into /bin; the one without libraries where Debian has both, ``tini-static``), or a file by its whole path, with the
    libraries that it needs."""
    source = name if "/" in name else shutil.which(f"{name}-static") or shutil.which(name)
    assert source is not None, f"{name} is not installed: see .ci/packages.txt"
    _copy(source, root / (name.lstrip("/") if "/" in name else f"bin/{name}"))
    needed = subprocess.run(["ldd", source], capture_output=True, text=True, check=False).stdout
    for library in re.findall(r"(/\S+)", needed):
        _copy(library, root / library.lstrip("/"))


def _copy(source: str, place: Path) -> None:
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, place)
