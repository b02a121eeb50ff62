"""What RUN does to files, predicted and done: the fixtures' commands, run in a root folder of their own."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest
from test_image_fixtures import FIXTURES, image_of

from gracelint.image.model import Absent, ImageFile, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable

# These need a network, or programs and folders that are not here.
NOT_HERE = {
    "apt",
    "cp-folder-over",
    "curl",
    "git-clone",
    "git-clone-elsewhere",
    "make",
    "pip",
    "tar",
    "unknown-command",
    "wget",
}
CASES = [
    path.name.removeprefix("run-")
    for path in sorted(FIXTURES.glob("run-*"))
    if path.name.removeprefix("run-") not in NOT_HERE
]
ENTER = """
root=$1; shift
for folder in usr bin sbin lib lib64 etc; do
    if [ -L "/$folder" ]; then ln -sfn "$(readlink "/$folder")" "$root/$folder"
    elif [ -d "/$folder" ]; then
        mkdir -p "$root/$folder" && mount --bind "/$folder" "$root/$folder" &&
            mount -o remount,bind,ro "$root/$folder"
    fi
done
exec chroot "$root" "$@"
"""


@functools.cache
def can_enter() -> bool:
    if sys.platform != "linux" or os.geteuid() != 0 or shutil.which("unshare") is None:
        return False
    return subprocess.run(["unshare", "-m", "true"], capture_output=True, check=False).returncode == 0


def copy(source: Path, destination: Path, into: bool) -> None:
    if source.is_dir():
        shutil.copytree(source, destination, dirs_exist_ok=True)
        return
    target = destination / source.name if into or destination.is_dir() else destination
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(source, target)


def build(folder: Path, root: Path) -> None:
    """Build the fixture's last stage the plain way: cp for COPY, the shell for RUN."""
    workdir, shell, variables = "/", ["/bin/sh", "-c"], dict(os.environ)
    for name in ("tmp", "opt", "dev"):
        (root / name).mkdir(parents=True)
    for instruction in image_of(folder, None).instructions:
        words = [word.value for word in instruction.words]
        match instruction.keyword:
            case "WORKDIR":
                workdir = words[0]
                (root / workdir[1:]).mkdir(parents=True, exist_ok=True)
            case "SHELL":
                shell = [word.value for word in instruction.array or ()]
            case "ENV":
                variables.update([words[0].split("=")])
            case "COPY":
                for word in words[:-1]:
                    copy(folder / word, root / os.path.join(workdir, words[-1])[1:], words[-1].endswith(("/", ".")))
            case "RUN":
                text = "\n".join(
                    [instruction.value.value, *(f"{doc.body.value}{doc.name}" for doc in instruction.heredocs)]
                )
                if instruction.heredocs and len(words) == 1:
                    text = instruction.heredocs[0].body.value
                argv = [word.value for word in instruction.array] if instruction.array else [*shell, text]
                command = ["sh", "-c", 'cd "$0" && exec "$@"', workdir, *argv]
                subprocess.run(
                    ["unshare", "-m", "sh", "-c", ENTER, "sh", str(root), *command], check=True, env=variables
                )


@pytest.mark.lab
@pytest.mark.parametrize("name", CASES)
def test_prediction(name: str, tmp_path: Path, missing: Callable[[str], NoReturn]) -> None:
    folder = FIXTURES / f"run-{name}"
    if not can_enter():
        missing("needs root and mount namespaces")
    if name.startswith("crlf-dos2unix") and shutil.which("dos2unix") is None:
        missing("dos2unix is not installed")
    build(folder, tmp_path / "root")
    image = image_of(folder, None)
    for path in ("/app/plain.sh", "/app/start.sh"):
        found = image.files.lookup(path)
        real = _read(tmp_path / "root", path)
        if isinstance(found, Unknown):
            continue
        if isinstance(found, Absent):
            assert real is None
            continue
        assert isinstance(found, ImageFile)
        assert real is not None
        content, executable = real
        if found.exact and found.content is not None:
            assert content == found.content.value
        if found.executable is not None:
            assert executable is found.executable


def _read(root: Path, path: str) -> tuple[str, bool] | None:
    """Content and executable bit of a file below ``root``, links resolved inside it."""
    here = path
    for _ in range(10):
        file = root / here[1:]
        parts = [root.joinpath(*file.relative_to(root).parts[:end]) for end in range(1, here.count("/") + 1)]
        link = next((part for part in parts if part.is_symlink()), None)
        if link is None:
            break
        target = os.path.join("/", link.parent.relative_to(root), link.readlink())
        here = os.path.normpath(os.path.join(target, file.relative_to(link)))
    if not file.is_file():
        return None
    return file.read_bytes().decode(), bool(file.stat().st_mode & 0o111)
