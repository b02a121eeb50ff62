"""Behind inits, supervisors and runners: who is told, with what, and in which order."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from signals_support import APP, command, image, script

from gracelint.signals.trace import follow

if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize(
    ("words", "text", "verdict"),
    [
        ("tini --", "app; true", "abrupt"),
        ("tini -g --", "app; true", "abrupt"),
        ("tini --", "exec app", "graceful"),
        ("tini -g --", "trap : TERM; app", "graceful"),
        ("tini --", "trap 'kill $p; wait $p' TERM; app & p=$!; wait", "graceful"),
        ("dumb-init", "app; true", "abrupt"),
        ("dumb-init", "trap : TERM; app", "graceful"),
    ],
)
def test_behind_an_init(tmp_path: Path, words: str, text: str, verdict: str) -> None:
    assert command(tmp_path, "dash", text, words.split()).verdict == verdict


@pytest.mark.parametrize(
    ("shell", "text"),
    [
        ("bash", "trap 'kill $c; wait' EXIT\napp & c=$!\nwait $c"),
        ("bash", "trap 'echo over; sleep 1' EXIT\napp"),
        ("dash", "trap 'kill $c' TERM\napp & c=$!\nwait $c\nwait $c"),
        ("bash", "trap : TERM\napp & c=$!\nwait $c\nwait $c"),
        ("dash", "trap 'kill $c; trap - TERM; wait $c' TERM\napp & c=$!\nwait $c"),
    ],
)
def test_timeout_tells_its_command_twice(tmp_path: Path, shell: str, text: str) -> None:
    """Each of these was abrupt one to seven times of ten, and graceful the others (measured)."""
    trace = script(tmp_path, shell, text, before=["timeout", "60"])
    assert trace.verdict == "unknown"
    assert any("is told twice by timeout" in each for each in trace.missing)


@pytest.mark.parametrize(
    ("words", "action"),
    [
        ("tini -g --", "kill $c; wait"),
        ("dumb-init", "kill $c; wait"),
        ("tini -g --", "kill -TERM -1; wait"),
        ("tini --", "kill $c $c; wait"),
    ],
)
def test_a_shell_that_two_tell_may_hear_both(tmp_path: Path, words: str, action: str) -> None:
    """The second one ends the `wait` in which the child waits for its application: abrupt up to six times of six (measured)."""
    child = "sh -c 'trap \"kill \\$d\" TERM; app & d=$!; wait $d; wait $d'"
    text = f"trap '{action}' TERM\n{child} & c=$!\nwait $c\n"
    trace = script(tmp_path, "dash", text, before=words.split())
    assert (trace.verdict, "whether sh hears SIGTERM twice" in trace.missing) == ("unknown", True)


@pytest.mark.parametrize(
    ("words", "action", "child", "verdict"),
    [
        ("tini -g --", "kill -USR1 $c", 'trap "kill \\$d" TERM; trap : USR1; app & d=$!; wait $d; wait $d', "unknown"),
        (
            "",
            "kill -TERM $c; kill -USR1 $c",
            'trap "kill \\$d; wait; exit" TERM; trap : USR1; app & d=$!; wait',
            "unknown",
        ),
        (
            "",
            "kill -TERM $c; kill -USR1 $c",
            'trap "kill \\$d; wait" TERM; trap : USR1; app & d=$!; wait; wait',
            "graceful",
        ),
        ("", "kill -TERM $c; kill -USR1 $c", 'trap "kill \\$d" TERM; trap "" USR1; app & d=$!; wait; wait', "graceful"),
        ("tini -g --", "kill -INT $c", 'trap "kill \\$d" TERM; trap : INT; app & d=$!; wait $d; wait $d', "graceful"),
    ],
)
def test_a_shell_that_gets_two_signals_at_once(
    tmp_path: Path, words: str, action: str, child: str, verdict: str
) -> None:
    """The second one comes with the first, or ends the `wait` behind its trap: the unknown ones were abrupt one to five times of six; the
    others hear none (a job in the background ignores SIGINT), or wait once more (all measured)."""
    text = f"trap '{action}; wait' TERM\nsh -c '{child}' & c=$!\nwait $c\n"
    trace = script(tmp_path, "bash", text, before=words.split())
    assert trace.verdict == verdict
    if verdict == "unknown":
        assert any(each.endswith("while it is at its trap for SIGTERM") for each in trace.missing)


def test_bash_loses_the_lower_of_two_signals_at_once(tmp_path: Path) -> None:
    """Six times of six: out of a `wait`, the handler of the higher one jumps. dash hears both."""
    text = "trap 'kill -USR1 $c; kill -HUP $c; wait' TERM\n( trap 'x=1' USR1; trap 'kill $d; wait; exit' HUP; app & d=$!; wait; wait ) & c=$!\nwait $c\n"
    assert script(tmp_path, "bash", text).verdict == "unknown"
    assert script(tmp_path, "dash", text).verdict == "graceful"
    assert script(tmp_path, "bash", text.replace("-USR1 $c;", "-USR1 $c; sleep 0.1;")).verdict == "graceful"


def test_bash_may_leave_under_errexit_when_two_signals_come_at_once(tmp_path: Path) -> None:
    """Abrupt 2 of 16 times, and 16 of 30; without `set -e`, and in dash, never of 30."""
    traps = "trap 'kill $d; wait $d' USR2; trap 'kill $d; wait' TERM"
    text = f"trap 'kill -USR2 $c; wait' TERM\n( set -e\n{traps}; app & d=$!; wait $d; wait $d ) & c=$!\nwait\n"
    before = ["tini", "-g", "--"]
    assert script(tmp_path, "bash", text, before=before).verdict == "unknown"
    assert script(tmp_path, "bash", text.replace("set -e", ":"), before=before).verdict == "graceful"
    assert script(tmp_path, "dash", text, before=before).verdict == "graceful"


def test_a_wait_that_signals_end_fails_behind_the_last_of_their_traps(tmp_path: Path) -> None:
    """Graceful six times of six, as both are there in time: `set -e` ends the shell behind both, or else behind the first."""
    child = "( set -e; trap : HUP; trap 'kill $d; wait $d' USR1; app & d=$!; wait $d ) & c=$!"
    text = f"trap 'kill -HUP $c; kill -USR1 $c; wait $c; wait $c' TERM\n{child}\nwait $c\n"
    assert script(tmp_path, "dash", text).verdict == "unknown"


@pytest.mark.parametrize(("ends", "verdict"), [("exit 3", "killed"), ("exit 0", "graceful")])
def test_busyboxs_timeout_holds_a_wait_behind_a_job_that_fails(tmp_path: Path, ends: str, verdict: str) -> None:
    """Six times of six each: its child that counts the time is PID 1's."""
    child = f"sh -c 'trap \"kill \\$d; wait \\$d; {ends}\" TERM; app & d=$!; wait $d'"
    text = f"trap 'kill $c; wait' TERM\n{child} & c=$!\nwait $c\n"
    assert script(tmp_path, "ash", text, before=["timeout", "60"]).verdict == verdict


@pytest.mark.parametrize(
    ("action", "ends", "verdict"),
    [
        ("sleep 0.1; kill $c; wait", "exit 3", "unknown"),  # abrupt 3 of 10
        ("kill $c; sleep 0.1; wait", "exit 3", "abrupt"),  # it has heard of the child's end
        (
            "kill $c; wait",
            "sleep 0.1; exit 3",
            "graceful",
        ),  # the child ends in the `wait`, behind which there is the application
    ],
)
def test_busyboxs_wait_is_held_if_the_child_ends_in_it(tmp_path: Path, action: str, ends: str, verdict: str) -> None:
    """Ten times of ten, where no rate is written: a job that fails holds a `wait` for all in PID 1, if the shell learns of it there."""
    child = f"sh -c 'trap \"kill \\$d; {ends}\" TERM; app & d=$!; wait $d'"
    trace = script(tmp_path, "ash", f"trap '{action}' TERM\n{child} & c=$!\nwait $c\n")
    assert trace.verdict == verdict
    if verdict == "unknown":
        assert trace.missing[0].endswith("has ended before it waits")


@pytest.mark.parametrize(
    ("words", "child", "verdict"),
    [
        ("dumb-init", "trap exit TERM; sleep 1000 & wait", "unknown"),  # four to eight times of ten it is gone
        ("dumb-init", "trap 'sleep 0.2' TERM; sleep 1000 & wait", "graceful"),
        ("tini --", "trap exit TERM; sleep 1000 & wait", "killed"),
    ],
)
def test_whether_kill_finds_a_child_that_was_told_already(tmp_path: Path, words: str, child: str, verdict: str) -> None:
    text = f"( {child} ) & child=$!\napp &\ntrap 'kill $child && wait' TERM\nwait\n"
    trace = script(tmp_path, "dash", text, before=words.split())
    assert trace.verdict == verdict
    if verdict == "unknown":
        assert any("before it is told again" in each for each in trace.missing)


def test_what_timeout_tells_again_cuts_a_substitution_short(tmp_path: Path) -> None:
    """Four times of ten: `kill` is left without a number, and `set -e` ends the shell."""
    trap = "trap 'kill $(jobs -p); wait' TERM\napp &\nwait -n\nwait\n"
    before = ["timeout", "60"]
    trace = script(tmp_path, "bash", f"set -e\n{trap}", before=before)
    reason = "whether what the trap substitutes is cut short by a second SIGTERM"
    assert (trace.verdict, reason in trace.missing) == ("unknown", True)
    assert script(tmp_path, "bash", trap, before=before).verdict == "graceful"  # it is run again
    assert script(tmp_path, "bash", f"set -e\n{trap}", before=["timeout", "--foreground", "60"]).verdict == "graceful"
    own = """sh -ec 'trap "kill \\$(cat /tmp/p); wait" TERM; app & echo $! > /tmp/p; wait'"""
    parent = f"{own} & c=$!\ntrap 'kill $c; wait' TERM\nwait $c\n"
    trace = script(tmp_path, "bash", parent, before=["tini", "-g", "--"])  # abrupt three times of four
    assert (trace.verdict, reason in trace.missing) == ("unknown", True)


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("exec cron -f", "unknown"),  # a job that runs hears nothing (measured with BusyBox's crond below tini)
        ("trap 'kill $p' TERM; cron -f & p=$!; wait", "unknown"),
        ("exec rsyslogd -n", "graceful"),
        ("cron; exec app", "graceful"),  # helps the application
        ("exec supercronic /etc/jobs", "graceful"),  # waits for its jobs
    ],
)
def test_whose_jobs_nobody_tells(tmp_path: Path, text: str, verdict: str) -> None:
    assert command(tmp_path, "dash", text, ["tini", "--"]).verdict == verdict


@pytest.mark.parametrize(
    ("words", "text", "verdict"),
    [
        ("dumb-init", "exec celery -A proj worker", "abrupt"),
        ("tini -g --", "exec celery -A proj worker -P prefork", "abrupt"),
        ("tini --", "exec celery -A proj worker", "graceful"),
        ("dumb-init", "exec celery -A proj worker --pool=threads", "graceful"),
        ("", "trap 'kill $!; wait' TERM; celery -A proj worker & wait", "graceful"),
        ("", "trap 'trap - TERM; kill 0; wait' TERM; celery -A proj worker & wait", "abrupt"),
    ],
)
def test_workers_that_a_group_signal_kills(tmp_path: Path, words: str, text: str, verdict: str) -> None:
    assert script(tmp_path, "bash", text + "\n", before=words.split()).verdict == verdict


@pytest.mark.parametrize(
    ("words", "signal", "text", "verdict"),
    [
        ("dumb-init", "SIGINT", "exec sanic app:app", "abrupt"),  # 7 of 10
        ("dumb-init", "SIGINT", "exec sanic app:app --single-process", "graceful"),
        ("tini --", "SIGINT", "exec sanic app:app", "graceful"),
        ("dumb-init", "SIGINT", "exec celery -A proj worker", "graceful"),  # 10 of 10: its pool ignores SIGINT
        ("dumb-init", "SIGINT", "exec hypercorn app:app", "graceful"),
    ],
)
def test_workers_that_a_group_interrupt_kills(tmp_path: Path, words: str, signal: str, text: str, verdict: str) -> None:
    trace = script(tmp_path, "dash", text + "\n", before=words.split(), extra=f"STOPSIGNAL {signal}\n")
    assert trace.verdict == verdict


SUPERVISED = "[supervisord]\nnodaemon=true\n[program:a]\ncommand=app a\n[program:b]\ncommand=app b\n"


@pytest.mark.parametrize(
    ("words", "text", "verdict"),
    [
        ("tini -g --", "uvicorn app:app & exec gunicorn app:app", "abrupt"),
        ("dumb-init", "gunicorn app:app & exec uvicorn app:app", "abrupt"),
        ("dumb-init", "trap : TERM; gunicorn app:app & uvicorn app:app & wait; wait", "graceful"),
        ("", "trap 'kill $a $b; wait $a $b' TERM; app & a=$!; app & b=$!; wait", "graceful"),
        ("", "trap 'kill $a $b; wait $b' TERM; app & a=$!; app & b=$!; wait", "abrupt"),
        ("", "trap 'kill $a $b; wait -n' TERM; app & a=$!; app & b=$!; wait", "abrupt"),
        ("", "trap 'kill $a $b' TERM; app & a=$!; app & b=$!; while kill -0 $a; do wait $a; done", "abrupt"),
        ("tini -g --", "exec supervisord -c /supervisord.conf", "graceful"),
    ],
)
def test_nobody_is_safe_because_another_one_is_slower(tmp_path: Path, words: str, text: str, verdict: str) -> None:
    trace = script(tmp_path, "bash", text + "\n", before=words.split(), supervisord_conf=SUPERVISED)
    assert trace.verdict == verdict, trace.paths
    if verdict == "abrupt":
        (path,) = trace.paths
        assert [hop.notified for hop in path.hops if hop.finishes is False]
        assert "is told, but killed before it has finished" in path.why


@pytest.mark.parametrize(
    ("extra", "words", "disposition", "word"),
    [
        ("", ["tini", "--", "nginx", "-g", "daemon off;"], "misreads", ""),
        ("", ["dumb-init", "--rewrite", "15:3", "nginx", "-g", "daemon off;"], "handles", ""),
        ("", ["dumb-init", "--rewrite", "15:1", "tail", "-f", "/x"], "terminates", "SIGHUP"),
        ("stopsignal=QUIT", ["supervisord", "-c", "/supervisord.conf"], "handles", ""),
        ("stopsignal=TERM", ["supervisord", "-c", "/supervisord.conf"], "misreads", ""),
    ],
)
def test_a_child_is_told_of_with_the_signal_that_it_gets(
    tmp_path: Path, extra: str, words: list[str], disposition: str, word: str
) -> None:
    text = f"[supervisord]\nnodaemon=true\n[program:web]\ncommand=nginx -g 'daemon off;'\n{extra}\n"
    dockerfile = f"FROM debian:12\nCOPY . /\nENTRYPOINT {json.dumps(words)}\n"
    trace = follow(image(tmp_path, dockerfile, {"supervisord.conf": text}))
    hop = trace.paths[0].hops[-1]
    assert hop.disposition == disposition and word in hop.why, hop


def test_the_engines_own_init(tmp_path: Path) -> None:
    trace = command(tmp_path, "dash", "app; true", init=True)
    assert (trace.verdict, trace.paths[0].pid1[0]) == ("abrupt", "/sbin/docker-init")
    assert command(tmp_path, "dash", "exec app", init=True).verdict == "graceful"


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        ('["supervisord", "-n"]', "supervisord.conf is not known"),
        ('["tini", "--", "pm2-runtime", "ecosystem.config.js"]', "which programs ecosystem.config.js names"),
    ],
)
def test_a_supervisor_whose_programs_are_not_known(tmp_path: Path, words: str, missing: str) -> None:
    trace = follow(image(tmp_path, f"FROM node:20\nCMD {words}\n"))
    assert (trace.verdict, trace.missing) == ("unknown", (missing,))


@pytest.mark.parametrize(
    ("base", "also", "arguments", "verdict"),
    [
        ("php:8.3-cli", "", "artisan queue:work", "unknown"),
        ("docker.io/library/php:8.3-cli@sha256:0", "", "bin/console messenger:consume async", "unknown"),
        ("alpine:3.20", "RUN apk add php83", "artisan horizon", "unknown"),
        ("php:8.3-cli", "RUN docker-php-ext-install pcntl", "artisan queue:work", "graceful"),
        ("debian:12", "RUN apt-get install -y php-cli", "artisan queue:work", "graceful"),
        ("debian:12", "", "artisan queue:listen", "killed"),
        ("debian:12", "", "artisan schedule:work", "unknown"),
    ],
)
def test_workers_of_php(tmp_path: Path, base: str, also: str, arguments: str, verdict: str) -> None:
    text = f"FROM {base}\n{also}\nCMD {json.dumps(['php', *arguments.split()])}\n"
    assert follow(image(tmp_path, text)).verdict == verdict


@pytest.mark.parametrize(
    ("seconds", "also", "verdict"),
    [
        (9, "", "killed"),
        (8, "", "unknown"),
        (8, "killasgroup=true", "graceful"),
        (8, "stopasgroup=true", "graceful"),
        (6, "", "graceful"),
    ],
)
def test_supervisord_may_kill_a_helper_late(tmp_path: Path, seconds: int, also: str, verdict: str) -> None:
    """Supervisord looks once a second whether a time is over and who is gone: an application whose turn comes after one that was given eight seconds was
    told 9.1 s to 10.2 s after the stop (measured with three in place of eight: 4.1 s to 5.2 s; with ``killasgroup`` 3.0 s to 3.9 s). With ``killasgroup``, nobody is left to hold the
    helper's output, and supervisord sees its end at once."""
    helper = f"[program:helper]\ncommand=bash -c 'trap \"\" TERM; sleep 100; true'\nstopwaitsecs={seconds}\n{also}\n"
    conf = f"[supervisord]\nnodaemon=true\n[program:app]\ncommand=app\n{helper}"
    text = 'FROM debian:12\nCOPY c /\nCMD ["supervisord", "-c", "/c"]\n'
    trace = follow(image(tmp_path, text, {"c": conf}), programs=APP)
    # What the helper loses is nobody's concern here.
    assert trace.verdict == verdict
    assert "one after the other" in trace.paths[0].hops[0].why


@pytest.mark.parametrize(
    ("entry", "how"),
    [
        ('CMD ["npm", "start"]', "fork"),
        ('ENTRYPOINT ["sh", "-c", "/start.sh & exec npm run other"]', "background"),
    ],
)
def test_what_a_runner_starts_is_no_job_and_what_it_inherits_is_one(tmp_path: Path, entry: str, how: str) -> None:
    files = {
        "package.json": json.dumps({"name": "a", "scripts": {"start": "/start.sh", "other": "node server.js"}}),
        "start.sh": "#!/bin/sh\napp\necho done\n",
        "server.js": "require('http').createServer().listen(80)\n",
    }
    built = image(tmp_path, f"FROM node:22\nCOPY . /\nWORKDIR /\n{entry}\n", files)
    hops = follow(built, programs=APP).paths[0].hops
    assert {hop.how for hop in hops if "/start.sh" in hop.argv} == {how}


CRON = "[supervisord]\nnodaemon=true\n[program:cron]\ncommand={}\n[program:web]\ncommand={}\n"


@pytest.mark.parametrize(
    ("cron", "web", "app"),
    [
        ("cron -f", "gunicorn app:app", "gunicorn app:app"),
        ("/cron.sh", "gunicorn app:app", "gunicorn app:app"),  # a shell around it has no more to lose
        ("/cron.sh", "/web.sh", "gunicorn app:app"),
        ("/cron.sh", "cron -f", "cron -f"),
    ],
)
def test_the_application_is_what_has_something_to_lose(tmp_path: Path, cron: str, web: str, app: str) -> None:
    files = {
        "supervisord.conf": CRON.format(cron, web),
        "cron.sh": "#!/bin/sh\ncron -f\n",
        "web.sh": "#!/bin/sh\ngunicorn app:app\n",
    }
    dockerfile = 'FROM debian:12\nCOPY . /\nCMD ["supervisord", "-c", "/supervisord.conf"]\n'
    (path,) = follow(image(tmp_path, dockerfile, files)).paths
    assert path.app is not None
    assert " ".join(path.app.argv) == app


RAISES = "raise SystemExit"
SETS = "stop.append(1)"


@pytest.mark.parametrize(
    ("words", "handler", "verdict"),
    [
        ("timeout 60 python app.py", RAISES, "unknown"),
        ("timeout --foreground 60 python app.py", RAISES, "graceful"),
        ("timeout 60 python app.py", SETS, "graceful"),
        ("dumb-init /entry.sh", RAISES, "unknown"),
        ("tini -- /entry.sh", RAISES, "graceful"),
        ("dumb-init /entry.sh", SETS, "graceful"),
    ],
)
def test_a_second_signal_breaks_off_a_clean_up_that_an_exception_leads_to(
    tmp_path: Path, words: str, handler: str, verdict: str
) -> None:
    """Behind timeout 6 times of 20, behind dumb-init and a shell that passes the signal on 16 of 20 (measured); what only sets a flag is
    told twice as well."""
    source = (
        f"import os, signal, time\nstop = []\ndef end(*_):\n    {handler}\nsignal.signal(signal.SIGTERM, end)\n"
        "try:\n    while not stop:\n        time.sleep(1)\nfinally:\n    os.unlink('/run/app.pid')\n"
    )
    entry = "#!/bin/sh\ntrap 'kill $c; wait' TERM\npython app.py & c=$!\nwait\n"
    dockerfile = f"FROM python:3.12\nWORKDIR /\nCOPY . /\nENTRYPOINT {json.dumps(words.split())}\n"
    trace = follow(image(tmp_path, dockerfile, {"app.py": source, "entry.sh": entry}))
    assert trace.verdict == verdict, trace.missing
