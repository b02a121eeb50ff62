"""What comes next: how a state goes on when what ran above a frame is over.

`RESUME` has each kind of frame; those of compound commands and loops are in `compound` and `loops`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..builtins import traps
from ..jobs import ampersands
from ..loops import conditional, over_words
from ..model.parts import Ended
from ..substitution import capturing
from . import compound, refusals, scopes
from .interpreter import Frame

if TYPE_CHECKING:
    from collections.abc import Callable

    from ....parsers.shell import model as sh
    from ..model.state import State
    from .machine import Machine


def _next(machine: Machine, state: State, frame: Frame) -> list[State]:
    block: sh.Block = frame.node
    commands, index = block.commands, frame.index
    if index >= len(commands):
        below = frame.parent
        while below is not None and below.kind == "within":
            below = below.parent
        state.stack = below
        return [state]
    if state.shell.dialect.syntax.refuses and refusals.unparsable(machine, state, frame):
        return [state]
    if state.unclaimed and state.shell.dialect.wait.forgets_by_line and _reads_a_line(frame, block):
        state.doubted = state.unclaimed
    following = frame.following
    if following is None:
        following = frame.following = Frame("seq", frame.parent, frame.depth, frame.tested, block, index + 1)
    state.stack = following
    command = commands[index]
    if "&>" in state.shell.dialect.syntax.misreads:
        otherwise = ampersands.read(state.shell, command)
        if otherwise is not None:
            state.push("seq", otherwise)
            return [state]
    return machine.enter(state, command)


def _reads_a_line(frame: Frame, block: sh.Block) -> bool:
    """Whether a shell that got its commands by ``-c`` reads another line of them here."""
    below = frame.parent
    if not frame.index or below is None or below.kind != "base" or below.label != "command":
        return False
    return not refusals.on_one_line(block.commands[frame.index - 1], block.commands[frame.index])


def _behind_trap(machine: Machine, state: State, frame: Frame) -> list[State]:
    """A trap's action is over."""
    state.pop()
    state.status, state.truth = frame.data
    state.awaited = frame.node is True
    if frame.index:
        # The signal had ended `wait`, and its status counts now.
        return machine.finished(state, state.status, state.truth)
    return [state]


def _behind_error(machine: Machine, state: State, frame: Frame) -> list[State]:
    """The action of ``trap … ERR`` is over: the failure that it was about still counts."""
    state.pop()
    state.done(frame.index)
    return [machine.leave(state, frame.index)] if "e" in state.options else [state]


def _behind_debug(machine: Machine, state: State, frame: Frame) -> list[State]:
    """The action of ``trap … DEBUG`` is over: now the command, unless ``shopt -s extdebug`` lets a failure skip it."""
    state.pop()
    skipped = "extdebug" in state.options and state.status not in (0, None)
    state.status, state.truth = frame.data
    return [state] if skipped else machine.begin(state, frame.node)


def _behind_call(machine: Machine, state: State, frame: Frame) -> list[State]:
    """A function or a sourced file is over: its status is that of a command, which ``set -e`` looks at, also where it did not inside
    (``f() { [ a = b ] && x; }``)."""
    state.pop()
    action = traps.on_return(state, frame)
    scopes.restore(state)
    if action is None:
        return machine.finished(state, state.status, state.truth)
    state.push("return", data=(state.status, state.truth))
    state.push("seq", machine.context.parse(action, file=False).body)
    return [state]


def _behind_return(machine: Machine, state: State, frame: Frame) -> list[State]:
    """The action of ``trap … RETURN`` is over."""
    state.pop()
    state.status, state.truth = frame.data
    return machine.finished(state, state.status, state.truth)


def _exited(machine: Machine, state: State, frame: Frame) -> list[State]:
    failed = frame.data if isinstance(frame.data, str) else None
    state.ended = Ended("exits", status=frame.index if frame.index >= 0 else None, failed=failed)
    return [state]


def _bottom(machine: Machine, state: State, frame: Frame) -> list[State]:
    return [machine.leave(state)]


def _refused(machine: Machine, state: State, frame: Frame) -> list[State]:
    return [machine.leave(state, 2, frame.label)]


def _behind_eval(machine: Machine, state: State, frame: Frame) -> list[State]:
    state.pop()
    return machine.finished(state, state.status, state.truth)


def _chosen(machine: Machine, state: State, frame: Frame) -> list[State]:
    """This way is the one that is gone."""
    state.pop()
    return machine.enter(state, frame.node)


def _open(machine: Machine, state: State, frame: Frame) -> list[State]:
    """The redirections of a command could be opened."""
    state.pop()
    return machine.opened(state, frame.node)


def _passed(machine: Machine, state: State, frame: Frame) -> list[State]:
    state.pop()
    return [state]


RESUME: dict[str, Callable[[Machine, State, Frame], list[State]]] = {
    "seq": _next,
    "andor": compound.and_or_right,
    "if": compound.branch,
    "while": conditional.turn,
    "for": over_words.iterate,
    "not": compound.invert,
    "call": _behind_call,
    "trap": _behind_trap,
    "error": _behind_error,
    "debug": _behind_debug,
    "return": _behind_return,
    "exit": _exited,
    "base": _bottom,
    "within": _passed,
    "eval": _behind_eval,
    "refused": _refused,
    "chosen": _chosen,
    "opened": _open,
    "captured": capturing.resumed,
}
