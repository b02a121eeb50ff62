"""What reading real services taught, as short programs: predicted, and measured by the kernel."""

from __future__ import annotations

from pathlib import Path

import pytest
import python_lab

STOPPER = """\
import argparse, contextlib, signal, sys, time

class Stopper:
    stopping = False
    idle = False

    def __init__(self):
        signal.signal(signal.SIGTERM, self.stop)

    def stop(self, *args):
        self.stopping = True
        if self.idle:
            sys.exit(0)

    @contextlib.contextmanager
    def leave_alone(self):
        self.idle = True
        yield
        self.idle = False

"""
PROGRAMS = {
    # What a parsed command line holds is not known: it is not true because it is somebody else's.
    "option-or-flag": (
        STOPPER + "options = argparse.ArgumentParser()\noptions.add_argument('--once', action='store_true')\n"
        "once = options.parse_args().once\nstopper = Stopper()\nprint('READY', flush=True)\nwhile True:\n    if once or stopper.stopping:\n        break\n"
        "    with stopper.leave_alone():\n        time.sleep(0.1)\n",
        "graceful",
    ),
    # The same, but the flag is looked at in a way that never comes.
    "flag-not-read": (
        STOPPER + "stopper = Stopper()\nprint('READY', flush=True)\nwhile True:\n    time.sleep(0.1)\n",
        "killed",
    ),
    # A server of one's own class, whose first foreign base has no such method.
    "mixed-in-server": (
        "import http.server, signal, socketserver, threading\n\nclass Server(socketserver.ThreadingMixIn, http.server.HTTPServer):\n    pass\n\n"
        "server = Server(('127.0.0.1', 0), http.server.BaseHTTPRequestHandler)\nsignal.signal(signal.SIGTERM, lambda *_: server.shutdown())\n"
        "print('READY', flush=True)\nserver.serve_forever()\n",
        "killed",
    ),
    # The socket pair that select watches.
    "socket-pair": (
        "import select, signal, socket\n\nends = socket.socketpair()\nsignal.signal(signal.SIGTERM, lambda *_: ends[0].close())\nprint('READY', flush=True)\n"
        "while True:\n    ready, _, _ = select.select([ends[1]], [], [])\n    if ready:\n        break\n",
        "graceful",
    ),
    # An uncaught error on the way is not where the program rests.
    "error-on-the-way": (
        "import os, signal, sys, threading, time\n\ndef check():\n    if os.environ.get('NEVER_SET') == 'x':\n        raise ValueError\n\n"
        "threading.Thread(target=time.sleep, args=(0.2,)).start()\ncheck()\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\nprint('READY', flush=True)\n"
        "while not os.environ.get('NEVER_SET'):\n    time.sleep(0.1)\n",
        "graceful",
    ),
}  # fmt: skip


def prepared(name: str, folder: Path) -> str:
    text, expected = PROGRAMS[name]
    python_lab.write({"app.py": text}, folder)
    return expected


@pytest.mark.parametrize("name", PROGRAMS)
def test_predicted(name: str, tmp_path: Path) -> None:
    expected = prepared(name, tmp_path)
    assert python_lab.predicted(python_lab.read(tmp_path)) == expected


@pytest.mark.lab
@pytest.mark.parametrize("name", PROGRAMS)
def test_measured(name: str, tmp_path: Path) -> None:
    expected = prepared(name, tmp_path)
    assert python_lab.measured(tmp_path, cleans=False) == expected


def test_long_calls_are_gone_through_once(tmp_path: Path) -> None:
    """Loops in functions in loops: 6^8 ways if each is gone through anew."""
    functions = "".join(
        f"def f{i}(x):\n    for a in x:\n        for b in a:\n            f{i + 1}(b)\n            f{i + 1}(a)\n"
        + "            y = 1\n" * 40
        for i in range(8)
    )
    text = "import sys, signal, time\n" + functions + "def f8(x):\n    return x\n\n"
    text += "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\nwhile True:\n    f0(sys.stdin)\n    time.sleep(1)\n"
    python_lab.write({"app.py": text}, tmp_path)
    assert python_lab.predicted(python_lab.read(tmp_path)) == "graceful"


@pytest.mark.parametrize(
    ("rest", "expected"),
    [
        ("threading.Thread(target=lambda: server.run(), daemon=True).start()\nhandle()\nwhile True:\n    time.sleep(1)\n", "graceful"),
        ("threading.Thread(target=lambda: server.run()).start()\nhandle()\nwhile True:\n    time.sleep(1)\n", "unknown"),
        ("threading.Thread(target=lambda: server.configure()).start()\nhandle()\nwhile True:\n    time.sleep(1)\n", "graceful"),
        ("thread = threading.Thread(target=lambda: server.run())\nthread.start()\nthread.join()\n", "killed"),
        ("asyncio.run(asyncio.to_thread(lambda: server.run()))\n", "killed"),
    ],
)  # fmt: skip
def test_a_foreign_server_in_a_thread(tmp_path: Path, rest: str, expected: str) -> None:
    """Whether it ever comes back is not known: it holds a program up that waits for it, and no end is promised."""
    text = (
        "import asyncio, signal, sys, threading, time\nfrom somewhere import Server\n\nserver = Server()\n\n"
        "def handle():\n    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n\n"
    )
    python_lab.write({"app.py": text + rest}, tmp_path)
    assert python_lab.predicted(python_lab.read(tmp_path)) == expected
