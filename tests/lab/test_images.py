"""Images as people write them (`images.toml`), built and stopped by a real engine: what became of the application has to be gracelint's
verdict on the same Dockerfile. Their base is a debootstrapped Debian with the servers that they start, under the name of the official one."""

from __future__ import annotations

import concurrent.futures
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from engines import bootstrap

from gracelint.image.build import build_image
from gracelint.image.context.context import Context
from gracelint.lab import docker, procfs
from gracelint.lab.programs import backend, client
from gracelint.lab.ready import Written
from gracelint.parsers.dockerfile import parse
from gracelint.signals.trace import follow
from gracelint.source import Document

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

CASES: dict[str, dict[str, Any]] = tomllib.loads(Path(__file__).with_name("images.toml").read_text("utf-8"))
SHARED: dict[str, str] = CASES.pop("files")
BASE = "debian:12"
PACKAGES = (
    "celery cron dumb-init gosu gunicorn nginx-light nodejs python3-gunicorn runit s6 sudo supervisor tini".split()
)


class Project:
    """A case's build context in a folder, with a folder ``out`` beside it, which is the container's /out."""

    def __init__(self, case: dict[str, Any], folder: Path) -> None:
        self.context, self.out, self.record = folder / "context", folder / "out", folder / "out" / "record"
        self.ports = {"{port}": free_port(), "{backend}": free_port()}
        for one in (self.context, self.out):
            one.mkdir(parents=True)
        self.record.touch()
        for path in (self.out, self.record):  # gunicorn's user writes too
            path.chmod(0o777)
        own = case["files"] if isinstance(case["files"], dict) else dict.fromkeys(case["files"], "")
        for name, text in own.items():
            (self.context / name).write_text(self.filled(text or SHARED[name]), "utf-8")
        text = f"FROM {BASE}\nWORKDIR /app\nCOPY . .\n{self.filled(case['dockerfile'])}\n"
        self.dockerfile = Document("Dockerfile", text)
        (self.context / "Dockerfile").write_text(text, "utf-8")

    def filled(self, text: str) -> str:
        for place, port in self.ports.items():
            text = text.replace(place, port)
        return text

    def predicted(self) -> str:
        return follow(build_image(parse(self.dockerfile), Context(str(self.context)))).verdict


def free_port() -> str:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return str(one.getsockname()[1])


@pytest.mark.parametrize("name", CASES)
def test_the_verdict_is_the_one_that_was_measured(name: str, tmp_path: Path) -> None:
    """Without an engine: what the engine said when the case was written."""
    assert Project(CASES[name], tmp_path).predicted() == CASES[name]["verdict"]


@pytest.fixture
def base(engine: None, tmp_path: Path) -> None:
    root = tmp_path / "root"
    bootstrap(root, *PACKAGES)
    with subprocess.Popen(["tar", "-c", "-C", root, "."], stdout=subprocess.PIPE) as files:
        subprocess.run(["docker", "import", "-", BASE], stdin=files.stdout, check=True, capture_output=True)


def measured(number: int, case: dict[str, Any], folder: Path) -> str:
    """What happens when the engine stops the case's container: a verdict, with what tells of it."""
    project, tag = Project(case, folder), f"gracelint-image-{number}"
    words = ["docker", "build", "--quiet", "--network", "none", "--tag", tag, str(project.context)]
    made = subprocess.run(words, capture_output=True, text=True, check=False)
    assert made.returncode == 0, made.stderr
    port, origin = project.ports["{port}"], project.ports["{backend}"]
    script = [sys.executable, str(Path(backend.__file__)), origin, str(project.record), "2.0"]
    company = [subprocess.Popen(script)] if "nginx.conf" in case["files"] else []
    while company and not procfs.listens(company[0].pid, int(origin)):
        assert company[0].poll() is None
        time.sleep(0.02)
    asking = [sys.executable, str(Path(client.__file__)), "http", port, "/slow", "40"]
    asker = subprocess.Popen(asking, stdout=subprocess.PIPE, text=True) if case.get("answer") else None
    try:
        options = ("--network", "host", "--volume", f"{project.out}:/out")
        ready = Written(str(project.record), b" ready\n", 1, 60.0)
        report = docker.stop(tag, grace=case.get("grace", 3), ready=ready, options=options).report
        answer = "answered" if asker is None else asker.communicate(timeout=20)[0].strip()
    finally:
        for one in (*company, *([asker] if asker else [])):
            one.kill()
            one.wait()
    assert "not within" not in report.ready, (report.ready, report.output)
    if not report.exited:
        return "killed"
    finished = "nginx.conf" in case["files"] or " finished\n" in project.record.read_text("utf-8")
    return "graceful" if answer == "answered" and finished else "abrupt"


@pytest.mark.lab
@pytest.mark.slow
def test_the_engine_says_the_same(base: None, tmp_path: Path) -> None:
    """One test for all: their base takes a minute or two to make. Where one differs it is measured twice more, and the majority counts."""

    def settled(number: int, name: str) -> str:
        case = CASES[name]
        runs = [measured(number, case, tmp_path / f"{number}-0")]
        if runs[0] != case["verdict"]:
            runs += [measured(number, case, tmp_path / f"{number}-{turn}") for turn in (1, 2)]
        return max(set(runs), key=runs.count)

    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        found = dict(zip(CASES, pool.map(settled, range(len(CASES)), CASES), strict=True))
    assert found == {name: case["verdict"] for name, case in CASES.items()}
