"""Real containers: what the engine sees has to be what the lab says of the same argv.

The engine is this test's own: it is started on a socket in a temporary folder and stopped again. Images are made of nothing but a shell
(busybox's, or a debootstrapped Debian's), busybox-static and the witness; containers get no network.
"""

from __future__ import annotations

import concurrent.futures
import contextlib
import io
import itertools
import json
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from engines import bootstrap

from gracelint.lab import Output, Report, docker, probe, run

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from gracelint.lab.witness import Stand

pytestmark = [pytest.mark.lab, pytest.mark.slow]

GRACE = 3
TRAP = "trap 'kill $p; wait $p; exit 0' TERM; app & p=$!; wait $p"
DROPPING = "trap 'exit 0' TERM; app & wait"
SCRIPTS = {"exec.sh": 'exec "$@"\n', "no-exec.sh": '"$@"\n', "trap.sh": TRAP + "\n", "dropping.sh": DROPPING + "\n"}


@dataclass(frozen=True)
class Built:
    """An image, and the argv that the engine makes of its Dockerfile."""

    tag: str
    argv: tuple[str, ...]
    signal: str
    base: str


def prepared(base: str, folder: Path, shell: str, stand: Stand) -> Path:
    """Build a base image (busybox alone, or a Debian), with the witness and some scripts; return its files, in a folder."""
    root = folder / base
    if shell != "busybox":
        bootstrap(root)
    for name in ("bin", "dev", "proc"):
        (root / name).mkdir(parents=True, exist_ok=True)
    shutil.copy(stand.folder / "app", root / "bin" / "app")
    shutil.copy(shutil.which("busybox") or "", root / "bin" / "busybox")
    if shell == "busybox":
        (root / "bin" / "sh").symlink_to("busybox")
    for name, text in SCRIPTS.items():
        (root / name).write_text("#!/bin/sh\n" + text)
        (root / name).chmod(0o755)
    with subprocess.Popen(["tar", "-c", "-C", root, "."], stdout=subprocess.PIPE) as files:
        subprocess.run(["docker", "import", "-", base], stdin=files.stdout, check=True, capture_output=True)
    return root


@pytest.fixture(scope="module")
def roots(engine: None, stand: Stand, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The base images' files, by image: one like Alpine's, one like Debian's."""
    folder = tmp_path_factory.mktemp("roots")
    return {base: prepared(base, folder, shell, stand) for base, shell in BASES.items()}


@pytest.fixture(scope="module")
def build(roots: dict[str, Path]) -> Callable[[str], Built]:
    tags = itertools.count()

    def image(text: str) -> Built:
        tag = f"gracelint-test-{next(tags)}"
        dockerfile = text if text.startswith("FROM ") else f"FROM {next(iter(BASES))}\n{text}"
        words = ["docker", "build", "--quiet", "--network", "none", "--tag", tag, "-"]
        text = dockerfile.replace("\n", "\nENV GRACELINT_CLEANUP=150\n", 1)
        made = subprocess.run(words, input=text, capture_output=True, text=True, check=False)
        assert made.returncode == 0, made.stderr
        shown = subprocess.run(["docker", "inspect", tag], capture_output=True, text=True, check=True)
        config = json.loads(shown.stdout)[0]["Config"]
        argv = (*(config["Entrypoint"] or ()), *(config["Cmd"] or ()))
        return Built(tag, argv, config.get("StopSignal") or "SIGTERM", dockerfile.split()[1])

    return image


BASES = {"gracelint-test-alpine": "busybox", "gracelint-test-debian": "dash"}
DEBIAN = "FROM gracelint-test-debian\n"
CASES = {
    "shell form, ash execs": ("CMD app", "graceful", 0),
    "shell form, a list": ("CMD app; true", "killed", 137),
    "shell form entrypoint": ("ENTRYPOINT app | busybox cat", "killed", 137),
    "shell form, dash does not exec": (DEBIAN + "CMD app", "killed", 137),
    "shell form, dash with exec": (DEBIAN + "CMD exec app", "graceful", 0),
    "shell form, bash execs": (DEBIAN + 'SHELL ["bash", "-c"]\nCMD app', "graceful", 0),
    "shell form, bash with a redirection": (DEBIAN + 'SHELL ["bash", "-c"]\nCMD app 2>&1', "killed", 137),
    "a trap that dash refuses": (DEBIAN + "CMD trap 'exit 0' SIGTERM; app & wait", "killed", 137),
    "exec form": ('CMD ["app"]', "graceful", 0),
    "exec form of a program without handlers": ('CMD ["busybox", "sleep", "100"]', "killed", 137),
    "sh -c without exec": ('CMD ["sh", "-c", "app && true"]', "killed", 137),
    "sh -c with exec": ('CMD ["sh", "-c", "true; exec app"]', "graceful", 0),
    "entrypoint with exec": ('ENTRYPOINT ["/exec.sh"]\nCMD ["app"]', "graceful", 0),
    "entrypoint without exec": ('ENTRYPOINT ["/no-exec.sh"]\nCMD ["app"]', "killed", 137),
    "a trap that forwards and waits": ('ENTRYPOINT ["/trap.sh"]', "graceful", 0),
    "a trap that drops its child": ('ENTRYPOINT ["/dropping.sh"]', "abrupt", 0),
    "a trap that dies of its own": ("CMD trap 'exit 143' TERM; while :; do busybox sleep 0.1; done", None, 143),
    "STOPSIGNAL that is handled": ('STOPSIGNAL SIGQUIT\nCMD ["app"]', "graceful", 0),
    "STOPSIGNAL that is not": ('STOPSIGNAL SIGUSR1\nCMD ["sh", "-c", "trap : TERM; app; true"]', "killed", 137),
    "STOPSIGNAL as a number": ('STOPSIGNAL 2\nENTRYPOINT ["/exec.sh", "app"]', "graceful", 0),
    "STOPSIGNAL, real-time": (
        "STOPSIGNAL SIGRTMIN+3\nCMD trap 'exit 5' 37; while :; do busybox sleep 0.1; done",
        None,
        5,
    ),
}


def code(report: Report) -> int | None:
    return report.status.code if report.status.signal is None else 128 + report.status.signal


Pair = tuple[Report, Report]


@pytest.fixture(scope="module")
def pairs(
    build: Callable[[str], Built], roots: dict[str, Path]
) -> Iterator[dict[str, concurrent.futures.Future[Pair]]]:
    """What the engine says of each case, and what the lab says of the same argv. Several at a time: most of it is waiting."""

    def measure(text: str) -> Pair:
        image = build(text)
        stopped = docker.stop(image.tag, grace=GRACE, options=("--network", "none"))
        assert stopped.blind == ""
        env = {"PATH": "/usr/bin:/bin", "GRACELINT_CLEANUP": "150"}
        return stopped.report, run(image.argv, signal=image.signal, grace=GRACE, root=str(roots[image.base]), env=env)

    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        yield {name: pool.submit(measure, text) for name, (text, _, _) in CASES.items()}


@pytest.mark.parametrize("name", CASES)
def test_the_engine_and_the_lab_agree(name: str, pairs: dict[str, concurrent.futures.Future[Pair]]) -> None:
    text, verdict, exit_code = CASES[name]
    real, lab = pairs[name].result()
    assert code(real) == code(lab) == exit_code
    assert real.signal == lab.signal
    assert real.exited == lab.exited == (exit_code != 137)
    assert [process.argv for process in real.tree if process.pid == 1] == [lab.pid1.argv]
    assert real.pid1.caught == lab.pid1.caught
    # busybox's children come and go
    if "sleep 0.1" not in text:
        assert sorted(process.argv for process in real.tree) == sorted(process.argv for process in lab.tree)
        assert real.judgement[:2] == lab.judgement[:2]
        assert real.verdict == verdict
    if exit_code == 137:
        assert real.seconds >= GRACE
    else:
        assert real.seconds < GRACE


def asked(*args: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    status = probe.main(args, out, err)
    return status, out.getvalue(), err.getvalue()


def test_init_compared(build: Callable[[str], Built]) -> None:
    image = build("CMD app; true")
    status, out, err = asked("--image", image.tag, "--init", "--grace-period", "2", "--format", "json")
    assert (status, err) == (0, "")
    answer = json.loads(out)
    assert (answer["verdict"], answer["status"]) == ("killed", {"code": None, "signal": "SIGKILL"})
    assert answer["pid1"]["argv"] == ["/bin/sh", "-c", "app; true"]
    assert "SIGTERM" not in answer["pid1"]["caught"]
    init = answer["with_init"]
    assert init["pid1"]["argv"][0].endswith("docker-init")
    assert [one["argv"][0] for one in init["tree"]][1:] == ["/bin/sh", "app"]
    # the shell is not PID 1 any more, dies of the signal, the init follows it, and the kernel kills the application
    assert (init["exited"], init["verdict"], init["status"]["code"]) == (True, "abrupt", 143)


def test_probe_of_an_image_in_words(build: Callable[[str], Built]) -> None:
    image = build('ENTRYPOINT ["/no-exec.sh"]\nCMD ["app"]')
    status, out, _ = asked("--image", image.tag, "--grace-period", "1")
    assert status == 0
    assert f"== docker run {image.tag}\n" in out
    assert "PID 1      /bin/sh /no-exec.sh app\n" in out
    assert "verdict    killed" in out
    status, out, _ = asked("--image", image.tag, "--grace-period", "1", "--signal", "INT", "sh", "-c", "app")
    assert "sent       SIGINT to PID 1" in out


def test_a_container_that_ends_by_itself(build: Callable[[str], Built]) -> None:
    stopped = docker.stop(build('CMD ["busybox", "true"]').tag, grace=1)
    assert (stopped.report.signalled, stopped.report.verdict) == (False, "unknown")


def test_an_engine_out_of_sight(build: Callable[[str], Built], monkeypatch: pytest.MonkeyPatch) -> None:
    """As with an engine in another machine: exit code and time are known, masks are not, nor who was killed."""
    monkeypatch.setattr(docker, "_out_of_sight", lambda pid, container: "somewhere else")
    image = build("CMD app; true")
    _, out, _ = asked("--image", image.tag, "--grace-period", "1", "--format", "json")
    answer = json.loads(out)
    assert (answer["verdict"], answer["note"]) == ("killed", "somewhere else")
    assert answer["pid1"]["caught"] is answer["pid1"]["sigcgt"] is None
    ready = docker.stop(build("CMD echo up; exec app").tag, ready=Output(b"up"))
    assert (ready.report.status.code, ready.report.verdict) == (0, "unknown")


def test_what_the_engine_refuses(engine: None) -> None:
    status, out, err = asked("--image", "gracelint-no/such-image")
    assert (status, out) == (2, "")
    assert err.startswith("gracelint probe: docker run: ")


def test_no_container_is_left(build: Callable[[str], Built], pairs: dict[str, concurrent.futures.Future[Pair]]) -> None:
    concurrent.futures.wait(pairs.values())  # whichever tests this process has run before
    image = build('CMD ["app"]')
    with contextlib.suppress(docker.EngineError):
        docker.stop(image.tag, ["nothing-of-this-name"])
    docker.stop(image.tag, grace=1)
    listed = subprocess.run(["docker", "ps", "-aq"], capture_output=True, text=True, check=True)
    assert listed.stdout == ""
