"""What pyproject.toml and the settings of Python's runners and servers say."""

from __future__ import annotations

import pytest
from programs_fixtures import started, told

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
