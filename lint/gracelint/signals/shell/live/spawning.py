"""What a shell starts when the signal has come: children whose shells run side by side with it, and commands of which it is not known what
they do, which may be what stops the application."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ....records import replace
from ....regexes import regex

if TYPE_CHECKING:
    from ...process import Process
    from ...stop.tasks import Task
    from ..model.outcome import Command
    from .shell import LiveShell

_STOPS = regex(r"(?i)\b(?:stop|shut-?down|quit|terminate|halt)\b")


def spawn(shell: LiveShell, process: Process, command: Command) -> None:
    """A child of the shell begins."""
    _begin(shell, shell.kernel.spawn(_taken(shell, process, command), shell.task))


def become(shell: LiveShell, process: Process, command: Command) -> None:
    """The shell becomes a program."""
    shell.kernel.become(shell.task, _taken(shell, process, command))
    _begin(shell, shell.task)


def _taken(shell: LiveShell, process: Process, command: Command) -> Process:
    """A program as it is taken to run: one of which nothing is known ends by itself, unless it is the command that has held the shell."""
    again = shell.holder is not None and command.text == shell.holder
    if process.shell is None and process.stays is None and process.duration is None and not process.children:
        process = replace(process, stays=again)
        if not again:
            shell.commands.append(command)
            process = _other_way(shell, process)
    elif not again and process.children and (brief := _brief(process)) != process:
        process = brief
        shell.commands.append(command)
        _other_way(shell, process)
    return process


def _begin(shell: LiveShell, task: Task) -> None:
    """What was started begins to run, and the shells below it (`timeout 5 stop.sh`)."""
    process = task.process
    if process.shell is not None and process.duration is not None:
        shell.kernel.at(process.duration, partial(_time_over, shell, task))
    if isinstance(task.driver, type(shell)):
        task.driver.during = shell.told or shell.during
        task.driver.resume()
    for child in process.children:
        _begin(shell, shell.kernel.tasks[child.pid])


def _time_over(shell: LiveShell, task: Task) -> None:
    """``timeout`` tells the command, and with it the group that it has made for both; BusyBox's only the command (coreutils/timeout.c of each)."""
    above = task.parent
    group = above is not None and above.process.own_group and above.driver is None
    for each in shell.kernel.members(task.group) if group else (task,):
        if each is not above:
            shell.kernel.signal(each, "SIGTERM", group=group)


def _other_way(shell: LiveShell, process: Process) -> Process:
    """A command that is not known may tell the application to stop, in a way of its own; one that is called after a stop may come back only when that is over."""
    if not (shell.told or shell.during):
        return process
    words = " ".join(process.argv)
    waits = _STOPS.search(words) is not None
    way = shell.kernel.choices.pick(
        (process.pid, "other way"), f"whether `{words}` makes the application stop", 2 + waits
    )
    if not way:
        return process
    told = [task for task in shell.kernel.tasks.values() if task.alive and task.loses]
    for task in told:
        shell.kernel.stop_cleanly(task)
    if way == 1:
        return process
    over = max((task.finishes_at or 0.0 for task in told), default=0.0)
    return replace(process, duration=max(over - shell.kernel.now, 0.0))


def _brief(process: Process) -> Process:
    """A command that is run while the script stops, through su or the like: the programs in it that nobody knows end by themselves."""
    children = tuple(_brief(child) for child in process.children)
    unknown = process.program is None and process.shell is None and process.stays is None and process.duration is None
    return replace(process, children=children, stays=False if unknown and not children else process.stays)
