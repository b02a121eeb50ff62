"""Named pipes: who opens one waits until somebody opens its other end (fifo(7)); opened for both (``<>``), it is open at once, and what reads from it waits for somebody to write.

Whether another process comes to the other end is known only where the script has none: then nobody but the shell itself could. What waits is not simulated; it makes the outcome unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .filesystem import located

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...parsers.shell import model as sh
    from .machine import Machine
    from .state import State

OPENING = frozenset({"<", ">", ">>", ">|", "&>", "&>>"})


def alone(machine: Machine, state: State, redirects: Iterable[sh.Redirect]) -> str:
    """The named pipe that one of the redirections opens, and that nobody is known to have open at its other end; empty where there is none."""
    if (
        machine.live
        or not any(made.pipe for made in state.made.values())
        or {"background", "pipeline"} & {*state.around}
    ):
        return ""
    for each in redirects:
        path = _path(machine, state, each) if each.operator in OPENING else None
        if path is not None and not _is_shared(state, path):
            return path
    return ""


def both_ends(machine: Machine, state: State, each: sh.Redirect) -> bool:
    """Whether a redirection opens a named pipe for both."""
    return each.operator == "<>" and _path(machine, state, each) is not None


def _path(machine: Machine, state: State, each: sh.Redirect) -> str | None:
    word = machine.value(state, each.target)
    path = located(word, state.workdir) if isinstance(word, str) and word else None
    made = state.made.get(path) if path is not None else None
    return path if made is not None and made.pipe else None


def _is_shared(state: State, path: str) -> bool:
    """Whether the shell has it open itself, or a job may have been given it: its text names it, or calls a function or a script, which may."""
    if any(each.pipe for each in state.inputs):
        return True
    name = path.rpartition("/")[2]
    for job in state.jobs:
        text = job.text.value
        if name in text or "$" in text or any(function in text for function in state.functions) or job.process.shell:
            return True
    return False
