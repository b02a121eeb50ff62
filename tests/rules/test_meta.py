"""What every rule must be: registered, named, documented, and truthful in its examples."""

from __future__ import annotations

import importlib.util
import pkgutil
import re
from pathlib import Path
from typing import TYPE_CHECKING

import archive
import pytest
from test_fixtures import BAD, lint

import gracelint_rules
from gracelint_rules.registry import ROOMS, RULES, Registered

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[2]
HEADINGS = (
    "What it does",
    "Why is this bad?",
    "Example",
    "Use instead",
    "Fix safety",
    "When not to care",
    "References",
)
BLOCK = re.compile(r"^```(dockerfile|sh)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HOST = 'FROM python:3.12-slim\nCOPY entrypoint.sh /entrypoint.sh\nENTRYPOINT ["/entrypoint.sh"]\n'


def test_names() -> None:
    assert [rule.code for rule in RULES] == sorted({rule.code for rule in RULES})
    assert len({rule.name for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert re.fullmatch(r"GL\d{3}", rule.code)
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", rule.name)


def test_every_rule_file_is_registered() -> None:
    modules = {info.name for info in pkgutil.walk_packages(gracelint_rules.__path__, "gracelint_rules.")}
    with_rule = {name for name in modules if hasattr(importlib.import_module(name), "RULE")}
    assert with_rule == {f"gracelint_rules.{ROOMS[rule.code[:3]]}.{rule.name.replace('-', '_')}" for rule in RULES}


def test_the_registry_says_what_the_rules_say() -> None:
    for rule in RULES:
        assert isinstance(rule, Registered)
        assert (rule.code, rule.name, rule.severity) == (rule.own.code, rule.own.name, rule.own.severity)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_headings(rule: gracelint_rules.registry.Rule) -> None:
    title = rule.doc.strip().partition("\n")[0]
    assert title.endswith((".", "?")), title
    assert tuple(re.findall(r"^## (.*)$", rule.doc, re.MULTILINE)) == HEADINGS
    for section in re.split(r"^## .*$", rule.doc, flags=re.MULTILINE)[1:]:
        assert section.strip()


def section(doc: str, heading: str) -> str:
    return doc.partition(f"## {heading}\n")[2].partition("\n## ")[0]


def found(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    block = BLOCK.search(text)
    assert block is not None
    kind, body = block.groups()
    (folder / "Dockerfile").write_text(body if kind == "dockerfile" else HOST)
    if kind == "sh":
        (folder / "entrypoint.sh").write_text(body)
        (folder / "entrypoint.sh").chmod(0o755)
    monkeypatch.chdir(folder)
    return [finding["code"] for finding in lint(folder)["findings"]]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_examples_behave_as_they_say(
    rule: gracelint_rules.registry.Rule, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert rule.code in found(section(rule.doc, "Example"), tmp_path, monkeypatch)
    assert rule.code not in found(section(rule.doc, "Use instead"), tmp_path, monkeypatch)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.code)
def test_fix_is_declared_where_one_is_made(rule: gracelint_rules.registry.Rule) -> None:
    """A page that begins with "No fix" is of a rule that makes none; for any other, a bad case gets one."""
    declared = not section(rule.doc, "Fix safety").strip().startswith("No fix")
    expected = (line for path in BAD for line in archive.read(path)["expected"].text.splitlines())
    made = any(line.startswith(rule.code) and " fix:" in line for line in expected)
    assert made == declared


def generator() -> ModuleType:
    """``docs/generate.py``, as a module."""
    spec = importlib.util.spec_from_file_location("generate", ROOT / "docs" / "generate.py")
    assert spec is not None and spec.loader is not None
    generate = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(generate)
    return generate


def test_pages_are_fresh() -> None:
    pages = generator().pages()
    written = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "docs" / "rules").glob("*.md")}
    assert written == pages, "run python docs/generate.py"


def test_what_is_counted_in_the_page_about_evidence_is_fresh() -> None:
    generate = generator()
    assert generate.EVIDENCE_PAGE.read_text(encoding="utf-8") == generate.evidence(), "run python docs/generate.py"
