"""What the configuration files of servers say: whether they go into the background, and how they stop."""

from __future__ import annotations

import pytest
from programs_fixtures import told


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
        ("php-fpm82", "/etc/php82/php-fpm.d/zz-docker.conf", "[global]\ndaemonize = no\n", False),
        ("php-fpm8.2", "/etc/php/8.2/fpm/pool.d/zz.conf", "[global]\ndaemonize = no\n", False),
        ("php-fpm8.2", "/etc/php/8.2/cli/pool.d/zz.conf", "[global]\ndaemonize = no\n", True),
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
