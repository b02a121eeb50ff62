"""Whom a signal that a shell sends reaches, among the tasks of the simulation."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..kernel import Kernel
    from ..tasks import Task


def reached(kernel: Kernel, sender: Task, to: str, pids: tuple[int, ...]) -> list[Task]:
    """The tasks that are meant: ``to`` says how, as in `Host.send`."""
    tasks = [task for task in kernel.tasks.values() if task.alive]
    if to == "group":
        return kernel.members(pids[0] if pids else sender.group)
    if to == "all":
        return [task for task in tasks if task is not sender and task.pid != 1]
    if to == "self":
        return [sender]
    return [task for task in tasks if task.pid in pids]
