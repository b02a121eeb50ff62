"""What holds for all tests."""

from __future__ import annotations

import gc
import os
import sys
from collections import Counter
from typing import TYPE_CHECKING, NoReturn

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from xdist.scheduler import WorkStealingScheduling
    from xdist.workermanage import WorkerController

# Compiled modules are kept, as a user's Python keeps them: else each worker, and each command that a test starts, compiles all it imports anew.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

# How long an example takes says how busy the machine is.
settings.register_profile("gracelint", deadline=None)
settings.load_profile("gracelint")


def pytest_collection() -> None:
    """Coverage looks on in the processes that run tests, and in no other: programs that tests start as PID 1, or whose imports they
    count, must be as they are. With xdist those are its workers, which it has started by now.
    """
    os.environ.pop("COVERAGE_PROCESS_START", None)
    gc.disable()  # nothing that is collected here is garbage


# What is forked to watch PID 1, or to judge images beside others, ends without a word to coverage: what it would note down is lost.
os.register_at_fork(after_in_child=lambda: sys.settrace(None))


def pytest_collection_finish() -> None:
    """Sixteen thousand tests stay where they are until the end: no search for garbage has to go through them, and no forked process to copy them."""
    gc.freeze()
    gc.enable()
    gc.set_threshold(20_000)  # models and trees are made by the ten thousand, and most go by themselves


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """Three workers for each core (``-n auto``): tests of the lab mostly wait for the end of a grace period, so one worker leaves most of a
    core idle."""
    return 3 * (os.cpu_count() or 1)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config) -> WorkStealingScheduling | None:
    """A worker that has nothing left takes tests from another (in place of ``load``, which gives out hundreds at a time: one worker had all proofs
    of fixes, five minutes of waiting, when the others were done). ``--dist`` with another word than ``load`` is obeyed.
    """
    if config.getvalue("dist") != "load":
        return None
    from xdist.scheduler import WorkStealingScheduling

    return WorkStealingScheduling(config)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: WorkerController) -> None:
    """The workers are told whether tests are given out one by one: there, ``--dist`` says nothing any more."""
    node.workerinput["spread"] = node.config.getvalue("dist") == "load"


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where several workers take tests from one row, each file's are spread over all of it: those that wait (for PID 1 to be killed) stand
    among those that compute, and the last ones are short. In the order of files the computing is over first, and then all workers wait."""
    if not getattr(config, "workerinput", {}).get("spread"):
        return
    size = Counter(item.path for item in items)
    met: Counter[Path] = Counter()
    place: dict[pytest.Item, float] = {}
    for item in items:
        place[item] = (met[item.path] + 0.5) / size[item.path]
        met[item.path] += 1
    items.sort(key=place.__getitem__)


@pytest.fixture
def unwatched() -> Iterator[None]:
    """Coverage looks away, because time is measured: watched code takes some three times as long."""
    trace = sys.gettrace()
    sys.settrace(None)
    yield
    sys.settrace(trace)


def lacking(reason: str) -> NoReturn:
    """Something that these tests need is missing: in CI a failure, elsewhere a skip."""
    if os.environ.get("CI"):
        pytest.fail(reason, pytrace=False)
    pytest.skip(reason)


@pytest.fixture(scope="session")
def missing() -> Callable[[str], NoReturn]:
    """What a test calls that finds something missing, with the reason."""
    return lacking


@pytest.fixture(scope="session")
def lab() -> None:
    """Programs can be started in PID namespaces."""
    from gracelint.lab import Steady, UnavailableError, run

    try:
        run(["true"], ready=Steady(0.0))
    except UnavailableError as error:
        lacking(f"no PID namespaces here: {error}")
