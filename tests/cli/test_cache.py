"""Results that are kept: equal to what is judged anew whatever changes in between."""

from __future__ import annotations

import ast
import io
import json
import os
import shutil
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gracelint import cache, disk, engine
from gracelint.cli.main import main
from gracelint.cli.streams import Streams

from .cache_project import APP, DOCKERFILE, FOLDER, PROJECT, SCRIPT, entries, project, run, write

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


def test_plugins_and_bugs_are_not_kept(judgements: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_judge", lambda view, every: engine.Judged(bugs=(engine.Bug("x", "y", "z"),)))
    with project({"Dockerfile": DOCKERFILE}):
        for _ in range(2):
            assert run()[0] == 3
        assert judgements == ["Dockerfile", "Dockerfile"]


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
