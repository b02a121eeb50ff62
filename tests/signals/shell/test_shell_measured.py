"""The evaluator against what was measured of real shells: every form in the shells' data, for dash, bash and busybox."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import pytest
from signals_support import APP, BASES, image

from gracelint.signals.trace import follow

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from gracelint.signals.model import Trace

DATA: dict[str, Any] = json.loads(files("gracelint.signals").joinpath("data/shells.json").read_text())
NAMES = {"dash": "dash", "bash": "bash", "busybox": "ash"}
PARTS = {"part.sh": "app\n", "exec.sh": "exec app\n", "empty.sh": "\n", "fifo": ""}

# What the prediction may leave open, and why.
OPEN = {
    ("ignore", "exec"): "an application may or may not listen to what it was started to ignore",
    ("ignore", "exec-polite"): "the same",
    ("ignore", "subshell-polite"): "the same",
    ("ignore", "reset-inherited"): "the same",
    ("ignore", "background-int-polite"): "the same",
    ("forward", "kill-int"): "the same, of SIGINT",
    ("forward", "kill-int-job-control"): "the same, of SIGINT",
    ("forward", "kill-int-polite"): "the same, of SIGINT",
    ("forward", "kill-quit-polite"): "the same, of SIGQUIT",
}


def traced(folder: Path, shell: str, mode: str, form: str) -> Trace:
    base = f"FROM {BASES[NAMES[shell]]}\nWORKDIR /srv\nCOPY *.sh /srv/\n"
    if mode == "c":
        launch = json.dumps(["bash" if shell == "bash" else "sh", "-c", form])
        return follow(image(folder, f"{base}CMD {launch}\n", PARTS), programs=APP)
    interpreter = "/bin/bash" if shell == "bash" else "/bin/sh"
    parts = {**PARTS, "form.sh": f"#!{interpreter}\n{form}\n"}
    return follow(image(folder, f'{base}CMD ["./form.sh"]\n', parts), programs=APP)


def cases(group: str, key: str) -> list[Any]:
    return list(_cases(group, key))


def _cases(group: str, key: str) -> Iterator[Any]:
    for shell in NAMES:
        measured = DATA["behaviour"][shell][key]
        modes = measured if set(measured) <= {"c", "file"} else {"c": measured}
        for mode, results in modes.items():
            for name, result in results.items():
                if result is not None:
                    form = DATA["forms"][group][name]
                    yield pytest.param(shell, mode, form, result, id=f"{shell}-{mode}-{group}-{name}")


def default_paths(trace: Trace) -> list[Any]:
    return [path for path in trace.paths if path.default]


@pytest.mark.parametrize(
    ("shell", "mode", "form", "replaced"),
    [*cases("last", "execs_last"), *cases("not-last", "execs_not_last"), *cases("exec", "exec_replaces")],
)
def test_who_is_pid1(tmp_path: Path, shell: str, mode: str, form: str, replaced: bool) -> None:
    trace = traced(tmp_path, shell, mode, form)
    names = {path.pid1[0] for path in default_paths(trace) if path.pid1}
    assert names, trace.missing
    application = "other" if "-a other" in form else "app"  # what the kernel shows
    assert (names == {application}) is replaced


@pytest.mark.parametrize(("shell", "mode", "form", "runs"), cases("trap-name", "trap_works"))
def test_which_traps_run(tmp_path: Path, shell: str, mode: str, form: str, runs: bool) -> None:
    trace = traced(tmp_path, shell, mode, form)
    if trace.verdict == "unknown" and "bash's" in trace.missing[0]:
        assert not runs
        return
    (path,) = default_paths(trace)
    if not path.hops:  # under set -e, the refusal has ended the shell
        assert not runs
        return
    assert path.hops[0].shell.stop.ran is runs
    assert trace.verdict == ("abrupt" if runs else "killed")


@pytest.mark.parametrize(("shell", "mode", "form", "ends"), cases("waiting", "while_waiting"))
def test_signal_while_waiting(tmp_path: Path, shell: str, mode: str, form: str, ends: str) -> None:
    trace = traced(tmp_path, shell, mode, form)
    expected = {"stays": {"killed", "unknown"}, "trap": {"abrupt", "graceful"}, "exits": {"abrupt", "graceful"}}
    assert trace.verdict in expected[ends] | ({"unknown"} if "read" in form else set())


@pytest.mark.parametrize(
    ("shell", "mode", "form", "verdict", "name"),
    [
        pytest.param(*case.values, case.id.partition(f"{group}-")[2], id=case.id)
        for group, key in (("forward", "forward"), ("kill-self", "kill_self"), ("ignore", "ignore"))
        for case in cases(group, key)
    ],
)
def test_verdict(tmp_path: Path, shell: str, mode: str, form: str, verdict: str, name: str) -> None:
    trace = traced(tmp_path, shell, mode, form)
    may_be_open = any(open_name == name for _, open_name in OPEN)
    assert trace.verdict == verdict or (may_be_open and trace.verdict == "unknown"), trace.missing


@pytest.mark.parametrize(("shell", "mode", "form", "works"), cases("kill-form", "kill_works"))
def test_spellings_of_kill(tmp_path: Path, shell: str, mode: str, form: str, works: bool) -> None:
    assert traced(tmp_path, shell, mode, form).verdict == ("graceful" if works else "killed")


@pytest.mark.parametrize(("shell", "mode", "form", "runs"), cases("exit-trap", "exit_trap_runs"))
def test_exit_traps(tmp_path: Path, shell: str, mode: str, form: str, runs: bool) -> None:
    assert (traced(tmp_path, shell, mode, form).verdict != "killed") is runs
