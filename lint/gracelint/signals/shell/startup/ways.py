"""The way from the first line of a script to its steady state, along every way it can go.

Method: states are stepped one at a time, the deepest first, so that ways that split in a branch come together again behind it; states at
the same place that agree in all that matters become one. A command that runs until told to stop ends the way: that is the steady state. Of
commands of which this is not known, the last one on the way is taken for it if nothing else holds the shell (`State.candidate`).

Bounds: `MOST_WAYS` live states (from `meeting.WIDEN` at one place on, in long scripts, those of more than `meeting.PRECISE` steps, at once,
variables that differ become unknown), and the step budget shared by the whole launch. Hitting one is an outcome of its own, ``unknown``
with the reason.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import replace
from ...process import Bound
from ..evaluator.host import Running
from ..evaluator.machine import Machine
from ..files import changes
from ..jobs import dying, newborn, orders, signalled, targets
from ..jobs.children import Forked
from ..loops import leaving
from ..model.parts import DIED, JobState
from ..model.values import clip
from . import counting, steady
from .meeting import distinct, may_meet, merged
from .settling import settled
from .waiting import Waiting, depth_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ....source import Text
    from ...model import Order
    from ...process import Process
    from ..evaluator.host import Budget, Context
    from ..model.state import State

MOST_WAYS = 64
ENDING = frozenset({"SIGTERM", "SIGKILL", "SIGINT", "SIGQUIT", "SIGHUP", "SIGABRT", "SIGUSR1", "SIGUSR2"})

# What servers take for an order to read their configuration again, or to reopen their log.
RELOADING = frozenset({"SIGHUP", "SIGUSR1", "SIGUSR2"})


class Startup:
    """The host of a shell that is starting up: nobody sends it signals, and its children do what they do for ever."""

    def __init__(self, context: Context, budget: Budget) -> None:
        self.context, self.budget = context, budget

    def machine(self, forking: int = 0) -> Machine:
        """A machine of this host."""
        machine = Machine(self.context, self, self.budget)
        machine.forking = forking
        return machine

    def alive(self, state: State, pid: int) -> bool | None:
        """A job that was not told to stop runs on, if it is of that kind."""
        job = next((job for job in targets.found(state) if job.pid == pid), None)
        if job is None:
            return next((held.lasts for held in state.held if held.process.pid == pid), False)
        if job.told:
            return False
        (lasts,) = steady.how_long(state, [job.process]) or [None]  # a filter as long as what feeds it
        if lasts:
            return True
        found = targets.runs(targets.called(job.process)).among(state.assumed) if state.assumed else None
        return False if found is False else None  # `kill -0` has found it gone

    def send(
        self,
        state: State,
        signal: str,
        to: str,
        pids: tuple[int, ...],
        text: Text,
        deaf: frozenset[int] = newborn.NOBODY,
    ) -> int | None:
        """Jobs that are told to stop during start-up will have ended where the script waits for them."""
        reached = targets.jobs(state, to, pids) - deaf
        spared = signalled.out_of_reach(state, reached) if state.kin.jobs else newborn.NOBODY
        reached -= spared
        if state.kin.shells:
            signalled.note(state, signal, to, pids, reached, text)
        if signal in ("SIGSTOP", "SIGCONT"):
            stopped = signal == "SIGSTOP"
            state.jobs = tuple(
                replace(job, process=replace(job.process, stopped=stopped)) if job.pid in reached else job
                for job in state.jobs
            )
        elif signal in ENDING:
            reached -= {job.pid for job in targets.found(state) if job.pid in reached and _goes_on(job.process, signal)}
            orphans = [orphan for job in state.jobs if job.pid in reached for orphan in _left(state, job, signal)]
            state.unclaimed += tuple(job.pid for job in state.jobs if job.pid in reached and not job.told)
            ended = [job for job in state.jobs if job.pid in reached and not job.told]
            trapping = next((job for job in ended if _traps(state, job, signal)), None)
            if trapping is not None:
                state.give_up(f"what `{clip(trapping.text.value)}` does when {signal} comes to its trap")
            statuses = {job.pid: _status(state, job, signal) for job in ended}
            state.over = {**state.over, **{pid: status for pid, status in statuses.items() if status != 0}}
            told = (replace(job, told=True) if job.pid in reached else job for job in state.jobs)
            state.jobs = (*told, *orphans)
            signalled.end(state, reached)
            state.held = tuple(held for held in state.held if held.process.pid not in reached)
            dying.begin(state, reached)
        if to == "group" and pids and not {state.pid, state.shell.pid} & {*pids}:
            return int(not reached)
        return int(all(pid in spared or _reaped(state, pid) for pid in pids)) if to == "job" else None

    def order(self, state: State, order: Order, argv: tuple[str, ...], text: Text) -> float:
        """A job that is told to stop will have ended where the script waits for it. Of several that may be meant, all but one run on: none is taken to end."""
        meant = [
            job.pid
            for job in state.jobs
            if not job.told and any(orders.meant(order, argv, each) for each in orders.below(job.process))
        ]
        if len(meant) == 1:
            state.unclaimed += tuple(meant)
            state.jobs = tuple(replace(job, told=True) if job.pid in meant else job for job in state.jobs)
        return 0.0

    def doubts(self, state: State, order: Order, argv: tuple[str, ...]) -> bool:
        """Whether nobody is meant for certain, and some job perhaps."""
        processes = (each for job in state.jobs if not job.told for each in orders.below(job.process))
        answers = {orders.meant(order, argv, each) for each in processes}
        return None in answers and True not in answers

    def processes(self, state: State) -> list[Running]:
        """The jobs, also of those that have started this shell."""
        return [
            Running(job.pid, job.process.name, job.process.argv, state.pid)
            for job in targets.found(state)
            if not job.told
        ]

    def left(self, pid: int) -> list[Process]:
        """What a child leaves is known when it is forked."""
        return []

    def reap(self, state: State, pids: Sequence[int]) -> None:
        """During the start, jobs are told or run on."""

    def close(self, state: State, pid: int) -> None:
        """What reads there ends, as if it had never been."""

    def broken(self, state: State, pid: int) -> bool:
        """What reads there lasts."""
        return False

    def fork(self, machine: Machine, state: State, forked: State, construct: Text) -> list[Forked]:
        """Evaluate a child shell to its own steady state."""
        known = len(state.conditions)
        ways = []
        for ended in explore(self.machine(machine.forking), forked):
            alternative = steady.alternative_of(ended, known, ended.pid)
            holder = ended.ended.command if ended.ended else ended.block.command if ended.block else None
            orphans = () if alternative.process is not None else tuple(j for j in ended.jobs if not j.told)
            shells = tuple(_below(ended, alternative.process))
            left = tuple([changes.since(state, shell) for shell in shells if changes.has_changed(state, shell)])
            sent = tuple(dict.fromkeys(each for shell in shells for each in shell.sent))
            young = ended.kin.newborn
            ways.append(Forked(alternative, ended.facts, orphans, holder, left, sent, ended.inputs, young))
        return ways


def _below(ended: State, process: Process | None) -> Iterator[State]:
    """A child, and the shells below it, as they hold on or end, or have become something else."""
    yield ended
    for each in orders.below(process) if process is not None else ():
        for shell in (one.shell for one in (each, *each.before) if one.shell is not None):
            yield shell
            if shell.beyond is not None:
                yield shell.beyond


def _reaped(state: State, pid: int) -> bool:
    """Whether a job has ended and the shell has heard of it, so that nobody has its number any more; before that, `kill` finds its remains."""
    job = next((job for job in state.jobs if job.pid == pid), None)
    ended = job.told if job is not None else pid in state.over
    return ended and (pid in state.noticed or pid not in (*state.unclaimed, *state.passed))


def _goes_on(process: Process, signal: str) -> bool:
    """Whether a program is known to take a signal for something else than to stop (``kill -HUP`` of nginx), or for nothing. Of a program
    that nobody knows, one is not expected to end that is told to reload."""
    if signal == "SIGKILL":
        return False
    if process.shell is not None:
        return signal in process.shell.ignored
    if process.program is None:
        return not process.children and signal in RELOADING
    reaction = process.program.as_child.get(signal)
    if reaction is None:
        return signal in process.ignored
    if reaction.disposition == "forwards":
        return bool(process.children) and all(_goes_on(child, signal) for child in process.children)
    return reaction.disposition == "ignores" or (reaction.disposition == "misreads" and not reaction.ends)


def _status(state: State, job: JobState, signal: str) -> int | None:
    """How a job ends of a signal: at once, which is a failure, or in its own good time; None: that is a race."""
    if signal == "SIGKILL" or newborn.is_first(state, job.pid) or _dies(job.process, signal):
        return DIED
    return None if job.pid in state.newborn else 0


def _dies(process: Process, signal: str) -> bool:
    """Whether a signal is known to end a program at once."""
    if signal in process.ignored:
        return False
    if process.shell is not None:
        return signal not in process.shell.traps
    return process.program is not None and signal not in process.program.as_child


def _left(state: State, job: JobState, signal: str) -> list[JobState]:
    """What a job leaves running when it alone dies of a signal."""
    if job.told or newborn.is_first(state, job.pid) or not (signal == "SIGKILL" or _dies(job.process, signal)):
        return []
    return [replace(job, pid=child.pid, process=child, disowned=True, members=()) for child in job.process.children]


def _traps(state: State, job: JobState, signal: str) -> bool:
    """Whether a signal comes to a trap of a job that is a shell, where that may leave something running."""
    shell, below = job.process.shell, orders.below(job.process)
    if shell is None or signal not in shell.traps or newborn.is_first(state, job.pid):
        return False
    return any(each.stays for each in below if each is not job.process)


def explore(machine: Machine, start: State) -> list[State]:
    """The steady states of a shell: each has ``ended`` or ``block`` set."""
    waiting = Waiting()
    finished: list[State] = []
    left: list[State] = []
    waiting.add(start)
    while waiting.count or machine.parked:
        if not waiting.count:
            _loops(machine, finished, left)
            continue
        state = waiting.take()
        for following in _advance(machine, state, waiting.depth):
            ends = following.block is None or following.ended is not None
            for each in (following,) if ends else settled(machine, following):
                if each.ended is not None or each.block is not None:
                    finished.append(each)
                elif not merged(machine, waiting, each):
                    waiting.add(each)
        bound = "the script takes too many steps to follow" if machine.budget.steps < 0 else ""
        if waiting.count > MOST_WAYS:
            bound = "there are too many ways through the script to follow"
        if bound:
            finished.extend(_stopped(each, Bound(bound)) for each in waiting.all())
            break
    return distinct([each for state in counting.that_count(finished, left) for each in steady.settle(state)])


def _advance(machine: Machine, state: State, depth: int) -> list[State]:
    """Go on with a way as long as it is one, nothing holds it, and it can meet none of the others: it is deeper than they are (at ``depth``), or
    at no place where ways meet."""
    while True:
        if not machine.budget.spend():
            return [_stopped(state, Bound("the script takes too many steps to follow"))]
        if state.rounds is not None and state.stack is not None and state.stack.kind == "seq":
            state.rounds = None
        states = machine.step(state)
        if len(states) != 1:
            return states
        (state,) = states
        if state.block is not None or state.ended is not None or (0 <= depth >= depth_of(state) and may_meet(state)):
            return states


def _stopped(state: State, reason: str) -> State:
    state.block = None
    state.give_up(reason)
    return state


def _loops(machine: Machine, finished: list[State], left: list[State]) -> None:
    """Loops that are left on some way were waiting for something; the others hold the shell."""
    parked, machine.parked = machine.parked, []
    for entry, state, same in parked:
        (left if leaving.may_leave(machine, state, entry, same) else finished).append(state)
