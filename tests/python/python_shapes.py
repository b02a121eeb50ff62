"""Families of programs by the shape of their code: modules that import each other, what a handler can be, what threads wait for, pools,
loops that hand work to threads."""

from __future__ import annotations

from python_family import READY, Family

_EXIT = "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n"
_STOP = "import signal, sys\n\nstopping = False\n\ndef handler(*_):\n    global stopping\n    stopping = True\n\ndef install():\n    signal.signal(signal.SIGTERM, handler)\n\ndef running():\n    return not stopping\n\n"
_SLEEP = "time.sleep(0.1)"

MODULES = Family(
    files={
        "stop.py": _STOP,
        "leave.py": "import signal, sys\nsignal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n",
        "pkg/__init__.py": "",
        "pkg/inner.py": _STOP,
        "pkg/outer.py": "from .inner import install as begin, running\nfrom . import inner\n\ndef install():\n    begin()\n",
        "one.py": "import two\n\nstopping = False\n\ndef handler(*_):\n    global stopping\n    stopping = True\n",
        "two.py": "import one, signal\n\ndef install():\n    signal.signal(signal.SIGTERM, one.handler)\n\ndef running():\n    return not one.stopping\n",
        "holder.py": "stopping = False\n",
    },
    setups={
        "absolute": "import stop\nstop.install()\nrunning = stop.running\n",
        "from": "from stop import install, running\ninstall()\n",
        "star": "from stop import *\ninstall()\n",
        "lazy": "def setup():\n    from stop import install\n    install()\n\nsetup()\nfrom stop import running\n",
        "relative": "from pkg.outer import install, running\ninstall()\n",
        "through": "import pkg.outer\npkg.outer.inner.install()\nrunning = pkg.outer.running\n",
        "cycle": "import one\none.two.install()\nrunning = one.two.running\n",
        "dynamic": "import importlib\nstop = importlib.import_module('stop')\nstop.install()\nrunning = stop.running\n",
        "typed": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from nowhere import install\nelse:\n    from stop import install\nfrom stop import running\ninstall()\n",
        "attempted": "try:\n    from nowhere import install, running\nexcept ImportError:\n    from stop import install, running\ninstall()\n",
        "at-import": "import leave\nrunning = lambda: True\n",
        "not-called": "from stop import install, running\n",
        "holder": "import holder\n\ndef handler(*_):\n    holder.stopping = True\n\nsignal.signal(signal.SIGTERM, handler)\nrunning = lambda: not holder.stopping\n",
        "copied": "import stop\nfrom stop import stopping\nstop.install()\n\ndef running():\n    return not stopping\n",
        "guarded": "import stop\nif __name__ == '__main__':\n    stop.install()\nrunning = stop.running\n",
        "imported-guard": "import stop\nif stop.__name__ == '__main__':\n    stop.install()\nrunning = stop.running\n",
    },
    mains={
        "loop": READY + f"\nwhile running():\n    {_SLEEP}",
        "negated": READY + f"\nwhile True:\n    if not running():\n        break\n    {_SLEEP}",
        "function": f"def main():\n    while running():\n        {_SLEEP}\n\n" + READY + "\nmain()",
        "returned": f"def main():\n    while running():\n        {_SLEEP}\n    return 0\n\n" + READY + "\nsys.exit(main())",
        "ever": READY + f"\nwhile True:\n    {_SLEEP}",
    },
)  # fmt: skip

_APP = "class App:\n    def __init__(self):\n        self.stopping = False\n\n    def stop(self, *_):\n        self.stopping = True\n\n    @property\n    def running(self):\n        return not self.stopping\n\n"
_MADE = "app = App()\n"
_INSTALL = "signal.signal(signal.SIGTERM, app.stop)\n"
OBJECTS = Family(
    setups={
        "method": _APP + _MADE + _INSTALL,
        "inherited": _APP + "class Child(App):\n    pass\n\napp = Child()\n" + _INSTALL,
        "super": _APP + "class Child(App):\n    def stop(self, *args):\n        print('stopping')\n        super().stop(*args)\n\napp = Child()\n" + _INSTALL,
        "overridden": _APP + "class Child(App):\n    def stop(self, *args):\n        print('no')\n\napp = Child()\n" + _INSTALL,
        "callable": _APP + "class Handler:\n    def __init__(self, app):\n        self.app = app\n\n    def __call__(self, *_):\n        self.app.stopping = True\n\n" + _MADE + "signal.signal(signal.SIGTERM, Handler(app))\n",
        "static": _APP + "class Handler:\n    @staticmethod\n    def stop(*_):\n        app.stopping = True\n\n" + _MADE + "signal.signal(signal.SIGTERM, Handler.stop)\n",
        "class-flag": "class App:\n    stopping = False\n\n    @classmethod\n    def stop(cls, *_):\n        cls.stopping = True\n\n    @property\n    def running(self):\n        return not self.stopping\n\n" + _MADE + "signal.signal(signal.SIGTERM, App.stop)\n",
        "dataclass": "from dataclasses import dataclass\n\n@dataclass\nclass App:\n    stopping: bool = False\n\n    def stop(self, *_):\n        self.stopping = True\n\n    @property\n    def running(self):\n        return not self.stopping\n\n" + _MADE + _INSTALL,
        "closure": "class App:\n    pass\n\napp = App()\napp.running = True\n\ndef made(it):\n    def handler(*_):\n        it.running = False\n    return handler\n\nsignal.signal(signal.SIGTERM, made(app))\n",
        "table": _APP + _MADE + "for number, function in {signal.SIGTERM: app.stop, signal.SIGINT: app.stop}.items():\n    signal.signal(number, function)\n",
        "listed": _APP + _MADE + "for name in ['SIGTERM', 'SIGHUP']:\n    number = getattr(signal, name, None)\n    if number is not None:\n        signal.signal(number, app.stop)\n",
        "attempted": _APP + _MADE + "try:\n    signal.signal(signal.SIGTERM, app.stop)\nexcept ValueError:\n    pass\n",
        "asked": _APP + _MADE + "if hasattr(signal, 'SIGTERM'):\n    " + _INSTALL,
        "posix": _APP + _MADE + "if os.name == 'posix':\n    " + _INSTALL,
        "windows": _APP + _MADE + "if os.name == 'nt':\n    " + _INSTALL,
        "main-thread": _APP + _MADE + "if threading.current_thread() is threading.main_thread():\n    " + _INSTALL,
        "other-object": _APP + _MADE + "other = App()\nsignal.signal(signal.SIGTERM, other.stop)\n",
        "kept": _APP.replace("self.stopping = False", "self.stopping = False\n        self.old = signal.signal(signal.SIGTERM, self.stop)", 1) + _MADE,
    },
    mains={
        "loop": READY + f"\nwhile app.running:\n    {_SLEEP}",
        "run": "class Runner:\n    def __init__(self, app):\n        self.app = app\n\n    def run(self):\n        while self.app.running:\n            self.step()\n\n    def step(self):\n        time.sleep(0.1)\n\n" + READY + "\nRunner(app).run()",
        "finally": READY + f"\ntry:\n    while app.running:\n        {_SLEEP}\nfinally:\n    print('CLEANED', flush=True)",
        "thread": f"def work():\n    while app.running:\n        {_SLEEP}\n\nworker = threading.Thread(target=work)\nworker.start()\n" + READY + "\nworker.join()",
        "generator": f"def ticks():\n    while app.running:\n        yield 1\n        {_SLEEP}\n\n" + READY + "\nfor _ in ticks():\n    pass",
    },
)  # fmt: skip

WAITS = Family(
    setups={
        "exit": _EXIT + "done = threading.Event()\nlock = threading.Lock()\nlock.acquire()\nsemaphore = threading.Semaphore(0)\ncondition = threading.Condition()\nitems = []\n",
        "none": "done = threading.Event()\nlock = threading.Lock()\nlock.acquire()\nsemaphore = threading.Semaphore(0)\ncondition = threading.Condition()\nitems = []\n",
        "all": "done = threading.Event()\nlock = threading.Lock()\nlock.acquire()\nsemaphore = threading.Semaphore(0)\ncondition = threading.Condition()\nitems = []\n\n"
        "def handler(*_):\n    done.set()\n    semaphore.release()\n    items.append(1)\n    lock.release()\n    with condition:\n        condition.notify_all()\n\nsignal.signal(signal.SIGTERM, handler)\n",
        "event-only": "done = threading.Event()\nlock = threading.Lock()\nlock.acquire()\nsemaphore = threading.Semaphore(0)\ncondition = threading.Condition()\nitems = []\n\nsignal.signal(signal.SIGTERM, lambda *_: done.set())\n",
        "multiprocessing": "done = multiprocessing.Event()\nlock = multiprocessing.Lock()\nlock.acquire()\nsemaphore = multiprocessing.Semaphore(0)\ncondition = threading.Condition()\nitems = []\n\n"
        + _EXIT,
    },
    mains={
        "event": READY + "\ndone.wait()",
        "event-limit": READY + "\nwhile not done.wait(timeout=0.1):\n    pass",
        "semaphore": READY + "\nsemaphore.acquire()",
        "condition": READY + "\nwith condition:\n    condition.wait()",
        "items": READY + f"\nwhile not items:\n    {_SLEEP}",
        "thread-event": "def work():\n    done.wait()\n\nworker = threading.Thread(target=work)\nworker.start()\n" + READY + "\nworker.join()",
        "thread-joined": f"def work():\n    while not done.is_set():\n        {_SLEEP}\n\nworker = threading.Thread(target=work)\nworker.start()\n" + READY + "\ntry:\n    done.wait()\nfinally:\n    done.set()\n    worker.join()\n    print('CLEANED', flush=True)",
        "threads": f"def work():\n    while not done.is_set():\n        {_SLEEP}\n\nworkers = [threading.Thread(target=work) for _ in range(2)]\nfor worker in workers:\n    worker.start()\n" + READY + "\nfor worker in workers:\n    worker.join()",
        "timer": "def tick():\n    pass\n\ntimer = threading.Timer(1000, tick)\ntimer.start()\n" + READY + "\ndone.wait()\ntimer.cancel()",
        "timer-left": "timer = threading.Timer(1000, print)\ntimer.start()\n" + READY + "\ndone.wait()",
    },
)  # fmt: skip

_FLAG = "done = threading.Event()\nsignal.signal(signal.SIGTERM, lambda *_: done.set())\n"
POOLS = Family(
    setups={
        "exit": "done = threading.Event()\n" + _EXIT,
        "flag": _FLAG,
        "none": "done = threading.Event()\n",
        "exit-and-flag": "done = threading.Event()\n\ndef handler(*_):\n    done.set()\n    sys.exit(0)\n\nsignal.signal(signal.SIGTERM, handler)\n",
    },
    mains={
        "with-told": f"def work():\n    while not done.is_set():\n        {_SLEEP}\n\nwith concurrent.futures.ThreadPoolExecutor() as pool:\n    pool.submit(work)\n    {READY}\n    done.wait()",
        "with-ever": f"def work():\n    while True:\n        {_SLEEP}\n\nwith concurrent.futures.ThreadPoolExecutor() as pool:\n    pool.submit(work)\n    {READY}\n    done.wait()",
        "result": f"def work():\n    while not done.is_set():\n        {_SLEEP}\n\npool = concurrent.futures.ThreadPoolExecutor()\nfuture = pool.submit(work)\n{READY}\nfuture.result()",
        "no-wait": f"def work():\n    while True:\n        {_SLEEP}\n\npool = concurrent.futures.ThreadPoolExecutor()\npool.submit(work)\n{READY}\ndone.wait()\npool.shutdown(wait=False)",
        "short": f"def work():\n    return 1\n\npool = concurrent.futures.ThreadPoolExecutor()\n{READY}\nwhile not done.is_set():\n    pool.submit(work).result()\n    {_SLEEP}",
        "daemon-process": f"def work():\n    while True:\n        {_SLEEP}\n\nworker = multiprocessing.Process(target=work, daemon=True)\nworker.start()\n{READY}\ndone.wait()",
        "process": f"def work():\n    signal.signal(signal.SIGTERM, signal.SIG_DFL)\n    while True:\n        {_SLEEP}\n\nworker = multiprocessing.Process(target=work)\nworker.start()\n{READY}\ndone.wait()\nworker.terminate()\nworker.join()",
    },
)  # fmt: skip

_MAIN = "async def main():\n    loop = asyncio.get_running_loop()\n    done = asyncio.Event()\n    "
HANDED = Family(
    setups={
        "event": _MAIN + "loop.add_signal_handler(signal.SIGTERM, done.set)\n",
        "cancel": _MAIN + "loop.add_signal_handler(signal.SIGTERM, asyncio.current_task().cancel)\n",
        "none": _MAIN + "pass\n",
        "method": "class App:\n    def __init__(self, done):\n        self.done = done\n\n    def stop(self):\n        self.done.set()\n\n\n" + _MAIN + "loop.add_signal_handler(signal.SIGTERM, App(done).stop)\n",
        "with-argument": "def stop(name, done):\n    print(name)\n    done.set()\n\n\n" + _MAIN + "loop.add_signal_handler(signal.SIGTERM, stop, 'TERM', done)\n",
        "removed": _MAIN + "loop.add_signal_handler(signal.SIGTERM, done.set)\n    loop.remove_signal_handler(signal.SIGTERM)\n",
        "helper": "def install(loop, done):\n    for name in ('SIGINT', 'SIGTERM'):\n        loop.add_signal_handler(getattr(signal, name), done.set)\n\n\n" + _MAIN + "install(loop, done)\n",
    },
    mains={
        "event": f"    {READY}\n    await done.wait()\n",
        "thread": f"    {READY}\n    await asyncio.to_thread(time.sleep, 1000)\n",
        "executor": f"    {READY}\n    await loop.run_in_executor(None, time.sleep, 1000)\n",
        "thread-beside": f"    task = asyncio.create_task(asyncio.to_thread(time.sleep, 0.1))\n    {READY}\n    await done.wait()\n    await task\n",
        "future": f"    future = loop.create_future()\n    loop.add_signal_handler(signal.SIGTERM, future.set_result, None)\n    {READY}\n    await future\n",
        "shielded": f"    {READY}\n    await asyncio.shield(done.wait())\n",
        "manager": f"    @contextlib.asynccontextmanager\n    async def resource():\n        try:\n            yield 1\n        finally:\n            print('CLEANED', flush=True)\n\n    async with resource():\n        {READY}\n        await done.wait()\n",
        "stack": f"    async with contextlib.AsyncExitStack() as stack:\n        stack.callback(print, 'CLEANED', flush=True)\n        {READY}\n        await done.wait()\n",
        "first": f"    async def work():\n        while True:\n            await asyncio.sleep(0.05)\n\n    waiting = [asyncio.create_task(work()), asyncio.create_task(done.wait())]\n    {READY}\n    _, left = await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)\n    for task in left:\n        task.cancel()\n    await asyncio.gather(*left, return_exceptions=True)\n",
        "generator": f"    async def ticks():\n        while not done.is_set():\n            yield 1\n            await asyncio.sleep(0.05)\n\n    {READY}\n    async for _ in ticks():\n        pass\n",
        "cancelled": f"    task = asyncio.create_task(asyncio.sleep(1000))\n    {READY}\n    await done.wait()\n    task.cancel()\n    try:\n        await task\n    except asyncio.CancelledError:\n        print('cancelled')\n",
        "finally": f"    try:\n        {READY}\n        while not done.is_set():\n            await asyncio.sleep(0.05)\n    finally:\n        await asyncio.sleep(0.05)\n        print('CLEANED', flush=True)\n",
    },
    tails={
        "run": "\nasyncio.run(main())",
        "guard": "\nif __name__ == '__main__':\n    asyncio.run(main())",
        "caught": "\ntry:\n    asyncio.run(main())\nexcept (KeyboardInterrupt, asyncio.CancelledError):\n    pass",
    },
)  # fmt: skip

_WORK = "def work():\n    while not done.is_set():\n        "
_SELF = "def work():\n    time.sleep({n})\n\n"
LASTING = Family(
    setups={
        "event": "done = threading.Event()\nsignal.signal(signal.SIGTERM, lambda *_: done.set())\n",
        "exit": "done = threading.Event()\n\ndef handler(*_):\n    done.set()\n    sys.exit(0)\n\nsignal.signal(signal.SIGTERM, handler)\n",
        "told-later": "done = threading.Event()\nasked = threading.Event()\nsignal.signal(signal.SIGTERM, lambda *_: asked.set())\n\n"
        "def watch():\n    asked.wait()\n    done.set()\n\nthreading.Thread(target=watch, daemon=True).start()\n",
    },
    mains={
        "thread": _WORK + "{a}\n        {b}\n\nworker = threading.Thread(target=work)\nworker.start()\n" + READY + "\ndone.wait()\nworker.join()",
        "thread-left": _WORK + "{a}\n        {b}\n\nthreading.Thread(target=work).start()\n" + READY + "\ndone.wait()",
        "daemon": _WORK + "{a}\n        {b}\n\nthreading.Thread(target=work, daemon=True).start()\n" + READY + "\ndone.wait()",
        "limited": _WORK + "{a}\n        {b}\n\nworker = threading.Thread(target=work, daemon=True)\nworker.start()\n" + READY + "\ndone.wait()\nworker.join(timeout=0.3)",
        "checked": _WORK + "{a}\n        if done.is_set():\n            break\n        {b}\n\nthreading.Thread(target=work).start()\n" + READY + "\ndone.wait()",
        "counted": _WORK + "for number in range(3):\n            {a}\n\nthreading.Thread(target=work).start()\n" + READY + "\ndone.wait()",
        "sleeper": "threading.Thread(target=time.sleep, args=({n},)).start()\n" + READY + "\nwhile not done.is_set():\n    time.sleep(0.1)",
        "sleeper-daemon": "threading.Thread(target=time.sleep, args=({n},), daemon=True).start()\n" + READY + "\nwhile not done.is_set():\n    time.sleep(0.1)",
        "timer": "threading.Timer({n}, print).start()\n" + READY + "\nwhile not done.is_set():\n    time.sleep(0.1)",
        "lap": _SELF + READY + "\nwhile not done.is_set():\n    worker = threading.Thread(target=work)\n    worker.start()\n    worker.join()",
        "spawned": _SELF + READY + "\nwhile not done.is_set():\n    threading.Thread(target=work).start()\n    time.sleep(0.3)",
        "submitted": _SELF + "pool = concurrent.futures.ThreadPoolExecutor(3)\n" + READY + "\nwhile not done.is_set():\n    pool.submit(work).result()",
        "submitted-left": _SELF + "pool = concurrent.futures.ThreadPoolExecutor(3)\npool.submit(work)\n" + READY + "\ndone.wait()",
        "process": _SELF + "worker = multiprocessing.Process(target=work)\nworker.start()\n" + READY + "\ndone.wait()",
        "clean-up": _SELF + READY + "\ntry:\n    done.wait()\nfinally:\n    workers = [threading.Thread(target=work) for _ in range(3)]\n    for worker in workers:\n        worker.start()\n    for worker in workers:\n        worker.join()\n    print('CLEANED', flush=True)",
        "loop": "async def main():\n    " + READY + "\n    while not done.is_set():\n        await asyncio.to_thread(time.sleep, {n})\n\nasyncio.run(main())",
        "loop-executor": "async def main():\n    loop = asyncio.get_running_loop()\n    " + READY + "\n    while not done.is_set():\n        await loop.run_in_executor(None, time.sleep, {n})\n\nasyncio.run(main())",
        "loop-once": "async def main():\n    " + READY + "\n    await asyncio.to_thread(time.sleep, {n})\n    while not done.is_set():\n        await asyncio.sleep(0.1)\n\nasyncio.run(main())",
        "loop-tasks": "async def work():\n    while not done.is_set():\n        await asyncio.sleep({n})\n        await asyncio.sleep(0.1)\n\nasync def main():\n    " + READY + "\n    await asyncio.gather(work(), work())\n\nasyncio.run(main())",
        "listed": READY + "\nwhile not done.is_set():\n    for name in os.listdir('/etc'):\n        time.sleep({n})",
        "listed-checked": READY + "\nwhile not done.is_set():\n    for name in os.listdir('/etc'):\n        if done.is_set():\n            break\n        time.sleep({n})",
    },
)  # fmt: skip
# What {a} and {b} stand for, and {n}: how long something lasts.
LENGTHS = {
    "short": {"a": "time.sleep(0.1)", "b": "time.sleep(0.1)", "n": "0.2"},
    "second": {"a": "time.sleep(0.1)", "b": "time.sleep(4)", "n": "4"},
    "both": {"a": "time.sleep(2)", "b": "time.sleep(2)", "n": "5"},
    "events": {"a": "done.wait(4)", "b": "done.wait(4)", "n": "0.1"},
    "mixed": {"a": "done.wait(4)", "b": "time.sleep(0.1)", "n": "6"},
}

SHAPES = {"modules": MODULES, "objects": OBJECTS, "waits": WAITS, "pools": POOLS, "handed": HANDED, "lasting": LASTING}
