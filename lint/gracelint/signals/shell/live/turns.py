"""Which trap's action runs next.

What is pending when a command is over becomes due, each signal once, and runs by number (`dotrap` in the sources of dash and BusyBox,
`run_pending_traps` in bash's; measured). What comes while an action runs interrupts it behind its next command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from ... import names
from ..jobs import itself
from ..jobs.itself import NESTED
from . import hearing

if TYPE_CHECKING:
    from .shell import LiveShell


class Turn(NamedTuple):
    """A signal that is due."""

    level: int
    """How many actions are at work beneath."""
    signal: str
    trapped: bool
    """There was a trap for it when it became due."""
    last: bool
    """Behind its action, the ``wait`` that the signals have ended is over."""


def comes(shell: LiveShell, interrupted: bool) -> bool:
    """Whether an action is to run now. ``interrupted``: a signal has ended a ``wait``."""
    level = itself.nested(shell.state) if shell.pending or shell.due else 0
    last_first = sorted(set(shell.pending), key=lambda each: names.number(each) or 0, reverse=True)
    traps = shell.state.traps
    shell.due += [Turn(level, signal, signal in traps, interrupted and not at) for at, signal in enumerate(last_first)]
    shell.pending = []
    return bool(shell.due) and shell.due[-1].level == level


def enter(shell: LiveShell) -> None:
    """Begin the next action. Where another one has taken the trap away meanwhile, there is none: bash sends itself the signal then."""
    turn, state = shell.due.pop(), shell.state
    trap = state.traps.get(turn.signal)
    if trap is None and turn.trapped:
        if state.shell.dialect.trap.sends_again:
            hearing.heard(shell, turn.signal)
    elif trap is None and shell.task.pid == 1:
        shell.machine.leave(state, 128 + (names.number(turn.signal) or 0))
    elif trap is None:
        shell.kernel.default(shell.task, turn.signal)
    elif itself.nested(state) > NESTED:
        hearing.crash(shell)
    elif turn.signal not in state.ignored:
        shell.ran = shell.ran or trap
        if not itself.enter(shell.machine, state, trap, int(turn.last)):
            shell.kernel.reasons.append("the trap's action is not known")
