"""Everything here starts programs in PID namespaces; where that is not possible, it is skipped for a visible reason, but never in CI."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NoReturn

import pytest

from gracelint.lab import Steady, UnavailableError, run
from gracelint.lab.witness import NoCompilerError, Stand

if TYPE_CHECKING:
    from collections.abc import Callable
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
