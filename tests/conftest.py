"""What holds for all tests."""

from __future__ import annotations

import os


def pytest_collection() -> None:
    """Coverage looks on in the processes that run tests, and in no other: programs that tests start as PID 1, or whose imports they
    count, must be as they are. With xdist those are its workers, which it has started by now.
    """
    os.environ.pop("COVERAGE_PROCESS_START", None)
