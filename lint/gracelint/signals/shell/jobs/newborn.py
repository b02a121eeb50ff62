"""A ``kill`` right behind ``app &``: it finds no application yet, but the shell that was forked for it.

Measured (25 to 40 times each, with dash 0.5.12, busybox 1.35 and bash 5.2): what the shell has a trap for is caught in the child as well
until that has put back the default actions, and is lost by its exec (39 of 40 in dash and ash; in bash too, but for SIGTERM, which it
blocks while it forks: ``make_child`` in jobs.c); what the shell ignores is ignored before the application can listen to it; SIGINT and
SIGQUIT, which a job without job control ignores, may come before it does; and of anything else the child dies, as the default action is. A
``wait``, or a foreground command, gives the application the time to begin, but for one that is over at once: behind ``/bin/true``, by
``sh -c "kill $pid"`` and by ``echo $pid | xargs kill``, the signal is lost 2 to 5 times of 20 (dash, ash; on two processors).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import replace
from ..model.parts import Newborn, Truth
from . import targets

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..evaluator.machine import Machine
    from ..model.state import State

NOBODY: frozenset[int] = frozenset()
UNHEARD = frozenset({"SIGKILL", "SIGSTOP"})  # by any program


def begin(state: State, pids: Iterable[int]) -> None:
    """A shell has forked jobs."""
    caught = frozenset([name for name, trap in state.traps.items() if trap.action]) - state.shell.dialect.blocked
    state.newborn = {**state.newborn, **dict.fromkeys(pids, Newborn(state.ignored, caught))}


def older(jobs: dict[int, Newborn]) -> dict[int, Newborn]:
    """Jobs of which most have begun, as a program or a shell was started behind them."""
    return {pid: replace(job, older=True) for pid, job in jobs.items()}


def is_first(state: State, pid: int) -> bool:
    """Whether nothing has run since a job was forked: it is the shell yet that it was forked from."""
    return pid in state.newborn and not state.newborn[pid].older


def grow(state: State) -> None:
    """Something has run that was over at once."""
    state.newborn = older(state.newborn)


def begun(state: State) -> None:
    """Something has run that took its time."""
    state.newborn = {}
    if state.kin.newborn:
        state.kin = replace(state.kin, newborn={})


def is_lost(job: Newborn, signal: str, ignored: frozenset[str]) -> bool | None:
    """Whether a signal to a job that was just forked is lost, by what that is to ignore; None: it is a race."""
    if signal in UNHEARD:
        return False
    if signal in job.ignored and not job.older:
        return True
    return None if signal in job.ignored | ignored | job.caught else False


def ways(
    machine: Machine, state: State, signal: str, meant: Iterable[tuple[str, tuple[int, ...]]]
) -> list[tuple[State, frozenset[int]]]:
    """The ways that a signal on the way to the steady state can go, each with the jobs that do not hear it."""
    if not state.newborn and not state.kin.newborn:
        return [(state, NOBODY)]
    born = {**state.kin.newborn, **state.newborn}
    reached = {pid for to, pids in meant for pid in targets.jobs(state, to, pids)}
    young = [job for job in targets.found(state) if job.pid in born and job.pid in reached]
    lost = {job.pid: is_lost(born[job.pid], signal, job.process.ignored) for job in young}
    never = frozenset(pid for pid, known in lost.items() if known)
    perhaps = [job for job in young if lost[job.pid] is None]
    if not perhaps:
        return [(state, never)]
    text = perhaps[0].text.value
    state.done(None, Truth(None, None, f"`{text}` hears {signal}", f"{signal} comes before `{text}` has begun"))
    all_of_them = never.union(job.pid for job in perhaps)
    return [(each, never if heard else all_of_them) for each, heard in machine.split(state)]
