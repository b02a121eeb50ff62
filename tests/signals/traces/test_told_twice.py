"""Programs that are told to stop twice at one moment, or once more while they are at it; all measured (docs/evidence.md, "What a second
signal taught")."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from signals_support import image

from gracelint.signals.trace import follow

if TYPE_CHECKING:
    from pathlib import Path

# A shell that passes the signal on, and one that does it again while its child is at it.
PASSES = "#!/bin/sh\ntrap 'kill -$S $p; wait $p' $S\n\"$@\" & p=$!\nwait $p\n"
AGAIN = "#!/bin/sh\ntrap 'kill -$S $p; sleep 0.2; kill -$S $p; wait $p; wait $p' $S\n\"$@\" & p=$!\nwait $p\n"


def verdict(folder: Path, words: str, signal: str = "SIGTERM", files: dict[str, str] | None = None) -> tuple[str, str]:
    """The verdict, and why it is not known."""
    dockerfile = f"FROM python:3.12\nWORKDIR /\nCOPY . /\nENV S={signal[3:]}\nSTOPSIGNAL {signal}\nENTRYPOINT {json.dumps(words.split())}\n"
    context = {
        "passes.sh": PASSES,
        "again.sh": AGAIN,
        "app.py": "app = print\n",
        "proj.py": "app = print\n",
        **(files or {}),
    }
    trace = follow(image(folder, dockerfile, context))
    return trace.verdict, " ".join(trace.missing)


@pytest.mark.parametrize(
    ("command", "signal"),
    [
        ("aiohttp-app", "SIGTERM"),
        ("celery -A proj worker --pool solo", "SIGINT"),
        ("uvicorn app:app", "SIGINT"),
        ("fastapi run app.py", "SIGINT"),
        ("sanic app --single-process", "SIGTERM"),
        ("lighttpd -D -f /lighttpd.conf", "SIGINT"),
        ("redis-server", "SIGINT"),
        ("caddy run", "SIGINT"),
        ("waitress-serve app:app", "SIGINT"),
    ],
)
def test_a_second_signal_may_break_off_what_is_done_on_the_first(tmp_path: Path, command: str, signal: str) -> None:
    """`timeout` tells its command twice, which hears both or one; with --foreground, and behind an init, it is told once."""
    files = {"aio.py": "from aiohttp import web\nweb.run_app(web.Application())\n"}
    command = command.replace("aiohttp-app", "python aio.py")
    found, why = verdict(tmp_path, f"timeout 60 {command}", signal, files)
    assert found == "unknown"
    assert f"hears {signal} twice" in why
    for front in ("timeout --foreground 60", "tini --", "tini -g --", "dumb-init"):
        assert verdict(tmp_path, f"{front} {command}", signal, files)[0] == "graceful", front


@pytest.mark.parametrize(
    ("command", "signal"),
    [
        ("gunicorn app:app", "SIGTERM"),
        ("uvicorn app:app", "SIGTERM"),
        ("uvicorn app:app --workers 2", "SIGINT"),
        ("granian --interface wsgi app:app", "SIGTERM"),
        ("celery -A proj worker --pool solo", "SIGTERM"),
        ("celery -A proj beat", "SIGTERM"),
        ("rq worker", "SIGTERM"),
        ("nginx -g 'daemon", "SIGQUIT"),
        ("puma", "SIGTERM"),
        ("sidekiq", "SIGTERM"),
        ("unicorn", "SIGQUIT"),
        ("redis-server", "SIGTERM"),
        ("memcached", "SIGTERM"),
        ("postgres", "SIGINT"),
        ("caddy run", "SIGTERM"),
    ],
)
def test_others_bear_it(tmp_path: Path, command: str, signal: str) -> None:
    files = {"nginx.conf": "daemon off;\n"}
    command = command.replace("nginx -g 'daemon", "nginx -c /nginx.conf")
    assert verdict(tmp_path, f"timeout 60 {command}", signal, files)[0] == "graceful"
    assert verdict(tmp_path, f"tini -- {command}", signal, files)[0] == "graceful"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("sh /again.sh python aio.py", "abrupt"),
        ("sh /passes.sh python aio.py", "graceful"),
        ("dumb-init sh /passes.sh python aio.py", "unknown"),  # told by both
        ("tini -- sh /passes.sh python aio.py", "graceful"),
        ("sh /again.sh gunicorn app:app", "graceful"),
        ("sh /again.sh pnpm start", "abrupt"),
        ("sh /passes.sh pnpm start", "graceful"),
        ("timeout 60 tini -- python aio.py", "unknown"),  # tini passes on both
        ("tini -- timeout 60 python aio.py", "unknown"),
    ],
)
def test_the_second_one_that_comes_later_is_certain(tmp_path: Path, words: str, expected: str) -> None:
    files = {
        "aio.py": "from aiohttp import web\nweb.run_app(web.Application())\n",
        "package.json": '{"scripts": {"start": "exec gunicorn app:app"}}',
    }
    assert verdict(tmp_path, words, files=files)[0] == expected


INTERRUPTS = (
    "#!/bin/bash\nset -m\ntrap 'kill $p; sleep 0.2; kill -INT $p; wait $p; wait $p' TERM\n\"$@\" & p=$!\nwait $p\n"
)


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("python serve.py", "abrupt"),
        ("python aio.py", "abrupt"),
        ("caddy run", "graceful"),
        ("celery -A proj worker --pool solo", "graceful"),
    ],
)
def test_an_interrupt_after_the_stop_signal(tmp_path: Path, command: str, expected: str) -> None:
    files = {
        "aio.py": "from aiohttp import web\nweb.run_app(web.Application())\n",
        "serve.py": "import uvicorn\nuvicorn.run('app:app')\n",
        "other.sh": INTERRUPTS,
    }
    assert verdict(tmp_path, f"bash /other.sh {command}", files=files)[0] == expected


HANDLER = """
import os, signal, sys, threading, time
stop = []
def end(*_):
    {handler}
signal.signal(signal.SIGTERM, end)
def work():
    while not stop:
        time.sleep(1)
{body}
"""
GUARDED = "try:\n    work()\nfinally:\n    os.unlink('/run/app.pid')"
THREAD = "job = threading.Thread(target=time.sleep, args=(5,))\njob.start()\nwhile True:\n    time.sleep(60)"


@pytest.mark.parametrize(
    ("handler", "body", "expected"),
    [
        ("sys.exit()", GUARDED, "unknown"),
        ("signal.signal(signal.SIGTERM, signal.SIG_IGN); sys.exit()", GUARDED, "graceful"),
        ("signal.signal(signal.SIGTERM, signal.SIG_DFL); stop.append(1)", GUARDED, "unknown"),
        ("stop.append(1)", GUARDED, "graceful"),
        ("sys.exit()", THREAD, "unknown"),
        ("sys.exit()", "work()", "graceful"),
    ],
)
def test_what_a_handler_of_python_s_is_by_then(tmp_path: Path, handler: str, body: str, expected: str) -> None:
    """An exception is raised again, in a ``finally`` or while the interpreter waits for a thread; a flag is set again; and a signal that the
    handler ignores from then on, or lets be, does that."""
    files = {"app.py": HANDLER.format(handler=handler, body=body)}
    assert verdict(tmp_path, "timeout 60 python app.py", files=files)[0] == expected
    assert verdict(tmp_path, "timeout --foreground 60 python app.py", files=files)[0] == "graceful"


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("hypercorn app:app", "abrupt"),
        ("sanic app", "abrupt"),
        ("sanic app --single-process", "graceful"),
        ("dramatiq app", "abrupt"),
        ("python hyper.py", "abrupt"),
        ("granian --interface wsgi app:app", "graceful"),
        ("gunicorn app:app", "graceful"),
    ],
)
def test_whose_workers_must_not_hear_the_signal_themselves(tmp_path: Path, command: str, expected: str) -> None:
    files = {"hyper.py": "from hypercorn.config import Config\nfrom hypercorn.run import run\nrun(Config())\n"}
    for front in ("dumb-init", "tini -g --"):
        assert verdict(tmp_path, f"{front} {command}", files=files)[0] == expected, front
    for front in ("dumb-init --single-child", "tini --"):
        assert verdict(tmp_path, f"{front} {command}", files=files)[0] == "graceful", front


@pytest.mark.parametrize(
    ("front", "expected"), [("", "graceful"), ("tini -- ", "abrupt"), ("sh /passes.sh ", "abrupt")]
)
def test_env_cmd_dies_of_the_signal_that_it_has_passed_on(tmp_path: Path, front: str, expected: str) -> None:
    assert verdict(tmp_path, f"{front}env-cmd -f /env gunicorn app:app")[0] == expected
