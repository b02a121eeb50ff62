"""What the kernel does with signals, and a small simulation of a container that is told to stop.

The semantics, with their sources (Linux, stable since PID namespaces exist):

- A signal whose action is the default is dropped for PID 1 of a namespace (``sig_task_ignored``, ``SIGNAL_UNKILLABLE`` in kernel/signal.c;
  pid_namespaces(7)). From outside only SIGKILL and SIGSTOP get through. Everywhere else the default action is taken (signal(7)).
- ``execve`` keeps ignored signals ignored and resets caught ones (``flush_signal_handlers``; execve(2)).
- When PID 1 ends, every other process of the namespace is killed at once (``zap_pid_ns_processes`` in kernel/pid_namespace.c).
- A process whose parent ends belongs to PID 1 from then on (``forget_original_parent`` in kernel/exit.c).
- ``kill(0)`` and ``kill(-pgid)`` reach the whole group, the sender included; ``kill(-1)`` all but the sender and PID 1 (kill(2)).

The simulation is discrete: tasks, and events in time. An application that handles the signal needs `CLEANUP` seconds (after those that its
own pauses take), or only `QUICK` where another one
is taken to be the slowest; everything else needs no time at all. Where a reaction is not known, `choices.Choices` has every possibility tried.
"""

from __future__ import annotations

import heapq
from functools import partial
from typing import TYPE_CHECKING

from ...records import replace
from . import reacting
from .tasks import Task

if TYPE_CHECKING:
    from collections.abc import Callable

    from ..process import Process
    from .choices import Choices
    from .tasks import Driver, Ending

CLEANUP = 0.5
QUICK = 0.1
MARGIN = 0.2
IGNORED_BY_DEFAULT = frozenset({"SIGCHLD", "SIGCONT", "SIGURG", "SIGWINCH"})
STOPPING = frozenset({"SIGSTOP", "SIGTSTP", "SIGTTIN", "SIGTTOU"})
MOST_EVENTS = 2000
SINCE = 0  # no task: all that were started since the signal came
_INTERRUPT = "group-interrupt-breaks-workers"
_BREAKS = {
    "SIGTERM": "group-breaks-workers",
    "SIGINT": _INTERRUPT,
    "SIGQUIT": _INTERRUPT,
}  # of a signal to the whole group


class Kernel:
    """A PID namespace. ``attach`` gives a task whose process is a shell its driver. ``slowest`` is the process that needs longest to clean
    up (None: they all need as long; `SINCE`: those that were started since).

    ``there`` are the processes of the steady state. ``stopping``: the signal has been sent.
    """

    def __init__(
        self, choices: Choices, attach: Callable[[Kernel, Task], Driver | None], slowest: int | None = None
    ) -> None:
        self.choices, self._attach, self._slowest = choices, attach, slowest
        self.there: frozenset[int] = frozenset()
        self.now = 0.0
        self.tasks: dict[int, Task] = {}
        self.reasons: list[str] = []
        self.gone_at: float | None = None
        self.close = False
        self._events: list[tuple[float, int, Callable[[], object]]] = []
        self._count = 0
        self.steady, self.stopping = True, False

    # --- tasks ---

    def boot(self, process: Process) -> Task:
        """Start with the tree of the steady state."""
        root = self.spawn(process, None)
        self.steady = False
        self.there = frozenset(self.tasks)
        return root

    def spawn(self, process: Process, parent: Task | None) -> Task:
        """A new task with its children."""
        group = process.pid if parent is None or process.own_group else process.joins or parent.group
        task = Task(process, process.pid, parent, group, stopped=process.stopped)
        self.tasks[process.pid] = task
        self._begin(task)
        return task

    def become(self, task: Task, process: Process) -> None:
        """A task has become another program by exec; what it reads from stays open."""
        reads = task.process.reads if process.reads is None else process.reads
        task.process, task.driver = replace(process, pid=task.pid, reads=reads), None
        task.group = task.pid if process.own_group else task.group
        self._begin(task)

    def _begin(self, task: Task) -> None:
        process = task.process
        for child in (*process.children, *process.adopted):
            if child.pid not in self.tasks:
                self.spawn(child, task)
        if process.shell is not None:
            task.driver = self._attach(self, task)
        elif not self.steady or process.duration is not None:
            self._limit(task)
        writer = self.tasks.get(process.reads) if process.reads is not None else None
        if writer is not None and not writer.alive:
            self.input_over(task.pid)  # what writes in `cat <(echo x)` may be over before cat begins

    def _limit(self, task: Task) -> None:
        process = task.process
        if process.reads is not None or process.children:
            return
        if process.duration is not None:
            self.at(process.duration, lambda: self.end(task, "exited"))
        elif process.stays is False:
            self.at(0.0, lambda: self.end(task, "exited"))

    def at(self, delay: float, action: Callable[[], object]) -> None:
        """Do something later."""
        self._count += 1
        heapq.heappush(self._events, (self.now + delay, self._count, action))

    def run(self, until: float) -> None:
        """Let time pass."""
        handled = 0
        while self._events and self._events[0][0] <= until and self.gone_at is None:
            self.now, _, action = heapq.heappop(self._events)
            action()
            handled += 1
            if handled > MOST_EVENTS:
                self.reasons.append("what happens after the stop signal takes too many steps to follow")
                return

    def end(self, task: Task, how: Ending) -> None:
        """A task is gone."""
        if not task.alive:
            return
        task.alive, task.ended, task.ended_at = False, how, self.now
        if task.pid == 1:
            self._teardown()
            return
        root = self.tasks[1]
        for other in self.tasks.values():
            if other.parent is task and other.alive:
                other.parent, other.orphaned_by = root, task.pid
            if other.process.reads == task.pid and other.alive:
                self.at(0.0, partial(self._end_of_input, other))
        if task.parent is not None and task.parent.alive:
            self.at(0.0, partial(self._reaped, task))

    def input_over(self, pid: int) -> None:
        """Nobody writes any more to a task that reads."""
        task = self.tasks.get(pid)
        if task is not None and task.alive:
            self.at(0.0, lambda: self._end_of_input(task))

    def _end_of_input(self, task: Task) -> None:
        """A filter ends with what feeds it; an application does not live on its input, and one that cleans up goes on with that."""
        filters = task.process.filters or (task.driver is None and task.process.program is None)
        if filters and task.finishes_at is None:
            self.end(task, "exited")

    def _teardown(self) -> None:
        self.gone_at = self.now
        for task in self.tasks.values():
            if task.alive:
                task.alive, task.ended, task.ended_at = False, "killed", self.now
                if self._is_slow(task) and task.finishes_at is not None and task.finishes_at - self.now < MARGIN:
                    self.close = True

    def _reaped(self, task: Task) -> None:
        """The parent of a task that has ended hears of it."""
        parent = task.parent
        if parent is None or not parent.alive:
            return
        if parent.driver is not None:
            parent.driver.child_ended(task.pid)
        else:
            reacting.child_ended(self, parent, task)

    # --- signals ---

    def signal(self, task: Task, signal: str, *, outside: bool = False, group: bool = False) -> bool:
        """Deliver a signal; whether the task was there. ``group``: to it and to the processes that it started itself."""
        if not task.alive:
            return False
        program = task.process.program
        if group and program is not None and _BREAKS.get(signal) in program.traits:
            task.robbed = True
        if signal in ("SIGKILL", "SIGSTOP"):
            if task.pid == 1 and not outside:
                return True
            if signal == "SIGKILL":
                self.end(task, "died")
            task.stopped = task.alive
            return True
        if signal == "SIGCONT" and task.stopped:
            self._continue(task)
        if task.stopped:
            task.held = (*task.held, signal)
            return True
        if task.driver is not None:
            task.driver.signal(signal)
            return True
        reacting.told(self, task, signal)
        return True

    def _continue(self, task: Task) -> None:
        """A stopped task goes on, with what came meanwhile."""
        held, task.stopped, task.held = task.held, False, ()
        if task.finishes_at is not None:
            self.at(max(0.0, task.finishes_at - self.now), lambda: self._finish(task))
        for signal in held:
            self.signal(task, signal)

    def _finish(self, task: Task) -> None:
        """A task has cleaned up, unless it is stopped."""
        if not task.stopped:
            self.end(task, "finished")

    def default(self, task: Task, signal: str) -> None:
        """The default action."""
        if task.pid == 1 or signal in IGNORED_BY_DEFAULT or signal in STOPPING:
            task.reacted.setdefault(signal, "ignores")
            return
        task.reacted.setdefault(signal, "terminates")
        self.end(task, "died")

    def die_unbegun(self, task: Task, signal: str) -> None:
        """The default action for what has only just been forked: if it dies, neither it nor what it would have started has ever run, and
        nothing of theirs is lost."""
        below = [other for other in self.tasks.values() if other.alive and other.parent is task]
        if signal == "SIGKILL":
            self.end(task, "died")
        else:
            self.default(task, signal)
        if not task.alive:
            task.unbegun = True
            for other in below:
                self.die_unbegun(other, "SIGKILL")

    def members(self, group: int) -> list[Task]:
        """The tasks of a process group."""
        return [task for task in self.tasks.values() if task.alive and task.group == group]

    def meant(self, pid: int) -> Task | None:
        """The task whose status a child ends with: its own, or that of the command which a wrapper stood in front of."""
        task = self.tasks.get(pid)
        while task is not None and task.process.children and task.process.program is not None:
            if task.process.program.kind != "wrappers":
                break
            task = self.tasks.get(task.process.children[0].pid)
        return task

    def clean_up(self, task: Task, signal: str, after: float = 0.0) -> None:
        """A task has heard that it is to stop, and needs some time: what its own pauses take (``after``), and what finishing its work takes."""
        task.notified = True
        task.reacted.setdefault(signal, "handles")
        if task.finishes_at is None:
            needed = after + CLEANUP if self._is_slow(task) else QUICK
            task.told_at, task.finishes_at = self.now, self.now + needed
            self.at(needed, lambda: self._finish(task))

    def _is_slow(self, task: Task) -> bool:
        return self._slowest in (None, task.pid if task.pid in self.there else SINCE)

    def stop_cleanly(self, task: Task) -> None:
        """A task is told to stop by other means than a signal."""
        self.clean_up(task, "")
