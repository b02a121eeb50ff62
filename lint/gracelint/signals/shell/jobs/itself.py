"""Signals that a shell sends to itself, ``kill $$``, or to the group that it is in, ``kill 0``: on the way to the steady state nobody else
sends any.

Its trap runs behind the command (POSIX 2.11: when a trapped signal comes, the action runs when the command is over), before the next one;
without one, the default action is taken, which PID 1 does not have (`kernel`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ... import names
from ..builtins.traps import FATAL
from ..model.parts import DIED, Ended, Truth
from ..model.values import clip

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....source import Text
    from ..evaluator.machine import Machine
    from ..model.outcome import Trap
    from ..model.state import State

NESTED = 20


def is_meant(state: State, to: str, pids: tuple[int, ...]) -> bool:
    """Whether a signal reaches the shell that sends it."""
    if to == "group":
        return not pids or state.pid in pids or (state.shell.pid in pids and not state.leads)
    return to == "self" or (to == "pid1" and state.pid == 1)


def shrugs(state: State, signal: str) -> bool:
    """Whether a shell without a trap takes no notice of a signal."""
    return signal == "SIGQUIT" and state.shell.dialect.ignores_quit and state.pid == state.shell.pid


def nested(state: State) -> int:
    """How many traps have interrupted each other."""
    frame, depth = state.stack, 0
    while frame is not None:
        depth += frame.kind == "trap"
        frame = frame.parent
    return depth


def handling(state: State) -> bool:
    """Whether the shell is in a trap's action."""
    frame = state.stack
    while frame is not None and frame.kind not in ("trap", "exit"):
        frame = frame.parent
    return frame is not None


def enter(machine: Machine, state: State, trap: Trap, index: int = 0) -> bool:
    """Begin a trap's action; False where it is not known. ``index``: 1 where the signal has ended a ``wait``."""
    if trap.action is None or trap.action_text is None:
        return False
    state.push("trap", state.awaited, index, (state.status, state.truth))
    state.push("seq", machine.context.parse(trap.action_text, file=False).body)
    return True


def trap_for(state: State, signal: str) -> Trap | None:
    """The trap for a signal that somebody has sent."""
    if signal == "SIGCHLD" and not state.shell.dialect.wait.told_of_children:
        return None
    return state.traps.get(signal)


def caught(state: State, signal: str) -> bool:
    """Whether a shell that has no trap for a signal catches it all the same, to run its EXIT trap and end: bash from its first EXIT trap
    on, but not SIGQUIT (`terminating_signals` in its sig.c; subshells measured)."""
    return state.guarded is not None and signal in state.guarded


def minds(state: State, signal: str) -> bool:
    """Whether a signal to itself changes anything for a shell."""
    if signal in state.ignored or signal in state.shell.ignored:
        return False
    dies = signal in FATAL | {"SIGKILL"} and (state.pid != 1 or caught(state, signal) or signal == "SIGINT")
    return trap_for(state, signal) is not None or (dies and not shrugs(state, signal))


def child_ended(machine: Machine, state: State) -> None:
    """On the way to the steady state, a child has ended: what is trapped for SIGCHLD runs before the next command (measured in all three)."""
    if "SIGCHLD" in state.traps and "SIGCHLD" not in state.ignored and not machine.live:
        state.bereaved = True


def all_heard(machine: Machine, state: State, signals: Iterable[str]) -> State:
    """The same of several."""
    for signal in signals:
        heard(machine, state, signal)
    return state


def perhaps_heard(machine: Machine, state: State, signals: tuple[str, ...], text: Text) -> list[State]:
    """A job signals the shell that has started it: at once, or not yet when the stop signal comes."""
    if not any(minds(state, signal) for signal in signals):
        state.done(0)
        return [state]
    state.done(
        None,
        Truth(
            None,
            None,
            f"`{clip(text.value)}` has signalled the shell",
            f"`{clip(text.value)}` has not signalled the shell yet",
        ),
    )
    ways = machine.split(state)
    for each, signalled in ways:
        each.done(0)
        if signalled:
            all_heard(machine, each, signals)
    return [each for each, _ in ways]


def interrupted(machine: Machine, state: State, trap: Trap) -> None:
    """A trap's action runs before the next command."""
    if nested(state) >= NESTED:
        state.ended = Ended("exits", status=DIED)
    elif not enter(machine, state, trap):
        state.give_up("the trap's action is not known")


def heard(machine: Machine, state: State, signal: str) -> State:
    """What becomes of a shell that has sent itself a signal, behind the command that did."""
    if state.ended is not None or not minds(state, signal):
        return state
    trap = trap_for(state, signal)
    if trap is not None:
        interrupted(machine, state, trap)
        return state
    leaving = state.traps.get("EXIT")
    if caught(state, signal) and leaving is not None and leaving.action:
        return machine.leave(state, 128 + (names.number(signal) or 0))
    if signal == "SIGINT" and state.shell.dialect.leaves_on_interrupt and state.pid == 1:
        return machine.leave(state, 128 + 2)
    if state.pid != 1 or caught(state, signal):
        state.ended = Ended("exits", status=DIED)
    return state
