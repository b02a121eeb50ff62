"""What is said of a handler, case by case: predicted from the source, and by the kernel (`handlers.toml`)."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import python_lab

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MODULES = "asyncio atexit contextlib functools multiprocessing os queue sched select signal socket subprocess sys threading time".split()
POOLS = ("ThreadPoolExecutor", "ProcessPoolExecutor")
CASES: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("handlers.toml").read_text(encoding="utf-8"))


def head(app: str) -> str:
    """The imports that a case leaves out: only what it names, as importing all of them takes longer than the cases themselves."""
    modules = [name for name in MODULES if f"{name}." in app]
    pools = [name for name in POOLS if name in app]
    imports = (f"import {', '.join(modules)}\n" if modules else "") + (
        f"from concurrent.futures import {', '.join(pools)}\n" if pools else ""
    )
    return imports or "\n"


def prepared(name: str, folder: Path) -> Path:
    case = CASES[name]
    python_lab.write({**case.get("files", {}), "app.py": head(case["app"]) + case["app"]}, folder)
    return folder


def since(case: dict[str, Any]) -> tuple[int, ...]:
    return tuple(map(int, case.get("since", "3.0").split(".")))


@pytest.mark.parametrize("name", CASES)
def test_predicted(name: str, tmp_path: Path) -> None:
    base = f"python:{CASES[name].get('version', '3.11')}-slim"
    assert python_lab.predicted(python_lab.read(prepared(name, tmp_path), base=base)) == CASES[name].get(
        "predicted", CASES[name]["verdict"]
    )


RACE = """
def watch(stop):
    stop.wait()
    os.kill(os.getpid(), signal.SIGINT)
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda s, f: stop.set())
threading.Thread(target=watch, args=(stop,), daemon=True).start()
print('READY', flush=True)
try:
    while True:
        signal.pause()
except KeyboardInterrupt:
    pass
print('CLEANED', flush=True)
"""


@pytest.mark.parametrize("rest", ["signal.pause()", "time.sleep(3600)"])
def test_what_depends_on_who_is_quicker(tmp_path: Path, rest: str) -> None:
    """The thread's signal comes when the main thread waits again, or just before that: of a pause, 86 of 120 runs on a busy machine ended in
    order, and 34 were killed; of a long sleep, 10 of 40."""
    text = RACE.replace("signal.pause()", rest)
    python_lab.write({"app.py": head(text) + text}, tmp_path)
    assert python_lab.predicted(python_lab.read(tmp_path, base="python:3.11-slim")) == "unknown"


def runs_here(case: dict[str, Any]) -> bool:
    """Whether this Python is one that the case is about."""
    own = sys.version_info[:2]
    named = case.get("version")
    return named in (None, f"{own[0]}.{own[1]}", f"{own[0]}.{own[1]}.{sys.version_info.micro}") and own >= since(case)


MEASURED = [name for name, case in CASES.items() if runs_here(case)]
SHARES = 24


def measured(name: str, folder: Path) -> str:
    """The kernel's verdict on a case; one that differs has another chance, and more time."""
    case = CASES[name]
    app = prepared(name, folder / name)
    options = {"cleans": "CLEANED" in case["app"], "whole": case.get("whole", False)}
    found = python_lab.measured(app, **options)
    return found if found == case["verdict"] else python_lab.measured(app, **options, grace=4.0)


@pytest.mark.lab
@pytest.mark.parametrize("share", range(SHARES))
def test_measured(share: int, tmp_path: Path, lab: None) -> None:
    """A share of them side by side, as each mostly waits."""
    names = MEASURED[share::SHARES]
    with ThreadPoolExecutor(4) as pool:
        truth = dict(zip(names, pool.map(lambda name: measured(name, tmp_path), names), strict=True))
    assert truth == {name: CASES[name]["verdict"] for name in names}
