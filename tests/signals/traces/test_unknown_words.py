"""What a script hands to another program, and nobody knows: it is no word that is written as its name is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from signals_support import APP, image, script

from gracelint.signals.trace import follow

if TYPE_CHECKING:
    from pathlib import Path

READ = "read -r mode < /etc/mode\n"
CHILD = '#!/bin/sh\nif [ "$1" = deaf ]; then exec deaf; fi\nexec app\n'
COUNTS = "#!/bin/sh\nif [ $# -gt 1 ]; then exec deaf; fi\nexec app\n"
LONG = "-x 0123456789 " * 20


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (READ + 'exec /child.sh "$mode"', ["deaf: killed", "app: graceful"]),
        ('exec /child.sh "$(cat /etc/mode)"', ["deaf: killed", "app: graceful"]),
        (READ + 'exec sh -c "exec /child.sh $mode"', ["deaf: killed", "app: graceful"]),
        ("exec /child.sh mode", ["app: graceful"]),
        ("exec /child.sh '$mode'", ["app: graceful"]),
        ("exec /child.sh deaf", ["deaf: killed"]),
        ('exec /child.sh "$MODE"', ["app: graceful"]),  # empty, on the default launch
        (READ + 'exec /counts.sh "$mode"', ["app: graceful"]),
        (READ + 'exec /counts.sh "$mode" more', ["deaf: killed"]),
    ],
)
def test_a_script_that_asks_for_its_words(text: str, expected: list[str], tmp_path: Path) -> None:
    trace = script(tmp_path, "dash", text, child_sh=CHILD, counts_sh=COUNTS)
    assert [f"{' '.join(path.pid1)}: {path.verdict}" for path in trace.paths] == expected


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (READ + 'exec sh -c "exec $mode app"', "unknown"),
        (READ + 'start() { exec sh -c "exec $1 app"; }\nstart "$mode"', "unknown"),
        (READ + 'exec sh -c "exec app $mode"', "graceful"),
        (READ + 'exec sh -c "mode=app; exec \\$mode -p $mode"', "graceful"),
        # Of a long string that is not known whole, no piece is lost.
        (READ + f'exec sh -c "app {LONG} $mode & exec deaf"', "killed"),
        (READ + f"exec sh -c \"exec app {LONG} '$mode'\"", "graceful"),
    ],
)
def test_a_command_string_with_a_piece_that_nobody_knows(text: str, verdict: str, tmp_path: Path) -> None:
    assert script(tmp_path, "dash", text).verdict == verdict


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("exec $(which app) -x", "graceful"),
        ('exec "$(command -v app)" -x', "graceful"),
        ("exec `which deaf` -x", "killed"),
        ('exec $(which "$mode") -x', "unknown"),
        ("exec $(choose app) -x", "unknown"),
    ],
)
def test_a_program_that_is_looked_up_where_it_is_called(text: str, verdict: str, tmp_path: Path) -> None:
    assert script(tmp_path, "dash", READ + text).verdict == verdict


PROGRAM = """import signal, sys, time
if sys.argv[1] != "deaf":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
while True:
    time.sleep(1)
"""
PARSER = """import argparse, signal, sys, time
p = argparse.ArgumentParser()
p.add_argument("--port")
p.add_argument("--quick", action="store_true")
given = p.parse_args()
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
while True:
    time.sleep(0.1 if given.quick else 1)
"""
PAUSES = """import argparse, signal, time
p = argparse.ArgumentParser()
p.add_argument("--port")
p.add_argument("--pause", type=int, default=1)
pause, over = p.parse_args().pause, []
signal.signal(signal.SIGTERM, lambda *_: over.append(1))
while not over:
    time.sleep(pause)
"""


@pytest.mark.parametrize(
    ("program", "words", "verdict"),
    [
        (PROGRAM, '"$mode"', "unknown"),
        (PROGRAM, "other", "graceful"),
        (PROGRAM, "deaf", "killed"),
        (PROGRAM, 'other "$mode"', "graceful"),
        (PARSER, '--port "$mode"', "graceful"),
        (PARSER, "$mode", "graceful"),
        (PAUSES, '--port "$mode"', "graceful"),
        (PAUSES, '--port="$mode"', "graceful"),
        (PAUSES, "$mode", "unknown"),
        (PAUSES, '--pause "$mode"', "unknown"),
        (PAUSES, "--pause 2", "graceful"),
        (PAUSES, "--pause 20", "killed"),
    ],
)
def test_a_python_program_that_asks_for_its_words(program: str, words: str, verdict: str, tmp_path: Path) -> None:
    dockerfile = 'FROM python:3.12\nCOPY . /\nENTRYPOINT ["/entry.sh"]\n'
    files = {"entry.sh": f"#!/bin/sh\n{READ}exec python /app.py {words}\n", "app.py": program}
    assert follow(image(tmp_path, dockerfile, files), programs=APP).verdict == verdict


@pytest.mark.parametrize(
    ("text", "pid1"),
    [
        ('eval get +install_dir /srv/x "$(cat /etc/mode)"\nexec /srv/x/run', ["/srv/x/run"]),
        ('eval get /elsewhere "$(cat /etc/mode)"\nexec /srv/x/run', []),
    ],
)
def test_what_an_eval_may_have_brought(text: str, pid1: list[str], tmp_path: Path) -> None:
    dockerfile = 'FROM debian:12\nCOPY entry.sh /\nENTRYPOINT ["/entry.sh"]\n'
    trace = follow(image(tmp_path, dockerfile, {"entry.sh": f"#!/bin/sh\n{text}\n"}), programs=APP)
    assert [path.pid1[0] for path in trace.paths if path.fate not in ("ends", "fails")] == pid1


@pytest.mark.parametrize(
    ("line", "held"),
    [
        ('eval "app $(cat /data/options)"', "/bin/sh /entry.sh"),
        ('eval "exec app $(cat /data/options)"', "app $(cat /data/options)"),
        ('options=$(cat /data/options); eval cd /tmp "&&" exec app $options', "app $(cat /data/options)"),
        ('eval "$(cat /data/options)"', ""),
        ('eval "$(cat /data/runner) app"', ""),
        ('eval "MODE_$(cat /data/options)=1"', ""),  # it is no program of that name
        ('eval "p=1; exec app $(cat /data/options)"', "app $(cat /data/options)"),
        ('name=$(cat /data/options); eval "exec app \\$$name"', ""),  # of a variable that is named there
        ('name=$(cat /data/options); eval "exec app \\${$name:-}"', ""),
    ],
)
def test_an_eval_that_tells_what_it_runs(tmp_path: Path, line: str, held: str) -> None:
    trace = script(tmp_path, "bash", f"{line}\n")
    assert {" ".join(path.pid1) for path in trace.paths if path.pid1} == ({held} if held else set())


@pytest.mark.parametrize(
    "run", ["bash /opt/steam.sh", 'eval "bash /opt/steam.sh $(cat /data/options)"', "eval bash /opt/steam.sh"]
)
def test_a_step_is_one_behind_eval_as_well(tmp_path: Path, run: str) -> None:
    """What has work behind it is not the application that is killed."""
    loop = f"while [ $rc != 0 ] && [ $n -lt 3 ]; do\n  n=$((n+1))\n  {run} +quit\n  rc=$?\ndone\n"
    text = f"rc=1\nn=0\n{loop}eval ./server.sh -x\n. /opt/post.sh\n"
    (tmp_path / "e.sh").write_text(text)
    trace = follow(image(tmp_path, 'FROM debian:12\nCOPY e.sh /e.sh\nENTRYPOINT ["bash", "/e.sh"]\n'), grace_period=10)
    assert "killed" not in {path.verdict for path in trace.paths}


ENDING = 'while read -r mod; do rm -f "/srv/$mod"; done < <({})\n'


@pytest.mark.parametrize(
    ("feeder", "behind", "verdicts"),
    [
        # A loop over what a command writes that ends is over with it, whatever comes then.
        ("find /mods -name '*.pak' 2> /dev/null", 'eval "$(cat /data/options)"', ["unknown"]),
        ("printenv --null | sed -zn 's/^APP_//p'", 'eval "$(cat /data/options)"', ["unknown"]),
        ("find /mods", "date", ["unknown"]),
        ("find /mods", "exec app", ["graceful"]),
        ("tail -F /mods.log", 'eval "$(cat /data/options)"', ["killed"]),
    ],
)
def test_a_loop_over_what_a_command_writes(feeder: str, behind: str, verdicts: list[str], tmp_path: Path) -> None:
    trace = script(tmp_path, "bash", f"#!/bin/bash\n{ENDING.format(feeder)}{behind}")
    assert [path.verdict for path in trace.paths] == verdicts


@pytest.mark.parametrize(
    ("words", "verdict"),
    [
        ('"$(cat /etc/options)" -ini /x', "graceful"),  # which may be the one that keeps it in front
        ("-fg -ini /x", "graceful"),
        ('-ini "$(cat /etc/options)"', "unknown"),  # the container ends
        ("-ini /x", "unknown"),
    ],
)
def test_a_daemon_that_is_given_a_word_that_nobody_knows(words: str, verdict: str, tmp_path: Path) -> None:
    assert script(tmp_path, "dash", f"exec murmurd {words}").verdict == verdict
