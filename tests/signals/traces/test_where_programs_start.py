"""Where a program is started decides which files it reads (after `cd`, by an option of what starts it, by a supervisor's settings), and
with which variables what it does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from signals_support import image

from gracelint.signals.launch.variables import handed
from gracelint.signals.shell.builtins.exporting import Exported
from gracelint.signals.shell.model.values import Unknown
from gracelint.signals.trace import follow

if TYPE_CHECKING:
    from pathlib import Path

HANDLES = "process.on('SIGTERM', () => server.close()); server.listen(8000)\n"
DEAF = "server.listen(8000)\n"
FILES = {
    "web/server.js": DEAF,
    "api/server.js": HANDLES,
    "api/package.json": json.dumps({"scripts": {"start": "exec node server.js"}}),
    "web/package.json": json.dumps({"scripts": {"start": "exec node server.js"}}),
    "api/run.sh": '#!/bin/sh\nexec node "$@"\n',
    "web/here.sh": '#!/bin/sh\nexec node "$@"\n',
}
# What is said of a handler in a language that is not read; without one node dies of the signal.
HEARD = "handles the signal, and its language is not read"


def said(folder: Path, cmd: str, **files: str) -> str:
    """What is said of the way, in one string, of an image whose working folder is ``/srv/web``."""
    text = f"FROM node:22\nWORKDIR /srv/web\nCOPY . /srv/\nENV WHERE=../api\nCMD {cmd}\n"
    trace = follow(image(folder, text, {**FILES, **files}))
    return " ".join(hop.why for path in trace.paths for hop in path.hops) + " ".join(trace.missing)


@pytest.mark.parametrize(
    "cmd",
    [
        "cd ../api && exec node server.js",
        "cd /srv/api; exec node server.js",
        "cd $WHERE && exec node server.js",
        "cd /srv; cd api; exec ./run.sh server.js",
        "(cd /; true); cd ../api; exec node server.js",
        "pushd ../api >/dev/null; exec node server.js",
        "exec env -C ../api node server.js",
        "exec env --chdir=/srv/api node server.js",
        "cd ../api && exec npm start",
        "exec npm --prefix ../api start",
        "exec npm start -w ../api",
        "exec yarn --cwd ../api start",
        "exec pnpm -C ../api start",
        "exec nodemon --cwd ../api server.js",
    ],
)
def test_the_folder_that_a_program_is_started_in_counts(tmp_path: Path, cmd: str) -> None:
    assert HEARD in said(tmp_path, json.dumps(["bash", "-c", cmd]))


@pytest.mark.parametrize(
    "cmd",
    [
        "exec node server.js",
        "cd ../api; cd ../web; exec node server.js",
        "(cd ../api); exec node server.js",
        "x=$(cd ../api && pwd); exec node server.js",
        "cd ../api; exec env -C /srv/web node server.js",
        "popd 2>/dev/null; exec node server.js",
    ],
)
def test_another_folder_does_not(tmp_path: Path, cmd: str) -> None:
    assert HEARD not in said(tmp_path, json.dumps(["bash", "-c", cmd]))


@pytest.mark.parametrize(
    "cmd",
    [
        'cd "$(cat /etc/where)"; exec node server.js',
        'cd "$(cat /etc/where)"; exec ./here.sh server.js',
        'cd "$(cat /etc/where)"; exec sh ../web/here.sh server.js',
        'cd "$(cat /etc/where)"; sh -c "exec ./here.sh server.js"',
        'cd "$(cat /etc/where)"; cd bin; exec ./start.sh',
        'cd "$(cat /etc/where)"; exec python app.py',
        'cd "$APP_HOME" && exec ./start.sh',
        'cd "$APP_HOME" || exit 1; exec ./start.sh',
        'cd "$(cat /etc/where)" && exec env -C lib ./start.sh',
    ],
)
def test_in_a_folder_that_nobody_knows_no_file_is_known_nor_missed(tmp_path: Path, cmd: str) -> None:
    text = f"FROM node:22\nWORKDIR /srv/web\nCOPY . /srv/\nCMD {json.dumps(['bash', '-c', cmd])}\n"
    trace = follow(image(tmp_path, text, {**FILES, "web/app.py": "import time\nwhile True: time.sleep(1)\n"}))
    assert trace.verdict == "unknown"
    assert all(path.hops and path.hops[0].why for path in trace.paths if path.default), trace.paths


def test_a_default_for_the_folder_counts(tmp_path: Path) -> None:
    cmd = json.dumps(["bash", "-c", 'cd "${APP_HOME:-../api}" && exec node server.js'])
    assert HEARD in said(tmp_path, cmd)


SECTION = "[program:api]\ncommand=node server.js\n"


@pytest.mark.parametrize(
    ("conf", "heard"),
    [
        (f"{SECTION}directory=/srv/api\n", True),
        (f"{SECTION}directory=../api\n", True),
        (f"{SECTION}directory=%(here)s/../api\n", True),
        (f"{SECTION}directory=/srv/web/%(ENV_WHERE)s\n", True),
        (f"[supervisord]\ndirectory=/srv/api\n{SECTION}", True),
        (f"[supervisord]\ndirectory=/srv/api\n{SECTION}directory=/srv/web\n", False),
        (SECTION, False),
        ("[program:api]\ncommand=./run.sh server.js\ndirectory=/srv/api\n", False),  # it is not beside supervisord
        ("[program:api]\ncommand=/srv/api/run.sh server.js\ndirectory=/srv/api\n", True),
        ("[program:api]\ncommand=sh run.sh server.js\ndirectory=/srv/api\n", True),
        ("[program:api]\ncommand=../web/here.sh server.js\ndirectory=/srv/api\n", True),
    ],
)
def test_a_supervisors_directory(tmp_path: Path, conf: str, heard: bool) -> None:
    text = said(tmp_path, '["supervisord", "-n", "-c", "s.conf"]', **{"web/s.conf": conf})
    assert (HEARD in text) is heard, text


@pytest.mark.parametrize(
    ("cmd", "verdict"),
    [
        ("exec celery -A x worker", "graceful"),
        ("export REMAP_SIGTERM=SIGQUIT; exec celery -A x worker", "abrupt"),
        ("REMAP_SIGTERM=SIGQUIT exec celery -A x worker", "abrupt"),
        ("exec env REMAP_SIGTERM=SIGQUIT celery -A x worker", "abrupt"),
        ("export REMAP_SIGTERM=${HOW:-SIGQUIT}; exec celery -A x worker", "abrupt"),
        ("export REMAP_SIGTERM=SIGQUIT; exec tini -- celery -A x worker", "abrupt"),
        ("REMAP_SIGTERM=SIGQUIT; exec celery -A x worker", "graceful"),  # not exported
        ("export REMAP_SIGTERM=SIGQUIT; unset REMAP_SIGTERM; exec celery -A x worker", "graceful"),
        ("export REMAP_SIGTERM=SIGQUIT; exec env -u REMAP_SIGTERM celery -A x worker", "graceful"),
        ("(export REMAP_SIGTERM=SIGQUIT); exec celery -A x worker", "graceful"),
        ("exec uwsgi --http :80 --master", "killed"),
        (
            "export UWSGI_HOOK_MASTER_START='unix_signal:15 gracefully_kill_them_all'; exec uwsgi --http :80 --master",
            "graceful",
        ),
    ],
)
def test_the_variables_that_a_program_is_started_with_count(tmp_path: Path, cmd: str, verdict: str) -> None:
    text = f"FROM python:3.12\nCMD {json.dumps(['bash', '-c', cmd])}\n"
    assert follow(image(tmp_path, text)).verdict == verdict


def test_each_of_two_ways_has_its_own_variables(tmp_path: Path) -> None:
    cmd = 'if [ -n "$COLD" ]; then export REMAP_SIGTERM=SIGQUIT; fi; exec celery -A x worker'
    trace = follow(image(tmp_path, f"FROM python:3.12\nCMD {json.dumps(['bash', '-c', cmd])}\n"))
    assert {path.verdict for path in trace.paths} == {"abrupt", "graceful"}


def test_variables_are_worked_out_when_somebody_asks() -> None:
    asked = []

    def exported() -> Exported:
        asked.append(True)
        return Exported({"A": "2", "B": Unknown("$B", default="3")}, {"A": True, "B": True, "C": False})

    variables = handed({"A": "1", "C": "1", "D": "4"}, exported)
    assert variables.agrees({})
    assert not asked
    assert (variables.get("A"), variables.get("B"), variables.get("C"), variables.get("D")) == ("2", "3", None, "4")
    assert len(asked) == 1
    assert handed({"A": "2", "B": "3", "D": "4"}, None).agrees(variables.asked)
    assert not handed({"A": "2", "B": "3", "C": None, "D": "4"}, None).agrees(variables.asked)
    assert sorted(variables) == ["A", "B", "D"]
    assert not handed({"A": "2", "B": "3", "D": "4", "E": "5"}, None).agrees(variables.asked)


PROGRAM = """
import os, signal, sys, time
if os.environ.get("MODE") != "batch":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
while True:
    time.sleep(1)
"""


@pytest.mark.parametrize(
    ("cmd", "verdict"),
    [
        ("exec python app.py", "unknown"),  # the user may set it
        ("export MODE=batch; exec python app.py", "killed"),
        ("MODE=batch; exec python app.py", "unknown"),
        ("exec env MODE=batch python app.py", "killed"),
        ("export MODE=batch; unset MODE; exec python app.py", "unknown"),
        ("export MODE=other; exec python app.py", "graceful"),
        ("cd lib; export MODE=batch; exec python ../app.py", "killed"),
    ],
)
def test_a_python_program_reads_them(tmp_path: Path, cmd: str, verdict: str) -> None:
    text = f"FROM python:3.12\nWORKDIR /srv\nCOPY . .\nCMD {json.dumps(['bash', '-c', cmd])}\n"
    trace = follow(image(tmp_path, text, {"app.py": PROGRAM, "lib/x": ""}))
    assert trace.verdict == verdict, trace.paths
