from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gracelint.lab import UnavailableError, explain, probe, runner


def asked(*args: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    status = probe.main(args, out, err)
    return status, out.getvalue(), err.getvalue()


def test_masks() -> None:
    assert asked("--mask", "0000000000010002") == (
        0,
        "  catches  SIGINT, SIGCHLD\n  ignores  nothing\n  blocks   nothing\n",
        "",
    )
    status, out, _ = asked("--mask", "0x4000", "--format", "json")
    assert status == 0
    assert json.loads(out) == {"version": 1, "caught": ["SIGTERM"], "ignored": [], "blocked": []}


def test_a_running_process() -> None:
    code = (
        "import signal as s, time; s.signal(15, lambda *_: 0); s.signal(1, s.SIG_IGN);"
        " s.pthread_sigmask(s.SIG_BLOCK, {s.SIGUSR1, s.SIGRTMIN + 3}); print(flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.readline()
        status, out, _ = asked("--pid", str(process.pid), "--format", "json")
        process.send_signal(signal.SIGKILL)
    answer = json.loads(out)
    assert status == 0
    assert set(answer) == {"version", "caught", "ignored", "blocked"}
    assert "SIGTERM" in answer["caught"]
    assert {"SIGHUP", "SIGPIPE"} <= set(answer["ignored"])
    assert answer["blocked"] == ["SIGUSR1", "SIGRTMIN+3"]


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "nothing to start"),
        (["--"], "nothing to start"),
        (["--nope"], "unrecognized arguments: --nope"),
        (["--mask", "xyz"], "not a signal mask"),
        (["--mask", "10", "--pid", "1"], "one thing at a time"),
        (["--mask", "10", "--", "true"], "one thing at a time"),
        (["--pid", "0x1"], "not a process number"),
        (["--pid", "99999999"], "there is no process 99999999"),
        (["--pid", "1" * 100], "not a process number"),
        (["--signal", "NOPE", "--", "true"], "no such signal: NOPE"),
        (["--signal", "\x1b[31m", "--", "true"], "no such signal: \\x1b[31m"),
        (["--grace-period", "x", "--", "true"], "invalid float value"),
        (["--grace-period", "nan", "--", "true"], "--grace-period"),
        (["--grace-period", "-1", "--", "true"], "--grace-period"),
        (["--grace-period", "inf", "--", "true"], "--grace-period"),
        (["--ready", "sometimes", "--", "true"], "--ready"),
        (["--ready", "port:0", "--", "true"], "--ready"),
        (["--ready", "after:x", "--", "true"], "--ready"),
        (["--ready", "output:", "--", "true"], "--ready"),
        (["--init", "--", "true"], "--init goes with --image"),
        (["--format", "xml", "--", "true"], "invalid choice"),
    ],
)
def test_wrong_use(args: list[str], message: str) -> None:
    status, out, err = asked(*args)
    assert (status, out) == (2, "")
    assert message in err
    assert err.startswith("gracelint probe: ")


def test_help() -> None:
    status, out, err = asked("--help")
    assert (status, err) == (0, "")
    assert "--grace-period" in out


@pytest.mark.lab
@pytest.mark.usefixtures("lab")
class TestProbing:
    def test_a_shell_that_stays_pid_1_is_explained(self) -> None:
        status, out, err = asked("--grace-period", "0.3", "--", "sh", "-c", "sleep 100; true")
        assert (status, err) == (0, "")
        shell = Path("/bin/sh").resolve().name
        name = "sh" if shell == "sh" else f"sh ({shell})"
        for sentence in (
            "PID 1      sh -c 'sleep 100; true'\n",
            "below it   sleep 100 (process 2, of 1)\n",
            "verdict    killed: ",
            f"\n{name} is PID 1 and has no handler for SIGTERM.\n",
            "the kernel drops it for PID 1 of a container",
            "Nobody told sleep 100.\n",
            "    exec sleep 100 ",
            '    CMD ["sleep", "100"] ',
            "has no handler for SIGTERM either",
        ):
            assert sentence in out

    def test_json(self) -> None:
        args = ("--grace-period", "0.25", "--format", "json", "--signal", "int", "--", "sh", "-c", "sleep 100; true")
        status, out, _ = asked(*args)
        answer = json.loads(out)
        seconds = answer.pop("seconds")
        assert status == 0
        assert 0.25 <= seconds < 5
        # other shells catch other signals
        for process in (answer["pid1"], answer["tree"][0]):
            assert isinstance(process.pop("caught"), list)
        assert len(answer["pid1"].pop("sigcgt")) == 16
        argv = ["sh", "-c", "sleep 100; true"]
        assert answer == {
            "version": 1,
            "argv": argv,
            "signal": "SIGINT",
            "grace_period_seconds": 0.25,
            "pid1": {"argv": argv, "ignored": [], "blocked": [], "sigign": "0" * 16, "sigblk": "0" * 16},
            "tree": [
                {"pid": 1, "parent": 0, "argv": argv, "ignored": [], "blocked": []},
                {"pid": 2, "parent": 1, "argv": ["sleep", "100"], "caught": [], "ignored": [], "blocked": []},
            ],
            "exited": False,
            "status": {"code": None, "signal": "SIGKILL"},
            "verdict": "killed",
        }

    @pytest.mark.parametrize(
        ("script", "verdict", "sentence"),
        [
            ("trap 'exit 0' TERM; sleep 9 & wait", "abrupt", "PID 1 left before sleep 9."),
            ("trap 'kill $!; wait; exit' TERM; sleep 9 & wait", "abrupt", "reached a process that has no handler"),
            ("trap 'exit 0' TERM; sleep 9; true", "killed", "start it with & and wait for it"),
            ("trap '' TERM; sleep 9; true", "killed", "ignores SIGTERM"),
            ("exec sleep 9", "killed", "an init in front of it"),
            ("exec yes >/dev/null", "killed", "an init in front of it"),
            ("echo '\033[31mred'; exit 3", "unknown", "It printed:\n    \\x1b[31mred\n"),
        ],
    )
    def test_why(self, script: str, verdict: str, sentence: str) -> None:
        status, out, _ = asked("--grace-period", "0.3", "--ready", "steady:0.05", "--", "sh", "-c", script)
        assert status == 0
        assert "\033" not in out
        assert f"verdict    {verdict}: " in out
        assert sentence in out

    def test_a_blocked_signal(self) -> None:
        code = "import signal as s, time; s.pthread_sigmask(s.SIG_BLOCK, {15}); time.sleep(60)"
        _, out, _ = asked("--grace-period", "0.2", "--", sys.executable, "-S", "-c", code)
        assert "blocks SIGTERM: the signal is kept" in out

    def test_what_cannot_be_started(self) -> None:
        status, out, err = asked("--", "nothing\x1b-here")
        assert (status, out) == (2, "")
        assert err == "gracelint probe: cannot start nothing\\x1b-here: No such file or directory\n"

    def test_everything_behind_the_dashes_is_the_command(self) -> None:
        _, out, _ = asked("--format", "json", "--", "echo", "--format", "text", "--", "--help")
        assert json.loads(out)["argv"] == ["echo", "--format", "text", "--", "--help"]
        _, out, _ = asked("--format", "json", "echo", "--signal", "x")
        assert json.loads(out)["argv"] == ["echo", "--signal", "x"]


def test_without_rights(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(flags: int) -> None:
        raise OSError(1, "Operation not permitted", "unshare")

    monkeypatch.setattr("gracelint.lab.kernel.unshare", refuse)
    status, out, err = asked("--", "true")
    assert (status, out) == (2, "")
    assert err.startswith("gracelint probe: cannot start a PID namespace: unshare: Operation not permitted (needs ")


def test_on_another_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner.sys, "platform", "darwin")
    with pytest.raises(UnavailableError, match="this is darwin"):
        runner.run(["true"])


def test_without_docker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    status, out, err = asked("--image", "x")
    assert (status, out) == (2, "")
    assert "there is no docker command" in err
    # a client without an engine
    (tmp_path / "docker").write_text("#!/bin/sh\necho 'Cannot connect to the \033Docker daemon' >&2\nexit 1\n")
    (tmp_path / "docker").chmod(0o755)
    status, _, err = asked("--image", "x", "--init")
    assert status == 2
    assert err == "gracelint probe: docker version: Cannot connect to the \\x1bDocker daemon\n"


@given(st.lists(st.text(max_size=8), max_size=3))
def test_command_lines_are_shown_on_one_line_of_printable_text(argv: list[str]) -> None:
    assert explain.show(argv).isprintable()


@pytest.mark.parametrize(
    ("argv", "shown"),
    [
        (["sh", "-c", "sleep 100"], "sh -c 'sleep 100'"),
        (["a\nb", "it's"], """$'a\\nb' 'it'"'"'s'"""),
        (["a'\n\\"], "$'a\\'\\n\\\\'"),
        (["\udcff"], "$'\\udcff'"),
        (["\u202e"], "$'\\u202e'"),
        ([""], "''"),
    ],
)
def test_shown(argv: list[str], shown: str) -> None:
    assert explain.show(argv) == shown


@pytest.mark.skipif(os.name != "posix", reason="a shell reads it back")
def test_what_is_shown_can_be_pasted() -> None:
    word = "tab\there 'quoted' \\ and\nmore"
    done = subprocess.run(
        ["bash", "-c", f"printf %s {explain.show([word])}"], capture_output=True, text=True, check=True
    )
    assert done.stdout == word
