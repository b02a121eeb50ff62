"""The trace command: what a container is started and stopped with, and what the JSON form promises."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree

import pytest

if TYPE_CHECKING:
    from .conftest import CommandLine

SCRIPT = '#!/bin/sh\nif [ "$1" = web ]; then\n  shift\n  gunicorn "$@" app:app\nfi\nexec "$@"\n'
DOCKERFILE = (
    'FROM debian:12 AS app\nCOPY run.sh /\nENTRYPOINT ["/run.sh"]\nCMD ["web"]\nFROM app AS jobs\nCMD ["nginx"]\n'
)


@pytest.fixture
def project(gracelint: CommandLine) -> CommandLine:
    gracelint.put("Dockerfile", DOCKERFILE)
    gracelint.put("run.sh", SCRIPT).chmod(0o755)
    return gracelint


def traced(project: CommandLine, *argv: str, path: str = "Dockerfile") -> Any:
    result = project("trace", path, "--format", "json", *argv)
    assert (result.status, result.err) == (0, "")
    return result.json


def test_json_is_as_promised(project: CommandLine) -> None:
    trace = traced(project, "--target", "app")
    path = trace.pop("paths")[0]
    assert trace == {
        "version": 1,
        "dockerfile": "Dockerfile",
        "target": "app",
        "stop_signal": {"name": "SIGTERM", "source": "default", "span": None},
        "grace_period_seconds": 10,
        "launch": {"argv": ["/run.sh", "web"], "entrypoint": ["/run.sh"], "cmd": ["web"]},
        "verdict": "killed",
        "signal_reaches_app": False,
        "missing": [],
    }
    assert path["verdict"] == "killed"
    assert path["pid1"] == ["/bin/sh", "/run.sh", "web"]  # of a script, the interpreter first
    assert path["app"] == ["gunicorn", "app:app"]
    shell, app = path["hops"]
    assert {name: shell[name] for name in ("argv", "pid1", "how", "disposition")} == {
        "argv": ["/bin/sh", "/run.sh", "web"],
        "pid1": True,
        "how": "exec-form",
        "disposition": "ignores",
    }
    assert "gunicorn" in shell["why"]
    app.pop("why")
    assert app == {
        "argv": ["gunicorn", "app:app"],
        "pid1": False,
        "how": "fork",
        "disposition": "handles",
        "path": "run.sh",
        "span": {"start": {"line": 4, "column": 3}, "end": {"line": 4, "column": 24}},
    }


def test_arguments_take_the_place_of_cmd(project: CommandLine) -> None:
    trace = traced(project, "--", "nginx", "-g", "daemon off;")
    assert trace["launch"]["argv"] == ["/run.sh", "nginx", "-g", "daemon off;"]
    assert trace["paths"][0]["pid1"] == ["nginx", "-g", "daemon off;"]
    assert traced(project)["launch"]["argv"] == ["/run.sh", "nginx"]
    assert traced(project, "--")["launch"]["argv"] == ["/run.sh", "nginx"]  # none given: CMD stays
    assert traced(project, "--", "web", "--", "--format")["paths"][0]["app"] == [
        "gunicorn",
        "--",
        "--format",
        "app:app",
    ]


def test_arguments_of_a_script_by_itself(project: CommandLine) -> None:
    trace = traced(project, "--stop-signal", "quit", "--", "web", path="run.sh")
    assert trace["launch"]["argv"] == ["/run.sh", "web"]
    assert trace["stop_signal"]["name"] == "SIGQUIT"
    assert trace["paths"][0]["app"] == ["gunicorn", "app:app"]


def test_target(project: CommandLine) -> None:
    assert traced(project, "--target", "app")["launch"]["cmd"] == ["web"]
    assert traced(project, "--target", "jobs")["launch"]["cmd"] == ["nginx"]
    assert traced(project, "--target", "nowhere")["verdict"] == "unknown"


def test_init(project: CommandLine) -> None:
    trace = traced(project, "--init", "--target", "jobs")
    hops = trace["paths"][0]["hops"]
    assert hops[0]["argv"][0].endswith("docker-init")
    assert [hop["pid1"] for hop in hops] == [True, False]


@pytest.mark.parametrize("name", ["SIGINT", "int", "2"])
def test_stop_signal(project: CommandLine, name: str) -> None:
    assert traced(project, "--stop-signal", name)["stop_signal"] == {
        "name": "SIGINT",
        "source": "command line",
        "span": None,
    }


def test_what_is_given_goes_before_compose(project: CommandLine) -> None:
    project.put(
        "compose.yaml",
        "services: {a: {build: {context: ., target: app}, stop_signal: SIGHUP, stop_grace_period: 1m}}\n",
    )
    trace = traced(project)
    assert (trace["stop_signal"]["name"], trace["grace_period_seconds"], trace["target"]) == ("SIGHUP", 60, "app")
    trace = traced(project, "--stop-signal", "USR1", "--grace-period", "0", "--target", "jobs")
    assert (trace["stop_signal"]["name"], trace["grace_period_seconds"], trace["target"]) == ("SIGUSR1", 0, "jobs")


@pytest.mark.parametrize(("given", "seconds"), [("3", 3), ("0.5", 0.5), ("1m30s", 90), ("500ms", 0.5)])
def test_grace_period(project: CommandLine, given: str, seconds: float) -> None:
    assert traced(project, "--grace-period", given)["grace_period_seconds"] == seconds


def test_environment_and_user(gracelint: CommandLine) -> None:
    gracelint.put("Dockerfile", 'FROM debian:12\nCOPY run.sh /\nENV MODE=a\nENTRYPOINT ["/run.sh"]\n')
    script = 'case "$MODE:$(id -u)" in\n  b=c:1000) exec gunicorn a:b ;;\n  *) exec nginx ;;\nesac\n'
    gracelint.put("run.sh", "#!/bin/sh\n" + script).chmod(0o755)
    assert traced(gracelint)["paths"][0]["pid1"] == ["nginx"]
    assert traced(gracelint, "--env", "MODE=b=c", "--user", "1000")["paths"][0]["pid1"] == ["gunicorn", "a:b"]
    assert traced(gracelint, "--env", "MODE=b=c", "--env", "MODE=", "--user", "1000")["paths"][0]["pid1"] == ["nginx"]


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        (["--stop-signal", "SIGFOO"], "no signal"),
        (["--grace-period", "soon"], "no time"),
        (["--grace-period", "-1"], "--grace-period"),
        (["--grace-period", "nan"], "no time"),
        (["--env", "NAME"], "NAME=VALUE"),
        (["--env", "=x"], "NAME=VALUE"),
        (["another"], "another"),
    ],
)
def test_wrong_use(project: CommandLine, argv: list[str], says: str) -> None:
    result = project("trace", "Dockerfile", *argv)
    assert (result.status, result.out) == (2, "")
    assert says in result.err


def test_standard_input_and_a_file(project: CommandLine) -> None:
    result = project("trace", "-", "--format", "svg", "--output-file", "way.svg", stdin=DOCKERFILE)
    assert (result.status, result.out, result.err) == (0, "", "")
    assert ElementTree.parse(project.folder / "way.svg").getroot().tag.endswith("svg")
    assert json.loads(project("trace", "-", "--format", "json", stdin="").out)["verdict"] == "unknown"
