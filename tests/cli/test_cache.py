"""Results that are kept: equal to what is judged anew whatever changes in between, and nothing in their folder can do harm."""

from __future__ import annotations

import ast
import io
import json
import os
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gracelint import cache, disk, engine
from gracelint.cli.main import main
from gracelint.cli.streams import Streams

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = ".gracelint_cache"
DOCKERFILE = 'FROM debian\nWORKDIR /app\nCOPY . /app\nENTRYPOINT ["./start.sh"]\nCMD ["python3", "app.py"]\n'
SCRIPT = '#!/bin/sh\n. ./lib.sh\n"$@"\n'
APP = "import time\nwhile True:\n    time.sleep(1)\n"
PROJECT = {
    "Dockerfile": DOCKERFILE,
    "start.sh": SCRIPT,
    "lib.sh": "x=1\n",
    "app.py": APP,
    "sub/Dockerfile": 'FROM node\nCOPY package.json ./\nCMD ["npm", "start"]\n',
    "sub/package.json": '{"scripts": {"start": "node server.js"}}\n',
}


def run(*argv: str) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    status = main(["check", "--format", "json", *argv], Streams(io.StringIO(), out, err, {}))
    return status, out.getvalue(), err.getvalue()


def write(path: str, text: str) -> None:
    file = Path(path)
    if file.is_symlink() or file.exists():
        shutil.rmtree(file) if file.is_dir() and not file.is_symlink() else file.unlink()
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())
    file.chmod(0o755 if text.startswith("#!") else 0o644)


@contextmanager
def project(files: dict[str, str] = PROJECT) -> Iterator[Path]:
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            for path, text in files.items():
                write(path, text)
            yield Path(folder)
        finally:
            os.chdir(before)


@pytest.fixture
def judgements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The paths of the units that are judged anew."""
    found: list[str] = []
    judge = engine.judge

    def counted(unit, overlay=None, every=False):
        found.append(unit.path)
        return judge(unit, overlay, every)

    monkeypatch.setattr(cache, "judge", counted)
    return found


TEXTS = {
    "Dockerfile": [
        DOCKERFILE, 'FROM debian\nCOPY start.sh /\nENTRYPOINT ["/start.sh"]\nCMD ["sleep", "9"]\n', "FROM debian\nCMD nginx\n", "NOPE\n",
        "FROM debian\nCOPY sub/*.sh lib.sh /\nRUN chmod +x /lib.sh\nCMD /lib.sh\n", "# gracelint: ignore[GL102]\nFROM debian\nCMD nginx\n",
    ],
    "start.sh": [SCRIPT, '#!/bin/sh\nexec "$@"\n', "#!/bin/sh\r\nexec x\r\n", "#!/bin/bash\ntrap 'kill $!' TERM\nsleep 9 &\nwait\n", "#!/bin/sh\n# gracelint: ignore[GL201]\n\"$@\"\n"],
    "lib.sh": ["x=1\n", "#!/bin/sh\nexec sleep 9\n", 'exec "$@"\n'],
    "app.py": [APP, "import signal, sys, time\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit())\ntime.sleep(9)\n", "(", "\0"],
    "sub/package.json": ['{"scripts": {"start": "node server.js"}}\n', '{"scripts": {"start": "exec node x.js"}}\n', "{"],
    "sub/server.js": ["process.on('SIGTERM', () => process.exit())\n", "x\n"],
    "sub/a.sh": ["#!/bin/sh\nsleep 9\n"],
    ".dockerignore": ["*.sh\n", "sub\n", "*\n!start.sh\n", ""],
    "Dockerfile.dockerignore": ["app.py\n", "*.py\n!app.py\n"],
    "compose.yaml": [
        "services:\n  a:\n    build: .\n    stop_signal: SIGINT\n", "services:\n  a:\n    build: .\n    command: [sh, -c, nginx]\n",
        "services:\n  a:\n    build: sub\n    init: true\n", "services: [\n",
    ],
    "pyproject.toml": ["[tool.gracelint]\nignore = ['GL2']\n", "[tool.gracelint]\ngrace-period = 1\n", "[tool.gracelint.severity]\nGL201 = 'info'\n", "[tool.black]\n"],
    "Dockerfile.dev": [DOCKERFILE],
    "other/Dockerfile": ["FROM debian\nCOPY app.py lib.sh /\nCMD python3 /app.py\n"],
}  # fmt: skip
FILES = sorted(TEXTS)
WRITES = st.sampled_from([(path, text) for path in FILES for text in TEXTS[path]]).map(lambda pair: ("write", *pair))
MOVES = st.tuples(
    st.sampled_from(["rename", "link", "copy"]),
    st.sampled_from(FILES),
    st.sampled_from([*FILES, "sub/link.sh", "loop"]),
)
OTHERS = st.tuples(
    st.sampled_from(["delete", "chmod", "touch", "folder"]), st.sampled_from([*FILES, "sub"]), st.just("")
)
EDITS = st.lists(st.one_of(WRITES, WRITES, MOVES, OTHERS), min_size=1, max_size=3)


def edit(what: str, path: str, other: str) -> None:
    """One change to the project, where it is possible."""
    file = Path(path)
    there = os.path.lexists(path)
    if what == "write":
        if not file.parent.is_symlink():
            write(path, other)
    elif what == "folder":
        if not there:
            file.mkdir(parents=True)
    elif not there:
        return
    elif what == "delete":
        shutil.rmtree(file) if file.is_dir() and not file.is_symlink() else file.unlink()
    elif what == "chmod":
        if file.exists() and not file.is_dir():
            file.chmod(stat.S_IMODE(file.stat().st_mode) ^ 0o111)
    elif what == "touch":
        if file.exists():
            os.utime(file, (1, 1))
    elif not os.path.lexists(other):
        Path(other).parent.mkdir(parents=True, exist_ok=True)
        if what == "rename":
            file.rename(other)
        elif what == "link":
            Path(other).symlink_to(os.path.relpath(path, Path(other).parent))
        elif file.is_file():
            shutil.copy(path, other)


@settings(max_examples=25, suppress_health_check=list(HealthCheck))
@given(st.lists(EDITS, min_size=1, max_size=8))
def test_what_is_kept_is_what_is_judged_anew(rounds: list[list[tuple[str, str, str]]]) -> None:
    with project():
        run()
        for edits in rounds:
            for each in edits:
                edit(*each)
            assert run() == run("--no-cache")
        assert run() == run("--no-cache")


def test_a_second_run_judges_nothing(judgements: list[str]) -> None:
    with project():
        first = run()
        assert judgements == ["Dockerfile", "sub/Dockerfile"]
        judgements.clear()
        assert run() == first
        assert judgements == []
        assert first[0] == 1
        for path in PROJECT:
            os.utime(path, (1, 1))
        assert run() == first
        assert judgements == []


@pytest.mark.parametrize(
    ("path", "change"),
    [
        ("lib.sh", lambda: write("lib.sh", "exec sleep 9\n")),
        ("start.sh", lambda: Path("start.sh").chmod(0o644)),
        (".dockerignore", lambda: write(".dockerignore", "*.py\n")),
        ("app.py", lambda: Path("app.py").unlink()),
        ("compose.yaml", lambda: write("compose.yaml", "services:\n  a:\n    build: .\n    init: true\n")),
        ("gracelint.toml", lambda: write("gracelint.toml", "grace-period = 1\n")),
    ],
)
def test_what_a_result_depends_on_is_looked_at(judgements: list[str], path: str, change) -> None:
    with project():
        run()
        judgements.clear()
        change()
        assert run() == run("--no-cache")
        assert "Dockerfile" in judgements, path


def test_options_that_keep_nothing() -> None:
    with project():
        for options in (["--no-cache"], ["--diff"], ["--fix-only"]):
            run(*options)
            assert not os.path.lexists(FOLDER)
        err = io.StringIO()
        main(["check"], Streams(io.StringIO(), io.StringIO(), err, {"GRACELINT_NO_CACHE": "1"}))
        assert not os.path.lexists(FOLDER)
        main(["check"], Streams(io.StringIO(), io.StringIO(), err, {"GRACELINT_CACHE_DIR": "kept"}))
        assert any(name.endswith(".json") for name in os.listdir("kept"))
        run("--cache-dir", "also")
        assert any(name.endswith(".json") for name in os.listdir("also"))
        assert not os.path.lexists(FOLDER)


def test_the_folder_is_for_nobody_else() -> None:
    with project():
        run()
        assert Path(FOLDER, ".gitignore").read_text().endswith("\n*\n")
        assert Path(FOLDER, "CACHEDIR.TAG").read_text().startswith("Signature: 8a477f597d28d172789f06886806bc55")


def looked_through(days_ago: float) -> None:
    """The folder was pruned so long ago."""
    aged(Path(FOLDER, "CACHEDIR.TAG"), days_ago)


def aged(path: Path, days: float) -> None:
    then = time.time() - days * 86_400
    os.utime(path, (then, then))


def test_what_is_old_is_taken_away_once_a_day(judgements: list[str]) -> None:
    with project():
        run()
        old, new = entries()
        aged(old, 31)
        aged(new, 29)
        left = Path(FOLDER, f"{'0' * 40}.json.4711")
        left.touch()
        aged(left, 31)
        looked_through(0.9)
        run()
        assert entries() == [old, new]
        assert left.exists()
        looked_through(1.1)
        judgements.clear()
        run()
        assert len(judgements) == 1
        assert entries() == [old, new]
        assert not left.exists()
        assert time.time() - Path(FOLDER, "CACHEDIR.TAG").stat().st_mtime < 60
        looked_through(-5)  # a clock that was wrong
        aged(old, 31)
        run()
        assert time.time() - old.stat().st_mtime < 60


def test_the_oldest_of_too_many_bytes_are_taken_away(monkeypatch: pytest.MonkeyPatch) -> None:
    with project():
        run()
        old, new = entries()
        aged(old, 2)
        aged(new, 1)
        monkeypatch.setattr(cache, "MOST_KEPT", new.stat().st_size)
        looked_through(2)
        assert cache.opened(FOLDER) is not None
        assert entries() == [new]


def test_pruning_takes_nothing_else(tmp_path: Path) -> None:
    with project():
        (tmp_path / "kept").write_text("x")
        run()
        others = [
            Path(FOLDER, name) for name in ("notes.txt", f"{'1' * 39}.json", f"{'1' * 40}.json.bak", ".gitignore")
        ]
        for each in others:
            each.touch()
        link, folder = Path(FOLDER, f"{'2' * 40}.json"), Path(FOLDER, f"{'3' * 40}.json")
        link.symlink_to(tmp_path / "kept")
        folder.mkdir()
        for each in (*others, tmp_path / "kept", folder):
            aged(each, 100)
        looked_through(2)
        run()
        assert all(each.exists() for each in (*others, link, folder, tmp_path / "kept"))


def test_plugins_and_bugs_are_not_kept(judgements: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_judge", lambda view, every: engine.Judged(bugs=(engine.Bug("x", "y", "z"),)))
    with project({"Dockerfile": DOCKERFILE}):
        for _ in range(2):
            assert run()[0] == 3
        assert judgements == ["Dockerfile", "Dockerfile"]


def entries() -> list[Path]:
    return sorted(Path(FOLDER).glob("*.json"))


def test_whatever_stands_in_an_entry() -> None:
    with project():
        expected = run("--no-cache")
        run()
        whole = [path.read_bytes() for path in entries()]
        entry = json.loads(whole[0])
        wrong: list[bytes] = [
            b"",
            b"[]",
            b"null",
            b"{}",
            b"\xff\xfe",
            b"[" * 100_000,
            whole[0][:-1],
            whole[0][:200],
            whole[1],
        ]
        for key in entry:
            for value in (
                None,
                0,
                -1,
                "x",
                [],
                [[]],
                [None],
                [[None] * 10],
                [["content x", "/etc/passwd", None]],
                {},
                True,
                1e300,
            ):
                wrong += [json.dumps({**entry, key: value}).encode()]
        for index in range(10):
            for value in (None, -1, "\x1b[31m", [], [0, 5, 1], [0, 0, 10**9], [7, 0, 0], {}):
                found = [[*each[:index], value, *each[index + 1 :]] for each in entry["findings"]]
                wrong.append(json.dumps({**entry, "findings": found}).encode())
        for data in wrong:
            entries()[0].write_bytes(data)
            status, out, err = run()
            assert status in (0, 1)
            assert "bug" not in err
            if b'"maker"' not in data or data == whole[1]:
                assert (status, out, err) == expected
                assert entries()[0].read_bytes() == whole[0]


def test_whatever_stands_in_the_folders_place(tmp_path: Path) -> None:
    with project():
        expected = run("--no-cache")
        elsewhere = tmp_path / "elsewhere"
        elsewhere.mkdir()
        Path(FOLDER).symlink_to(elsewhere)
        assert run() == expected
        assert list(elsewhere.iterdir()) == []
        Path(FOLDER).unlink()
        Path(FOLDER).write_text("a file")
        assert run() == expected
        Path(FOLDER).unlink()
        run()
        for path in entries():
            path.unlink()
            path.symlink_to(tmp_path / "away")
        assert run() == expected
        assert not (tmp_path / "away").exists()
        for path in entries():
            path.unlink(missing_ok=True)
            os.mkfifo(path)
        assert run() == expected
        shutil.rmtree(FOLDER)
        run()
        Path(FOLDER).chmod(0o777)
        for path in entries():
            path.write_text("{}")
        assert run() == expected
        assert all(path.read_text() == "{}" for path in entries()), "a folder that others can write to is not used"


def test_another_gracelint_judges_anew(judgements: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    with project():
        run()
        judgements.clear()
        monkeypatch.setattr(cache, "__version__", "0.0.0")
        run()
        assert len(judgements) == 2


def test_two_answers_to_one_question_are_not_kept(tmp_path: Path) -> None:
    with disk.Record() as record:
        disk.exists(str(tmp_path / "x"))
        (tmp_path / "x").touch()
        disk.exists(str(tmp_path / "x"))
    assert not record.steady


def test_many_at_once() -> None:
    """Runs that write the same entries at the same time: each says what it would say alone, and what is left is whole."""
    with project():
        expected = run("--no-cache")[1]
        command = [sys.executable, "-m", "gracelint", "check", "--format", "json"]
        running = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(6)]
        assert {process.communicate()[0] for process in running} == {expected}
        assert [json.loads(path.read_bytes())["maker"] for path in entries()]
        assert set(os.listdir(FOLDER)) == {".gitignore", "CACHEDIR.TAG", *(path.name for path in entries())}


def test_only_one_place_asks_the_file_system() -> None:
    """What a judgement depends on is asked in `gracelint.disk`, or it is a file of gracelint's own."""
    root = Path(cache.__file__).parent
    own = {"image/bases/bases.py", "signals/programs/catalogue.py", "signals/programs/build.py"}
    rooms = [root / f"{name}.py" for name in ("cases", "contexts", "problems", "rule", "ignoring", "suppress")]
    rooms += [path for room in ("image", "signals", "parsers") for path in root.glob(f"{room}/**/*.py")]
    asking = {"open", "io.open", "Path", "pathlib.Path", "glob.glob", "glob.iglob"}
    asking |= {
        f"os.{name}" for name in ("open", "stat", "lstat", "readlink", "listdir", "scandir", "walk", "access", "getenv")
    }
    asking |= {
        f"os.path.{name}"
        for name in dir(os.path)
        if name.startswith(("is", "exists", "lexists", "real", "get", "same"))
    }
    asking -= {"os.path.isabs"}
    found = [
        (str(path.relative_to(root)), ast.unparse(node.func))
        for path in rooms
        if str(path.relative_to(root)) not in own
        for node in ast.walk(ast.parse(path.read_bytes()))
        if isinstance(node, ast.Call) and ast.unparse(node.func) in asking
    ]
    assert len(rooms) > 100
    assert found == []
