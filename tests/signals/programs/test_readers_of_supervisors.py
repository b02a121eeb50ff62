"""The programs of supervisord, Procfiles, runit, s6 and execline: what the image's files say of them."""

from __future__ import annotations

import shlex
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs_fixtures import started, told

SUPERVISORD = """
[supervisord]
nodaemon = true ; in front

[program:web]
command = gunicorn
    --bind :80 "a b:c"
stopsignal = INT
stopwaitsecs=30
user = www

[program:cron]
command=/usr/sbin/cron -f
stopasgroup=true
autostart=true

[program:off]
command=sleep 1
autostart=false

[eventlistener:x]
command=listener

[include]
files = conf.d/*.conf
"""


def test_supervisords_programs() -> None:
    files = {"/etc/supervisord.conf": SUPERVISORD, "/etc/conf.d/more.conf": "[program:more]\ncommand=more\n"}
    program = told("supervisord", files)
    assert not program.daemonizes
    assert started(program) == ["gunicorn --bind :80 'a b:c'", "/usr/sbin/cron -f", "more"]
    web, cron, more = program.starts
    assert (web.stop_signal, web.kills_after, web.user, web.to_group) == ("SIGINT", 30, "www", False)
    assert (cron.stop_signal, cron.kills_after, cron.to_group) == ("SIGTERM", 10, True)
    assert more.text is not None
    assert more.text.span.document.path == "/etc/conf.d/more.conf"
    assert program.as_pid1["SIGTERM"].kills_after == 30
    assert web.arguments[1].text.span.first.line == 7


def test_supervisord_stops_the_highest_priority_first() -> None:
    text = "[supervisord]\nnodaemon=true\n[group:both]\nprograms=b,d\n" + "".join(
        f"[program:{name}]\ncommand={name}\n{more}"
        for name, more in (("a", ""), ("b", ""), ("c", "priority=1\n"), ("d", ""), ("e", ""))
    )
    started = told("supervisord", {"/etc/supervisord.conf": text}).starts
    order = sorted(started, key=lambda child: -child.turn)
    assert [child.arguments[0].value for child in order] == ["e", "b", "d", "a", "c"]
    assert len({child.turn for child in started}) == 4


def test_what_supervisord_expands() -> None:
    lines = (
        "bash -c 'exec web --port %(ENV_PORT)s'",
        "%(here)s/run %(program_name)s_%(process_num)02d@%%h",
        "%(ENV_VENV)s/bin/celery worker",
        "%(ENV_ELSEWHERE)s/bin/celery worker",
        "%(ENV_WHAT)s",
    )
    text = "[supervisord]\nnodaemon=true\n" + "".join(
        f"[program:p{n}]\ncommand={line}\n" for n, line in enumerate(lines)
    )
    program = told("supervisord", {"/etc/supervisord.conf": text}, env={"VENV": "/venv"})
    assert [tuple(word.value for word in each.arguments) for each in program.starts] == [
        ("bash", "-c", "exec web --port ${PORT}"),
        ("/etc/run", "p1_0@%h"),
        ("/venv/bin/celery", "worker"),
        ("celery", "worker"),
        ("${WHAT}",),
    ]
    place = program.starts[3].arguments[0].text.span
    assert place.document.text[place.start : place.end] == "%(ENV_ELSEWHERE)s/bin/celery"


def test_supervisord_without_its_file() -> None:
    program = told("supervisord -n -c /x.conf", {})
    assert program.missing == ("/x.conf is not known",)
    assert not program.daemonizes
    assert told("supervisord", {"/app/supervisord.conf": "[supervisord]\nnodaemon=false\n"}).daemonizes


def test_procfiles() -> None:
    files = {"/app/Procfile": "# x\nweb: gunicorn a:b\nworker:   celery worker \n\nbroken line\n"}
    assert started(told("honcho start", files)) == ["/bin/sh -c 'gunicorn a:b'", "/bin/sh -c 'celery worker'"]
    assert started(told("goreman start web", files)) == ["/bin/sh -c 'gunicorn a:b'"]
    assert all(one.to_group for one in told("honcho start", files).starts)
    assert told("honcho -f P start", files).missing == ("P is not known",)


@pytest.mark.parametrize(
    ("line", "runs"),
    [
        ("bundle exec puma -C a.rb", "bundle exec puma -C a.rb"),
        ("puma -p $PORT -e production", "puma -p 5000 -e production"),
        ("puma -p ${PORT:-3000}", ""),
        ("puma -p $PORTS", ""),
        ("A=1 puma", ""),
        ("exec puma", ""),
        ("true && puma", ""),
        ("puma 'a b'", ""),
        ("cd web", ""),
    ],
)
def test_foreman_starts_a_simple_command_without_a_shell(line: str, runs: str) -> None:
    told_of = told("foreman start", {"/app/Procfile": f"web: {line}\n"})
    assert started(told_of) == [runs or shlex.join(["/bin/sh", "-c", line])]


def test_services_of_runit_and_s6() -> None:
    files = {
        "/etc/service/web/run": "#!/bin/sh\nexec web\n",
        "/etc/service/web/log/run": "#!/bin/sh\nexec log\n",
        "/etc/services.d/a/run": "#!/bin/sh\nexec a\n",
        "/etc/services.d/a/down-signal": "SIGQUIT\n",
        "/etc/services.d/a/timeout-kill": "3000\n",
        "/etc/s6-overlay/s6-rc.d/b/run": "#!/bin/sh\nexec b\n",
    }
    assert started(told("runsvdir -P /etc/service", files)) == ["/etc/service/web/run"]
    assert told("runsvdir /nowhere", files).missing
    overlay = told("/init app", files, {"S6_KILL_GRACETIME": "9000"})
    assert [(one.arguments[0].value, one.stop_signal) for one in overlay.starts] == [
        ("/etc/services.d/a/run", "SIGQUIT"),
        ("/etc/s6-overlay/s6-rc.d/b/run", "SIGTERM"),
        ("app", "SIGTERM"),
    ]
    assert overlay.as_pid1["SIGTERM"].kills_after == 9
    assert [one.kills_after for one in overlay.starts] == [3, inf, None]


@pytest.mark.parametrize(
    ("script", "becomes"),
    [
        ("app -f", "app -f"),
        ('# in front\n\nnginx -g "daemon off;"', "nginx -g 'daemon off;'"),
        ("s6-setuidgid www\napp", "s6-setuidgid www app"),
        (
            'with-contenv\ns6-setuidgid www\nforeground { echo { } "}" }\nfdmove -c 2 1\napp',
            "with-contenv s6-setuidgid www app",
        ),
        ('importas -D none X X\nexport A "a b"\ncd /srv\nif { test -d x }\napp ${X}', "app '${X}'"),
        ("backtick -n B { date }\nemptyenv -c\nexec -a name app a\\ b", "app 'a b'"),
        ("nice -n 5\nredirfd -w 1 log\napp", "nice -n 5 app"),
        ("/command/foreground { true }\n/usr/bin/app", "/usr/bin/app"),
        ("cd /srv", None),
        ("", None),
    ],
)
def test_execline(script: str, becomes: str | None) -> None:
    program = told("execlineb -P /run", {"/run": f"#!/bin/execlineb -P\n{script}\n"})
    assert started(program) == ([becomes] if becomes else [])
    assert [one.how for one in program.starts] == (["exec"] if becomes else [])
    assert becomes or program.stays is False


def test_execline_of_which_nothing_is_known() -> None:
    assert told("execlineb -P /run", {}).missing == ("the script /run is not known",)
    for script in (
        "background { helper }\napp",
        "s6-setuidgid a\npipeline { app }\ncat",
        "foreground { a }\nloopwhilex app",
    ):
        program = told("execlineb /run", {"/run": script})
        assert not program.starts and program.missing[0].startswith("what the script does with ")
    assert started(told("execlineb -c 'fdmove -c 2 1 app'", {})) == ["app"]


@settings(max_examples=200)
@given(st.text(alphabet='ab \n{}"\\#-', max_size=60))
def test_any_execline_script_is_read(script: str) -> None:
    assert told("execlineb /run", {"/run": script}).name == "execlineb"
