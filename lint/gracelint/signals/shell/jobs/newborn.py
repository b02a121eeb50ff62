"""A ``kill`` right behind ``app &``: it finds no application yet, but the shell that was forked for it.

Measured (25 to 40 times each, with dash 0.5.12, busybox 1.35 and bash 5.2): what the shell has a trap for is caught in the child as well
until that has put back the default actions, and is lost by its exec (39 of 40 in dash and ash; in bash too, but for SIGTERM, which it
blocks while it forks: ``make_child`` in jobs.c); what the shell ignores is ignored before the application can listen to it; SIGINT and
SIGQUIT, which a job without job control ignores, may come before it does; and of anything else the child dies, as the default action is. A
foreground command, or a ``wait``, gives the application the time to begin.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..model.parts import Truth
from . import signalled
from .targets import jobs

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..evaluator.machine import Machine
    from ..model.state import State

NOBODY: frozenset[int] = frozenset()
UNHEARD = frozenset({"SIGKILL", "SIGSTOP"})  # by any program


def begin(state: State, pids: Iterable[int]) -> None:
    """A shell has forked jobs."""
    caught = frozenset(name for name, trap in state.traps.items() if trap.action)
    state.newborn = {**state.newborn, **dict.fromkeys(pids, caught)}


def is_lost(state: State, signal: str, pid: int, ignored: frozenset[str]) -> bool | None:
    """Whether a signal to a job that this shell has just forked is lost, by what that is to ignore; None: it is a race."""
    if signal in UNHEARD:
        return False
    if signal in state.ignored:
        return True
    caught = signal in state.newborn[pid]
    return None if signal in ignored or (caught and signal not in state.shell.dialect.blocked) else False


def ways(
    machine: Machine, state: State, signal: str, meant: Iterable[tuple[str, tuple[int, ...]]]
) -> list[tuple[State, frozenset[int]]]:
    """The ways that a signal on the way to the steady state can go, each with the jobs that do not hear it."""
    if not state.newborn:
        return [(state, NOBODY)]
    reached = {pid for to, pids in meant for pid in jobs(state, to, pids)}
    young = [job for job in signalled.jobs(state) if job.pid in state.newborn and job.pid in reached]
    lost = {job.pid: is_lost(state, signal, job.pid, job.process.ignored) for job in young}
    never = frozenset(pid for pid, known in lost.items() if known)
    perhaps = [job for job in young if lost[job.pid] is None]
    if not perhaps:
        return [(state, never)]
    text = perhaps[0].text.value
    state.done(None, Truth(None, None, f"`{text}` hears {signal}", f"{signal} comes before `{text}` has begun"))
    all_of_them = never.union(job.pid for job in perhaps)
    return [(each, never if heard else all_of_them) for each, heard in machine.split(state)]
