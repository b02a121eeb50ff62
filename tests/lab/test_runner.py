from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

import pytest

from gracelint.lab import After, NotStartedError, Output, Port, Steady, kernel, procfs, run
from gracelint.lab.connector import Ends
from gracelint.signals import names

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = [pytest.mark.lab, pytest.mark.usefixtures("lab")]

TERM = names.encode([15])


def python(code: str) -> list[str]:
    return [sys.executable, "-S", "-c", code]


def test_sh_without_handler_is_killed_after_the_grace_period() -> None:
    report = run(["sh", "-c", "sleep 100; true"], grace=0.3)
    assert report.verdict == "killed"
    assert not report.exited
    assert report.status.signal == 9
    assert 0.3 <= report.seconds < 5
    assert [process.argv for process in report.tree] == [("sh", "-c", "sleep 100; true"), ("sleep", "100")]
    assert [process.parent for process in report.tree] == [0, 1]
    assert not report.pid1.caught & TERM


def test_a_handler_that_exits() -> None:
    code = "import signal, sys, time; signal.signal(15, lambda *_: sys.exit(4)); time.sleep(99)"
    report = run(python(code), grace=5)
    assert (report.verdict, report.judgement[1]) == ("graceful", "ends")
    assert report.status == (4, None)
    assert report.pid1.caught & TERM
    assert report.seconds < 4


def test_who_dies_with_pid_1_is_told_from_who_left_by_itself() -> None:
    report = run(["sh", "-c", "trap 'exit 0' TERM; sleep 100 & wait"], grace=5)
    assert report.verdict == "abrupt"
    assert [process.argv for process in report.torn_down] == [("sleep", "100")]
    left = run(["sh", "-c", "trap 'wait; exit 0' TERM; sleep 0.6 & wait"], grace=5)
    assert left.verdict == "graceful"
    assert left.torn_down == ()
    assert {process.status for process in left.processes} == {(0, None)}


def test_a_child_ended_by_the_default_action_is_abrupt() -> None:
    report = run(["sh", "-c", "trap 'kill $!; wait; exit 0' TERM; sleep 100 & wait"], grace=5)
    assert report.verdict == "abrupt"
    assert [str(process.status) for process in report.tree] == ["status 0", "SIGTERM"]
    assert report.torn_down == ()


def test_pid_1_starts_as_runc_starts_it() -> None:
    code = (
        "import os, signal; print(os.getpid(), os.getpgid(0), os.getsid(0), os.readlink('/proc/self'),"
        " sorted(map(int, filter(str.isdigit, os.listdir('/proc')))), os.readlink('/proc/self/fd/0'),"
        " sorted(os.listdir('/proc/self/fd')), flush=True);"
        " open('/dev/tty')"
    )
    ignored = signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    blocked = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR2})
    try:
        report = run(["sh", "-c", "exec sleep 100"], grace=0)
        printed = run(python(code), grace=0)
    finally:
        signal.signal(signal.SIGUSR1, ignored)
        signal.pthread_sigmask(signal.SIG_SETMASK, blocked)
    assert (report.pid1.caught, report.pid1.ignored, report.pid1.blocked) == (0, 0, 0)
    first, *rest = printed.output.decode().splitlines()
    # 3 is the open folder itself: nothing of the lab's files is inherited
    assert first == "1 1 1 1 [1] /dev/null ['0', '1', '2', '3']"
    assert "/dev/tty" in rest[-1]


def test_kill_0_inside_does_not_reach_the_lab() -> None:
    assert run(["sh", "-c", "kill 0; kill -KILL -1; exit 5"]).status == (5, None)


def test_environment_folder_and_user(tmp_path: Path, root: None) -> None:
    report = run(["/bin/sh", "-c", 'echo "$A-$HOME" $(pwd) $(id -u) $(id -G)'], env={"A": "x y"}, cwd="/usr", uid=65534)
    assert report.output == b"x y- /usr 65534 65534\n"


def test_a_root_folder(tmp_path: Path, root: None, missing: Callable[[str], NoReturn]) -> None:
    busybox = Path("/bin/busybox")
    if not busybox.exists():
        missing("busybox is not installed (Debian package busybox-static)")
    for name in ("bin", "proc", "dev"):
        (tmp_path / name).mkdir()
    (tmp_path / "bin" / "busybox").write_bytes(busybox.read_bytes())
    (tmp_path / "bin" / "busybox").chmod(0o755)
    script = "busybox ls /; busybox ls /dev; busybox ls /proc/1/fd; echo ok >/dev/null; pwd"
    report = run(["busybox", "sh", "-c", script], root=str(tmp_path), env={"PATH": "/bin"})
    assert (
        report.output.split()
        == b"bin dev proc fd full null random stderr stdin stdout tty urandom zero 0 1 2 /".split()
    )


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["nothing-of-this-name"], "nothing-of-this-name: No such file or directory"),
        (["/etc/passwd"], "/etc/passwd: Permission denied"),
        ([], "no program was named"),
        (["echo", "a\0b"], "embedded null byte"),
    ],
)
def test_what_cannot_be_started(argv: list[str], message: str) -> None:
    with pytest.raises(NotStartedError, match=message):
        run(argv)


def test_a_folder_that_is_not_there() -> None:
    with pytest.raises(NotStartedError, match="/nowhere"):
        run(["true"], cwd="/nowhere")


def test_no_such_signal() -> None:
    with pytest.raises(ValueError, match="SIGNOPE"):
        run(["true"], signal="SIGNOPE")


def test_another_signal() -> None:
    report = run(["sh", "-c", "trap 'exit 6' QUIT; while :; do sleep 0.05; done"], signal="sigquit", ready=After(0.2))
    assert (report.signal, report.status.code) == (3, 6)


def test_a_program_that_ends_by_itself() -> None:
    report = run(["sh", "-c", "echo no; exit 3"])
    assert (report.signalled, report.exited, report.status) == (False, True, (3, None))
    assert report.verdict == "unknown"
    assert report.output == b"no\n"
    assert report.pid1.argv == ("sh", "-c", "echo no; exit 3")


def test_readiness_by_output_and_time() -> None:
    begun = time.monotonic()
    report = run(
        ["sh", "-c", "sleep 0.2; echo up; trap 'exit 0' TERM; sleep 9 & wait"], ready=(Output(b"up"), Steady(0.05))
    )
    assert report.verdict == "abrupt"
    assert 0.2 < time.monotonic() - begun < 3
    late = run(["sleep", "9"], ready=Output(b"up", limit=0.1), grace=0)
    assert late.ready == "output b'up': not within 0.1 s"


def test_readiness_by_port() -> None:
    code = (
        "import socket, time; s = socket.socket(); s.bind(('127.0.0.1', 0)); s.listen();"
        " print(s.getsockname()[1], flush=True); time.sleep(99)"
    )
    taken = int(run(python(code), ready=Output(b"\n"), grace=0).output)
    code = code.replace("0))", f"{taken}))").replace("s.listen()", "time.sleep(0.3); s.listen()")
    report = run(python(code), ready=Port(taken), grace=0)
    assert report.ready == f"port {taken}"
    assert report.signalled


def test_much_output_does_not_block_the_program() -> None:
    code = "import sys, signal; signal.signal(15, lambda *_: sys.exit(0)); sys.stdout.write('x' * 3000000); print(flush=True); signal.pause()"
    report = run(python(code), ready=Steady(0.1))
    assert report.status == (0, None)
    assert len(report.output) == 1 << 16


def survivors(mark: str) -> list[int]:
    """Processes anywhere on this machine with a word in their argv."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            seen = procfs.look(int(entry.name))
            if seen is not None and mark in seen.argv:
                found.append(seen.host)
    return found


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
@pytest.mark.parametrize("uid", [None, 65534])
def test_nothing_survives_an_interrupted_lab(
    number: signal.Signals, uid: int | None, request: pytest.FixtureRequest
) -> None:
    if uid is not None:
        request.getfixturevalue("root")
    seconds = f"98.{os.getpid()}{int(number)}{uid or 0}"
    code = (  # a job in the background of a shell, as these tests may be, would be deaf to SIGINT
        "import signal; signal.signal(signal.SIGINT, signal.default_int_handler);"
        "from gracelint.lab import run, After;"
        f"run(['sh', '-c', 'trap \"\" TERM INT; setsid sleep {seconds} & sleep {seconds}; true'], ready=After(50), uid={uid})"
    )
    lab = subprocess.Popen([sys.executable, "-c", code], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 20
    while len(survivors(seconds)) < 2:
        assert time.monotonic() < deadline, "it never started"
        time.sleep(0.05)
    lab.send_signal(number)
    assert lab.wait(10) != 0
    while survivors(seconds):
        assert time.monotonic() < deadline, "processes were left behind"
        time.sleep(0.02)


def test_a_killed_keeper_takes_pid_1_with_it() -> None:
    seconds = f"97.{os.getpid()}"
    lab = subprocess.Popen(
        [sys.executable, "-c", f"from gracelint.lab import run, After; run(['sleep', '{seconds}'], ready=After(50))"],
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 20
    while not survivors(seconds):
        assert time.monotonic() < deadline, "it never started"
        time.sleep(0.05)
    (keeper,) = procfs.children(lab.pid)
    os.kill(keeper, signal.SIGKILL)
    assert "UnavailableError" in lab.communicate(timeout=10)[1]
    while survivors(seconds):
        assert time.monotonic() < deadline, "processes were left behind"
        time.sleep(0.02)


def test_without_root_it_uses_a_user_namespace(root: None) -> None:
    """As an ordinary user, whom only root can become: works where user namespaces are allowed, and says what is missing where they are not."""
    code = (
        "import ctypes, fcntl, os; from gracelint.lab import run, UnavailableError\n"
        "run(['true'])  # everything is imported now: this Python's own folder may be closed to others\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "ctypes.CDLL(None).prctl(4, 1, 0, 0, 0)  # PR_SET_DUMPABLE, as after an exec: /proc/self is its own again\n"
        "try: print(run(['sh', '-c', 'trap \"exit 7\" TERM; sleep 9 & wait'], cwd='/').status)\n"
        "except UnavailableError as error: print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd="/")
    assert "status 7" in done.stdout or "user namespaces" in done.stdout, done.stderr


@pytest.mark.parametrize(
    ("trap", "status", "verdict"),
    [
        ("exit 0", "SIGKILL", "abrupt"),
        ("kill $!; wait; exit 0", "SIGTERM", "abrupt"),
        ("wait; exit 0", "status 0", "graceful"),
    ],
)
def test_an_older_kernel_announces_ends(
    monkeypatch: pytest.MonkeyPatch, missing: Callable[[str], NoReturn], trap: str, status: str, verdict: str
) -> None:
    if Ends.listen() is None:
        missing("the process connector needs root in the machine's own namespaces")
    monkeypatch.setattr(kernel, "tells_ends", lambda: False)
    monkeypatch.setattr(kernel, "wait_status", lambda pidfd: None)
    report = run(["sh", "-c", f"trap '{trap}' TERM; sleep 2 & wait"], grace=5)
    assert report.verdict == verdict
    assert [str(process.status) for process in report.tree] == ["status 0", status]


def test_a_kernel_that_does_not_tell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernel, "tells_ends", lambda: False)
    monkeypatch.setattr(kernel, "wait_status", lambda pidfd: None)
    monkeypatch.setattr(procfs, "zombie_status", lambda pid: None)
    monkeypatch.setattr(Ends, "listen", lambda: None)
    report = run(["sh", "-c", "trap 'exit 0' TERM; sleep 9 & wait"], grace=5)
    assert report.judgement[:2] == ("unknown", "unobserved")
    assert run(["sh", "-c", "sleep 9; true"], grace=0.1).verdict == "killed"
