"""What several tests of the evaluator look at."""

from __future__ import annotations

import pytest

from gracelint.signals.shell.evaluator.host import Budget


@pytest.fixture
def budgets(monkeypatch: pytest.MonkeyPatch) -> list[Budget]:
    """The budgets of the traces made in a test."""
    made: list[Budget] = []

    class Kept(Budget):
        def __init__(self, steps: int) -> None:
            super().__init__(steps)
            made.append(self)

    monkeypatch.setattr("gracelint.signals.shell.evaluator.host.Budget", Kept)
    return made
