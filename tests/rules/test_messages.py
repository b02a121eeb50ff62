"""What a finding says beyond its code: only what the model has proven."""

from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING

import pytest
from test_fixtures import lint

from gracelint.cli import main
from gracelint.cli.streams import Streams

if TYPE_CHECKING:
    from pathlib import Path

DEBIAN, UNKNOWN = "FROM debian:12", "FROM corp/base:1"


def message(folder: Path, script: str, base: str = DEBIAN, code: str = "GL201") -> str:
    """The only message of a rule on an image that starts a script."""
    (message,) = messages(folder, script, base, code)
    return message


def messages(folder: Path, script: str, base: str = DEBIAN, code: str = "GL201") -> list[str]:
    """A rule's messages on an image that starts a script, by their places."""
    (folder / "Dockerfile").write_text(f'{base}\nCOPY run.sh /run.sh\nENTRYPOINT ["sh", "/run.sh"]\n')
    (folder / "run.sh").write_text(f"#!/bin/sh\n{script}")
    return [str(each["message"]) for each in lint(folder)["findings"] if each["code"] == code]


@pytest.mark.parametrize(
    ("test", "says"),
    [
        ('[ "$MODE" = web ]', " (when $MODE = web)"),
        ("[ -f /run/lock/app ]", " (when /run/lock/app exists)"),
        ("mode=$(cat /run/mode); [ $mode = web ]", " (not on every way through the script)"),
        ('ask_somebody; [ "$?" = 3 ]', " (not on every way through the script)"),
    ],
)
def test_conditions(test: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = message(tmp_path, f"{test} || exec nginx -g 'daemon off;'\ngunicorn app:app\n")
    assert told.endswith(says)


def test_no_condition_where_there_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = message(tmp_path, '[ "$MODE" = web ] && echo web\ngunicorn app:app\n')
    assert "(" not in told.partition("(dash)")[2]


def test_a_shell_that_is_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "dash" in message(tmp_path, "gunicorn app:app\n")
    assert "dash" not in message(tmp_path, "gunicorn app:app\n", UNKNOWN)


def test_a_program_that_is_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert message(tmp_path, "our-server --port 80\n").startswith("while our-server runs, SIGTERM never reaches it")


def test_a_job_that_may_end(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether a program of an interpreter runs until it is stopped is not known where its source is not."""
    monkeypatch.chdir(tmp_path)
    assert message(tmp_path, "python /srv/report.py\n").startswith("while python runs")
    assert message(tmp_path, "gunicorn app:app\n").startswith("SIGTERM never reaches gunicorn")


def test_what_su_starts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = message(tmp_path, "su - steam -c 'game-server -x'\n")
    assert "game-server is killed" in told
    assert "write exec su" in told
    told = message(tmp_path, "start-stop-daemon --start --exec /usr/bin/gunicorn -- app:app\\n")
    assert "gunicorn is killed" in told
    assert "write exec start-stop-daemon" in told
    assert "gunicorn is killed" in message(tmp_path, "runuser -u app -- sh -c 'helper & exec gunicorn app:app'\n")


def test_what_exec_would_take_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert "write exec gunicorn" in message(tmp_path, "gunicorn app:app\n")
    assert "exec would take away" in message(tmp_path, "gunicorn app:app\nour-backup /data\n")


def test_each_branch_has_its_condition(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    script = 'if [ "$MODE" = web ]; then\n  gunicorn app:app\nelse\n  gunicorn admin:app\nfi\n'
    first, second = messages(tmp_path, script)
    assert first.endswith(" (when $MODE = web)")
    assert second.endswith(" (when $MODE != web)")


def test_a_condition_is_one_of_all_ways(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What only some of the ways with the defect asked for is none of its conditions."""
    monkeypatch.chdir(tmp_path)
    script = (
        '[ "$MODE" = web ] || exec our-tool\n'
        'if [ "$QUIET" = 1 ]; then quiet=-q; else quiet=; fi\n'
        "trap 'kill $pid' TERM\nservice nginx start\ngunicorn app:app $quiet &\npid=$!\nwait $pid\n"
    )
    assert message(tmp_path, script, code="GL204").endswith(" (when $MODE = web)")


@pytest.mark.parametrize(
    ("made", "says"),
    [
        (
            "TRIES=60; until ask || [ $TRIES -eq 0 ]; do TRIES=$((TRIES - 1)); done",
            " (not on every way through the script)",
        ),
        ("TRIES=${TRIES:-3}", " (when $TRIES = 0)"),
    ],
)
def test_a_variable_that_the_script_sets(made: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can look up a value that the script itself makes."""
    monkeypatch.chdir(tmp_path)
    told = message(tmp_path, f'{made}\n[ "$TRIES" = 0 ] || exec nginx -g "daemon off;"\ngunicorn app:app\n')
    assert told.endswith(says)


def test_a_job_that_is_left_alone_on_ways_that_are_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    script = "gunicorn app:app &\nif [ -f /key ]; then exec our-scheduler; fi\nexec redis-server\n"
    told = message(tmp_path, script, code="GL209")
    assert "(when" not in told
    assert "every way" not in told


def test_whom_the_signal_goes_to_instead(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    in_front = message(tmp_path, "nginx\ntail -f /var/log/nginx/access.log\n", code="GL216")
    assert "which goes to the shell, which waits for tail" in in_front
    instead = message(tmp_path, "nginx\nexec tail -f /var/log/nginx/access.log\n", code="GL216")
    assert "which goes to tail" in instead


def test_a_drain_within_the_time_of_a_supervisor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "supervisord.conf").write_text("[supervisord]\n[program:fpm]\ncommand=php-fpm -F\nstopwaitsecs=5\n")
    base = "FROM php:8.3-fpm\nSTOPSIGNAL SIGTERM\nCOPY supervisord.conf /etc/supervisord.conf"
    told = message(tmp_path, "exec supervisord -n -c /etc/supervisord.conf\n", base, "GL403")
    assert "process_control_timeout = 3s" in told


def test_why_an_exit_trap_does_not_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """dash runs it only at its own end; bash as PID 1 as well when a signal ends it."""
    monkeypatch.chdir(tmp_path)
    script = "trap 'kill $pid' EXIT\ngunicorn app:app &\npid=$!\nwait\n"
    assert "ends by itself" in message(tmp_path, script, code="GL213")
    assert messages(tmp_path, script, "FROM fedora:40", "GL213") == []


def test_each_daemon_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = message(tmp_path, "pm2 start consumer.py\nexec pm2 start app.py --no-daemon\n", code="GL216")
    assert told.startswith("what `pm2 start consumer.py` started runs in the background")


@pytest.mark.parametrize(
    ("start", "says"), [("supervisord -n", "when it stops in order, "), ("exec supervisord -n", "")]
)
def test_a_supervisor_that_is_not_told(start: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "supervisord.conf").write_text("[supervisord]\n[program:web]\ncommand=nginx -g 'daemon off;'\n")
    base = f"{DEBIAN}\nCOPY supervisord.conf /etc/supervisord.conf"
    told = message(tmp_path, f"{start} -c /etc/supervisord.conf\n", base, "GL403")
    assert told.startswith(f"{says}supervisord stops nginx with SIGTERM")


def test_the_program_behind_a_privilege_drop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    job = message(tmp_path, 'su app -c "gunicorn app:app" &\nsleep infinity\n', code="GL209")
    assert job.startswith("nobody tells gunicorn of SIGTERM")
    outer, inner = messages(tmp_path, 'su app -c "gunicorn app:app | grep -v health"\n', "FROM alpine:3.20")
    assert "gunicorn is killed after 10 s" in outer
    assert "waits for gunicorn" in inner


@pytest.mark.parametrize(
    ("job", "says"),
    [
        ("cd /srv && gunicorn app:app", "write exec gunicorn: the job is then the program itself"),
        ("(gunicorn app:app; our-backup /data)", "exec would take away what the script does behind it"),
    ],
)
def test_the_shell_of_a_background_job(job: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """bash stays in front of what a list in the background starts; dash and ash become its last command."""
    monkeypatch.chdir(tmp_path)
    script = f"trap 'kill $pid; wait $pid' TERM\n{job} &\npid=$!\nwait $pid\n"
    told = message(tmp_path, script, "FROM fedora:40")
    assert told.startswith("the shell of the background job, bash")
    assert says in told


def test_an_interrupt_to_a_program_that_is_not_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    told = message(tmp_path, "our-server &\npid=$!\ntrap 'kill -INT $pid' TERM\nwait\nwait\n", code="GL217")
    assert "without one it does not stop" in told


@pytest.mark.parametrize("folder", ["examples", "tests", "dev"])
def test_the_folders_above_a_checkout_say_nothing(folder: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is named from elsewhere is as bad as if it were named from its own folder."""
    own = tmp_path / folder / "app"
    own.mkdir(parents=True)
    (own / "Dockerfile").write_text('FROM debian:12\nCMD ["sh", "-c", "reporter; true"]\n')
    monkeypatch.chdir(own)
    here = lint(own)["findings"]
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    out = io.StringIO()
    main(["check", "--isolated", "--format", "json", str(own)], Streams(io.StringIO(), out, io.StringIO(), {}))
    there = json.loads(out.getvalue())["findings"]
    assert here
    assert [(each["code"], each["severity"]) for each in there] == [(each["code"], each["severity"]) for each in here]


@pytest.mark.parametrize(
    ("start", "text", "says"),
    [
        ("node /app", "require('http').createServer().listen(80)\n", "a handler (process.on('SIGTERM', …)) that"),
        ("perl /app", "sleep 1 while 1;\n", "a handler ($SIG{TERM} = sub { … }) that"),
        (
            "php /app",
            "<?php while (true) sleep(1);\n",
            "a handler (pcntl_async_signals(true); pcntl_signal(SIGTERM, …)) that",
        ),
        ("lua /app", "while true do end\n", "a handler that"),
    ],
)
def test_how_an_application_listens(
    start: str, text: str, says: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "app").write_text(text)
    (tmp_path / "Dockerfile").write_text(
        f"FROM debian:12\nRUN apt-get install -y nodejs perl php-cli lua5.4\nCOPY app /app\nCMD {json.dumps(start.split())}\n"
    )
    (finding,) = (each for each in lint(tmp_path)["findings"] if each["code"] == "GL308")
    assert says in str(finding["message"])


@pytest.mark.parametrize(
    ("start", "advice"),
    [
        ("service postgresql start", "stop it there: service postgresql stop"),
        ("/etc/init.d/postgresql start", "stop it there: /etc/init.d/postgresql stop"),
        ("nginx", 'start it in the foreground with &, then send the signal on and wait: kill "$pid"; wait "$pid"'),
        ("nginx -g 'daemon off;' &", 'send the signal on and wait: kill "$pid"; wait "$pid"'),
    ],
)
def test_a_handler_stops_a_service_as_it_was_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, start: str, advice: str
) -> None:
    monkeypatch.chdir(tmp_path)
    trap = 'trap \'kill "$pid"; wait "$pid"; exit 0\' TERM'
    told = message(tmp_path, f"{start}\nredis-server & pid=$!\n{trap}\nwait $pid\n", code="GL204")
    assert told.endswith(advice)


@pytest.mark.parametrize("command", ["su-exec app:app /opt/app/server", "gosu app /opt/app/server", "/opt/app/server"])
def test_a_job_is_called_what_it_has_become(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: str) -> None:
    monkeypatch.chdir(tmp_path)
    told = message(tmp_path, f"{command} & pid=$!\ntrap 'kill \"$pid\"' TERM\nwait $pid\n", code="GL205")
    assert told.startswith("server gets SIGTERM")
