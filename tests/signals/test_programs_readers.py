"""What the catalogue finds in configuration files of the image, and where it says that it is written."""

from __future__ import annotations

import json
import shlex
import time
from math import inf
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs_fixtures import image, words

from gracelint.image.model import Argument
from gracelint.signals.programs import describe

if TYPE_CHECKING:
    from gracelint.signals.model import Program


def told(
    line: str, files: dict[str, str], env: dict[str, str | None] | None = None, base: str = "debian:12"
) -> Program:
    program = describe(words(shlex.split(line)), image(files, env, base))
    assert program is not None
    return program


def started(program: Program) -> list[str]:
    return [shlex.join(argument.value for argument in one.arguments) for one in program.starts]


PACKAGE = """{
  "name": "app",
  "main": "lib/main.js",
  "scripts": {
    "prestart": "tsc",
    "start": "node server.js --name \\"a b\\"",
    "serve": "exec node server.js",
    "both": "run-a && run-b",
    "test": "jest"
  }
}
"""
NODE = {"/app/package.json": PACKAGE}
START = "'node server.js --name \"a b\"'"


@pytest.mark.parametrize(
    ("line", "commands"),
    [
        ("npm start", [f"sh -c {START}"]),
        ("npm run start", [f"sh -c {START}"]),
        ("npm --silent run serve", ["sh -c 'exec node server.js'"]),
        ("npm run serve -- --port 80", ["sh -c 'exec node server.js --port 80'"]),
        ("npm t", ["sh -c jest"]),
        ("npm run", []),
        ("npm run nothing", []),
        ("npm --prefix /elsewhere start", []),
        ("npm --script-shell=bash start", [f"bash -c {START}"]),
        ("yarn start", [f"/bin/sh -c {START}"]),
        ("yarn run serve", ["/bin/sh -c 'exec node server.js'"]),
        ("yarn next start", ["/bin/sh -c 'next start'"]),
        ("yarn node server.js", ["node server.js"]),
        ("pnpm start", [f"sh -c {START}"]),
        ("pnpm run serve", ["sh -c 'exec node server.js'"]),
        ("pnpm next start", ["next start"]),
        ("bun run serve", ["node server.js"]),
        ("bun run both", ["/bin/sh -c 'run-a && run-b'"]),
        ("bun server.js", []),
        ("run-p serve test", ["npm run serve", "npm run test"]),
        ("node --run serve", ["/bin/sh -c 'exec node server.js'"]),
    ],
)
def test_scripts_of_package_json(line: str, commands: list[str]) -> None:
    assert started(told(line, NODE)) == commands


@pytest.mark.parametrize(
    ("line", "commands", "missing"),
    [
        ("npm run serve -w api", ["sh -c 'node api.js'"], ()),
        ("npm --workspace=api run serve", ["sh -c 'node api.js'"], ()),
        ("npm run serve --workspace @us/api", [], ("/app/@us/api/package.json is not known",)),
        ("npm run serve --workspaces", [], ("which packages have a script serve",)),
        ("npm run serve", ["sh -c 'exec node server.js'"], ()),
        ("pnpm --filter api serve", [], ("which packages have a script serve",)),
        ("pnpm -r run serve", [], ("which packages have a script serve",)),
        ("yarn workspace api serve", [], ("what yarn runs in its workspaces",)),
    ],
)
def test_workspaces(line: str, commands: list[str], missing: tuple[str, ...]) -> None:
    program = told(line, {**NODE, "/app/api/package.json": '{"scripts": {"serve": "node api.js"}}'})
    assert (started(program), program.missing) == (commands, missing)
    assert program.stays is not False


def test_a_script_is_written_in_package_json() -> None:
    program = told("npm start", NODE)
    text = program.starts[0].arguments[-1].text
    assert text.value == 'node server.js --name "a b"'
    assert text.span.document.path == "/app/package.json"
    assert text.span.first.line == 6
    quoted = text.cut(len("node server.js --name "), len("node server.js --name ") + 1)
    assert PACKAGE[quoted.span.start : quoted.span.end] == '\\"'
    edit = text.insert_before('exec "x" ')
    assert edit is not None
    assert edit.text == 'exec \\"x\\" '


def test_without_package_json_it_is_missing() -> None:
    program = told("npm start", {})
    assert program.starts == ()
    assert program.missing == ("/app/package.json is not known",)


def test_npm_start_without_a_script_is_server_js() -> None:
    files = {"/app/package.json": "{}", "/app/server.js": ""}
    assert started(told("npm start", files)) == ["sh -c 'node server.js'"]
    assert started(told("npm start", {"/app/package.json": "{}"})) == []


@pytest.mark.parametrize(
    ("base", "env", "disposition"),
    [
        ("node:18.17", {}, "ignores"),
        ("docker.io/library/node:20.9.0-alpine", {}, "ignores"),
        ("node:21.0-slim", {}, "ignores"),
        ("node:18.16", {}, "forwards"),
        ("node:20.12", {}, "forwards"),
        ("node:20", {}, "forwards"),
        ("node:22", {}, "forwards"),
        ("mynode:20.9", {}, "forwards"),
        ("corp/base", {"NODE_VERSION": "20.10.0"}, "ignores"),
        ("node:20.9", {"NODE_VERSION": "22.1.0"}, "forwards"),
    ],
)
def test_the_npm_of_some_node_releases_swallows_the_signal(
    base: str, env: dict[str, str | None], disposition: str
) -> None:
    assert told("npm start", NODE, env, base).as_pid1["SIGTERM"].disposition == disposition


def test_yarn_berry_has_its_own_shell_and_waits() -> None:
    berry = {**NODE, "/app/.yarnrc.yml": ""}
    program = told("yarn serve", berry)
    assert started(program) == ["node server.js"]
    assert program.as_pid1["SIGTERM"].waits
    assert not told("yarn serve", NODE).as_pid1["SIGTERM"].waits
    pinned = {"/app/package.json": json.dumps({"packageManager": "yarn@4.1.0", "scripts": {"serve": "a"}})}
    assert told("yarn serve", pinned).as_pid1["SIGTERM"].waits


@pytest.mark.parametrize(
    ("line", "package", "settings", "commands"),
    [
        ("nodemon", '{"main": "m.js", "scripts": {"start": "node s.js"}}', None, ["node m.js"]),
        ("nodemon", '{"scripts": {"start": "node s.js -x"}}', None, ["/bin/sh -c 'node s.js -x'"]),
        ("nodemon", '{"scripts": {"start": "nodemon -w src"}}', None, []),
        ("nodemon", "{}", None, []),
        ("nodemon", '{"main": "m.js"}', '{"exec": "ts-node a.ts"}', ["/bin/sh -c 'ts-node a.ts'"]),
        ("nodemon s.js", '{"main": "m.js"}', '{"exec": "node -i"}', ["/bin/sh -c 'node -i s.js'"]),
        ("nodemon", '{"main": "m.js", "nodemonConfig": {"exec": "node s.js"}}', None, ["/bin/sh -c 'node s.js'"]),
        ("nodemon", '{"main": "m.js", "nodemonConfig": {"exec": "a"}}', '{"watch": ["src"]}', ["node m.js"]),
        ("nodemon -x bun s.js", '{"nodemonConfig": {"exec": "a"}}', None, ["/bin/sh -c 'bun s.js'"]),
    ],
)
def test_what_nodemon_runs(line: str, package: str, settings: str | None, commands: list[str]) -> None:
    """nodemon 3.1.14 prints it (``starting …``) in a folder with these files."""
    files = {"/app/package.json": package, **({"/app/nodemon.json": settings} if settings else {})}
    assert started(told(line, files)) == commands


def test_nodemon_without_package_json_says_what_is_missing() -> None:
    assert told("nodemon", {}).missing == ("/app/package.json is not known",)


def test_node_dot_is_the_package() -> None:
    program = told("node .", NODE)
    assert program.application is not None
    assert program.application.value == "lib/main.js"
    assert program.application.text.span.document.path == "/app/package.json"
    bare = told("node .", {})
    assert bare.application is not None
    assert bare.application.value == "index.js"


def test_deno_tasks() -> None:
    files = {"/app/deno.jsonc": '{ // tasks\n "tasks": { "start": "deno run -A main.ts", }, }'}
    program = told("deno task start --x", files)
    assert started(program) == ["deno run -A main.ts --x"]
    assert program.as_pid1["SIGTERM"].disposition == "forwards"
    assert told("deno task stop", files).missing


def test_pm2_reads_json_and_its_kill_timeout() -> None:
    files = {"/app/pm2.json": json.dumps({"apps": [{"name": "a", "script": "a.js"}, {"script": "b.py"}]})}
    program = told("pm2-runtime start pm2.json", files, {"PM2_KILL_TIMEOUT": "5000"})
    assert started(program) == ["node a.js", "python3 b.py"]
    assert program.as_pid1["SIGTERM"].kills_after == 5
    assert told("pm2-runtime ecosystem.config.js", files).missing == ("which programs ecosystem.config.js names",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("module.exports = { apps: [{ name: 'api', script: './server.js', instances: 2 }] }", ["node ./server.js"]),
        (
            'module.exports = {\n "apps": [{\n "script": "a.js"\n }, {\n script: \'b.js\',\n }]\n}',
            ["node a.js", "node b.js"],
        ),
        ("module.exports = { apps: [{ script: `${root}/a.js` }] }", []),
        ("module.exports = { apps: [{ script: 'a.js' }, { script: other }] }", []),
        ("module.exports = { apps: [{ script: 'npm', args: 'start' }] }", []),
        ("module.exports = { apps: [{ script: 'a.js', kill_timeout: 9000 }] }", []),
        ("module.exports = { apps: [{ script: 'a.js' + x }] }", []),
        ("module.exports = { apps: [\n// { script: 'old.js' },\n{ script: 'a.js' }] }", []),
    ],
)
def test_pm2_reads_ecosystem_files(text: str, expected: list[str]) -> None:
    program = told("pm2-runtime ecosystem.config.js", {"/app/ecosystem.config.js": text})
    assert started(program) == expected
    assert bool(program.missing) is (not expected)


def test_nest_start_by_version() -> None:
    def asking(version: str) -> Program:
        return told("nest start", {"/app/package.json": json.dumps({"devDependencies": {"@nestjs/cli": version}})})

    assert started(asking("^12.0.0")) == ["/bin/sh -c 'node --enable-source-maps dist/main'"]
    assert asking("^12.0.0").as_pid1["SIGTERM"].disposition == "forwards"
    assert "SIGTERM" not in asking("^10.0.0").as_pid1
    assert asking("^11.0.0").as_pid1["SIGTERM"].disposition == "unknown"
    assert asking("^8.0.0").missing
    assert told("nest build", {}).stays is False


PYPROJECT = """
[tool.pdm.scripts]
start = "gunicorn a:b"
table = {cmd = "uvicorn a:b", env = {A = "1"}}
shelly = {shell = "a && b"}
callable = {call = "a:main"}

[tool.hatch.envs.default.scripts]
serve = 'gunicorn "a b"'

[tool.hatch.envs.prod.scripts]
serve = "uvicorn a:b"
"""


@pytest.mark.parametrize(
    ("line", "commands"),
    [
        ("pdm run start -w 2", ["gunicorn a:b -w 2"]),
        ("pdm run table", ["uvicorn a:b"]),
        ("pdm run shelly", ["/bin/sh -c 'a && b'"]),
        ("pdm run callable", []),
        ("pdm run gunicorn a:b", ["gunicorn a:b"]),
        ("hatch run serve", ["/bin/sh -c 'gunicorn \"a b\"'"]),
        ("hatch run prod:serve --x", ["/bin/sh -c 'uvicorn a:b --x'"]),
        ("hatch run other x", ["/bin/sh -c 'other x'"]),
        ("pipenv run web", ["gunicorn a:b"]),
        ("pipenv run other", ["other"]),
    ],
)
def test_scripts_of_pythons_runners(line: str, commands: list[str]) -> None:
    files = {"/app/pyproject.toml": PYPROJECT, "/app/Pipfile": '[scripts]\nweb = "gunicorn a:b"\n'}
    assert started(told(line, files)) == commands


def test_gunicorns_configuration() -> None:
    files = {"/app/conf/g.py": "workers = 2\ngraceful_timeout = 45  # seconds\n#daemon = True\n"}
    program = told("gunicorn -c conf/g.py a:b", files)
    assert program.timeout == 45
    assert program.timeout_text is not None
    assert program.timeout_text.value == "45"
    assert program.timeout_text.span.first.line == 2
    assert not program.daemonizes
    assert told("gunicorn -c file:conf/g.py --graceful-timeout 5 a:b", files).timeout == 5
    assert told("gunicorn -c other.py a:b", files).missing == ("other.py is not known",)
    assert told("gunicorn -c python:a.b a:b", files).timeout == 30
    assert told("gunicorn a:b", {"/app/gunicorn.conf.py": "daemon: bool = True\n"}).daemonizes
    assert told("gunicorn a:b", {}, {"GUNICORN_CMD_ARGS": "--graceful-timeout=9"}).timeout == 9
    assert told("gunicorn a:b", {}).timeout_text is None
    assert (
        told("gunicorn", {"/app/gunicorn.conf.py": "wsgi_app = 'a:b'\npreload_app = True\n"}).hosts.imported == "before"
    )
    named = "worker_class = os.environ.get('W', 'uvicorn.workers.UvicornWorker')\n"
    assert told("gunicorn a:b", {"/app/gunicorn.conf.py": named}).hosts.ends_threads
    assert not told("gunicorn -k sync a:b", {"/app/gunicorn.conf.py": named}).hosts.ends_threads


@pytest.mark.parametrize(
    ("line", "files", "imported"),
    [
        ("uvicorn a:b", {}, ""),
        ("uvicorn a:b", {"/app/requirements.txt": "uvicorn[standard]==0.34.0\n"}, "after"),
        ("uvicorn a:b", {"/app/requirements.txt": "uvicorn==0.28.1 # old\n"}, "before"),
        ("uvicorn a:b", {"/app/uv.lock": '[[package]]\nname = "uvicorn"\nversion = "0.50.0"\n'}, "before"),
        ("uvicorn a:b", {"/app/requirements.txt": "uvicorn>=0.34.0\nmy-uvicorn==0.30.0\n"}, ""),
        ("uvicorn --workers 2 a:b", {}, "after"),
        ("uvicorn --workers 2 a:b", {"/app/requirements.txt": "uvicorn==0.28.1\n"}, "before"),
    ],
)
def test_when_uvicorn_imports_its_application(line: str, files: dict[str, str], imported: str) -> None:
    assert told(line, files).hosts.imported == imported


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
    ("line", "path", "content", "daemonizes"),
    [
        ("nginx", "/etc/nginx/nginx.conf", "user www;\ndaemon off;\n", False),
        ("nginx", "/etc/nginx/nginx.conf", "# daemon off;\n", True),
        ("nginx -c /x.conf", "/x.conf", "daemon  off ;", False),
        ("nginx -c /x.conf", "/etc/nginx/nginx.conf", "daemon off;", True),
        ("nginx -p /srv -c x.conf", "/srv/x.conf", "daemon off;", False),
        ("nginx -p /srv", "/srv/conf/nginx.conf", "daemon off;", False),
        ("php-fpm", "/usr/local/etc/php-fpm.d/zz-docker.conf", "[global]\ndaemonize = no\n", False),
        ("php-fpm", "/usr/local/etc/php-fpm.d/zz-docker.conf", "[global]\n;daemonize = no\n", True),
        ("php-fpm -F", "/usr/local/etc/php-fpm.conf", "[global]\ndaemonize = yes\n", False),
        ("php-fpm8.2 -y /x.conf", "/x.conf", "daemonize=no", False),
        ("uwsgi --ini /x.ini", "/x.ini", "[uwsgi]\ndaemonize = /x.log\n", True),
    ],
)
def test_what_goes_into_the_background(line: str, path: str, content: str, daemonizes: bool) -> None:
    assert told(line, {path: content}).daemonizes is daemonizes


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        ("nginx", ()),  # the packages' own file does not say it
        ("nginx -c /x.conf", ('whether /x.conf says "daemon off;"',)),
        ("nginx -p /srv -c x.conf", ('whether /srv/x.conf says "daemon off;"',)),
        ("nginx -c /known.conf", ()),
        ("nginx -c /x.conf -g 'daemon off;'", ()),
    ],
)
def test_a_configuration_that_nobody_has_seen_may_keep_nginx_in_front(line: str, missing: tuple[str, ...]) -> None:
    assert told(line, {"/known.conf": "events {}\n"}).missing == missing


def test_the_official_php_image_stays_in_front() -> None:
    assert not told("php-fpm", {}, base="php:8.3-fpm-alpine").daemonizes
    assert told("php-fpm", {}, base="php:8.3-cli").daemonizes


def test_php_fpms_graceful_stop_needs_a_timeout() -> None:
    quit_ = told("php-fpm -F", {}).as_pid1["SIGQUIT"]
    assert quit_.disposition == "terminates"
    program = told("php-fpm -F", {"/usr/local/etc/php-fpm.conf": "process_control_timeout = 20s\n"})
    assert program.as_pid1["SIGQUIT"].disposition == "handles"
    assert program.timeout == 20


@pytest.mark.parametrize(
    ("ini", "env", "term"),
    [
        ("", {}, "terminates"),
        ("master = true\n", {}, "misreads"),
        ("master = true\ndie-on-term = true\n", {}, "terminates"),
        ("master = true\n", {"UWSGI_DIE_ON_TERM": "1"}, "terminates"),
        ("master = true\nhook-master-start = unix_signal:15 gracefully_kill_them_all\n", {}, "handles"),
        ("master = false\n", {}, "terminates"),
        ("strict\nmaster\n", {}, "misreads"),
        ("master\n  die-on-term \n", {}, "terminates"),
        ("# master\nif-env = MASTER\nmodule = master\n", {}, "terminates"),
    ],
)
def test_uwsgis_reaction_is_a_matter_of_its_settings(ini: str, env: dict[str, str | None], term: str) -> None:
    assert told("uwsgi uwsgi.ini", {"/app/uwsgi.ini": f"[uwsgi]\n{ini}"}, env).as_pid1["SIGTERM"].disposition == term


def test_squid_waits_its_lifetime() -> None:
    assert told("squid -N", {}).as_pid1["SIGTERM"].disposition == "unknown"
    short = told("squid -N", {"/etc/squid/squid.conf": "shutdown_lifetime 3 seconds\n"})
    assert (short.as_pid1["SIGTERM"].disposition, short.timeout) == ("handles", 3)
    long = told("squid -N", {"/etc/squid/squid.conf": "shutdown_lifetime 2 minutes\n"})
    assert (long.as_pid1["SIGTERM"].disposition, long.timeout) == ("unknown", 120)


# --- hostile files ---------------------------------------------------------------------------------------------------

READ = [
    ("npm start", "/app/package.json"),
    ("yarn x", "/app/package.json"),
    ("pnpm x", "/app/package.json"),
    ("bun run x", "/app/package.json"),
    ("node .", "/app/package.json"),
    ("deno task x", "/app/deno.json"),
    ("pm2-runtime x.json", "/app/x.json"),
    ("pdm run x", "/app/pyproject.toml"),
    ("pipenv run x", "/app/Pipfile"),
    ("gunicorn -c x.py a:b", "/app/x.py"),
    ("supervisord -c x", "/app/x"),
    ("honcho start", "/app/Procfile"),
    ("nginx", "/etc/nginx/nginx.conf"),
    ("php-fpm -y /x", "/x"),
    ("uwsgi x.ini", "/app/x.ini"),
    ("squid -f /x", "/x"),
]
HOSTILE = [
    "{" * 100_000,
    '{"scripts":' * 50_000,
    "[" * 100_000 + "]" * 100_000,
    '{"scripts": {"start": "\\ud800\\u12", "x": "\\x"}}',
    '{"scripts": {"start": 1, "x": ["y"], "x": {"y": "z"}}}',
    '{"scripts": "start"}',
    "[program:x]\ncommand=\n[include]\nfiles=* ** /*/* [\n[supervisord]\nnodaemon",
    "[program:x]\ncommand='unclosed \"\nstopsignal=99999999999999999\nstopwaitsecs=1e999\n",
    "[scripts]\nx = \"unclosed\ny = '''\n[tool.pdm.scripts]\nx = {cmd = \"\\\n",
    "x: " + "a" * 200_000,
    "\0\r\n\udc80=\udcff\n[\n]\n=\n:\n",
    "graceful_timeout = " + "9" * 10_000,
    "process_control_timeout = 99999999999999999999\nshutdown_lifetime 99999999999999999999 hours\n",
    "[" + "a" * 100_000 + "\n" + " = " * 50_000,
]


LONG = [
    '"\\' * 120_000,
    "/*" * 120_000,
    "x" + " " * 240_000 + "y",
    "x: y" + " " * 240_000 + "z",
    "[scripts]\nx = {" + "a" * 240_000,
    "graceful_timeout" + " " * 240_000 + "x",
    "daemon" + "\t" * 240_000 + "x",
    '{"scripts": {' + '"x": "y",' * 30_000,
    "[program:x]\ncommand=a\n" + " b\n" * 60_000,
]


@pytest.mark.parametrize(("line", "path"), READ)
def test_reading_is_linear_in_the_size_of_the_file(line: str, path: str) -> None:
    """A quadratic one needs minutes for these."""
    before = time.process_time()
    for content in LONG:
        told(line, {path: content})
    assert time.process_time() - before < 20


def test_a_long_name_is_looked_up_quickly() -> None:
    before = time.process_time()
    assert describe(words(["1" * 300_000 + "x"]), image()) is None
    assert time.process_time() - before < 1


@pytest.mark.parametrize(("line", "path"), READ)
def test_no_file_breaks_a_reader(line: str, path: str) -> None:
    for content in HOSTILE:
        told(line, {path: content})


@pytest.mark.parametrize(("line", "path"), READ)
@settings(max_examples=15)
@given(
    st.lists(st.sampled_from('{ } [ ] : , "scripts" "x" "a b" \\ \n = x command [program:x] [scripts] \t '.split(" ")))
)
def test_no_mixture_of_tokens_breaks_a_reader(line: str, path: str, tokens: list[str]) -> None:
    program = told(line, {path: "".join(tokens)})
    for one in program.starts:
        assert one.arguments


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from(
            "python tini dumb-init env su npm node java uwsgi supervisord flock timeout busybox start yarn "
            "-c -S -m -g -- -r --rewrite 15:3 : = A=1 -S'x '' -n1 \0 é -".split(" ")
        ),
        min_size=1,
        max_size=8,
    )
)
def test_any_command_line_is_described_or_not(argv: list[str]) -> None:
    program = describe(words(argv), image(NODE))
    for one in program.starts if program else ():
        assert one.arguments
        assert one.text is not None


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


SEVERAL = json.dumps(
    {
        "scripts": {
            "a": "a",
            "dev:api": "api",
            "dev:web": "web",
            "dev:web:css": "css",
            "start": "run-script-os",
            "start:linux": "app",
            "stop": "run-script-os",
        }
    }
)


@pytest.mark.parametrize(
    ("line", "commands"),
    [
        ("run-p a dev:*", ["npm run a", "npm run dev:api", "npm run dev:web"]),
        ("npm-run-all -l --parallel 'dev:**'", ["npm run dev:api", "npm run dev:web", "npm run dev:web:css"]),
        ("run-s 'a -- --port 1'", ["npm run a -- --port 1"]),
        ("run-p --max-parallel 2 b", ["npm run b"]),
        ("concurrently npm:a 'node b.js' pnpm:dev:api", ["npm run a", "node b.js", "pnpm run dev:api"]),
        ("concurrently -k npm:dev:web*", ["npm run dev:web", "npm run dev:web:css"]),
    ],
)
def test_several_scripts(line: str, commands: list[str]) -> None:
    assert started(told(line, {"/app/package.json": SEVERAL})) == commands


def test_several_scripts_of_which_none_is_known() -> None:
    for line in ("run-p x:*", "concurrently npm:x:*"):
        assert told(line, {"/app/package.json": SEVERAL}).missing[0].startswith("which scripts ")


def test_the_script_of_this_system() -> None:
    around = image({"/app/package.json": SEVERAL})
    for name, commands in (("start", ["npm run start:linux"]), ("stop", [])):
        script = describe(words(["npm", "run", name]), around)
        assert script is not None
        text = script.starts[0].text
        program = describe((Argument("run-script-os", text),), around)
        assert program is not None
        assert started(program) == commands
        assert bool(program.missing) is not bool(commands)


@pytest.mark.parametrize("runner", ["yarn", "npm run", "pnpm"])
def test_a_script_that_a_variable_of_a_compose_file_names(runner: str) -> None:
    program = told(f"{runner} 'dev:${{WHAT:-api}}'", {"/app/package.json": SEVERAL})
    assert not program.starts
    assert program.missing == ("which script dev:${WHAT:-api} is",)
