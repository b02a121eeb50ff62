"""What a shell that has got a signal finds around it: processes that live, get signals and end (`kernel`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...process import Alternative, Process
from ..evaluator.host import Running
from ..files import permissions
from ..jobs import dying, newborn, orders
from ..jobs.children import Forked
from ..jobs.itself import handling
from ..jobs.targets import reached
from ..model.outcome import Sent
from ..model.parts import DIED

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....source import Text
    from ...model import Order
    from ...stop.kernel import Kernel
    from ...stop.tasks import Task
    from ..evaluator.machine import Machine
    from ..model.parts import Newborn
    from ..model.state import State


class Surroundings:
    """The host of its machine. ``sent`` is what the shell has sent, for the rules."""

    def __init__(self, kernel: Kernel, task: Task) -> None:
        self.kernel, self.task = kernel, task
        self.sent: list[Sent] = []

    def running(self, pid: int) -> bool:
        """Whether a process runs."""
        task = self.kernel.tasks.get(pid)
        return task is not None and task.alive

    def reap(self, state: State, pids: Sequence[int]) -> None:
        """Those of the processes that have ended are no jobs any more, unless others of their pipeline still run; their status is remembered."""
        gone = [pid for pid in pids if not self.running(pid)]
        state.unclaimed = tuple(pid for pid in state.unclaimed if pid not in gone)
        for pid in gone:
            task = self.kernel.tasks.get(pid)
            if task is None:  # it had ended before the signal came
                state.over.setdefault(pid, 0)
            else:
                state.over[pid] = self._status(task)
        state.jobs = tuple(job for job in state.jobs if job.pid not in gone or any(map(self.running, job.members)))

    def _status(self, task: Task) -> int:
        """What a child has ended with, a wrapper with what its command has; 0 where nobody knows."""
        meant = self.kernel.meant(task.pid) or task
        if "died" in (task.ended, meant.ended):
            return DIED
        return (meant.driver.left_with if meant.driver is not None else None) or 0

    def left(self, pid: int) -> list[Process]:
        """The orphans of a child."""
        return [task.process for task in self.kernel.tasks.values() if task.alive and task.orphaned_by == pid]

    def alive(self, state: State, pid: int) -> bool | None:
        """Whether a process is there, for who may signal it."""
        return self.running(pid) and permissions.may_signal(
            state.shell.user, permissions.owner(self.kernel.tasks[pid].process)
        )

    def processes(self, state: State) -> list[Running]:
        """All that the container holds."""
        tasks = sorted((task for task in self.kernel.tasks.values() if task.alive), key=lambda task: task.pid)
        return [
            Running(task.pid, task.process.name, task.process.argv, task.parent.pid if task.parent else None)
            for task in tasks
        ]

    def send(
        self,
        state: State,
        signal: str,
        to: str,
        pids: tuple[int, ...],
        text: Text,
        deaf: frozenset[int] = newborn.NOBODY,
    ) -> int | None:
        """``kill``."""
        kernel = self.kernel
        sender = state.shell.user
        for pid in pids:
            self._let_go_first(pid)
        targets = [
            task
            for task in reached(kernel, self.task, to, pids)
            if task is self.task or permissions.may_signal(sender, permissions.owner(task.process))
        ]
        if to == "other":
            label = f"whether `{text.value}` reaches the application"
            if not kernel.choices.pick((self.task.pid, text, "other"), label, 2):
                targets = [task for task in kernel.tasks.values() if task.alive and task.loses]
        others = tuple(task.pid for task in targets if task is not self.task)
        self.sent.append(Sent(signal, to, text, others, handling(state)))  # type: ignore[arg-type]  # `to` is one of its words
        if to == "name" and self.task in targets:
            targets.remove(self.task)
            kernel.reasons.append(f"`{text.value}` also reaches the shell that runs it")
        # `kill` returns to the shell only when all have their signal; then it may die of its own.
        for task in sorted(targets, key=lambda task: task is self.task):
            young = state.newborn.get(task.pid) or state.kin.newborn.get(task.pid)
            if young is not None and signal != "SIGSTOP":  # which holds whatever it is
                self._find_shell(young, task, signal, group=to in ("group", "all"))
            else:
                kernel.signal(task, signal, group=to in ("group", "all"))
        dying.begin(state, [task.pid for task in targets if not task.alive])
        # Who is told by the same group signal dies at the same moment: whether `kill` still finds it is a race.
        raced = any(pid in kernel.tasks and kernel.tasks[pid].ended_at == kernel.now for pid in pids)
        if to == "other" or (raced and not targets):
            return None
        return 0 if targets else 1

    def _let_go_first(self, pid: int) -> None:
        """A child shell that somebody has told at this moment may have run its trap by now, and be gone: `kill` fails then (four to eight times of ten)."""
        task = self.kernel.tasks.get(pid)
        if task is None or task is self.task or not task.alive or task.driver is None or not task.driver.is_to_act:
            return
        label = f"whether {task.process.name} has run its trap before it is told again"
        if self.kernel.choices.pick((self.task.pid, pid, self.kernel.now, "first"), label, 2):
            task.driver.act()

    def _find_shell(self, young: Newborn, task: Task, signal: str, *, group: bool) -> None:
        """A signal comes before a job has become the application, or perhaps so."""
        label = f"whether {signal} comes before `{' '.join(task.process.argv)}` has begun"
        if young.older and not self.kernel.choices.pick((task.pid, signal, "older"), label, 2):
            self.kernel.signal(task, signal, group=group)
            return
        lost = newborn.is_lost(young, signal, task.process.ignored)
        if lost is None:
            lost = not self.kernel.choices.pick((task.pid, signal, "begun"), label, 2)
        if not lost:
            self.kernel.die_unbegun(task, signal)

    def order(self, state: State, order: Order, argv: tuple[str, ...], text: Text) -> float:
        """It gets the signal, or is told in a way of its own. Of several that may be meant, it is one."""
        kernel = self.kernel
        meant = {task.pid: orders.meant(order, argv, task.process) for task in kernel.tasks.values() if task.alive}
        told = [kernel.tasks[pid] for pid, means in meant.items() if means]
        perhaps = [kernel.tasks[pid] for pid, means in meant.items() if means is None]
        if (
            perhaps
            and not told
            and not kernel.choices.pick((self.task.pid, text, "finds"), f"whether `{text.value}` finds its server", 2)
        ):
            told = perhaps
        if len(told) > 1:
            told = [
                told[kernel.choices.pick((self.task.pid, text, "order"), f"which one `{text.value}` stops", len(told))]
            ]
        reached = tuple(task.pid for task in told)
        self.sent.append(Sent(order.signal or "SIGTERM", "name", text, reached, handling(state)))
        for task in told:
            if order.signal is None:
                kernel.stop_cleanly(task)
            else:
                kernel.signal(task, order.signal)
        return max(
            (task.finishes_at - kernel.now for task in told if task.alive and task.finishes_at is not None), default=0.0
        )

    def doubts(self, state: State, order: Order, argv: tuple[str, ...]) -> bool:
        """Whatever is not known is asked of the kernel's choices."""
        return False

    def close(self, state: State, pid: int) -> None:
        """What reads there comes to the end of its input."""
        self.kernel.input_over(pid)

    def broken(self, state: State, pid: int) -> bool:
        """Who is told by the same group signal may, or may not, be gone already."""
        kernel = self.kernel
        readers = [task for task in kernel.tasks.values() if task.process.reads == pid]
        if not readers or any(reader.alive for reader in readers):
            return False
        last = max(readers, key=lambda reader: reader.ended_at or 0.0)
        label = f"whether `{' '.join(last.process.argv)}` is gone before the shell writes to it"
        if last.ended_at == kernel.now and kernel.choices.pick((self.task.pid, pid, "broken"), label, 2):
            return False
        kernel.signal(self.task, "SIGPIPE")
        return True

    def fork(self, machine: Machine, state: State, forked: State, construct: Text) -> list[Forked]:
        """A child shell runs by itself from here on."""
        process = Process(
            forked.pid, state.shell.argv, "fork", construct, shell=forked, ignored=forked.ignored, stays=None
        )
        return [Forked(Alternative(process))]
