"""What sudo is called for."""

from __future__ import annotations

import pytest

from gracelint_rules.telling.privileges import becomes_root


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("sudo -E /start.sh", True),
        ("sudo /start.sh -u app", True),
        ("/usr/bin/sudo -u root nginx", True),
        ("sudo -g www -E nginx", True),
        ("doas nginx", True),
        ("sudo -u app nginx", False),
        ("sudo -E -uapp nginx", False),
        ("sudo --user=app nginx", False),
        ("su app -c nginx", False),
        ("runuser -u app nginx", False),
    ],
)
def test_becomes_root(command: str, expected: bool) -> None:
    """Only sudo and doas without a user, or with root."""
    assert becomes_root(command.split()) is expected
