"""A shell that gets a signal: the same evaluator, now with time, real children and pending traps.

The steady state is resumed where it stands. A trap runs when the foreground command is over, or at once in ``wait``, which it ends; then the
script goes on behind it. What the shell does is remembered for the rules (`deeds`).

Rules of the shells that are modelled (POSIX 2.11, bash(1) SIGNALS, measured): a trapped signal waits for the foreground command; ``wait`` returns 128+n; without a trap
the default action is taken, which PID 1 does not have; bash with an EXIT trap runs it when a signal ends it.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ....regexes import regex
from ..evaluator import simple
from ..evaluator.machine import Machine
from ..files import changes
from ..jobs import children, dying, itself, newborn
from ..jobs.itself import handling
from ..loops import leaving
from ..model.parts import DIED
from . import hearing, spawning, turns
from .surroundings import Surroundings

if TYPE_CHECKING:
    from ....source import Text
    from ...stop.kernel import Kernel
    from ...stop.tasks import Task
    from ..evaluator.host import Budget, Context
    from ..model.outcome import Command, Ends, Trap
    from ..model.state import State

TICK = 0.01
NOBODY = -1  # no task: the child with which BusyBox's timeout counts the time
_SUBSTITUTES = regex(r"\$\((?!\()|`")


class LiveShell:
    """The driver of a shell's task."""

    def __init__(self, kernel: Kernel, task: Task, context: Context, budget: Budget) -> None:
        assert task.process.shell is not None
        self.kernel, self.task = kernel, task
        self.begun = task.process.shell
        self.state = self.begun.copy()
        if kernel.steady:
            newborn.begun(self.state)
        dying.waited(self.state)
        self.host = Surroundings(kernel, task)
        self.machine = Machine(context, self.host, budget, live=True)
        self.pending: list[str] = []
        self.due: list[turns.Turn] = []
        self.holder = self.state.block.command.text if self.state.block is not None else None
        self.told = self.during = False  # `during`: it was forked by a shell that had been told
        self.paused, self.turned = False, -1.0
        self.runs = False  # what it hears now, it has sent itself
        self.heard: dict[str, float] = {}
        self.since = -1.0  # when it began to wait for what it waits for
        # What is remembered for the rules.
        self.waits: list[tuple[Text, tuple[int, ...], bool]] = []
        self.commands: list[Command] = []
        self.ran: Trap | None = None
        self.deferred = self.returned = self.received = False
        self.ending: Ends = "stays"

    # --- driver ---

    def resume(self) -> None:
        """Begin to run: a loop, or a child shell that was just forked."""
        if self.state.block is not None and self.state.block.kind == "loop":
            self.state.block = None
        if self.state.block is None:
            self.run()

    def signal(self, signal: str) -> None:
        """A signal arrives. Another one from others at the same time may come with the first, and the same one is one with it then (signal(7),
        "Queueing and delivery semantics for standard signals"), or when the shell has dealt with the first."""
        if self.runs or not itself.minds(self.state, signal):
            hearing.heard(self, signal)
            return
        now, name = self.kernel.now, self.task.process.name
        before = [each for each, at in self.heard.items() if at == now]
        self.heard[signal] = now
        if not before:
            hearing.heard(self, signal)
            return
        again = signal in before
        label = f"whether {name} hears {signal} " + ("twice" if again else f"while it is at its trap for {before[0]}")
        way = self.kernel.choices.pick((self.task.pid, signal, now), label, 2 if again else 3)
        if way == 1:
            self.kernel.at(0.0, partial(self.told_again, signal))
        elif not again:
            hearing.heard(self, signal)
            if way == 0:
                hearing.lose_signals(self)

    def told_again(self, signal: str) -> None:
        """The same signal comes once more while the shell is at its trap. What it has started for that is told by who tells it. A trap that is run
        again makes good what a substitution has missed, and a ``wait`` that was cut short, unless ``set -e`` ends the shell there."""
        action = self.ran.action if self.ran is not None and "e" in self.state.options else None
        if action and any(map(_SUBSTITUTES.search, leaving.reached(self.state, [action]))):
            self.kernel.reasons.append(f"whether what the trap substitutes is cut short by a second {signal}")
        if self.task.alive:
            hearing.heard(self, signal)

    def child_ended(self, pid: int) -> None:
        """A child is gone: the foreground command or the ``wait`` may be over."""
        block = self.state.block
        heard = self.state.traps.get("SIGCHLD")
        if pid and heard is not None and heard.action and "SIGCHLD" not in self.pending:
            self.pending.append("SIGCHLD")
        child = self.kernel.tasks[pid].driver if pid in self.kernel.tasks else None
        if isinstance(child, LiveShell):
            changes.take(self.state, changes.since(child.begun, child.state))
        if pid in self.kernel.tasks and self.kernel.tasks[pid].ended != "died":
            self.state.unclaimed += tuple(job.pid for job in self.state.jobs if job.pid == pid and not job.disowned)
        if block is None or not self.task.alive:
            return
        running = {other for other in block.pids if self._runs(other)} or self._holding(pid)
        if running and not any(running.isdisjoint(job) for job in block.first):
            if self.pending and self.state.shell.dialect.wait.told_of_children:
                self.kernel.at(0.0, partial(hearing.interrupt_wait, self))
            return
        if pid and not self.state.shell.dialect.leaves_on_interrupt and "SIGINT" not in self.state.traps:
            hearing.settle_interrupt(self, block.pids if block.kind == "foreground" and block.pids else (pid,))
        if self.ending != "stays" or self.state.block is not block:
            return  # it leaves for an interrupt, with its command
        if block.kind == "foreground" and hearing.ends_by_saying_who_died(self, block):
            return
        if block.kind == "wait":
            self.host.reap(self.state, block.pids)
        elif self.state.shell.dialect.wait.orphans:
            # While it waited for this command, it has heard of those that were killed.
            killed = [task.pid for task in self.kernel.tasks.values() if task.ended == "died"]
            self.host.reap(self.state, [job.pid for job in self.state.jobs if job.pid in killed])
        status, truth = block.status, None
        last = self.kernel.meant(block.pids[-1]) if block.pids and not block.first else None
        if block.kind != "read" and last is not None and last.ended == "died":
            status = DIED
        elif status is None and last is not None and isinstance(last.driver, LiveShell):
            status = last.driver.left_with
            truth = children.settling(last.driver.state) if status is None else None
        trapped = bool(self.pending) and block.kind == "foreground"
        self._take(simple.over(self.machine, self.state, status, counts=not trapped, truth=truth))
        self.run(interrupted=trapped)

    @property
    def is_to_act(self) -> bool:
        """Whether a signal has ended its ``wait``, and it is about to run its trap."""
        return bool(self.pending) and self.state.block is not None and self.state.block.kind == "wait"

    def act(self) -> None:
        """Run it at once."""
        hearing.interrupt_wait(self)

    @property
    def left_with(self) -> int | None:
        """The status that it has exited with."""
        ended = self.state.ended
        return ended.status if ended is not None and ended.kind == "exits" else None

    def _runs(self, pid: int) -> bool:
        """Whether a child runs, as far as the shell knows."""
        if pid in self.state.missed:
            return any(task.alive and task.parent is self.task for task in self.kernel.tasks.values())
        return self.host.running(pid)

    def _holding(self, pid: int) -> set[int]:
        """The children that PID 1 has got from others, as far as they hold a ``wait`` for all whose jobs are gone (`jobtraits.Wait.orphans`). ``pid`` is the child that has just ended, 0: several may have."""
        block, shell = self.state.block, self.state.shell
        if block is None or not block.everything or self.task.pid != 1 or not shell.dialect.wait.orphans:
            return set()
        jobs = [job for job in self.state.jobs if job.pid in block.pids and pid in (0, job.pid)]
        members = (job.members[-1] if job.members else job.pid for job in jobs)
        tasks = self.kernel.tasks
        ended = [tasks[each] for each in members if each in tasks]  # not those that had ended before the stop
        ended = [task for task in ended if (task.ended_at or 0.0) >= self.since]  # nor those of which it knows
        if not ended or not all(map(_failed, ended)) or self._knew(ended):
            return set()
        timer = {NOBODY} if shell.watched else set()
        return timer | {task.pid for task in tasks.values() if task.alive and task.parent is self.task}

    def _knew(self, ended: list[Task]) -> bool:
        """Whether it has heard of children before it waits, as it does behind every command (``waitforjob`` in ash.c): at the same time,
        perhaps (two to six times of ten), but not of what a signal has only just killed (never of 72)."""
        if all(task.ended == "died" or task.ended_at != self.since for task in ended):
            return False
        label = f"whether the shell hears that `{' '.join(ended[0].process.argv)}` has ended before it waits"
        return bool(self.kernel.choices.pick((self.task.pid, self.since, "knew"), label, 2))

    def run(self, *, interrupted: bool = False) -> None:
        """Run until the shell has to wait for something, or is gone."""
        before, self.runs, block = self.runs, True, self.state.block
        self._go_on(interrupted)
        self.runs = before
        if self.state.block is not block:
            self.since = self.kernel.now
        self._settle()

    def _go_on(self, interrupted: bool) -> None:
        while self.task.alive and self.state.ended is None and self.state.block is None:
            if turns.comes(self, interrupted):
                turns.enter(self)
                interrupted = False
                continue
            frame = self.state.stack
            if frame is not None and frame.kind == "trap":
                self.returned = True
            elif frame is not None and frame.kind == "while" and frame.index and self._tick():
                return
            if not self.machine.budget.spend():
                self.kernel.reasons.append("what happens on the signal takes too many steps to follow")
                return
            ways = self.machine.step(self.state)
            if frame is not None and frame.kind == "while" and not frame.index and not self.kernel.stopping:
                # What holds the shell goes on until something changes.
                ways = [max(ways, key=lambda way: way.stack.depth if way.stack is not None else 0)]
            self._take(ways)
            self._children()

    def _tick(self) -> bool:
        """A turn of a loop takes a little time, so that a loop that polls gets somewhere."""
        if self.paused or self.turned < self.kernel.now:
            if self.paused:
                dying.waited(self.state)
            self.paused, self.turned = False, self.kernel.now
            return False
        self.paused = True
        self.kernel.at(TICK, self.run)
        return True

    def _take(self, states: list[State]) -> None:
        number = 0
        if len(states) > 1:
            labels = [state.conditions[-1] if state.conditions else "" for state in states]
            key = (self.task.pid, len(self.kernel.choices.asked))
            number = self.kernel.choices.pick(key, f"whether {labels[0]}", len(states))
        self.state = states[number]

    def _children(self) -> None:
        """Start the processes that the last step brought; jobs that were told to stop on the way here are gone."""
        for job in self.state.jobs:
            if job.pid not in self.kernel.tasks and not job.told:
                spawning.spawn(self, job.process, job.command)
        block = self.state.block
        if block is not None:
            for process in block.children:
                if process.pid not in self.kernel.tasks:
                    spawning.spawn(self, process, block.command)
        for held in self.state.held:
            if held.process.pid not in self.kernel.tasks:
                self.kernel.spawn(held.process, self.task)

    def _settle(self) -> None:
        ended, block = self.state.ended, self.state.block
        if not self.task.alive:
            return
        if ended is not None:
            if ended.kind == "exec" and ended.process is not None and ended.command is not None:
                spawning.become(self, ended.process, ended.command)
            elif ended.kind == "unknown":
                self.kernel.reasons.append(ended.reason)
            else:
                self.ending = "exits"
                self.kernel.end(self.task, "exited")
            return
        if block is None:
            return
        if block.kind == "wait" and self.told:
            self.waits.append((block.command.text, block.pids, handling(self.state)))
        if not any(map(self._runs, block.pids)) and not self._holding(0):
            self.kernel.at(0.0, lambda: self.child_ended(0))
        elif self.pending and block.kind in ("wait", "read"):
            self.kernel.at(0.0, partial(hearing.interrupt_wait, self))


def _failed(task: Task) -> bool:
    """Whether a child has ended with a status that is not 0, as far as that is known."""
    if task.ended == "died":
        return True
    return isinstance(task.driver, LiveShell) and bool(task.driver.left_with)
