"""Programs made from seeds, run as PID 1 of a real PID namespace with the real CPython, against what was predicted from their source.

CI runs a sample. All of them: ``GRACELINT_PROGRAMS=0-600 pytest -m lab tests/python/test_python_differential.py``; another interpreter:
``GRACELINT_PYTHON=/usr/bin/python3``.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import python_lab
from python_programs import program

pytestmark = pytest.mark.lab

FIRST, LAST = map(int, os.environ.get("GRACELINT_PROGRAMS", "0-60").split("-"))
PYTHON = os.environ.get("GRACELINT_PYTHON", sys.executable)
MOST_UNKNOWN = 0.1
# Servers that drop their requests, says the prediction. Nobody asks these for anything.
IDLE = re.compile(r"-(http|servers?)-")


def test_predicted_is_measured(tmp_path: Path, lab: None) -> None:
    """No disagreement, and few unknowns."""

    def measured(seed: int) -> str:
        made = program(seed)
        folder = tmp_path / str(seed)
        folder.mkdir()
        python_lab.write(made.files, folder)
        return python_lab.measured(folder, cleans=made.cleans, python=PYTHON)

    asked = [PYTHON, "-c", "import sys; print('python:%d.%d' % sys.version_info[:2])"]
    base = subprocess.run(asked, capture_output=True, text=True, check=True).stdout.strip()
    seeds = range(FIRST, LAST)
    with ThreadPoolExecutor(6) as pool:
        truth = dict(zip(seeds, pool.map(measured, seeds), strict=True))
    table: Counter[tuple[str, str]] = Counter()
    wrong = []
    for seed, verdict in truth.items():
        predicted = python_lab.predicted(python_lab.read(tmp_path / str(seed), base=base))
        table[predicted, verdict] += 1
        if predicted == "abrupt" and verdict == "graceful" and IDLE.search(program(seed).label):
            continue
        if predicted not in ("unknown", verdict):
            wrong.append((predicted, verdict, program(seed).label))
    print(dict(table))
    assert wrong == []
    assert sum(count for (predicted, _), count in table.items() if predicted == "unknown") <= MOST_UNKNOWN * len(truth)
