"""What gracelint says of the measured programs: the Dockerfile that launches each of them, followed, against its record.

Graceful where the kernel says otherwise is the worst that can happen here. "unknown" is never wrong, and bounded below.
"""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from gracelint.image.build import build_image
from gracelint.image.context import Context
from gracelint.lab.programs.__main__ import EVIDENCE
from gracelint.lab.programs.measure import filled
from gracelint.lab.programs.table import Case, cases
from gracelint.parsers.dockerfile import parse
from gracelint.signals.trace import follow
from gracelint.source import Document

if TYPE_CHECKING:
    from pathlib import Path

RECORDS: list[dict[str, Any]] = json.loads(EVIDENCE.read_text("utf-8"))["records"]
CASES: dict[str, Case] = {case.name: case for case in cases()}
# The witness.
APP = {"app": {"on": dict.fromkeys(("SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGTERM"), "handles")}}

# (name, signal): why the prediction differs from the record, and which of the two to believe.
DIFFERS: dict[tuple[str, str], str] = {}


def predicted(record: dict[str, Any], folder: Path) -> str:
    case = CASES[record["name"]]
    for name, text in case.files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(filled(text), "utf-8")
        path.chmod(0o755)
    environment = "".join(f"ENV {key}={json.dumps(value)}\n" for key, value in case.env.items())
    text = (
        f"FROM debian:12\nWORKDIR /app\nCOPY . .\n{environment}"
        f"STOPSIGNAL {record['signal']}\nENTRYPOINT {json.dumps(record['argv'])}\n"
    )
    image = build_image(parse(Document("Dockerfile", text)), Context(str(folder)))
    return follow(image, programs=APP).verdict


def agree(verdict: str, record: dict[str, Any]) -> bool:
    """``ends`` does not tell whether work was dropped."""
    if verdict in ("unknown", record["verdict"]):
        return True
    return verdict == "abrupt" and record["basis"] == "ends" and record["verdict"] == "graceful"


def identity(record: dict[str, Any]) -> str:
    return f"{record['name']} {record['signal'][3:]}"


@pytest.mark.parametrize("record", RECORDS, ids=identity)
def test_the_prediction_is_what_was_measured(record: dict[str, Any], tmp_path: Path) -> None:
    verdict = predicted(record, tmp_path)
    key = (record["name"], record["signal"])
    assert agree(verdict, record) == (key not in DIFFERS), (verdict, record["verdict"], record["why"], DIFFERS.get(key))


def test_most_are_decided(tmp_path: Path) -> None:
    verdicts = Counter(predicted(record, tmp_path / str(number)) for number, record in enumerate(RECORDS))
    assert verdicts["unknown"] <= 0.1 * len(RECORDS), verdicts


def test_differences_are_of_records_that_are_there() -> None:
    assert DIFFERS.keys() <= {(record["name"], record["signal"]) for record in RECORDS}
