"""What holds for all tests."""

from __future__ import annotations

import os

# Coverage looks on in this process, and in no other: programs that tests start as PID 1, or whose imports they count, must be as they are.
os.environ.pop("COVERAGE_PROCESS_START", None)
