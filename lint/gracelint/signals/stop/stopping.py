"""The stop simulated: every way it can go, and one verdict over them all.

Two things are not written in any file. What a program does that nobody knows: `Choices` has each possibility tried, and where they lead to
different verdicts the verdict is ``unknown``. And who needs longest to clean up: that is nobody's to rely on, so each application in turn
is taken to be the slowest, and the worst that comes of it counts. An application that is safe only because it happens to be quicker than
another one is killed on a bad day.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..model import VERDICTS
from .choices import runs
from .kernel import SINCE, Kernel
from .locks import contended

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ..launch.resolve import Resolver
    from ..model import Verdict
    from ..process import Process
    from ..shell.live.shell import LiveShell
    from .choices import Choices
    from .tasks import Driver, Task

LIVE_STEPS = 20000
TOGETHER = 8000  # after so much work, no more runs are begun
MOST_SLOWEST = 64
TOO_MANY = "there are too many ways in which the stop can go to try them all"


class Run:
    """One simulation, and how it ended."""

    def __init__(
        self, resolver: Resolver, process: Process, signal: str, grace: float, choices: Choices, slowest: int | None
    ) -> None:
        self.resolver, self.choices = resolver, choices
        self.shells: dict[int, LiveShell] = {}
        self.kernel = kernel = Kernel(choices, self._attach, slowest)
        root = kernel.boot(process)
        for shell in list(self.shells.values()):
            shell.resume()
        kernel.run(0.0)
        self.early = kernel.gone_at is not None
        if not self.early:
            kernel.stopping = True
            kernel.signal(root, signal, outside=True)
            kernel.run(grace)
        kernel.reasons += contended(task.process for task in kernel.tasks.values())
        if kernel.gone_at is None:
            kernel.reasons += _open_pipes(kernel)

    def _attach(self, kernel: Kernel, task: Task) -> Driver | None:
        from ..shell.evaluator.host import Budget
        from ..shell.live.shell import LiveShell

        shell = LiveShell(kernel, task, self.resolver, Budget(LIVE_STEPS))
        self.shells[task.pid] = shell
        return shell

    @property
    def steps(self) -> int:
        """How much work it was."""
        budgets = [shell.machine.budget for shell in self.shells.values()]
        return sum(budget.whole - budget.steps for budget in budgets)

    @property
    def verdict(self) -> Verdict:
        """What became of the container."""
        kernel = self.kernel
        if kernel.reasons or kernel.close:
            return "unknown"
        if kernel.gone_at is None:
            return "killed"
        for task in kernel.tasks.values():
            if task.robbed or (
                task.loses and task.ended != "exited" and not (task.notified and task.ended == "finished")
            ):
                return "abrupt"
        return "unknown" if self.assumed or self.jobs else "graceful"

    @property
    def assumed(self) -> list[str]:
        """Programs that were taken to end by themselves, because others come after them, and that may as well run on."""
        tasks = self.kernel.tasks.values()
        return [task.process.name for task in tasks if task.loses and task.ended == "exited" and not task.notified]

    @property
    def jobs(self) -> list[str]:
        """Programs whose jobs are all that the container is for (``cron``): they end at once, and nobody tells a job that runs."""
        tasks = [task for task in self.kernel.tasks.values() if task.pid in self.kernel.there]
        programs = [task.process.program for task in tasks if task.process.program is not None]
        if any(task.loses for task in tasks):
            return []
        return [program.name for program in programs if "runs-jobs" in program.traits]

    @property
    def reasons(self) -> Iterator[str]:
        """Why its verdict is not known, or may be another than that of other runs."""
        yield from (label for label, _ in self.choices.asked)
        yield from self.kernel.reasons
        yield from (f"whether {name} ends by itself" for name in self.assumed)
        yield from (f"whether {name} runs a job, which nobody tells to stop" for name in self.jobs)
        if self.kernel.close:
            yield "whether the application finishes before PID 1 leaves"


class Stop:
    """Every way that the stop of a tree of processes can go.

    ``verdict`` counts for all of them, ``reasons`` say why it is unknown; ``run`` is the one to tell of. ``told`` and ``finished`` say of
    each process of the steady state whether the signal reached it, and whether it got to the end of its cleanup, whoever was the slowest
    (None: that hangs on what is not known, though the verdict may not). ``early``: the container ends before it is told anything.
    """

    def __init__(self, resolver: Resolver, process: Process, signal: str, grace: float) -> None:
        self._start = resolver, process, signal, grace
        self._steps, self._bounded = TOGETHER, False
        self.reasons: tuple[str, ...] = ()
        self.verdict: Verdict = "graceful"
        tried = self._try(None)
        self.early = tried[0].early
        every = [tried]
        slowest = _cleaning(tried)
        if len(slowest) > 1 and not self.early:
            every = list(self._in_turn(slowest))
        self.run = every[0][0]
        for runs_ in reversed(every):
            verdict = _verdict(runs_)
            if VERDICTS.index(verdict) <= VERDICTS.index(self.verdict):
                self.verdict, self.run = verdict, runs_[0]
                self.reasons = tuple(reason for run in runs_ for reason in run.reasons) if verdict == "unknown" else ()
        if self._bounded and self.verdict == "graceful":
            self.verdict, self.reasons = "unknown", (TOO_MANY,)
        self.told = self._always(every, lambda task: bool(task.reacted or task.notified))
        self.finished = self._always(every, lambda task: task.ended == "finished" and not task.robbed)

    def _always(self, every: list[list[Run]], holds: Callable[[Task], bool]) -> dict[int, bool | None]:
        """Of each process of the steady state, whether something holds in every order."""
        found: dict[int, bool | None] = {}
        for pid in self.run.kernel.there:
            orders = [{holds(run.kernel.tasks[pid]) for run in tried} for tried in every]
            found[pid] = False if {False} in orders else True if all(order == {True} for order in orders) else None
        return found

    def _in_turn(self, slowest: dict[int, None]) -> Iterator[list[Run]]:
        """The runs with each application as the slowest; one of them may tell another one to stop."""
        waiting = list(slowest)
        while waiting:
            tried = self._try(waiting.pop(0))
            yield tried
            for pid in _cleaning(tried):
                if pid not in slowest:
                    slowest[pid] = None
                    waiting.append(pid)
            if len(slowest) > MOST_SLOWEST:
                self._bounded = True
                return

    def _try(self, slowest: int | None) -> list[Run]:
        """The runs with every combination of answers to what is not known; not all of them where that is too much work."""
        results: list[Run] = []
        for choices in runs():
            run = Run(*self._start, choices, slowest)
            if run.early and results:
                continue
            if results and results[0].early:
                results.clear()
            results.append(run)
            if not self._goes_on(run.steps):
                break
        self._bounded = self._bounded or choices.next() is not None
        return results

    def _goes_on(self, steps: int) -> bool:
        """Whether more runs are begun, behind one that took so much work: of this way, and of all ways of the launch."""
        self._steps -= steps
        return self._steps >= 0 and (not steps or self._start[0].stops.spend(steps))


def _open_pipes(kernel: Kernel) -> list[str]:
    """What keeps a process that reads from a named pipe, of which nobody is known to have the other end open."""
    readers = (task.process for task in kernel.tasks.values() if task.alive)
    return [f"who writes to the named pipe {each.pipe}" for each in readers if each.pipe and each.reads is None]


def _verdict(tried: list[Run]) -> Verdict:
    verdicts = {run.verdict for run in tried}
    return verdicts.pop() if len(verdicts) == 1 else "unknown"


def _cleaning(tried: list[Run]) -> dict[int, None]:
    """The processes that cleaned up; those that were not there before the signal are one."""
    return {
        pid if pid in run.kernel.there else SINCE: None
        for run in tried
        for pid, task in run.kernel.tasks.items()
        if task.finishes_at is not None and task.loses
    }
