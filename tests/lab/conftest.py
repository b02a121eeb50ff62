"""Everything here starts programs in PID namespaces; where that is not possible, it is skipped for a visible reason, but never in CI."""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING, NoReturn

import pytest
from engines import start

from gracelint.lab import Steady, UnavailableError, run
from gracelint.lab.witness import NoCompilerError, Stand

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path


def lacking(reason: str) -> NoReturn:
    """Something that these tests need is missing: in CI a failure, elsewhere a skip."""
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def missing() -> Callable[[str], NoReturn]:
    return lacking


@pytest.fixture(scope="session")
def lab() -> None:
    try:
        run(["true"], ready=Steady(0.0))
    except UnavailableError as error:
        lacking(f"no PID namespaces here: {error}")


@pytest.fixture(scope="session")
def stand(lab: None, tmp_path_factory: pytest.TempPathFactory) -> Stand:
    folder: Path = tmp_path_factory.mktemp("stand")
    try:
        return Stand.build(folder / "bin", ("app", "gunicorn"), cleanup=0.15)
    except NoCompilerError as error:
        lacking(str(error))


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
