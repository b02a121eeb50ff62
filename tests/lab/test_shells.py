"""The recorded behaviour of shells, against the shells of this machine."""

from __future__ import annotations

import concurrent.futures
import json
import tempfile
import zlib
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from gracelint.lab import behaviour, shells

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any, NoReturn

    from gracelint.lab.witness import Stand

DATA = json.loads(shells.BEHAVIOUR.read_text(encoding="utf-8"))
RECORDED = {(shell.name, row["mode"], row["group"], row["form"]): row for shell, row in shells.recorded()}
BY_NAME = {shell.name: shell for shell in shells.SHELLS}
# What is compared: not the masks, which a rebuild may change, nor whether a killed application was about to hear of it, which is a race.
COMPARED = ("pid1", "verdict", "status", "ran")
# The one question of each kind that matters most, asked in every run; the slow run asks a sample of all.
ESSENTIAL = {
    ("last", "simple"),
    ("last", "redirect-out"),
    ("last", "after-semicolon"),
    ("exec", "function"),
    ("trap-name", "SIGTERM"),
    ("trap-exec", "EXIT"),
    ("waiting", "foreground-TERM-trap"),
    ("waiting", "wait"),
    ("forward", "kill-wait"),
    ("forward", "kill-only"),
}


def installed(name: str, missing: Callable[[str], NoReturn]) -> shells.Shell:
    """The shell, if it is here in the version that was measured."""
    shell = BY_NAME[name]
    if shell.executable is None:
        missing(f"{shell.program} is not installed (Debian package {shell.package})")
    recorded, here = DATA["shells"][name]["version"], shell.version
    if recorded.partition("+b")[0] != here.partition("+b")[0]:  # a rebuild of the same source is the same shell
        pytest.skip(f"{shell.package} was measured in version {recorded}, here is {here}: measure again")
    return shell


@pytest.fixture
def folder() -> Iterator[Path]:
    """Open to other users, as pytest's own are not: some forms change the user."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def differences(
    shell: shells.Shell, wanted: Iterable[tuple[str, shells.Form]], folder: Path, stand: Stand
) -> list[str]:
    """Forms whose row is another one than recorded, also with five times the time."""
    bench = shells.Bench.prepare(shell, stand.folder / "app", folder / shell.name)

    def differs(task: tuple[str, shells.Form]) -> str:
        mode, form = task
        recorded = RECORDED[shell.name, mode, form.group, form.name]
        for patience in (1.0, 5.0):
            row = bench.measure(mode, form, patience)
            if all(row[column] == recorded[column] for column in COMPARED):
                return ""
        return f"{shell.name} {mode} {form.text!r}: recorded {recorded}, now {row}"

    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        return [*filter(None, pool.map(differs, wanted))]


@pytest.mark.lab
@pytest.mark.parametrize("name", BY_NAME)
def test_essential_forms_behave_as_recorded(
    name: str, folder: Path, stand: Stand, missing: Callable[[str], NoReturn]
) -> None:
    wanted = [("c", form) for form in shells.forms() if (form.group, form.name) in ESSENTIAL]
    assert len(wanted) == len(ESSENTIAL)
    assert differences(installed(name, missing), wanted, folder, stand) == []


@pytest.mark.lab
@pytest.mark.slow
@pytest.mark.parametrize("name", BY_NAME)
def test_a_sample_of_all_forms_behaves_as_recorded(
    name: str, folder: Path, stand: Stand, missing: Callable[[str], NoReturn]
) -> None:
    wanted = [
        (mode, form)
        for mode in shells.MODES
        for form in shells.forms()
        # a shell that signals itself until it crashes takes seconds, more of them on a loaded machine
        if form.group != "kill-self" and zlib.crc32(f"{name} {mode} {form.group} {form.name}".encode()) % 20 == 0
    ]
    assert len(wanted) > 15
    assert differences(installed(name, missing), wanted, folder, stand) == []


def test_every_form_was_measured_under_every_shell() -> None:
    expected = {
        (shell.name, mode, form.group, form.name)
        for shell in shells.SHELLS
        for mode in shells.MODES
        for form in shells.forms()
    }
    assert set(RECORDED) == expected


def test_behaviour_follows_from_the_rows() -> None:
    """Nothing in the data file is written by hand."""
    evidence, facts = shells.document(shells.recorded())
    assert json.loads(json.dumps(facts["behaviour"])) == DATA["behaviour"]
    assert facts["forms"] == DATA["forms"]
    assert facts["history"] == DATA["history"]
    assert json.loads(json.dumps(evidence["rows"])) == json.loads(shells.ROWS.read_text(encoding="utf-8"))["rows"]


def test_history_agrees_with_what_was_measured_here() -> None:
    history = DATA["history"]
    assert list(history) == ["source", "forms", "dash", "bash", "busybox"]
    for name in ("dash", "bash", "busybox"):
        last = history[name][-1]["execs"]
        for word, stand_for in history["forms"].items():
            for form in stand_for:
                assert DATA["behaviour"][name]["execs_last"]["c"][form] == (word in last), (name, form)


@pytest.mark.parametrize(
    ("name", "fact", "value"),
    [
        # from the shells' own documentation, so that a mistake in deriving shows
        ("dash", "accepts_sig_prefix", False),
        ("bash", "accepts_sig_prefix", True),
        ("zsh", "accepts_lowercase", False),
        ("bash", "runs_exit_trap_on_signal", True),
        ("dash", "runs_exit_trap_on_signal", False),
        ("mksh", "default_action_when_waiting", "exits"),
        ("bash", "wait_status_when_interrupted", 143),
        ("bash", "inherited_ignore_can_be_trapped", False),
    ],
)
def test_facts_known_from_elsewhere(name: str, fact: str, value: object) -> None:
    assert DATA["behaviour"][name][fact] == value


def row(**values: Any) -> dict[str, Any]:
    return {**dict.fromkeys(shells.COLUMNS), "apps": [], **values}


@pytest.mark.parametrize(
    ("group", "values", "answer"),
    [
        ("last", {"pid1": "app", "apps": ["finished"]}, True),
        ("last", {"pid1": "shell", "apps": ["untold"]}, False),
        ("last", {"pid1": None, "status": 2}, None),
        ("exec", {"pid1": "app"}, True),
        ("trap-name", {"pid1": "shell", "status": 7}, True),
        ("trap-name", {"pid1": None, "status": 1}, False),
        ("waiting", {"pid1": "shell", "ran": True, "verdict": "abrupt"}, "trap"),
        ("waiting", {"pid1": "shell", "ran": False, "verdict": "killed"}, "stays"),
        ("waiting", {"pid1": "shell", "ran": False, "verdict": "abrupt"}, "exits"),
        ("waiting", {"pid1": None, "ran": False, "verdict": "unknown"}, None),
        ("forward", {"pid1": "shell", "verdict": "abrupt", "apps": ["told"]}, "abrupt"),
        ("forward", {"pid1": "shell", "verdict": "killed"}, None),
        ("exit-trap", {"pid1": "shell", "ran": True, "apps": ["untold"]}, True),
    ],
)
def test_answers(group: str, values: dict[str, Any], answer: object) -> None:
    assert behaviour.ANSWERS[group][1](row(**values)) == answer


def test_forms_count_their_witnesses() -> None:
    def form(text: str) -> int:
        return shells.Form("g", "n", text).witnesses

    assert [form("app"), form("while :; do :; done"), form("app & app & wait"), form("sleep 1 & app; wrapper")] == [
        1,
        0,
        2,
        1,
    ]


def test_printing_measures_only_what_was_asked_for(
    lab: None, capsys: pytest.CaptureFixture[str], missing: Callable[[str], NoReturn]
) -> None:
    if BY_NAME["dash"].executable is None:
        missing("dash is not installed")
    assert shells.main(["--print", "--shell", "dash", "--group", "trap-exec"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 2 * len(DATA["forms"]["trap-exec"])
    assert all(line.startswith("dash {") for line in lines)
