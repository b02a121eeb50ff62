"""Everything here starts programs in PID namespaces; where that is not possible, it is skipped for a visible reason, but never in CI."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING, NoReturn

import pytest
from engines import start

from gracelint.lab.witness import NoCompilerError, Stand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


@pytest.fixture(scope="session")
def root(missing: Callable[[str], NoReturn]) -> None:
    """What only root can try."""
    if os.geteuid() != 0:
        missing("needs root")


@pytest.fixture(scope="session")
def stand(lab: None, missing: Callable[[str], NoReturn], tmp_path_factory: pytest.TempPathFactory) -> Stand:
    folder: Path = tmp_path_factory.mktemp("stand")
    try:
        return Stand.build(folder / "bin", ("app", "gunicorn"), cleanup=0.15)
    except NoCompilerError as error:
        missing(str(error))


@pytest.fixture(scope="module")
def engine(
    tmp_path_factory: pytest.TempPathFactory, missing: Callable[[str], NoReturn], stand: Stand
) -> Iterator[None]:
    if os.geteuid() != 0:
        missing("starting a Docker engine needs root")
    for program in ("docker", "dockerd", "busybox", "debootstrap"):
        if shutil.which(program) is None:
            missing(f"{program} is not installed (Debian packages docker.io, busybox-static, debootstrap)")
    folder = tmp_path_factory.mktemp("engine")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DOCKER_HOST", f"unix://{folder}/sock")
        patch.setenv("DOCKER_BUILDKIT", "0")
        reasons = []
        for storage in ("overlay2", "vfs"):
            process, reason = start(folder, storage)
            if not reason:
                break
            reasons.append(f"{storage}: {reason}")
        else:
            missing("dockerd does not start: " + "; ".join(reasons))
        try:
            yield
        finally:
            process.terminate()
            process.wait(60)
            for namespace in (folder / storage / "exec" / "netns").glob("*"):
                subprocess.run(["umount", namespace], capture_output=True, check=False)
