"""What the images of one run read alike is worked out once, and each of them still depends on all that it read."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gracelint import disk
from gracelint.cases import Unit
from gracelint.config import Settings
from gracelint.engine import judge, judge_all
from gracelint.image.context import shared
from gracelint.image.context.shared import Shared
from gracelint.parsers.python import reading

if TYPE_CHECKING:
    from gracelint.source import Text

DOCKERFILE = """\
FROM python:3.12-slim AS web
WORKDIR /app
COPY . .
CMD ["python", "-m", "service"]
FROM web AS worker
CMD ["python", "-m", "service.worker"]
FROM web AS beat
ENV BEAT=1
"""
FILES = {
    "Dockerfile": DOCKERFILE,
    "service/__init__.py": "",
    "service/__main__.py": "from service.rest import wait\nwait()\n",
    "service/worker.py": "from service.rest import wait\nwait()\n",
    "service/rest.py": "import signal\nfrom .stop import stop\nsignal.signal(signal.SIGTERM, stop)\ndef wait():\n    while True:\n        signal.pause()\n",
    "service/stop.py": "import sys\ndef stop(*_):\n    sys.exit(0)\n",
}


@pytest.fixture
def units(tmp_path: Path) -> list[Unit]:
    for name, text in FILES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text)
    file = str(tmp_path / "Dockerfile")
    return [
        Unit("Dockerfile", file, "dockerfile", Settings(), frozenset({"GL301"}), str(tmp_path), str(tmp_path), target)
        for target in ("web", "worker", "beat")
    ]


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The names of the files that are parsed."""
    found: list[str] = []
    read = reading.read

    def counted(text: Text) -> object:
        found.append(Path(text.span.document.path).name)
        return read(text)

    monkeypatch.setattr(reading, "read", counted)
    return found


def test_a_file_of_several_images_is_parsed_once(units: list[Unit], parsed: list[str]) -> None:
    assert [each.findings for each in judge_all(units, 1)] == [(), (), ()]
    assert sorted(parsed) == sorted(Path(name).name for name in FILES if name.endswith(".py"))


def test_one_that_changes_between_two_images_is_parsed_again(units: list[Unit], parsed: list[str]) -> None:
    common = Shared()
    judge(units[0], shared=common)
    Path(units[0].root, "service/stop.py").write_text("def stop(*_):\n    pass\n")
    assert [each.code for each in judge(units[1], {}, True, common).findings if each.severity == "error"]
    assert parsed.count("stop.py") == 2
    assert parsed.count("rest.py") == 1


def test_each_image_depends_on_what_it_read(units: list[Unit]) -> None:
    common = Shared()
    records = []
    for unit in (units[0], units[2]):
        with disk.Record() as record:
            read = judge(unit, shared=common).read
        records.append((record.answers, read))
    assert records[0] == records[1]
    assert any(path.endswith("stop.py") for _, path in records[0][0])


def test_documents_are_found_by_path_and_content() -> None:
    common = Shared()
    one = common.document("a.py", b"1")
    assert common.document("a.py", b"1") is one
    assert common.document("b.py", b"1") is not one
    assert common.document("a.py", b"2").text == "2"
    assert pickle.loads(pickle.dumps(common)).document("a.py", b"1") is not one


def test_documents_are_kept_up_to_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shared, "MOST_BYTES", 3)
    monkeypatch.setattr(shared, "LONGEST", 2)
    common = Shared()
    first, second = common.document("a", b"1"), common.document("b", b"2")
    assert common.document("a", b"1") is first
    common.document("c", b"33")
    assert common.document("a", b"1") is first
    assert common.document("b", b"2") is not second
    assert common.document("d", b"444") is not common.document("d", b"444")


def test_patterns_are_read_once() -> None:
    common = Shared()
    assert common.ignore("*.md\n") is common.ignore("*.md\n")
    assert common.ignore("*.txt\n").match("a.md") is None
