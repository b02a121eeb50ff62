"""More programs from seeds: ways to handle the stop signal whose parts only make sense together.

A family is a setup × a main line: signal masks and ``sigwait``, a wake-up pipe, servers that are shut down, children that were forked, handlers that
are taken back when a block is left, event loops that run for ever.
"""

from __future__ import annotations

import random

from python_family import IMPORTS, READY, Family
from python_shapes import LENGTHS, SHAPES

_EXIT = "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n"
_LOG = "signal.signal(signal.SIGTERM, lambda *_: print('got it'))\n"
_BLOCK = "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})\n"

MASKS = Family(
    setups={
        "blocked": _BLOCK,
        "blocked-one": "signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])\n",
        "not-blocked": "",
        "handled": _EXIT,
        "other-blocked": "signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGUSR1})\n",
        "blocked-and-freed": _BLOCK + "signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGTERM})\n",
        "set-mask": "signal.pthread_sigmask(signal.SIG_SETMASK, [signal.SIGTERM])\n",
        "all": "signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())\n",
        "handled-and-blocked": _EXIT + _BLOCK,
        "kept-and-restored": "before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])\nsignal.pthread_sigmask(signal.SIG_SETMASK, before)\n"
        + _EXIT,
    },
    mains={
        "sigwait": READY + "\ngot = signal.sigwait({signal.SIGTERM, signal.SIGINT})",
        "sigwait-list": READY + "\nsignals = [signal.SIGTERM]\ngot = signal.sigwait(signals)\nif got == signal.SIGTERM:\n    sys.exit(0)",
        "sigwait-other": READY + "\nsignal.sigwait({signal.SIGINT})",
        "sigwait-loop": READY + "\nwhile True:\n    if signal.sigwait({signal.SIGTERM, signal.SIGHUP}) == signal.SIGTERM:\n        break",
        "sigwaitinfo": READY + "\ninfo = signal.sigwaitinfo({signal.SIGTERM})",
        "sigtimedwait": READY + "\nwhile signal.sigtimedwait([signal.SIGTERM], 0.1) is None:\n    pass",
        "sigtimedwait-inside": READY + "\nwhile True:\n    got = signal.sigtimedwait([signal.SIGTERM], 0.1)\n    if got:\n        break",
        "pending": READY + "\nwhile signal.SIGTERM not in signal.sigpending():\n    time.sleep(0.1)",
        "sleep": READY + "\nwhile True:\n    time.sleep(0.1)",
        "thread-waits": "def wait():\n    signal.sigwait([signal.SIGTERM])\n    os._exit(0)\n\nthreading.Thread(target=wait, daemon=True).start()\n"
        + READY
        + "\nwhile True:\n    time.sleep(0.1)",
        "thread-tells": "done = threading.Event()\n\ndef wait():\n    signal.sigwait([signal.SIGTERM])\n    done.set()\n\nthreading.Thread(target=wait, daemon=True).start()\n"
        + READY
        + "\ndone.wait()",
    },
)  # fmt: skip

WAKEUP = Family(
    setups={
        "pipe": "reader, writer = os.pipe()\nos.set_blocking(writer, False)\nsignal.set_wakeup_fd(writer)\n" + _LOG,
        "pipe-exit": "reader, writer = os.pipe()\nos.set_blocking(writer, False)\nsignal.set_wakeup_fd(writer)\n" + _EXIT,
        "pipe-no-handler": "reader, writer = os.pipe()\nos.set_blocking(writer, False)\nsignal.set_wakeup_fd(writer)\n",
        "no-wakeup": "reader, writer = os.pipe()\n" + _LOG,
        "handler-writes": "reader, writer = os.pipe()\nsignal.signal(signal.SIGTERM, lambda *_: os.write(writer, b'x'))\n",
        "handler-closes": "reader, writer = os.pipe()\nsignal.signal(signal.SIGTERM, lambda *_: os.close(writer))\n",
    },
    mains={
        "read": READY + "\nos.read(reader, 1)",
        "select": READY + "\nselect.select([reader], [], [])",
        "select-loop": READY + "\nwhile True:\n    ready, _, _ = select.select([reader], [], [], 0.1)\n    if ready:\n        break",
        "read-loop": READY + "\nwhile True:\n    os.read(reader, 1)",
    },
)  # fmt: skip

_SERVER = "server = http.server.HTTPServer(('127.0.0.1', 0), http.server.BaseHTTPRequestHandler)\n"
SERVERS = Family(
    setups={
        "shutdown": _SERVER + "signal.signal(signal.SIGTERM, lambda *_: server.shutdown())\n",
        "shutdown-thread": _SERVER + "signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())\n",
        "shutdown-function": _SERVER + "def stop(signum, frame):\n    print('stopping')\n    server.shutdown()\n    server.server_close()\n\nsignal.signal(signal.SIGTERM, stop)\n",
        "close": _SERVER + "signal.signal(signal.SIGTERM, lambda *_: server.server_close())\n",
        "exit": _SERVER + _EXIT,
        "log": _SERVER + _LOG,
        "interrupt": _SERVER + "signal.signal(signal.SIGTERM, signal.default_int_handler)\n",
        "none": _SERVER,
        "threading": "class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):\n    daemon_threads = True\n\n"
        "server = Server(('127.0.0.1', 0), http.server.BaseHTTPRequestHandler)\nsignal.signal(signal.SIGTERM, lambda *_: server.shutdown())\n",
    },
    mains={
        "main": READY + "\nserver.serve_forever()",
        "main-poll": READY + "\nserver.serve_forever(poll_interval=0.1)",
        "thread": "worker = threading.Thread(target=server.serve_forever)\nworker.start()\n" + READY + "\nworker.join()",
        "daemon": "threading.Thread(target=server.serve_forever, daemon=True).start()\n" + READY + "\nsignal.pause()",
        "daemon-loop": "threading.Thread(target=server.serve_forever, daemon=True).start()\n" + READY + "\nwhile True:\n    time.sleep(0.1)",
        "thread-end": "threading.Thread(target=server.serve_forever).start()\n" + READY,
        "try": READY + "\ntry:\n    server.serve_forever()\nexcept KeyboardInterrupt:\n    pass\nfinally:\n    server.server_close()\n    print('CLEANED', flush=True)",
        "requests": "server.timeout = 0.1\n" + READY + "\nwhile True:\n    server.handle_request()",
        "with": READY + "\nwith server:\n    server.serve_forever()",
    },
)  # fmt: skip

_CLEAN = "signal.signal(signal.SIGTERM, lambda *_: (print('CLEANED', flush=True), os._exit(0)))"
_FORK = f"child = os.fork()\nif child == 0:\n    {_CLEAN}\n    while True:\n        time.sleep(0.1)\n"
_POPEN = f"child = subprocess.Popen([sys.executable, '-c', \"import os, signal, time; {_CLEAN.replace(chr(39), chr(92) + chr(39))}\\nwhile True: time.sleep(0.1)\"])\ntime.sleep(0.4)\n"
_WORK = f"def work():\n    {_CLEAN}\n    while True:\n        time.sleep(0.1)\n\n"
# The children clean up if they are told: who ends without telling them ends abruptly.
CHILDREN = Family(
    setups={
        "exit": _EXIT,
        "none": "",
        "log": _LOG,
        "pass-on": "def forward(signum, frame):\n    os.kill(child, signum)\n\n",
        "pass-on-and-wait": "def forward(signum, frame):\n    os.kill(child, signum)\n    time.sleep(0.3)\n    sys.exit(0)\n\n",
    },
    mains={
        "fork-wait": _FORK + "{install}" + READY + "\nos.waitpid(child, 0)",
        "fork-loop": _FORK + "{install}" + READY + "\nwhile True:\n    time.sleep(0.1)",
        "popen-wait": _POPEN + "{install-popen}" + READY + "\nchild.wait()",
        "popen-poll": _POPEN + "{install-popen}" + READY + "\nwhile child.poll() is None:\n    time.sleep(0.1)",
        "process-join": _WORK + "worker = multiprocessing.Process(target=work)\nworker.start()\nchild = worker.pid\n{install}" + READY + "\nworker.join()",
    },
)  # fmt: skip

_KEEP = "before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n"
RESTORED = Family(
    setups={
        "manager": "@contextlib.contextmanager\ndef handling():\n    " + _KEEP + "    try:\n        yield\n    finally:\n        signal.signal(signal.SIGTERM, before)\n\n",
        "plain-manager": "@contextlib.contextmanager\ndef handling():\n    " + _EXIT + "    yield\n\n",
        "late-manager": "@contextlib.contextmanager\ndef handling():\n    yield\n    " + _EXIT + "\n",
        "class": "class handling:\n    def __enter__(self):\n        self.before = signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n\n"
        "    def __exit__(self, *_):\n        signal.signal(signal.SIGTERM, self.before)\n\n",
        "class-keeps": "class handling:\n    def __enter__(self):\n        " + _EXIT + "        return self\n\n    def __exit__(self, *_):\n        pass\n\n",
        "swallows": "class handling:\n    def __enter__(self):\n        " + _EXIT + "\n    def __exit__(self, *_):\n        return True\n\n",
        "stack": "def handling():\n    stack = contextlib.ExitStack()\n    " + _KEEP + "    stack.callback(signal.signal, signal.SIGTERM, before)\n    return stack\n\n",
    },
    mains={
        "inside": READY + "\nwith handling():\n    while True:\n        time.sleep(0.1)",
        "behind": "with handling():\n    pass\n" + READY + "\nwhile True:\n    time.sleep(0.1)",
        "each-lap": READY + "\nwhile True:\n    with handling():\n        time.sleep(0.02)",
        "function": "def main():\n    with handling():\n        while True:\n            time.sleep(0.1)\n\n" + READY + "\nmain()",
        "finally": READY + "\nwith handling():\n    try:\n        time.sleep(1000)\n    finally:\n        print('CLEANED', flush=True)",
    },
)  # fmt: skip

_LOOP = "loop = asyncio.new_event_loop()\nasyncio.set_event_loop(loop)\n"
_WORKER = "async def worker():\n    while True:\n        await asyncio.sleep(0.05)\n\n\n"
FOREVER = Family(
    setups={
        "stop": _WORKER + _LOOP + "loop.add_signal_handler(signal.SIGTERM, loop.stop)\n",
        "none": _WORKER + _LOOP,
        "exit": _WORKER + _LOOP + _EXIT,
        "interrupt": _WORKER + _LOOP + "def leave():\n    raise KeyboardInterrupt\n\nloop.add_signal_handler(signal.SIGTERM, leave)\n",
        "plain-stop": _WORKER + _LOOP + "signal.signal(signal.SIGTERM, lambda *_: loop.stop())\n",
        "threadsafe-stop": _WORKER + _LOOP + "signal.signal(signal.SIGTERM, lambda *_: loop.call_soon_threadsafe(loop.stop))\n",
        "over": _WORKER + _LOOP + "for name in ('SIGINT', 'SIGTERM'):\n    loop.add_signal_handler(getattr(signal, name), loop.stop)\n",
        "task": _WORKER + _LOOP + "async def shutdown():\n    await asyncio.sleep(0.05)\n    loop.stop()\n\n"
        "loop.add_signal_handler(signal.SIGTERM, lambda: asyncio.ensure_future(shutdown()))\n",
    },
    mains={
        "forever": READY + "\nloop.run_forever()",
        "with-task": "loop.create_task(worker())\n" + READY + "\nloop.run_forever()",
        "try": "task = loop.create_task(worker())\n" + READY + "\ntry:\n    loop.run_forever()\nexcept KeyboardInterrupt:\n    pass\nfinally:\n    loop.close()\n    print('CLEANED', flush=True)",
        "until": READY + "\nloop.run_until_complete(worker())",
    },
)  # fmt: skip

_MAIN = "async def main():\n    loop = asyncio.get_running_loop()\n    done = asyncio.Event()\n    "
GROUPS = Family(
    setups={
        "event": _WORKER + _MAIN + "loop.add_signal_handler(signal.SIGTERM, done.set)\n",
        "cancel": _WORKER + _MAIN + "loop.add_signal_handler(signal.SIGTERM, asyncio.current_task().cancel)\n",
        "none": _WORKER + _MAIN + "pass\n",
        "exit": _WORKER + _MAIN + _EXIT,
        "plain-interrupt": _WORKER + _MAIN + "signal.signal(signal.SIGTERM, signal.getsignal(signal.SIGINT))\n",
    },
    mains={
        "group": "    async with asyncio.TaskGroup() as group:\n        group.create_task(worker())\n        print('READY', flush=True)\n",
        "group-event": "    async with asyncio.TaskGroup() as group:\n        task = group.create_task(worker())\n        print('READY', flush=True)\n"
        "        await done.wait()\n        task.cancel()\n",
        "group-wait": "    async with asyncio.TaskGroup() as group:\n        group.create_task(done.wait())\n        print('READY', flush=True)\n",
        "timeout": "    print('READY', flush=True)\n    while True:\n        try:\n            async with asyncio.timeout(0.1):\n                await done.wait()\n            break\n"
        "        except TimeoutError:\n            pass\n",
        "finally": "    try:\n        async with asyncio.TaskGroup() as group:\n            group.create_task(worker())\n            print('READY', flush=True)\n    finally:\n        print('CLEANED', flush=True)\n",
    },
    tails={
        "run": "\nasyncio.run(main())",
        "runner": "\nwith asyncio.Runner() as runner:\n    runner.run(main())",
        "caught": "\ntry:\n    asyncio.run(main())\nexcept (KeyboardInterrupt, asyncio.CancelledError):\n    pass",
    },
)  # fmt: skip

FAMILIES = {
    "masks": MASKS, "wakeup": WAKEUP, "servers": SERVERS, "children": CHILDREN, "restored": RESTORED, "forever": FOREVER, "groups": GROUPS, **SHAPES,
}  # fmt: skip


def member(seed: int) -> tuple[str, dict[str, str]]:
    """The label and the files of the program of a seed."""
    choice = random.Random(seed)
    name, family = choice.choice(list(FAMILIES.items()))
    setup, main, tail = (choice.choice(list(part)) for part in (family.setups, family.mains, family.tails))
    text = family.mains[main]
    forward = "signal.signal(signal.SIGTERM, forward)\n" if setup.startswith("pass-on") else ""
    before = (
        family.setups[setup].replace("os.kill(child,", "child.send_signal(")
        if "popen" in main
        else family.setups[setup]
    )
    text = text.replace("{install}", forward).replace("{install-popen}", forward)
    if name == "lasting":
        tail = choice.choice(list(LENGTHS))
        for word, length in LENGTHS[tail].items():
            text = text.replace(f"{{{word}}}", length)
        return f"{name}-{setup}-{main}-{tail}", {"app.py": IMPORTS + before + text + "\n"}
    whole = IMPORTS + before + text + family.tails[tail] + "\n"
    return f"{name}-{setup}-{main}-{tail}", {"app.py": whole, **family.files}
