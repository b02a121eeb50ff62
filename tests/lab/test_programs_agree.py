"""What gracelint says of the measured programs: the Dockerfile that launches each of them, followed, against its record.

Graceful where the kernel says otherwise is the worst that can happen here. "unknown" is never wrong, and bounded below.
"""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

import pytest

from gracelint.image.build import build_image
from gracelint.image.context.context import Context
from gracelint.lab.programs.__main__ import EVIDENCE
from gracelint.lab.programs.measure import filled
from gracelint.lab.programs.table import Case, cases
from gracelint.parsers.dockerfile import parse
from gracelint.signals.trace import follow
from gracelint.source import Document

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

RECORDS: list[dict[str, Any]] = json.loads(EVIDENCE.read_text("utf-8"))["records"]
CASES: dict[str, Case] = {case.name: case for case in cases()}
# The witness.
APP = {"app": {"on": dict.fromkeys(("SIGHUP", "SIGINT", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGTERM"), "handles")}}

# (name, signal): why the prediction differs from the record, and which of the two to believe.
_UNWINDS = "asyncio.run cancels the main task, as predicted; that nothing then waits for tornado's requests is not seen"
_SUPERVISED = "with workers uvicorn does not raise the signal again, as one process does; the two are not told apart"
_RAISED = "Twisted stops in order, and raises the signal again when it is done: that it died of it is no loss"
DIFFERS: dict[tuple[str, str], str] = {
    ("tornado", "SIGINT"): _UNWINDS,
    (
        "websockets.serve, event",
        "SIGTERM",
    ): "a WebSocket is told that the server goes away (1001): the protocol's own clean end",
    ("uvicorn.run, workers, child", "SIGTERM"): _SUPERVISED,
    ("uvicorn.run, workers, trap", "SIGTERM"): _SUPERVISED,
    ("scrapyd, child", "SIGTERM"): _RAISED,
    ("scrapyd, trap", "SIGTERM"): _RAISED,
    ("postgres", "SIGTERM"): "a client that leaves by itself was connected; one that stays is predicted",
}


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


@pytest.fixture(scope="module")
def predictions(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], str]:
    """The prediction for a record, by identity; each is made once."""
    records = {identity(record): record for record in RECORDS}
    return functools.cache(lambda name: predicted(records[name], tmp_path_factory.mktemp("program")))


def identity(record: dict[str, Any]) -> str:
    return f"{record['name']} {record['signal'][3:]}"


@pytest.mark.parametrize("record", RECORDS, ids=identity)
def test_the_prediction_is_what_was_measured(record: dict[str, Any], predictions: Callable[[str], str]) -> None:
    verdict = predictions(identity(record))
    reason = DIFFERS.get((record["name"], record["signal"]))
    if reason is not None:
        assert not agree(verdict, record), "it agrees by now: it is no difference any more"
        pytest.xfail(reason)  # a known difference: DIFFERS says why, and the line above fails once it is none
    assert agree(verdict, record), (verdict, record["verdict"], record["why"])


@pytest.mark.slow  # it predicts all of them again, in one worker
def test_most_are_decided(predictions: Callable[[str], str]) -> None:
    """Of programs; what the small applications of the runtimes' table do is theirs."""
    every = [identity(record) for record in RECORDS if record["group"] != "runtimes"]
    unknown = [one for one in every if predictions(one) == "unknown"]
    assert len(unknown) <= 0.06 * len(every), unknown


def test_differences_are_of_records_that_are_there() -> None:
    assert DIFFERS.keys() <= {(record["name"], record["signal"]) for record in RECORDS}
