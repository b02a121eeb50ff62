"""What a shell has done when it was told to stop, as rules read it (`Stop`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..model.outcome import Stop, Waited

if TYPE_CHECKING:
    from ...stop.tasks import Task
    from .shell import LiveShell


def deeds(shell: LiveShell, signal: str) -> Stop:
    """What this shell did on a signal."""
    kernel = shell.kernel
    # What the action starts for itself (``app stop``) was not there to be told.
    mine = [
        task for task in kernel.tasks.values() if task is not shell.task and task.pid in kernel.there and task.loses
    ]
    untold = [task for task in mine if not (task.notified or task.reacted or _is_for_another(shell, task))]
    waited = tuple(
        Waited(text, pids, all(_over(shell, pid) for pid in pids), handler) for text, pids, handler in shell.waits
    )
    return Stop(
        signal,
        shell.received,
        shell.ran or shell.state.traps.get(signal),
        shell.deferred and shell.ran is None,
        shell.ran is not None,
        "unknown" if kernel.reasons else shell.ending,
        shell.returned,
        shell.task.ended_at,
        tuple(shell.host.sent),
        waited,
        tuple(dict.fromkeys(_head(shell, task, signal) for task in untold)),
        tuple(task.pid for task in mine if task.notified and task.ended == "killed"),
        tuple(shell.commands),
        shell.machine.failed if shell.ending == "exits" else None,
    )


def _is_for_another(shell: LiveShell, task: Task) -> bool:
    """Whether somebody between the shell and a task has been told, and was to tell it (supervisord, which stops one of its programs with SIGKILL)."""
    between = []
    while task.parent is not None and task.parent is not shell.task:
        task = task.parent
        between.append(task)
    return task.parent is shell.task and any(above.reacted for above in between)


def _head(shell: LiveShell, task: Task, signal: str) -> int:
    """The process that would have to be told for a task to hear of it: the topmost of those (sudo, tini, timeout) that pass the signal on to it."""
    above = task.parent
    while above is not None and above is not shell.task and above.driver is None:
        reaction = above.reaction(signal)
        if reaction is None or reaction.disposition != "forwards":
            break
        task, above = above, above.parent
    return task.pid


def _over(shell: LiveShell, pid: int) -> bool:
    task = shell.kernel.tasks.get(pid)
    return task is None or task.ended not in (None, "killed")
