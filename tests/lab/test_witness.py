from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from gracelint.lab import witness
from gracelint.lab.report import Testimony as Told

if TYPE_CHECKING:
    from gracelint.lab.witness import Stand

FORWARD = "trap 'kill $p; wait $p; exit 0' TERM; {} & p=$!; wait $p"


@pytest.mark.lab
@pytest.mark.parametrize(
    ("argv", "verdict", "told"),
    [
        (["app"], "graceful", [(15,)]),
        (["sh", "-c", FORWARD.format("app")], "graceful", [(15,)]),
        (
            ["sh", "-c", FORWARD.format("app").replace("kill $p", "kill -USR1 $p; sleep 0.05; kill -QUIT $p")],
            "graceful",
            [(10, 3)],
        ),
        (["sh", "-c", "trap 'exit 0' TERM; app & wait"], "abrupt", [()]),
        (
            ["sh", "-c", "trap 'kill $p; sleep 0.05; exit 0' TERM; GRACELINT_CLEANUP=5000 app & p=$!; wait"],
            "abrupt",
            [(15,)],
        ),
        (["sh", "-c", "app; true"], "killed", [()]),
        (["sh", "-c", FORWARD.format("GRACELINT_CATCH=1 app")], "abrupt", [()]),
        (["sh", "-c", "trap '' TERM; exec app"], "graceful", [(15,)]),
        (["sh", "-c", "trap '' TERM; GRACELINT_POLITE= exec app"], "killed", [()]),
    ],
)
def test_what_a_witness_testifies(argv: list[str], verdict: str, told: list[tuple[int, ...]], stand: Stand) -> None:
    report = stand.run(argv, grace=1.5)
    assert report.verdict == verdict
    assert [testimony.signals for testimony in report.testimonies] == told
    assert list(stand.folder.glob("record-*")) == []


@pytest.mark.lab
def test_several_witnesses_by_name(stand: Stand) -> None:
    script = "trap 'kill $p $q; wait $p; wait $q; exit 0' TERM; app & p=$!; gunicorn app:app -w 2 & q=$!; wait $p"
    report = stand.run(["sh", "-c", script], witnesses=2)
    assert report.verdict == "graceful"
    assert sorted(testimony.name for testimony in report.testimonies) == ["app", "gunicorn"]
    assert {testimony.pid for testimony in report.testimonies} == {process.pid for process in report.tree[1:]}


@pytest.mark.lab
def test_a_witness_that_never_comes(stand: Stand) -> None:
    report = stand.run(["sleep", "100"], grace=0, limit=0.1)
    assert report.testimonies == ()
    assert "not within 0.1 s" in report.ready


def test_records() -> None:
    record = "app 2 ready\nx 3 ready\napp 2 signal 15\napp 2 signal 2\napp 2 finished\n"
    assert witness.testimonies(record) == (Told("app", 2, (15, 2), True), Told("x", 3))
    assert witness.testimonies("") == ()


def test_without_a_compiler(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nowhere")
    with pytest.raises(witness.NoCompilerError, match="C compiler"):
        witness.build(witness.SOURCE.with_suffix(".out"))
