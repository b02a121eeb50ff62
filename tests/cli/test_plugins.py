"""Rules of other people: a package that the setting ``plugins`` names works like our own, and a broken one is told from a bug of ours."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from .conftest import CommandLine

PLUGINS = Path(__file__).parents[1] / "fixtures" / "plugins"
DOCKERFILE = "FROM debian\nSTOPSIGNAL SIGTERM\nCMD redis-server\n"
MODULE = """
from gracelint.diagnostics import Finding
from gracelint.rule import Rule


def check(case):
    span = case.dockerfile.document.span(0, 4)
    {body}


RULE = Rule({rule})
RULES = [RULE]
"""
SOUND = "'XY1', 'x-y', 'info', check, 'A page.'"


@pytest.fixture
def harbour(gracelint: CommandLine, monkeypatch: pytest.MonkeyPatch) -> CommandLine:
    """A project that uses the package."""
    monkeypatch.syspath_prepend(str(PLUGINS))
    gracelint.put("gracelint.toml", 'plugins = ["harbour_rules"]\n')
    gracelint.put("Dockerfile", DOCKERFILE)
    return gracelint


def broken(gracelint: CommandLine, monkeypatch: pytest.MonkeyPatch, rule: str, body: str) -> None:
    """A project that uses a module with one rule, under a name that no other test has imported."""
    name = f"broken_{abs(hash((rule, body)))}"
    gracelint.put(f"{name}.py", MODULE.format(rule=rule, body=body))
    gracelint.put("gracelint.toml", f'plugins = ["{name}"]\nselect = ["XY", "GL102"]\n')
    gracelint.put("Dockerfile", DOCKERFILE)
    monkeypatch.syspath_prepend(str(gracelint.folder))


def test_its_findings_stand_beside_ours(harbour: CommandLine) -> None:
    assert harbour("--format", "json").codes == ["HB101", "HB201", "GL102"]
    assert harbour("--format", "json", "--select", "HB2").codes == ["HB201"]
    assert harbour("--format", "json", "--ignore", "HB").codes == ["GL102"]


def test_it_is_asked_only_where_it_is_named(harbour: CommandLine) -> None:
    assert harbour("--isolated", "--format", "json").codes == ["GL102"]


def test_its_findings_are_silenced_like_ours(harbour: CommandLine) -> None:
    harbour.put("Dockerfile", f"# gracelint: ignore[HB101] on purpose\n{DOCKERFILE}")
    assert harbour("--format", "json").codes == ["HB201", "GL102"]
    harbour.put("Dockerfile", f"# gracelint: ignore-file[HB101, HB201]\n{DOCKERFILE}")
    assert harbour("--format", "json").codes == ["GL102"]
    harbour.put("Dockerfile", DOCKERFILE)
    harbour.put("gracelint.toml", 'plugins = ["harbour_rules"]\n[per-file-ignores]\n"Dockerfile" = ["HB1"]\n')
    assert harbour("--format", "json").codes == ["HB201", "GL102"]


def test_a_comment_for_it_is_unknown_without_it(harbour: CommandLine) -> None:
    harbour.put("Dockerfile", f"# gracelint: ignore[HB101]\n{DOCKERFILE}")
    result = harbour("--isolated", "--select", "GL002", "--format", "concise")
    assert "no rule has the code HB101" in result.out


def test_its_severities_and_baselines(harbour: CommandLine) -> None:
    harbour.put("gracelint.toml", 'plugins = ["harbour_rules"]\nselect = ["HB"]\n[severity]\nHB201 = "info"\n')
    found = harbour("--format", "json").json["findings"]
    assert [(finding["code"], finding["severity"]) for finding in found] == [("HB101", "warning"), ("HB201", "info")]
    assert harbour("--baseline", "known.json").status == 0
    assert harbour("--baseline", "known.json").status == 0


def test_its_fixes_are_proven_like_ours(harbour: CommandLine) -> None:
    result = harbour("--fix", "--unsafe-fixes", "--select", "HB101")
    assert (result.status, (harbour.folder / "Dockerfile").read_text()) == (
        0,
        DOCKERFILE.replace("debian", "debian:stable"),
    )


def test_its_pages(harbour: CommandLine) -> None:
    assert "another one tomorrow" in harbour("rule", "HB101").out
    assert harbour("rule", "no-rough-stops", "--format", "json").json["code"] == "HB201"
    assert "HB201" in harbour("rule").out
    assert harbour("rule", "HB101", "--isolated").status == 2


@pytest.mark.parametrize(
    ("rule", "complaint"),
    [
        ("'', 'x-y', 'info', check, 'A page.'", "capital letters"),
        ("'no code', 'x-y', 'info', check, 'A page.'", "capital letters"),
        ("1, 'x-y', 'info', check, 'A page.'", "capital letters"),
        ("'XY1', 'x-y', 'fatal', check, 'A page.'", "severity"),
        ("'XY1', 'x-y', 'info', check, None", "documentation"),
        ("'XY1', None, 'info', check, 'A page.'", "no name"),
        ("'XY1', 'x-y', 'info', 3, 'A page.'", "no function"),
        ("'GL102', 'x-y', 'info', check, 'A page.'", "two rules have the code GL102"),
    ],
)
def test_a_rule_that_nobody_could_name(
    gracelint: CommandLine, monkeypatch: pytest.MonkeyPatch, rule: str, complaint: str
) -> None:
    broken(gracelint, monkeypatch, rule, "yield RULE.finding(span, 'x')")
    for result in (gracelint(), gracelint("rule")):
        assert result.status == 2
        assert complaint in result.err
        assert "Traceback" not in result.err


@pytest.mark.parametrize(
    "body",
    [
        "return None",
        "return 5",
        "yield 'x'",
        "yield RULE",
        "yield RULE.finding(span, None)",
        "yield RULE.finding(case, 'x')",
        "yield Finding('XY1', 'x-y', 'info', 'high', 'x', None)",
        "raise SystemExit(0)",
        "raise RecursionError",
    ],
)
def test_a_rule_that_fails_takes_nothing_with_it(
    gracelint: CommandLine, monkeypatch: pytest.MonkeyPatch, body: str
) -> None:
    broken(gracelint, monkeypatch, SOUND, body)
    result = gracelint("--format", "concise")
    assert result.status == 3
    assert "GL102" in result.out
    assert "this is a bug in broken_" in result.err
    assert "XY1" in result.err
    assert "report it" not in result.err
    assert "Traceback" in gracelint("--verbose").err
