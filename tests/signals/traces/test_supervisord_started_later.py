"""Programs that supervisord does not start by itself, and somebody may ask for (autostart=false)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from signals_support import image

from gracelint.signals.trace import follow

if TYPE_CHECKING:
    from pathlib import Path

    from gracelint.signals.model import Trace

HTTP = "[unix_http_server]\nfile=/run/s.sock\n"


def trace(folder: Path, later: str, listens: str = HTTP, env: str = "") -> Trace:
    dockerfile = f'FROM debian:12\n{env}COPY s.conf /s.conf\nCMD ["supervisord", "-c", "/s.conf"]\n'
    store = "[supervisord]\nnodaemon=true\n[program:store]\ncommand=memcached\n"
    return follow(image(folder, dockerfile, {"s.conf": f"{store}{listens}[program:later]\n{later}\n"}))


@pytest.mark.parametrize(
    ("later", "listens", "expected"),
    [
        ("command=redis-server\nautostart=false", HTTP, "graceful"),
        ("command=nobody-knows\nautostart=false", HTTP, "unknown"),
        ("command=nobody-knows\nautostart=off", "[inet_http_server]\nport=9001\n", "unknown"),
        ("command=nobody-knows\nautostart=false", "", "graceful"),  # nobody can ask for it
        ("command=nobody-knows\nautostart=%(ENV_LATER)s", "", "unknown"),
        ("command=nginx -g 'daemon off;'\nautostart=false", HTTP, "abrupt"),  # SIGTERM drops its requests
    ],
)
def test_the_worse_of_both_ways(tmp_path: Path, later: str, listens: str, expected: str) -> None:
    assert trace(tmp_path, later, listens).verdict == expected


@pytest.mark.parametrize(("value", "ways"), [("true", 1), ("false", 1)])
def test_a_variable_that_the_image_sets(tmp_path: Path, value: str, ways: int) -> None:
    found = trace(tmp_path, "command=redis-server\nautostart=%(ENV_LATER)s", "", f"ENV LATER={value}\n")
    assert len(found.paths) == ways
    assert any(hop.argv[0] == "redis-server" for hop in found.paths[0].hops) is (value == "true")


def test_what_is_said_of_the_two_ways(tmp_path: Path) -> None:
    without, asked = trace(tmp_path, "command=redis-server\nautostart=false").paths
    assert without.when == ("nobody starts later",)
    assert asked.when == ("later is started",)
    assert [hop.argv[0] for hop in without.hops] == ["supervisord", "memcached"]
