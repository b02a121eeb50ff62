"""The ``--update-expected`` option: write what is found into the fixtures, to be read and judged before it is committed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gracelint_rules.registry import Registered, concerned

if TYPE_CHECKING:
    from gracelint.diagnostics import Finding
    from gracelint.rule import Case


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--update-expected", action="store_true", help="write the findings of the cases into their files")


@pytest.fixture
def update_expected(request: pytest.FixtureRequest) -> bool:
    return bool(request.config.getoption("--update-expected"))


@pytest.fixture(autouse=True)
def all_are_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every rule is asked, and finds nothing where the registry says that it does not concern an image."""

    def check(rule: Registered, case: Case) -> list[Finding]:
        found = list(rule.own.check(case))
        assert not found or rule.code in concerned(case)
        return found

    monkeypatch.setattr(Registered, "check", property(lambda rule: lambda case: check(rule, case)))
