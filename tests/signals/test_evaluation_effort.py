"""The work that the evaluation of long scripts takes, in steps: they are the same on every machine."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import signals_support

from gracelint.signals import resolve
from gracelint.signals.shell.host import Budget

if TYPE_CHECKING:
    from pathlib import Path

# Settings read in functions, as the entrypoints of databases do it: every variable may or may not be set.
SETTINGS = (
    'add() { if [ "$2" ]; then options="$options $1=$2"; else unset_count=$((unset_count+1)); fi; }\n'
    + "".join(
        f'if [ "$SETTING_{number}" ]; then mode{number}=on; else mode{number}=off; fi\n'
        f'add --setting-{number} "$SETTING_{number}"\n'
        for number in range(60)
    )
    + "exec app\n"
)


@pytest.fixture
def budgets(monkeypatch: pytest.MonkeyPatch) -> list[Budget]:
    """The budgets of the traces made in a test."""
    made: list[Budget] = []

    class Kept(Budget):
        def __init__(self, steps: int) -> None:
            super().__init__(steps)
            made.append(self)

    monkeypatch.setattr("gracelint.signals.shell.host.Budget", Kept)
    return made


def test_independent_settings_add_up_and_do_not_multiply(tmp_path: Path, budgets: list[Budget]) -> None:
    trace = signals_support.script(tmp_path, "dash", SETTINGS)
    assert trace.verdict == "graceful"
    launch = next(budget for budget in budgets if budget.whole == resolve.STEPS)
    assert launch.spent < 3000
