"""Whom a signal that a shell sends reaches: among its jobs on the way to the steady state, later among the tasks of the simulation. ``to``
says how, as in `Host.send`."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

from ..model.parts import Truth

if TYPE_CHECKING:
    from ...process import Process
    from ...stop.kernel import Kernel
    from ...stop.tasks import Task
    from ..model.parts import JobState
    from ..model.state import State


def found(state: State) -> tuple[JobState, ...]:
    """The jobs that a shell finds: its own, and those of the shells that have started it."""
    return (*state.kin.jobs, *state.jobs) if state.kin.jobs else state.jobs


def jobs(state: State, to: str, pids: tuple[int, ...]) -> set[int]:
    """The jobs that are meant, also of those that have started this shell."""
    if to == "group":
        return _of_group(state, pids)
    if to == "all":
        return {job.pid for job in found(state)}
    return set(pids) if to in ("job", "name") else set()


def _of_group(state: State, leaders: tuple[int, ...]) -> set[int]:
    """The jobs in a process group: in the shell's own, or in that of a job."""
    own = not leaders or state.shell.pid in leaders or state.pid in leaders
    return {
        job.pid
        for job in found(state)
        if (own if not job.process.own_group else job.pid in leaders) or job.process.joins in leaders
    }


def reached(kernel: Kernel, sender: Task, to: str, pids: tuple[int, ...]) -> list[Task]:
    """The tasks that are meant."""
    tasks = [task for task in kernel.tasks.values() if task.alive]
    if to == "group":
        return kernel.members(pids[0] if pids else sender.group)
    if to == "all":
        return [task for task in tasks if task is not sender and task.pid != 1]
    if to == "self":
        return [sender]
    return [task for task in tasks if task.pid in pids]


def called(process: Process) -> str:
    """A job as conditions call it."""
    return shlex.join(process.argv[:2])


def runs(name: str, by_default: bool | None = None) -> Truth:
    """Whether a process runs, as ``kill -0`` asks."""
    return Truth(None, by_default, f"{name} is running", f"{name} is not running")
