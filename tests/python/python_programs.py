"""Python programs that handle the stop signal in all the ways that people try, made from a seed: a handler × where it is installed × what
the main line does × what is around it.

Each prints READY when it is about to rest, and CLEANED when its clean-up ran (if it has one, it also holds the word).
"""

from __future__ import annotations

import random
from dataclasses import dataclass

from python_families import member
from python_pauses import paced

# What a handler does; {p} is "self." in a class. The flag is what loops may look at.
HANDLERS = {
    "exit": "sys.exit(0)",
    "raise-exit": "raise SystemExit",
    "interrupt": "raise KeyboardInterrupt",
    "error": "raise RuntimeError('stop')",
    "at-once": "os._exit(0)",
    "flag": "{g}\n    {p}stopping = True",
    "event": "event.set()",
    "item": "state['stopping'] = True",
    "queue": "jobs.put(None)",
    "log": "print('got', args, flush=True)",
    "flag-and-exit": "{g}\n    {p}stopping = True\n    sys.exit(0)",
    "again": "signal.signal(signal.SIGTERM, signal.SIG_DFL)\n    os.kill(os.getpid(), signal.SIGTERM)",
    "known-only": "if args[0] == signal.SIGTERM:\n        sys.exit(0)",
    "other-only": "if args[0] == signal.SIGINT:\n        sys.exit(0)",
}

# What the main line does.
LOOPS = {
    "ever": "while True:\n    {body}",
    "flag": "while not stopping:\n    {body}",
    "flag-inside": "while True:\n    if stopping:\n        break\n    {body}",
    "event-polled": "while not event.is_set():\n    {body}",
    "event-limit": "while not event.wait(0.1):\n    work()",
    "event-wait": "event.wait()",
    "item": "while not state['stopping']:\n    {body}",
    "queue": "while True:\n    job = jobs.get()\n    if job is None:\n        break",
    "queue-limit": "while True:\n    try:\n        jobs.get(timeout=0.1)\n        break\n    except queue.Empty:\n        work()",
    "pause": "signal.pause()",
    "pause-loop": "while True:\n    signal.pause()",
    "pause-flag": "while not stopping:\n    signal.pause()",
    "count": "for number in itertools.count():\n    {body}",
    "nested": "while True:\n    for number in range(3):\n        {body2}",
    "socket": "server = socket.create_server(('127.0.0.1', 0))\nwhile True:\n    connection, _ = server.accept()",
    "select": "select.select([sys.stdout.fileno() * 0 + os.pipe()[0]], [], [])",
    "http": "http.server.HTTPServer(('127.0.0.1', 0), http.server.BaseHTTPRequestHandler).serve_forever()",
    "long": "time.sleep(1000)",
    "busy": "while not stopping:\n    work()",
    "function-loop": "def step():\n    {body}\n\nwhile True:\n    step()",
    "returning": "def spin():\n    while True:\n        if stopping:\n            return\n        {body2}\n\nspin()",
    "unknown-exit": "while True:\n    if os.environ.get('NEVER_SET_ANYWHERE') == 'x':\n        break\n    {body}",
}

BODIES = {
    "sleep": "time.sleep(0.1)",
    "work-sleep": "work(); time.sleep(0.1)",
    "guarded": "try:\n    time.sleep(0.1)\nexcept Exception:\n    work()",
    "bare": "try:\n    time.sleep(0.1)\nexcept:\n    work()",
    "base": "try:\n    time.sleep(0.1)\nexcept BaseException:\n    work()",
    "reraised": "try:\n    time.sleep(0.1)\nexcept BaseException:\n    work()\n    raise",
    "suppressed": "with contextlib.suppress(SystemExit):\n    time.sleep(0.1)",
    "interrupt-only": "try:\n    time.sleep(0.1)\nexcept KeyboardInterrupt:\n    break_out = True",
}

PLACES = ("top", "function", "class", "loop-over", "late", "thread", "module", "getattr", "partial", "lambda", "platform", "alias", "from", "number",
          "taken-back", "ignored", "blocked", "other-signal", "none", "main-guard", "decorated", "signals-class", "kept", "interrupt-default")  # fmt: skip
AROUND = ("plain", "finally", "atexit", "with", "interrupt", "main", "outer-exception", "exit-named")
THREADS = ("none", "none", "none", "daemon", "plain", "told", "executor")

HEAD = """\
import atexit, contextlib, functools, http.server, itertools, os, queue, select, signal, socket, sys, threading, time
import concurrent.futures

stopping = False
state = {'stopping': False}
event = threading.Event()
jobs = queue.Queue()


def work():
    return sum(range(10))

"""


@dataclass(frozen=True)
class Program:
    """A program's files, and whether it has a clean-up."""

    label: str
    files: dict[str, str]

    @property
    def cleans(self) -> bool:
        return "CLEANED" in self.files["app.py"]


def indent(text: str, by: int = 4) -> str:
    return "\n".join(" " * by + line if line else line for line in text.split("\n"))


def program(seed: int) -> Program:
    """The program of a seed."""
    made = _program(seed)
    label, text = paced(seed, made.files["app.py"])
    return Program(made.label + label, {**made.files, "app.py": text})


def _program(seed: int) -> Program:
    if seed % 4 == 3:
        return asynchronous(seed)
    if seed % 4 == 1:
        label, files = member(seed)
        return Program(f"{seed}-{label}", files)
    choice = random.Random(seed)
    handler, place = choice.choice(list(HANDLERS)), choice.choice(PLACES)
    loop, body = choice.choice(list(LOOPS)), choice.choice(list(BODIES))
    around, thread = choice.choice(AROUND), choice.choice(THREADS)
    files: dict[str, str] = {}
    before, after = _registration(handler, place, files)
    main = (
        LOOPS[loop].replace("{body2}", indent(BODIES[body], 8).strip()).replace("{body}", indent(BODIES[body]).strip())
    )
    main = "print('READY', flush=True)\n" + main + ("\n" + after if after else "")
    text = HEAD + before + "\n" + _threads(thread) + "\n" + _around(around, main) + "\n"
    files["app.py"] = text
    return Program(f"{seed}-{handler}-{place}-{loop}-{body}-{around}-{thread}", files)


def _handler(name: str, *, own: str = "", declare: str = "global stopping") -> str:
    return HANDLERS[name].replace("{g}", declare).replace("{p}", own)


def _registration(handler: str, place: str, files: dict[str, str]) -> tuple[str, str]:
    """What stands in front of the main line, and behind it."""
    function = f"def handler(*args):\n    {_handler(handler)}\n\n"
    install = "signal.signal(signal.SIGTERM, handler)"
    match place:
        case "top":
            return function + install, ""
        case "function":
            return function + f"def setup():\n    {install}\n\nsetup()", ""
        case "class":
            return (
                "class Stopper:\n    def __init__(self):\n        signal.signal(signal.SIGTERM, self.stop)\n\n    def stop(self, *args):\n"
                + indent(_handler(handler).replace("\n    ", "\n"), 8)
                + "\n\nstopper = Stopper()",
                "",
            )
        case "loop-over":
            return function + "for number in (signal.SIGINT, signal.SIGTERM):\n    signal.signal(number, handler)", ""
        case "late":
            return function, install
        case "thread":
            return (
                function + f"def register():\n    {install}\n\nthreading.Thread(target=register, daemon=True).start()",
                "",
            )
        case "module":
            files["setup_signals.py"] = (
                "import os, signal, sys\n\ndef install(handler):\n    signal.signal(signal.SIGTERM, handler)\n"
            )
            return function + "from setup_signals import install\ninstall(handler)", ""
        case "getattr":
            return function + "signal.signal(getattr(signal, 'SIGTERM'), handler)", ""
        case "partial":
            return function + "signal.signal(signal.SIGTERM, functools.partial(handler))", ""
        case "lambda":
            return function + "signal.signal(signal.SIGTERM, lambda *args: handler(*args))", ""
        case "platform":
            return function + f"if sys.platform != 'win32':\n    {install}\nelse:\n    pass", ""
        case "alias":
            return function + "import signal as s\ns.signal(s.SIGTERM, handler)", ""
        case "from":
            return function + "from signal import SIGTERM, signal as on_signal\non_signal(SIGTERM, handler)", ""
        case "number":
            return function + "signal.signal(15, handler)", ""
        case "taken-back":
            return function + install + "\nsignal.signal(signal.SIGTERM, signal.SIG_DFL)", ""
        case "ignored":
            return function + "signal.signal(signal.SIGTERM, signal.SIG_IGN)", ""
        case "blocked":
            return function + install + "\nsignal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])", ""
        case "other-signal":
            return function + "signal.signal(signal.SIGINT, handler)", ""
        case "main-guard":
            return function + f"if __name__ == '__main__':\n    {install}", ""
        case "decorated":
            return (
                "def on(number):\n    def install(function):\n        signal.signal(number, function)\n        return function\n    return install\n\n"
                "@on(signal.SIGTERM)\n" + function,
                "",
            )
        case "signals-class":
            return function + "signal.signal(signal.Signals.SIGTERM, handler)", ""
        case "kept":
            return function + f"before = {install}\nsignal.signal(signal.SIGUSR1, before or signal.SIG_DFL)", ""
        case "interrupt-default":
            return function + "signal.signal(signal.SIGTERM, signal.default_int_handler)", ""
    return function, ""


def _threads(kind: str) -> str:
    forever = "def background():\n    while True:\n        time.sleep(0.05)\n\n"
    match kind:
        case "daemon":
            return forever + "threading.Thread(target=background, daemon=True).start()"
        case "plain":
            return forever + "threading.Thread(target=background).start()"
        case "told":
            return (
                "def background():\n    while not (event.is_set() or stopping):\n        time.sleep(0.05)\n\n"
                "helper = threading.Thread(target=background)\nhelper.start()"
            )
        case "executor":
            return forever + "pool = concurrent.futures.ThreadPoolExecutor(2)\npool.submit(background)"
    return ""


def _around(kind: str, main: str) -> str:
    clean = "print('CLEANED', flush=True)"
    match kind:
        case "finally":
            return f"try:\n{indent(main)}\nfinally:\n    {clean}"
        case "atexit":
            return f"atexit.register(print, 'CLEANED', flush=True)\n{main}"
        case "with":
            return (
                f"class Resource:\n    def __enter__(self):\n        return self\n\n    def __exit__(self, *_):\n        {clean}\n\n"
                f"with Resource():\n{indent(main)}"
            )
        case "interrupt":
            return f"try:\n{indent(main)}\nexcept KeyboardInterrupt:\n    print('interrupted')"
        case "main":
            uses = "    global stopping\n"
            return f"def main():\n{uses}{indent(main)}\n\nif __name__ == '__main__':\n    main()"
        case "outer-exception":
            return f"try:\n{indent(main)}\nexcept Exception as error:\n    print(error)"
        case "exit-named":
            return f"try:\n{indent(main)}\nexcept (SystemExit, KeyboardInterrupt):\n    print('leaving')"
    return main


# --- asyncio -----------------------------------------------------------------------------------------------------------

ASYNC_HANDLERS = {
    "none": "",
    "loop-event": "loop.add_signal_handler(signal.SIGTERM, done.set)",
    "loop-lambda": "loop.add_signal_handler(signal.SIGTERM, lambda: done.set())",
    "loop-over": "for number in (signal.SIGTERM, signal.SIGINT):\n        loop.add_signal_handler(number, done.set)",
    "loop-log": "loop.add_signal_handler(signal.SIGTERM, print, 'got it')",
    "loop-exit": "loop.add_signal_handler(signal.SIGTERM, sys.exit)",
    "loop-error": "def fail():\n        raise RuntimeError\n    loop.add_signal_handler(signal.SIGTERM, fail)",
    "loop-cancel": "loop.add_signal_handler(signal.SIGTERM, asyncio.current_task().cancel)",
    "loop-cancel-all": "def cancel():\n        for task in asyncio.all_tasks():\n            task.cancel()\n    loop.add_signal_handler(signal.SIGTERM, cancel)",
    "loop-cancel-and-wait": "async def shutdown():\n        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]\n        for task in others:\n            task.cancel()\n        await asyncio.gather(*others, return_exceptions=True)\n        loop.stop()\n    loop.add_signal_handler(signal.SIGTERM, lambda: asyncio.create_task(shutdown()))",
    "loop-task": "async def shutdown():\n        await asyncio.sleep(0.05)\n        done.set()\n    loop.add_signal_handler(signal.SIGTERM, lambda: asyncio.create_task(shutdown()))",
    "loop-stop": "loop.add_signal_handler(signal.SIGTERM, loop.stop)",
    "plain-event": "signal.signal(signal.SIGTERM, lambda *_: done.set())",
    "plain-exit": "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))",
    "plain-interrupt": "signal.signal(signal.SIGTERM, signal.default_int_handler)",
    "threadsafe": "signal.signal(signal.SIGTERM, lambda *_: loop.call_soon_threadsafe(done.set))",
    "flag": "def handler(*_):\n        global stopping\n        stopping = True\n    signal.signal(signal.SIGTERM, handler)",
}
ASYNC_MAINS = {
    "event": "await done.wait()",
    "sleep-loop": "while True:\n        await asyncio.sleep(0.1)",
    "event-loop": "while not done.is_set():\n        await asyncio.sleep(0.1)",
    "flag-loop": "while not stopping:\n        await asyncio.sleep(0.1)",
    "wait-for": "while not done.is_set():\n        try:\n            await asyncio.wait_for(done.wait(), 0.1)\n        except asyncio.TimeoutError:\n            pass",
    "server": "server = await asyncio.start_server(lambda r, w: None, '127.0.0.1', 0)\n    async with server:\n        await server.serve_forever()",
    "server-event": "server = await asyncio.start_server(lambda r, w: None, '127.0.0.1', 0)\n    await done.wait()\n    server.close()",
    "task-event": "task = asyncio.create_task(worker())\n    await done.wait()\n    task.cancel()",
    "task-await": "task = asyncio.create_task(worker())\n    await task",
    "gather": "await asyncio.gather(worker(), worker())",
    "gather-many": "tasks = [asyncio.create_task(worker()) for _ in range(3)]\n    await done.wait()\n    for task in tasks:\n        task.cancel()\n    await asyncio.gather(*tasks, return_exceptions=True)",
    "gather-event": "await asyncio.gather(worker(), done.wait())",
    "first": "await asyncio.wait([asyncio.create_task(worker()), asyncio.create_task(done.wait())], return_when=asyncio.FIRST_COMPLETED)",
    "future": "await asyncio.get_running_loop().create_future()",
    "queue": "jobs = asyncio.Queue()\n    while True:\n        await jobs.get()",
    "swallow": "while True:\n        try:\n            await asyncio.sleep(0.1)\n        except asyncio.CancelledError:\n            print('cancelled')",
}
ASYNC_STARTS = (
    "asyncio.run(main())",
    "asyncio.run(main())",
    "loop = asyncio.new_event_loop()\nasyncio.set_event_loop(loop)\nloop.run_until_complete(main())",
    "if __name__ == '__main__':\n    asyncio.run(main())",
    "try:\n    asyncio.run(main())\nexcept KeyboardInterrupt:\n    print('interrupted')",
    "with asyncio.Runner() as runner:\n    runner.run(main())",
)
ASYNC_AROUND = ("plain", "plain", "finally", "outer", "cancelled")


def asynchronous(seed: int) -> Program:
    """A program whose main line is an event loop's."""
    choice = random.Random(seed)
    handler, main = choice.choice(list(ASYNC_HANDLERS)), choice.choice(list(ASYNC_MAINS))
    start, around = choice.choice(ASYNC_STARTS), choice.choice(ASYNC_AROUND)
    body = "print('READY', flush=True)\n    " + ASYNC_MAINS[main]
    if around == "finally":
        body = f"try:\n    {indent(body)}\n    finally:\n        print('CLEANED', flush=True)"
    elif around == "cancelled":
        body = f"try:\n    {indent(body)}\n    except asyncio.CancelledError:\n        print('cancelled')"
    text = (
        "import asyncio\nimport os\nimport signal\nimport sys\n\nstopping = False\n\n\n"
        "async def worker():\n    while True:\n        await asyncio.sleep(0.05)\n\n\n"
        "async def main():\n    loop = asyncio.get_running_loop()\n    done = asyncio.Event()\n"
        f"    {ASYNC_HANDLERS[handler] or 'pass'}\n    {body}\n\n\n"
    )
    if around == "outer":
        start = f"try:\n{indent(start)}\nfinally:\n    print('CLEANED', flush=True)"
    return Program(f"{seed}-async-{handler}-{main}-{start.split(chr(10))[0]}-{around}", {"app.py": text + start + "\n"})
