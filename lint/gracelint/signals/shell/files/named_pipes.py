"""Named pipes: who opens one waits until somebody opens its other end (fifo(7)); opened for both (``<>``), it is open at once, and what
reads from it waits for somebody to write.

Whether another process comes to the other end is known only where the script has none: then nobody but the shell itself could. What waits
is not simulated; it makes the outcome unknown.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ....records import replace
from . import changes
from .filesystem import located

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...process import Process
    from ..evaluator.machine import Machine
    from ..model.state import State

OPENING = frozenset({"<", ">", ">>", ">|", "&>", "&>>"})


def made_by_another(state: State, words: list[str]) -> None:
    """A program runs ``mkfifo`` (``sudo mkfifo /tmp/p``, ``find … -exec mkfifo /tmp/p``): what its words name may be pipes by now."""
    names = [word.rpartition("/")[2] for word in words]
    if "mkfifo" in names:
        for word in words[names.index("mkfifo") + 1 :]:
            path = located(word, state.workdir) if word and not word.startswith("-") else None
            if path is not None:
                changes.note_pipe(state, path)


def alone(machine: Machine, state: State, redirects: Iterable[sh.Redirect]) -> str:
    """The named pipe that one of the redirections opens, and that nobody is known to have open at its other end; empty where there is none."""
    if machine.live or not any(made.pipe for made in state.made.values()) or _is_aside(state):
        return ""
    for each in redirects:
        path = named(machine, state, each.target) if each.operator in OPENING else None
        if path is not None and not _is_shared(state, path):
            return path
    return ""


def _is_aside(state: State) -> bool:
    """Whether others run beside this shell, which may have a pipe open."""
    return "background" in state.around or "pipeline" in state.around


def looped(machine: Machine, state: State, command: object) -> str:
    """The named pipe that a loop in the foreground goes through, as somebody writes to it: how long that lasts is not followed; empty where there is none."""
    if machine.live or not isinstance(command, sh.While) or _is_aside(state):
        return ""
    paths = [named(machine, state, each.target) for each in command.redirects if each.operator == "<"]
    return next((path for path in paths if path is not None), "")


def reading(machine: Machine, state: State, command: sh.Command, process: Process) -> Process:
    """A filter in the background that reads from a named pipe (``cat /tmp/p &``, ``tee log < /tmp/p &``) ends when nobody has the pipe open to write any more."""
    pipe = _read(machine, state, command, process)
    if pipe is None:
        return process
    return replace(process, pipe=pipe, reads=state.pid if any(each.pipe for each in state.inputs) else None)


def in_front(machine: Machine, state: State, command: sh.Simple, process: Process) -> Process:
    """A filter in the foreground that reads from a named pipe (``app > /tmp/p & cat /tmp/p``): it lasts as long as the job that writes to
    it; where there is none, it waits for one."""
    pipe = _read(machine, state, command, process)
    if pipe is None or any(each.pipe for each in state.inputs) or _is_aside(state):
        return process
    writer = next((job for job in reversed(state.jobs) if _names(job.text.value, pipe) and not job.told), None)
    if writer is None:
        state.give_up(f"who opens the other end of the named pipe {pipe}")
        return process
    return replace(process, reads=writer.pid, stays=writer.process.stays, duration=None)


def _read(machine: Machine, state: State, command: sh.Command, process: Process) -> str | None:
    """The named pipe that a filter reads to its end."""
    if not isinstance(command, sh.Simple) or not state.made or not process.filters:
        return None
    found = [named(machine, state, each.target) for each in command.redirects if each.operator == "<"]
    found += [named(machine, state, word) for word in command.words[1:] if not _FOLLOWS & {*process.argv}]
    return next((path for path in found if path is not None), None)


def written(machine: Machine, state: State, redirects: Iterable[sh.Redirect], pid: int) -> None:
    """A process has opened named pipes to write: those that read from them end with it, the last one that does so."""
    for each in redirects if state.made else ():
        path = named(machine, state, each.target) if each.operator in OPENING - {"<"} else None
        if path is not None:
            state.jobs = tuple(
                replace(job, process=replace(job.process, reads=pid))
                if job.process.pipe == path and job.process.reads != state.pid
                else job
                for job in state.jobs
            )


def let_go(machine: Machine, state: State, redirects: Iterable[sh.Redirect]) -> str:
    """The named pipe that a shell may let go by closing a descriptor, while somebody reads from it; empty where there is none. Its children
    may have it open still, which is not followed."""
    if not any(each.operator == ">&" and each.target is not None and each.target.literal == "-" for each in redirects):
        return ""
    pipes = [job.process.pipe for job in state.jobs if job.process.reads == state.pid and job.process.pipe]
    return pipes[0] if pipes else ""


# With these `tail` goes on where a pipe has come to its end.
_FOLLOWS = frozenset({"-f", "-F", "--follow"})


def both_ends(machine: Machine, state: State, each: sh.Redirect) -> bool:
    """Whether a redirection opens a named pipe for both."""
    return each.operator == "<>" and named(machine, state, each.target) is not None


def named(machine: Machine, state: State, target: sh.Word | None) -> str | None:
    """The path of a named pipe that a word names."""
    word = machine.value(state, target)
    path = located(word, state.workdir) if isinstance(word, str) and word else None
    made = state.made.get(path) if path is not None else None
    return path if made is not None and made.pipe else None


def _is_shared(state: State, path: str) -> bool:
    """Whether the shell has it open itself, or a job may have been given it: its text names it, or calls a function or a script, which may."""
    if any(each.pipe for each in state.inputs):
        return True
    for job in state.jobs:
        text = job.text.value
        if (
            _names(text, path)
            or "$" in text
            or any(function in text for function in state.functions)
            or job.process.shell
        ):
            return True
    return False


def _names(text: str, path: str) -> bool:
    """Whether a text has a file's name in it, as a word or the end of a path."""
    return re.search(rf"(?<![\w.-]){re.escape(path.rpartition('/')[2])}(?![\w.-])", text) is not None
