"""What is known of calls into frameworks (``calls.toml``): backed by evidence, and its words read right.

That the predictions are what was measured with the real packages is held by ``tests/lab/test_programs_agree.py``.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest
import python_lab

from gracelint.lab.programs import cases
from gracelint.lab.programs.__main__ import EVIDENCE
from gracelint.signals.python.libraries import knowledge
from gracelint.signals.trace import follow

if TYPE_CHECKING:
    from pathlib import Path

    from gracelint.signals.model import Program

RECORDS = {(one["name"], one["signal"]): one["verdict"] for one in json.loads(EVIDENCE.read_text("utf-8"))["records"]}
CASES = {case.name: case for case in cases()}
MEASURED = re.compile(r"measured: (.+) ([A-Z0-9]+) (graceful|abrupt|killed)")


@pytest.mark.parametrize("entry", knowledge.entries(), ids=lambda entry: entry["key"])
def test_evidence_is_a_record(entry: dict[str, Any]) -> None:
    for evidence in entry.get("evidence", ()):
        match = MEASURED.fullmatch(evidence)
        assert match is not None, evidence
        assert RECORDS.get((match[1], f"SIG{match[2]}")) == match[3], evidence
        program = "".join(CASES[match[1]].files.values())
        assert any(name.rpartition(".")[2].removesuffix("__iter__") in program for name in entry["names"]), evidence


def test_every_framework_was_measured() -> None:
    lacking = [
        entry["key"]
        for entry in knowledge.entries()
        if entry["does"] in ("rest", "serves")
        and not any(knowledge.standard(name) for name in entry["names"])
        and "evidence" not in entry
    ]
    assert lacking == []


def test_unknown_framework(tmp_path: Path) -> None:
    python_lab.write({"app.py": "import framework\napp = framework.App()\napp.run()\n"}, tmp_path)
    program = python_lab.read(tmp_path)
    assert python_lab.predicted(program) == "unknown"
    assert program.missing == ("what framework.App.run does with the signal",)


def test_the_loop_of_an_unknown_framework(tmp_path: Path) -> None:
    text = "import framework\nclient = framework.Client()\nasync def main():\n    await client.anything()\n"
    python_lab.write({"app.py": f"{text}client.loop.run_until_complete(main())\n"}, tmp_path)
    program = python_lab.read(tmp_path)
    assert python_lab.predicted(program) == "unknown"
    assert program.missing == ("what client.loop.run_until_complete does with the signal",)


_LOOP = """import signal, sys, zmq
running = True
def stop(*_):
    global running
    running = False
signal.signal(signal.SIGTERM, {handler})
socket = zmq.Context().socket(zmq.REP)
while running:
    socket.send({call})
"""


@pytest.mark.parametrize(
    ("handler", "call", "expected"),
    [
        ("stop", "socket.recv()", "unknown"),  # measured: killed, as pyzmq goes on to wait
        ("stop", "socket.recv_multipart()", "unknown"),
        ("stop", "socket.recv(zmq.NOBLOCK)", "graceful"),
        ("stop", "socket.ready()", "graceful"),
        ("lambda *_: sys.exit(0)", "socket.recv()", "graceful"),
        ("signal.SIG_IGN", "socket.recv()", "killed"),
    ],
)
def test_a_foreign_wait_of_unknown_length_promises_nothing(
    handler: str, call: str, expected: str, tmp_path: Path
) -> None:
    python_lab.write({"app.py": _LOOP.format(handler=handler, call=call)}, tmp_path)
    assert python_lab.predicted(python_lab.read(tmp_path)) == expected


@pytest.mark.parametrize(
    "text",
    [
        "import uvicorn\nuvicorn.run('app:app')\n",
        "from aiohttp import web\nweb.run_app(web.Application())\n",
        "import hypercorn.run\nhypercorn.run.run(config)\n",
    ],
)
def test_framework_with_handlers(text: str, tmp_path: Path) -> None:
    python_lab.write({"app.py": text}, tmp_path)
    assert python_lab.predicted(python_lab.read(tmp_path)) == "graceful"


@pytest.mark.parametrize(
    "text",
    [
        "from aiohttp import web\nweb.run_app(web.Application(), handle_signals=False)\n",
        "from twisted.internet import reactor\nreactor.run(installSignalHandlers=False)\n",
        "import time\nimport uvicorn\nwhile True:\n    time.sleep(1)\n",
    ],
)
def test_framework_without_handlers(text: str, tmp_path: Path) -> None:
    python_lab.write({"app.py": text}, tmp_path)
    assert python_lab.predicted(python_lab.read(tmp_path)) == "killed"


@pytest.mark.parametrize(("given", "verdict"), [("handle_signals=True", "abrupt"), ("", "killed")])
def test_a_runner_that_looks_after_the_signals(given: str, verdict: str, tmp_path: Path) -> None:
    """Its handlers raise an exit in the loop, which cancels the requests in flight, whoever cleans up behind it."""
    text = f"""import asyncio
from aiohttp import web

async def main():
    runner = web.AppRunner(web.Application(), {given})
    await runner.setup()
    await web.TCPSite(runner).start()
    try:
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()

asyncio.run(main())
"""
    python_lab.write({"app.py": text}, tmp_path)
    assert python_lab.predicted(python_lab.read(tmp_path)) == verdict


LIFESPAN = """import asyncio, contextlib{imports}
from fastapi import FastAPI

async def work():
    while True:
        await asyncio.sleep(1)

@contextlib.asynccontextmanager
async def lifespan(app):
    task = asyncio.create_task(work())
    yield
{end}

app = FastAPI(lifespan=lifespan)
"""


@pytest.mark.parametrize(
    ("end", "expected"),
    [
        ("    await task", "killed"),
        ("    await asyncio.gather(task)", "killed"),
        ("    task.cancel()", "graceful"),
        ("    task.cancel()\n    await task", "graceful"),
        ("    task.cancel()\n    with contextlib.suppress(asyncio.CancelledError):\n        await task", "graceful"),
        ("    with contextlib.suppress(TimeoutError):\n        await asyncio.wait_for(task, 2)", "graceful"),
        ("    print('done')", "graceful"),
    ],
)
def test_shutdown_of_an_application(end: str, expected: str, tmp_path: Path) -> None:
    """What stands behind the ``yield`` of a lifespan: the server waits for it, whoever starts the server."""
    own, named = tmp_path / "own", tmp_path / "named"
    text = LIFESPAN.format(imports=", uvicorn", end=end)
    python_lab.write({"app.py": f"{text}uvicorn.run(app)\n"}, own)
    assert python_lab.predicted(python_lab.read(own)) == expected
    python_lab.write({"app.py": LIFESPAN.format(imports="", end=end)}, named)
    assert follow(python_lab.image_of(named, ("uvicorn", "app:app"))).verdict == expected
    # A master kills its workers when its own patience is over.
    gunicorn = ("gunicorn", "-k", "uvicorn.workers.UvicornWorker", "app:app")
    assert follow(python_lab.image_of(named, gunicorn)).verdict == (expected if expected == "graceful" else "unknown")


def child(program: Program, signal: str = "SIGTERM") -> str | None:
    """What becomes of the signal where the program is not PID 1."""
    reaction = program.as_child.get(signal)
    return reaction.disposition if reaction is not None else None


@pytest.mark.parametrize(
    ("around", "expected"),
    [
        ("uvicorn.run('app:app')\n", "handles"),
        ("try:\n    uvicorn.run('app:app')\nexcept KeyboardInterrupt:\n    pass\n", "handles"),
        ("try:\n    uvicorn.run('app:app')\nfinally:\n    print('closed')\n", "terminates"),
        ("import atexit\natexit.register(print, 'closed')\nuvicorn.run('app:app')\n", "terminates"),
    ],
)
def test_uvicorn_ends_itself_by_the_signal_where_that_is_fatal(around: str, expected: str, tmp_path: Path) -> None:
    """PID 1 survives that, and its clean-up runs; elsewhere it does not."""
    python_lab.write({"app.py": f"import uvicorn\n{around}"}, tmp_path)
    program = python_lab.read(tmp_path)
    assert python_lab.predicted(program) == "graceful"
    assert child(program) == expected


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        ("", "killed"),
        ("debug=False", "killed"),
        ("debug=True", "abrupt"),
        ("use_reloader=True", "abrupt"),
        ("debug=True, use_reloader=False", "killed"),
    ],
)
def test_the_reloader_has_a_handler(arguments: str, expected: str, tmp_path: Path) -> None:
    python_lab.write({"app.py": f"from flask import Flask\nFlask('x').run({arguments})\n"}, tmp_path)
    assert python_lab.predicted(python_lab.read(tmp_path)) == expected


HANDLER = "import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n"
LOOP = "import asyncio\nfrom aiohttp import web\nasync def main():\n    stop = asyncio.Event()\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("import waitress\nwaitress.serve(app)\n", "graceful"),
        ("from flask import Flask\nFlask('x').run()\n", "abrupt"),
        (
            "import http.server as h\nh.ThreadingHTTPServer(('', 1), h.BaseHTTPRequestHandler).serve_forever()\n",
            "abrupt",
        ),
        ("import socketserver as s\ns.ThreadingTCPServer(('', 1), s.BaseRequestHandler).serve_forever()\n", "graceful"),
        ("import bottle\nbottle.run()\n", "unknown"),
        (f"{LOOP}    await web.TCPSite(runner).start()\n    await stop.wait()\nasyncio.run(main())\n", "abrupt"),
        (f"{LOOP}    web.TCPSite(runner)\n    await stop.wait()\nasyncio.run(main())\n", "graceful"),
        (
            f"{LOOP}    await web.TCPSite(runner).start()\n"
            "    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)\n"
            "    await stop.wait()\nasyncio.run(main())\n",
            "graceful",
        ),
    ],
)
def test_an_exit_out_of_a_server_may_drop_its_requests(text: str, expected: str, tmp_path: Path) -> None:
    python_lab.write({"app.py": HANDLER + text}, tmp_path)
    assert python_lab.predicted(python_lab.read(tmp_path)) == expected


def test_a_worker_that_ends_with_its_queue(tmp_path: Path) -> None:
    python_lab.write({"app.py": "from rq import Worker\nWorker(['q']).work(burst=True)\n"}, tmp_path)
    assert python_lab.read(tmp_path).stays is False
