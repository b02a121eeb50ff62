"""Where a shell replaces itself by its last command, though nobody wrote ``exec``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ..builtins.traps import PSEUDO

if TYPE_CHECKING:
    from ..model.state import State
    from .interpreter import Frame


def replaces(state: State, *, redirected: bool) -> bool:
    """Whether this shell execs this command in place, though nobody wrote exec: nothing may follow it, and no trap be set."""
    if any(trap.action for name, trap in state.traps.items() if name not in PSEUDO):
        return False
    if state.trapped and state.shell.dialect.exec.remembers_traps:
        return False  # also when the trap is gone (measured, busybox 1.35)
    labels: set[str] = {"redirection"} if redirected else set()
    frame = state.stack
    while frame is not None and frame.kind != "base":
        if frame.kind == "seq":
            assert isinstance(frame.node, sh.Block)
            commands = frame.node.commands
            if frame.index < len(commands):
                return False
            if len(commands) > 1:
                labels.add("behind &" if _behind_background(commands) else "list")
        elif frame.kind == "within":
            if not _of_background(state, frame):
                labels.add(frame.label)
        else:
            return False
        frame = frame.parent
    if frame is None:
        return False
    dialect = state.shell.dialect
    if frame.label == "command":
        if dialect.exec.tail_needs_end and not _at_end(state):
            return False
        if dialect.exec.pseudo_traps_keep and not state.traps.keys().isdisjoint({"EXIT", "ERR"}):
            return False
    return any(labels <= allowed for allowed in dialect.exec.tails.get(frame.label, ()))


def is_last(state: State) -> bool:
    """Whether nothing is written behind the command that runs, in its script, and no loop goes round again."""
    frame = state.stack
    while frame is not None and frame.kind != "base":
        if frame.kind == "seq":
            assert isinstance(frame.node, sh.Block)
            if frame.index < len(frame.node.commands):
                return False
        elif frame.kind not in ("within", "call"):
            return False
        frame = frame.parent
    return frame is not None


def _of_background(state: State, frame: Frame) -> bool:
    """Whether it stands for the redirections of the whole command behind which ``&`` is written: for dash and ash these belong to the ``&``."""
    if (
        frame.label != "redirected"
        or state.around[-1:] != ("background",)
        or not state.shell.dialect.exec.merges_background
    ):
        return False
    outside = frame.parent
    while outside is not None and outside.kind != "base":
        alone = outside.kind == "seq" and isinstance(outside.node, sh.Block) and len(outside.node.commands) == 1
        if not alone and outside.label != "group":  # braces without redirections are nothing to them
            return False
        outside = outside.parent
    return outside is not None


def _at_end(state: State) -> bool:
    """Whether the command string ends with its last line, without a newline behind it."""
    frame = state.stack
    while frame is not None and frame.parent is not None and frame.parent.kind != "base":
        frame = frame.parent
    if frame is None or not isinstance(frame.node, sh.Block):
        return True
    last = frame.node.commands[-1].text
    source = state.shell.source
    end = source.end if source.buffer is last.buffer else len(last.buffer.value)
    return "\n" not in last.buffer.value[last.end : end]


def _behind_background(commands: tuple[sh.Command, ...]) -> bool:
    """Whether the last command stands behind a ``&`` of the same line, which bash takes for one command with two halves."""
    before, last = commands[-2].text, commands[-1].text
    if not isinstance(commands[-2], sh.Background) or before.buffer is not last.buffer:
        return False
    return "\n" not in before.buffer.value[before.end : last.start]
