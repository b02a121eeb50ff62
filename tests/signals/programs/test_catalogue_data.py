"""The catalogue's data: fresh, as the schema says, and backed by evidence."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from gracelint.signals.programs import build, catalogue, schema

if TYPE_CHECKING:
    from collections.abc import Iterator

KEYS = catalogue.keys()
_ROWS = json.loads((Path(__file__).parents[2] / "fixtures" / "programs" / "evidence.json").read_text("utf-8"))
# The lab's own evidence, and what the tests' rows say.
_RECORDS = json.loads(files("gracelint.signals").joinpath("data/programs.json").read_text("utf-8"))["records"]
_MEASURED = re.compile(r"measured: (.+?)(?: v?(\d[\w.]*))? ([A-Z0-9]+) (graceful|abrupt|killed)(?: .*)?$")


def _tables(table: Any) -> Iterator[dict[str, Any]]:
    if isinstance(table, dict):
        yield table
        for value in table.values():
            yield from _tables(value)
    elif isinstance(table, list):
        for value in table:
            yield from _tables(value)


def test_the_json_is_what_the_toml_files_say() -> None:
    assert Path(catalogue.FILE).read_text("utf-8") == build.text(), "run python -m gracelint.signals.programs.build"


def test_it_knows_150_programs_and_more() -> None:
    names = {name for key in KEYS for name in catalogue.entry(key).get("names", [key])}
    assert len(KEYS) >= 150
    assert len(names) >= 500


@pytest.mark.parametrize("key", KEYS)
def test_every_entry_has_its_kind_and_evidence(key: str) -> None:
    entry = catalogue.entry(key)
    assert entry["kind"] in schema.KINDS
    assert entry["evidence"]
    for table in _tables(entry):
        for evidence in table.get("evidence", ()):
            assert evidence.startswith(("http://", "https://")) or _cited(evidence), evidence


def _cited(evidence: str) -> bool:
    """Is there a measured row of this program, version, signal and verdict?"""
    match = _MEASURED.match(evidence)
    if match is None:
        return False
    name, version, signal, verdict = match.groups()
    return any(
        row["verdict"] == verdict
        and row["signal"] == f"SIG{signal}"
        and (not version or version in row["version"] or version in row["name"])
        and all(word in f"{row['name']} {' '.join(row['argv'])}" for word in name.split())
        for row in (*_ROWS["rows"], *_ROWS["cited"], *_RECORDS)
    )


# php-fpm's SIGQUIT is clean where its configuration sets process_control_timeout, which a reader finds out.
@pytest.mark.parametrize("key", [key for key in KEYS if key != "php-fpm"])
def test_a_clean_signal_is_one_that_the_program_handles(key: str) -> None:
    tables = list(_tables(catalogue.entry(key)))
    handled = {
        signal
        for table in tables
        for signal, reaction in table.get("on", {}).items()
        if reaction["does"] in ("handles", "forwards")
    }
    assert handled.issuperset(signal for table in tables for signal in table.get("clean", ()))


@pytest.mark.parametrize(
    ("entry", "problem"),
    [
        ({"evidence": ["x"], "nonsense": 1}, "unknown key nonsense"),
        ({"evidence": ["x"], "stays": "yes"}, "stays is of the wrong type"),
        ({"stays": True}, "no evidence"),
        ({"evidence": ["x"], "on": {"TERM": {"does": "handles", "why": "w"}}}, "not a signal: TERM"),
        (
            {"evidence": ["x"], "on": {"SIGTERM": {"does": "obeys", "why": "w"}}},
            "SIGTERM: a reaction needs does and why",
        ),
        ({"evidence": ["x"], "on": {"SIGTERM": {"does": "forwards", "why": "w"}}}, "SIGTERM: forwards goes with to"),
        ({"evidence": ["x"], "when": [{"stays": True}]}, "when without if"),
        ({"evidence": ["x"], "when": [{"if": {"moon": "full"}}]}, "unknown condition moon"),
        ({"evidence": ["x"], "sub": [{"stays": True}]}, "sub without names"),
        ({"evidence": ["x"], "reads": "tea-leaves"}, "unknown reader tea-leaves"),
        ({"evidence": ["x"], "traits": ["brave"]}, "unknown trait brave"),
        (
            {"evidence": ["x"], "starts": [{"command": "rest", "how": "magic"}]},
            "starts: {'command': 'rest', 'how': 'magic'}",
        ),
    ],
)
def test_the_schema_refuses(entry: dict[str, Any], problem: str) -> None:
    assert schema.check(entry) == [problem]


def test_every_reader_is_used_and_every_use_has_a_reader() -> None:
    used = {table["reads"] for key in KEYS for table in _tables(catalogue.entry(key)) if "reads" in table}
    assert used == set(schema.READERS)
