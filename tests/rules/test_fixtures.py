"""Every rule's cases: ``bad`` finds what it says and nothing else, ``ok`` stays silent, ``fixed`` is what --fix makes of ``bad``."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import archive
import pytest

from gracelint.cli.main import main
from gracelint.cli.streams import Streams
from gracelint_rules.registry import RULES

if TYPE_CHECKING:
    from collections.abc import Sequence

FIXTURES = Path(__file__).parent / "fixtures"
BAD = sorted(FIXTURES.glob("*/bad/*.txt"))
OK = sorted(FIXTURES.glob("*/ok/*.txt"))
CODES = {rule.code for rule in RULES}
# What a mended defect was hiding: findings on the application behind it.
BEHIND = ("GL112", "GL3", "GL4")
# Rules of what never starts: what they were hiding is all that can be wrong with the launch.
NEVER_STARTS = {"GL003", "GL103", "GL107", "GL108", "GL218"}
FIX = ["--fix", "--unsafe-fixes"]


def name_of(path: Path) -> str:
    return f"{path.parts[-3]}-{path.stem}"


def lint(folder: Path, *options: str) -> dict[str, Any]:
    """The JSON report on the Dockerfiles of a folder."""
    out, err = io.StringIO(), io.StringIO()
    targets = sorted(path.name for path in folder.glob("*Dockerfile*"))
    status = main(["check", "--isolated", "--format", "json", *options, *targets], Streams(io.StringIO(), out, err, {}))
    assert status in (0, 1), err.getvalue()
    report: dict[str, Any] = json.loads(out.getvalue())
    return report


def described(findings: Sequence[dict[str, Any]]) -> list[str]:
    """A finding a line: code, place, severity, confidence, and the safety of its fix."""
    lines = []
    for finding in findings:
        start, end = finding["span"]["start"], finding["span"]["end"]
        place = f"{finding['path']}:{start['line']}:{start['column']}-{end['line']}:{end['column']}"
        fix = f" fix:{finding['fix']['safety']}" if finding["fix"] else ""
        lines.append(f"{finding['code']} {place} {finding['severity']} {finding['confidence']}{fix}")
    return lines


@pytest.mark.parametrize("path", BAD, ids=name_of)
def test_bad(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, update_expected: bool) -> None:
    members = archive.read(path)
    archive.unpack(members, tmp_path)
    monkeypatch.chdir(tmp_path)
    found = described(lint(tmp_path)["findings"])
    code = next(rule.code for rule in RULES if rule.name == path.parts[-3])
    if update_expected:
        archive.expect(path, found)
    else:
        assert found == members["expected"].text.splitlines()
    assert any(line.startswith(code) for line in found), found


@pytest.mark.parametrize("path", OK, ids=name_of)
def test_ok(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A near miss is silent, but for the codes of other rules that its ``expected`` names."""
    members = archive.read(path)
    archive.unpack(members, tmp_path)
    monkeypatch.chdir(tmp_path)
    report = lint(tmp_path)
    allowed = members["expected"].text.split() if "expected" in members else []
    assert sorted({finding["code"] for finding in report["findings"]}) == sorted(allowed), [
        (finding["code"], finding["message"]) for finding in report["findings"]
    ]


@pytest.mark.parametrize("path", BAD, ids=name_of)
def test_fixed(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, update_expected: bool) -> None:
    """Fixing gives ``fixed/``; what was fixed is not found again, nothing new is but on the application behind it, and a second run changes
    nothing."""
    members = archive.read(path)
    archive.unpack(members, tmp_path)
    monkeypatch.chdir(tmp_path)
    before = [line.split() for line in members["expected"].text.splitlines()]  # test_bad finds these
    lint(tmp_path, *FIX)
    changed = archive.changes(members, tmp_path)
    record = path.parent.parent / "fixed" / path.name
    if update_expected:
        archive.write(record, changed)
    assert changed == (archive.read(record) if record.exists() else {})
    after = lint(tmp_path, *FIX)["findings"]
    assert archive.changes(members, tmp_path) == changed
    left = {code for code, *_, last in before if not last.startswith("fix:")}
    started = NEVER_STARTS & {code for code, *_ in before}
    behind = CODES - started - {"GL001"} if started else {code for code in CODES if code.startswith(BEHIND)}
    assert {finding["code"] for finding in after} <= left | behind


def test_every_rule_has_cases() -> None:
    """At least one bad case a rule, and at least as many near misses."""
    lacking = [rule.name for rule in RULES if not list((FIXTURES / rule.name / "bad").glob("*.txt"))]
    assert lacking == []
    unbalanced = {
        rule.name
        for rule in RULES
        if len(list((FIXTURES / rule.name / "ok").glob("*.txt")))
        < len(list((FIXTURES / rule.name / "bad").glob("*.txt")))
    }
    assert unbalanced == set()
