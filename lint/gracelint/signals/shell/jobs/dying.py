"""A job that a ``kill`` has just ended is still there for the next one: kill(2) finds a process, and /proc has it, until its parent has waited for it.

Measured as PID 1 with dash 0.5.12, busybox 1.35 and bash 5.2: ``kill $pid; kill -0 $pid`` succeeds, also with builtins in between. A foreground command, a subshell, a substitution or a ``wait`` has
the shell wait for what has ended. bash does so on SIGCHLD as well (``sigchld_handler`` in jobs.c), for which a job that it starts in between may give it the time: a race, which is not modelled.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..evaluator.machine import Machine
    from ..model.state import State

NOBODY: frozenset[int] = frozenset()


def begin(state: State, pids: Iterable[int]) -> None:
    """Processes have ended; those that are jobs of this shell are its own to wait for."""
    state.dying |= {job.pid for job in state.jobs} & {*pids}


def waited(state: State) -> None:
    """The shell has waited for what has ended."""
    state.dying = NOBODY


def is_there(machine: Machine, state: State, pid: int) -> bool | None:
    """Whether kill(2) finds a process."""
    return pid in state.dying or machine.host.alive(state, pid)
