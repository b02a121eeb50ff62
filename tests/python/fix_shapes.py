"""Programs of many shapes that are deaf to the signal and have something to clean up, in whose text a fix must find its place."""

SHAPES = {
    "thread-daemon": """\
import threading
import time


def work():
    while True:
        time.sleep(0.1)


if __name__ == "__main__":
    threading.Thread(target=work, daemon=True).start()
    try:
        while True:
            time.sleep(1)
    finally:
        print("CLEANED", flush=True)
""",
    "thread-join": """\
import threading
import time

stopping = threading.Event()


def work():
    while not stopping.is_set():
        time.sleep(0.1)


worker = threading.Thread(target=work)
worker.start()
try:
    stopping.wait()
finally:
    stopping.set()
    worker.join()
    print("CLEANED", flush=True)
""",
    "asyncio-run-event": """\
import asyncio


async def main():
    done = asyncio.Event()
    try:
        await done.wait()
    finally:
        print("CLEANED", flush=True)


asyncio.run(main())
""",
    "asyncio-loop": """\
import asyncio


async def main():
    try:
        while True:
            await asyncio.sleep(0.2)
    finally:
        await asyncio.sleep(0.05)
        print("CLEANED", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
""",
    "asyncio-server": """\
import asyncio


async def handle(reader, writer):
    writer.close()


async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    try:
        async with server:
            await server.serve_forever()
    finally:
        print("CLEANED", flush=True)


asyncio.run(main())
""",
    "asyncio-gather": """\
import asyncio


async def one():
    while True:
        await asyncio.sleep(0.1)


async def main():
    try:
        await asyncio.gather(one(), one())
    finally:
        print("CLEANED", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
""",
    "asyncio-run-until": """\
import asyncio


async def main():
    try:
        while True:
            await asyncio.sleep(0.1)
    finally:
        print("CLEANED", flush=True)


loop = asyncio.new_event_loop()
loop.run_until_complete(main())
""",
    "keyboard-interrupt": """\
import time

try:
    while True:
        time.sleep(0.5)
except KeyboardInterrupt:
    print("CLEANED", flush=True)
""",
    "bare-except": """\
import signal
import sys
import time


def stop(signum, frame):
    sys.exit(0)


signal.signal(signal.SIGTERM, stop)
try:
    while True:
        try:
            time.sleep(0.2)
        except:
            print("trouble")
finally:
    print("CLEANED", flush=True)
""",
    "base-exception": """\
import signal
import sys
import time

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
try:
    while True:
        try:
            time.sleep(0.2)
        except BaseException as error:
            print("trouble", error)
finally:
    print("CLEANED", flush=True)
""",
    "late": """\
import signal
import sys
import time


def serve():
    try:
        while True:
            time.sleep(0.2)
    finally:
        print("CLEANED", flush=True)


serve()
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
""",
    "late-in-main": """\
import signal
import sys
import time


def stop(signum, frame):
    sys.exit(0)


def main():
    try:
        while True:
            time.sleep(0.2)
    finally:
        print("CLEANED", flush=True)


if __name__ == "__main__":
    main()
    signal.signal(signal.SIGTERM, stop)
""",
    "class": """\
import time


class Service:
    def __init__(self):
        self.items = []

    def run(self):
        while True:
            time.sleep(0.2)

    def close(self):
        print("CLEANED", flush=True)


def main():
    service = Service()
    try:
        service.run()
    finally:
        service.close()


if __name__ == "__main__":
    main()
""",
    "context-manager": """\
import contextlib
import time


@contextlib.contextmanager
def resource():
    try:
        yield 1
    finally:
        print("CLEANED", flush=True)


with resource():
    while True:
        time.sleep(0.2)
""",
    "atexit": """\
import atexit
import time

atexit.register(print, "CLEANED", flush=True)

while True:
    time.sleep(0.2)
""",
    "import-as": """\
import signal as s
import time

s.signal(s.SIGINT, s.default_int_handler)
try:
    while True:
        time.sleep(0.2)
finally:
    print("CLEANED", flush=True)
""",
    "from-import": """\
from signal import SIGINT, default_int_handler, signal
import time

signal(SIGINT, default_int_handler)
try:
    while True:
        time.sleep(0.2)
finally:
    print("CLEANED", flush=True)
""",
    "crlf": 'import time\r\n\r\ntry:\r\n    while True:\r\n        time.sleep(0.2)\r\nfinally:\r\n    print("CLEANED", flush=True)\r\n',
    "bom": '\ufeffimport time\n\ntry:\n    while True:\n        time.sleep(0.2)\nfinally:\n    print("CLEANED", flush=True)\n',
    "tabs": 'import time\n\n\ndef main():\n\ttry:\n\t\twhile True:\n\t\t\ttime.sleep(0.2)\n\tfinally:\n\t\tprint("CLEANED", flush=True)\n\n\nif __name__ == "__main__":\n\tmain()\n',
    "docstring-future": '#!/usr/bin/env python3\n# -*- coding: utf-8 -*-\n"""A service.\n\nIt works.\n"""\n\nfrom __future__ import annotations\n\nimport time\n\ntry:\n    while True:\n        time.sleep(0.2)\nfinally:\n    print("CLEANED", flush=True)\n',
    "docstring-only": '"""A service."""\ntry:\n    __import__("time").sleep(10000)\nfinally:\n    print("CLEANED", flush=True)\n',
    "queue": """\
import queue

jobs = queue.Queue()
try:
    while True:
        job = jobs.get()
        print(job)
finally:
    print("CLEANED", flush=True)
""",
    "semicolons": """\
import time; n = 0
try:
    while True: time.sleep(0.2); n += 1
finally: print("CLEANED", flush=True)
""",
    "one-line-def": """\
import time
def wait(): time.sleep(10000)
try: wait()
finally: print("CLEANED", flush=True)
""",
    "socket": """\
import socket

server = socket.create_server(("127.0.0.1", 0))
try:
    while True:
        connection, _ = server.accept()
        connection.close()
finally:
    server.close()
    print("CLEANED", flush=True)
""",
    "argparse-main": """\
import argparse
import sys
import time


def main(argv=None):
    parser = argparse.ArgumentParser()
    parser.add_argument("--interval", type=float, default=0.2)
    options = parser.parse_args(argv)
    try:
        while True:
            time.sleep(options.interval)
    finally:
        print("CLEANED", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
""",
    "click": 'import time\n\nimport click\n\n\n@click.command()\n@click.option("--interval", default=0.2)\ndef main(interval):\n    """Serve."""\n    try:\n        while True:\n            time.sleep(interval)\n    finally:\n        print("CLEANED", flush=True)\n\n\nif __name__ == "__main__":\n    main()\n',
    "click-group": """\
import time

import click


@click.group()
def cli():
    pass


@cli.command()
def serve():
    try:
        while True:
            time.sleep(0.2)
    finally:
        print("CLEANED", flush=True)


if __name__ == "__main__":
    cli(["serve"])
""",
    "taskgroup": """\
import asyncio


async def one():
    while True:
        await asyncio.sleep(0.1)


async def main():
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(one())
            group.create_task(one())
    finally:
        print("CLEANED", flush=True)


asyncio.run(main())
""",
    "runner": """\
import asyncio


async def main():
    try:
        await asyncio.Event().wait()
    finally:
        print("CLEANED", flush=True)


with asyncio.Runner() as runner:
    runner.run(main())
""",
    "run-forever": """\
import asyncio


async def work():
    while True:
        await asyncio.sleep(0.1)


loop = asyncio.new_event_loop()
asyncio.set_event_loop(loop)
loop.create_task(work())
try:
    loop.run_forever()
finally:
    print("CLEANED", flush=True)
    loop.close()
""",
    "self-event": """\
import asyncio


class Service:
    def __init__(self):
        self.stopped = asyncio.Event()

    async def run(self):
        try:
            await self.stopped.wait()
        finally:
            print("CLEANED", flush=True)


async def main():
    service = Service()
    await service.run()


if __name__ == "__main__":
    asyncio.run(main())
""",
    "else-branch": """\
import sys
import time

if len(sys.argv) > 1:
    print("once")
else:
    try:
        while True:
            time.sleep(0.2)
    finally:
        print("CLEANED", flush=True)
""",
    "decorated": """\
import functools
import time


def logged(function):
    @functools.wraps(function)
    def inner(*args, **kwargs):
        try:
            return function(*args, **kwargs)
        finally:
            print("CLEANED", flush=True)

    return inner


@logged
def main():
    while True:
        time.sleep(0.2)


main()
""",
    "schedule": """\
import sched
import time

scheduler = sched.scheduler(time.time, time.sleep)


def tick():
    scheduler.enter(0.2, 1, tick)


tick()
try:
    scheduler.run()
finally:
    print("CLEANED", flush=True)
""",
    "socketserver": """\
import socketserver

with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as server:
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
    finally:
        print("CLEANED", flush=True)
""",
    "try-star-logging": """\
import logging
import time

logging.basicConfig(level=logging.INFO)
log = logging.getLogger(__name__)


def main() -> None:
    log.info("start")
    try:
        while True:
            try:
                time.sleep(0.2)
            except Exception:
                log.exception("trouble")
    finally:
        log.info("end")
        print("CLEANED", flush=True)


if __name__ == "__main__":
    main()
""",
}
# No fix ends these: a thread goes on, or the loop has no handlers to add.
# The first Python that has what they use.
SINCE = {"taskgroup": (3, 11), "runner": (3, 11)}

UNMENDED = {
    "non-daemon-thread": """\
import threading
import time


def work():
    while True:
        time.sleep(0.1)


threading.Thread(target=work).start()
try:
    while True:
        time.sleep(1)
finally:
    print("CLEANED", flush=True)
""",
    "trio": """\
import trio


async def main():
    try:
        await trio.sleep_forever()
    finally:
        print("CLEANED", flush=True)


trio.run(main)
""",
}

# What the launchers start.
CHILD = """\
import signal
import sys
import time

signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
try:
    while True:
        time.sleep(0.2)
finally:
    print("CLEANED", flush=True)
"""

# Programs that do nothing but wait for another one.
LAUNCHERS = {
    "run": """\
import subprocess
import sys

subprocess.run([sys.executable, "child.py"], check=True)
""",
    "status": """\
import os
import subprocess
import sys


def main():
    command = [sys.executable, "-u", "child.py"]
    print("starting", command)
    # as long as it takes
    result = subprocess.run(command, env=os.environ.copy())
    sys.exit(result.returncode)


if __name__ == "__main__":
    main()
""",
    "returned": """\
import subprocess
import sys


def main():
    try:
        return subprocess.call([sys.executable, "child.py"])
    except KeyboardInterrupt:
        return 0


if __name__ == "__main__":
    sys.exit(main())
""",
    "system": """\
import os

if os.environ.get("DEBUG"):
    print("debugging")
os.system("python3 child.py")
""",
    "shell": """\
import logging
import subprocess


def serve():
    logging.info("serving")
    subprocess.run("python3 child.py", shell=True)


serve()
""",
}

# Programs that would lose something if they became what they start.
STAYING = {
    "finally": """\
import subprocess
import sys

try:
    subprocess.run([sys.executable, "child.py"])
finally:
    print("over")
""",
    "more behind it": """\
import subprocess
import sys

subprocess.run([sys.executable, "child.py"])
print("over")
""",
    "more behind its caller": """\
import subprocess
import sys


def serve():
    subprocess.run([sys.executable, "child.py"])


serve()
print("over")
""",
    "started again": """\
import subprocess
import sys

while True:
    subprocess.run([sys.executable, "child.py"])
""",
    "a thread": """\
import subprocess
import sys
import threading
import time

threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()
subprocess.run([sys.executable, "child.py"])
""",
    "an exit function": """\
import atexit
import subprocess
import sys

atexit.register(print, "over")
subprocess.run([sys.executable, "child.py"])
""",
    "another child": """\
import subprocess
import sys

helper = subprocess.Popen([sys.executable, "child.py"])
subprocess.run([sys.executable, "child.py"])
""",
    "a shell's line": """\
import os

os.system("python3 child.py && echo over")
""",
    "an error that is told": """\
import subprocess
import sys

try:
    subprocess.run([sys.executable, "child.py"], check=True)
except subprocess.CalledProcessError as error:
    print("failed", error)
""",
    "its output": """\
import subprocess
import sys

with open("/tmp/log", "w") as log:
    subprocess.run([sys.executable, "child.py"], stdout=log)
""",
    "another folder": """\
import subprocess
import sys

subprocess.run([sys.executable, "child.py"], cwd=".")
""",
    "a string of its own making": """\
import subprocess
import sys

command = "python3"
command = [command, "child.py"]
subprocess.run(command)
""",
}

# Programs whose handler returns and lets them go on.
HANDLERS = {
    "global": """\
import signal
import time

running = True


def stop(signum, frame):
    \"\"\"Leave the loop.\"\"\"
    print("stopping")
    running = False


signal.signal(signal.SIGTERM, stop)
while running:
    time.sleep(0.2)
print("CLEANED", flush=True)
""",
    "nonlocal": """\
import signal
import time


def main():
    stopping = False

    def stop(signum, frame):
        stopping = True

    signal.signal(signal.SIGTERM, stop)
    while not stopping:
        time.sleep(0.2)
    print("CLEANED", flush=True)


main()
""",
    "logs": """\
import logging
import signal
import time

log = logging.getLogger(__name__)


def stop(signum, frame):
    log.info("stopping")


signal.signal(signal.SIGTERM, stop)
try:
    while True:
        time.sleep(0.2)
finally:
    print("CLEANED", flush=True)
""",
    "prints": """\
import signal
import time

signal.signal(signal.SIGTERM, lambda *_: print("stopping"))
try:
    while True:
        time.sleep(0.2)
finally:
    print("CLEANED", flush=True)
""",
    "shutdown": """\
import signal
from http.server import HTTPServer, SimpleHTTPRequestHandler

server = HTTPServer(("127.0.0.1", 0), SimpleHTTPRequestHandler)


def stop(signum, frame):
    server.shutdown()


signal.signal(signal.SIGTERM, stop)
server.serve_forever()
print("CLEANED", flush=True)
""",
    "event": """\
import asyncio
import signal


async def main():
    stopping = asyncio.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopping.set())
    await stopping.wait()
    print("CLEANED", flush=True)


asyncio.run(main())
""",
}

# Programs whose handler means something else, or of which nobody can tell what it should do.
HANDLERS_OF_THEIR_OWN = {
    "works": """\
import signal
import time


def stop(signum, frame):
    with open("/tmp/state", "w") as out:
        out.write("saved")


signal.signal(signal.SIGTERM, stop)
while True:
    time.sleep(0.2)
""",
    "ignores": """\
import signal
import time

signal.signal(signal.SIGTERM, signal.SIG_IGN)
while True:
    time.sleep(0.2)
""",
    "a flag that nothing else reads": """\
import signal
import time

stopping = False


def stop(signum, frame):
    stopping = True


signal.signal(signal.SIGTERM, stop)
while True:
    time.sleep(0.2)
""",
    "one of two": """\
import signal
import sys
import time

if len(sys.argv) > 5:

    def stop(signum, frame):
        sys.exit(0)

else:

    def stop(signum, frame):
        print("stopping")


signal.signal(signal.SIGTERM, stop)
while True:
    time.sleep(0.2)
""",
    "not in a coroutine": """\
import asyncio
import signal

stopping = asyncio.Event()
signal.signal(signal.SIGTERM, lambda *_: stopping.set())


async def main():
    await stopping.wait()


asyncio.run(main())
""",
}

# Told to end, and not waited for.
TOLD = {
    "in-the-handler": """\
import signal
import subprocess
import sys
import time

child = subprocess.Popen([sys.executable, "-u", "child.py"])


def stop(*_):
    child.terminate()
    sys.exit(0)


signal.signal(signal.SIGTERM, stop)
while True:
    time.sleep(0.1)
""",
    "several": """\
import signal
import subprocess
import sys
import threading

children = [subprocess.Popen([sys.executable, "-u", "child.py"]) for _ in range(2)]


def stop(*_):
    for child in children:
        child.send_signal(signal.SIGTERM)

    sys.exit(0)


signal.signal(signal.SIGTERM, stop)
threading.Event().wait()
""",
}
