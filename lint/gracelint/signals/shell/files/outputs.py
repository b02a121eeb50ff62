"""Where what a shell prints is read by another process: the next one of its pipeline, a process substitution (``exec > >(tee log) 2>&1``), the reader of a named pipe.

Who reads may be gone when the shell prints, having died of the same signal to the group (dumb-init, ``tini -g``): SIGPIPE then ends the shell, unless it is PID 1 or has a trap
for that (pipe(7)). Shells print by themselves, too: *Terminated*, to descriptor 2, where a command in the foreground has died of a signal other than SIGINT and SIGPIPE
(jobs.c of bash, ``notify_of_job_status``; jobs.c of dash and shell/ash.c of busybox, ``dowait``; measured in all three).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ....records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..evaluator.machine import Machine
    from ..model.state import State

ALWAYS = -1
OUTPUT, ERRORS = "1", "2"
BOTH = (OUTPUT, ERRORS)
_NEXT = 0
_COPIES = frozenset({">&", "<&"})


@dataclass(frozen=True, slots=True)
class Output:
    """Where a descriptor of the shell leads to, as long as the shell's stack is deeper than ``depth``: to who reads what the process ``writer`` writes (None: to nobody who is known, as a file)."""

    descriptor: str
    writer: int | None
    depth: int = ALWAYS


def enclose(machine: Machine, state: State, redirects: Iterable[sh.Redirect]) -> None:
    """A compound command, or a function, with redirections of its own, which hold while the stack is deeper than it is now."""
    depth = state.stack.depth if state.stack is not None else 0
    leave(state, depth)
    redirect(machine, state, redirects, depth)


def redirect(machine: Machine, state: State, redirects: Iterable[sh.Redirect], depth: int = ALWAYS) -> None:
    """From here on descriptors lead elsewhere (``exec`` without a command, unless there is a ``depth``)."""
    for each in redirects:
        if each.operator[:1] == "<" and each.operator not in _COPIES:
            continue
        writer = _writer(machine, state, each)
        if writer is not None or state.outputs:
            found = (Output(number, writer, depth) for number in sorted(descriptors(each)))
            state.outputs = (*state.outputs, *found)[-16:]


def leave(state: State, depth: int | None = None) -> None:
    """Constructs that are over write nowhere any more."""
    if depth is None:
        depth = state.stack.depth if state.stack is not None else 0
    state.outputs = tuple([each for each in state.outputs if each.depth < depth])


def piped(state: State, *, errors: bool) -> tuple[Output, ...]:
    """What a member of a pipeline is forked with that is not the last: the next one reads what it writes (``errors``: those as well, by ``|&``)."""
    return (*state.outputs, *(Output(number, _NEXT) for number in (BOTH if errors else (OUTPUT,))))


def inherited(state: State, pid: int) -> tuple[Output, ...]:
    """What a forked child prints to."""
    return tuple(
        [replace(each, writer=pid if each.writer == _NEXT else each.writer, depth=ALWAYS) for each in state.outputs]
    )


def writer(state: State, number: str, redirects: Iterable[sh.Redirect] = ()) -> int | None:
    """The process whose reader reads what the shell prints to a descriptor, in a command with these redirections; None where that is nobody, or not known."""
    leave(state)
    for each in reversed(tuple(redirects)):
        if number in descriptors(each):
            word = each.target.literal if each.target is not None else None
            if each.operator != ">&" or word not in BOTH:
                return None
            number = word
    return next((each.writer for each in reversed(state.outputs) if each.descriptor == number), None)


def _writer(machine: Machine, state: State, each: sh.Redirect) -> int | None:
    from .named_pipes import named  # which needs this room's files

    word = each.target.literal if each.target is not None else None
    if each.operator in _COPIES and word is not None and word.rstrip("-").isdigit():
        return writer(state, word.rstrip("-"))
    if each.target is None or each.operator == "<>":
        return None
    part = each.target.sole
    if isinstance(part, sh.ProcessSubstitution):
        return state.pid if part.direction == ">" else None
    return state.pid if state.made and named(machine, state, each.target) is not None else None


def descriptors(each: sh.Redirect) -> frozenset[str]:
    """Which descriptors a redirection is about."""
    if each.descriptor is not None:
        return frozenset({each.descriptor})
    word = each.target.literal if each.target is not None else None
    both = each.operator in ("&>", "&>>") or (
        each.operator == ">&" and not (word or "-").rstrip("-").isdigit() and word != "-"
    )
    if both:
        return frozenset(BOTH)
    return frozenset({"0" if each.operator[:1] == "<" else OUTPUT})
