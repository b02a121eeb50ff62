"""What the end of a program waits for, and ways to a handler; each as the kernel showed it under 3.10.13, 3.11.2, 3.11.7, 3.12.1 and 3.13.0."""

from __future__ import annotations

from pathlib import Path

import pytest
import python_lab

HEAD = """\
import asyncio, importlib, multiprocessing, signal, sys, threading, time
done = threading.Event()
def work():
    while True:
        time.sleep(0.1)
"""
FLAG = "signal.signal(signal.SIGTERM, lambda *_: done.set())\n"
EXIT = "signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))\n"
DAEMON = "multiprocessing.Process(target=work, daemon=True).start()\n"
CLASS = """
class App:
    stopping = False
    @classmethod
    def stop(cls, *_):
        cls.stopping = True
    @property
    def running(self):
        return not self.stopping
"""
SHIELD = """
async def main():
    done = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, done.set)
    await asyncio.shield(done.wait())
asyncio.run(main())
"""

LEFT = """
async def main():
    done = asyncio.Event()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    try:
        await {}
    finally:
        print('clean')
loop = asyncio.new_event_loop()
"""
KEPT = "asyncio.set_event_loop(loop)\n"
RUN = "loop.run_until_complete(main())\n"
CLOSED = "try:\n    loop.run_until_complete(main())\nfinally:\n    loop.close()\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # A timer is a thread until it is over or cancelled.
        (FLAG + "threading.Timer(1000, work).start()\ndone.wait()\n", "killed"),
        (FLAG + "timer = threading.Timer(1000, work)\ntimer.start()\ndone.wait()\ntimer.cancel()\n", "graceful"),
        (EXIT + "timer = threading.Timer(1000, work)\ntimer.start()\ndone.wait()\ntimer.cancel()\n", "killed"),
        # One that starts the next one: measured as killed, from 3.12 on not always.
        (FLAG + "def tick():\n    threading.Timer(0.1, tick).start()\ntick()\ndone.wait()\n", "killed"),
        # Daemons are told by SIGTERM and waited for; forked ones have the handler that was there before them.
        (FLAG + DAEMON + "done.wait()\n", "killed"),
        (DAEMON + FLAG + "done.wait()\n", "graceful"),
        (EXIT + DAEMON + "done.wait()\n", "graceful"),
        ("signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + DAEMON + FLAG + "done.wait()\n", "killed"),
        (CLASS + "app = App()\nsignal.signal(signal.SIGTERM, App.stop)\nwhile app.running:\n    time.sleep(0.1)\n", "graceful"),
        (CLASS + "signal.signal(signal.SIGTERM, App.stop)\nwhile not App.stopping:\n    time.sleep(0.1)\n", "graceful"),
        ("importlib.import_module('stop').install()\nwork()\n", "graceful"),
        ("importlib.import_module('st' + 'op').install()\nwork()\n", "graceful"),
        (SHIELD, "graceful"),
        # libc resumes sigwait, so that Python does not get round to its handlers; sigwaitinfo is interrupted.
        (EXIT + "signal.sigwait({signal.SIGINT})\n", "killed"),
        (EXIT + "signal.sigwait([signal.SIGTERM])\n", "graceful"),
        (EXIT + "signal.sigwaitinfo({signal.SIGINT})\n", "graceful"),
        # A loop that outlives its variable keeps what it has scheduled: no clean-up runs. One that is closed drops it, and what waits for
        # others is not on its schedule.
        (LEFT.format("asyncio.sleep(1000)") + KEPT + RUN, "abrupt"),
        (LEFT.format("asyncio.sleep(1000)") + KEPT + CLOSED, "graceful"),
        (LEFT.format("asyncio.sleep(1000)") + RUN, "graceful"),
        (LEFT.format("done.wait()") + KEPT + RUN, "graceful"),
        (LEFT.format("asyncio.get_running_loop().create_future()") + KEPT + RUN, "graceful"),
    ],
)  # fmt: skip
def test_end(text: str, expected: str, tmp_path: Path) -> None:
    stop = "import signal, sys\ndef install():\n    " + EXIT
    python_lab.write({"app.py": HEAD + text, "stop.py": stop}, tmp_path)
    assert python_lab.predicted(python_lab.read(tmp_path)) == expected


TIMER = "def tick():\n    threading.Timer(30, {}).start()\ntimer = threading.Timer(30, tick)\n"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # What a timer that nobody waits for would start, is not there when the program ends at once.
        (TIMER.format("tick") + "timer.daemon = True\ntimer.start()\n", "ends"),
        (TIMER.format("work") + "timer.daemon = True\ntimer.start()\n", "ends"),
        (TIMER.format("tick") + "timer.start()\n", "killed"),
        (TIMER.format("tick") + "timer.daemon = True\ntimer.start()\ntime.sleep(60)\n", "killed"),
    ],
)
def test_a_timer_that_nobody_waits_for(text: str, expected: str, tmp_path: Path) -> None:
    """Measured under 3.11.7."""
    python_lab.write({"app.py": HEAD + text}, tmp_path)
    assert python_lab.predicted(python_lab.read(tmp_path)) == expected
