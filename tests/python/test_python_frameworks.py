"""What the catalogue of calls says of frameworks, held against what was measured with the real packages (``tests/fixtures/python/frameworks.json``)."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import python_lab

ROWS: list[dict[str, Any]] = json.loads(
    (Path(__file__).parents[1] / "fixtures" / "python" / "frameworks.json").read_text(encoding="utf-8")
)
VERDICTS = {"handles": "graceful", "killed": "killed"}


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["call"])
def test_measured_framework(row: dict[str, Any], tmp_path: Path) -> None:
    python_lab.write({"app.py": row["program"]}, tmp_path)
    assert python_lab.predicted(python_lab.read(tmp_path)) == VERDICTS[row["pid1"]]


def test_unknown_framework(tmp_path: Path) -> None:
    python_lab.write({"app.py": "import framework\napp = framework.App()\napp.run()\n"}, tmp_path)
    program = python_lab.read(tmp_path)
    assert python_lab.predicted(program) == "unknown"
    assert program.missing == ("what framework.App.run does with the signal",)


@pytest.mark.parametrize(
    "text",
    [
        "import uvicorn\nuvicorn.run('app:app')\nimport time\nwhile True:\n    time.sleep(1)\n",
        "from aiohttp import web\nweb.run_app(web.Application())\n",
        "import hypercorn.run\nhypercorn.run.run(config)\n",
    ],
)
def test_framework_with_handlers(text: str, tmp_path: Path) -> None:
    python_lab.write({"app.py": text}, tmp_path)
    assert python_lab.predicted(python_lab.read(tmp_path)) == "graceful"


@pytest.mark.parametrize(
    "text",
    [
        "from aiohttp import web\nweb.run_app(web.Application(), handle_signals=False)\n",
        "from twisted.internet import reactor\nreactor.run(installSignalHandlers=False)\n",
        "import time\nimport uvicorn\nwhile True:\n    time.sleep(1)\n",
    ],
)
def test_framework_without_handlers(text: str, tmp_path: Path) -> None:
    python_lab.write({"app.py": text}, tmp_path)
    assert python_lab.predicted(python_lab.read(tmp_path)) == "killed"
