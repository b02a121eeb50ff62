"""What a running shell (`shell.LiveShell`) does when a signal reaches it, until a trap of it runs.

A trapped signal is pending while a foreground command runs (POSIX 2.11); ``wait`` and ``read`` are interrupted at once. An interrupt
without a trap is kept until the foreground command is over, and counts if that died of it (bash(1), SIGNALS).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ... import names
from ..files import outputs
from ..jobs import itself
from ..jobs.itself import NESTED

if TYPE_CHECKING:
    from ..model.parts import Block
    from ..model.state import State
    from .shell import LiveShell

_UNTOLD = frozenset({"SIGINT", "SIGPIPE"})  # of which no shell says that a command has died


def heard(shell: LiveShell, signal: str) -> None:
    """A signal arrives: its trap becomes due, or what the shell does without one is done."""
    shell.told = True
    trap = itself.trap_for(shell.state, signal)
    if signal in shell.state.ignored:
        shell.task.reacted.setdefault(signal, "ignores")
        return
    if trap is None and not (signal == "SIGINT" and _leaves_later(shell)):
        untrapped(shell, signal)
        return
    shell.received = True
    shell.task.reacted.setdefault(signal, "handles")
    shell.pending.append(signal)
    if len(shell.pending) > NESTED:
        crash(shell)
        return
    block = shell.state.block
    if block is not None and block.kind in ("wait", "read"):
        shell.kernel.at(0.0, partial(interrupt_wait, shell))
    elif block is not None:
        shell.deferred = True
        shell.task.reacted[signal] = "defers"


def _leaves_later(shell: LiveShell) -> bool:
    """SIGINT without a trap: whether the shell deals with it when its foreground command is over."""
    block = shell.state.block
    foreground = block is not None and block.kind == "foreground" and "m" not in shell.state.options
    if foreground and _is_taken_to_wait(shell.state):
        return False
    waits = block is not None and block.kind == "wait" and shell.state.interruptible and shell.task.pid == 1
    runs = block is None and shell.state.interruptible and shell.task.pid == 1
    return foreground or waits or runs or (shell.state.shell.dialect.leaves_on_interrupt and shell.task.pid == 1)


def _is_taken_to_wait(state: State) -> bool:
    """Whether a shell that waits for a pipeline, or a subshell, takes itself to be in the ``wait`` in front of it (not for what a
    substitution reads: that is read from a pipe)."""
    reads = state.stack is not None and state.stack.kind == "captured"
    return state.awaited and not reads and state.shell.dialect.wait.leaves_behind


def untrapped(shell: LiveShell, signal: str) -> None:
    """A signal for which there is no trap: nothing, the EXIT trap of bash, or the default action, which PID 1 does not have."""
    state = shell.state
    if itself.shrugs(state, signal):
        shell.task.reacted.setdefault(signal, "ignores")
        return
    leaving = state.traps.get("EXIT")
    if itself.caught(state, signal) and (leaving is None or not leaving.action):
        shell.received, shell.ending = True, "dies"
        shell.task.reacted.setdefault(signal, "terminates")
        shell.kernel.end(shell.task, "died")
        return
    if (itself.caught(state, signal) and leaving is not None) or _breaks_off(shell, signal):
        shell.received, shell.ran = True, leaving
        shell.task.reacted.setdefault(signal, "handles" if leaving is not None else "terminates")
        if state.block is not None and state.block.kind == "foreground":
            state.abandoned = state.block.pids[:1]
        state.block = None
        state.held = ()  # a bash that dies of a signal waits for no process substitution any more (5.2, measured)
        shell.machine.leave(state, 128 + (names.number(signal) or 0))
        shell.kernel.at(0.0, shell.run)
        return
    shell.received = shell.task.pid != 1
    shell.kernel.default(shell.task, signal)
    if not shell.task.alive:
        shell.ending = "dies"


def _breaks_off(shell: LiveShell, signal: str) -> bool:
    """Whether bash leaves on SIGINT though its foreground command runs on: under ``set -m``, which has that in a process group of its own (5.2, measured)."""
    state, block = shell.state, shell.state.block
    alone = block is not None and block.kind == "foreground" and "m" in state.options
    return signal == "SIGINT" and alone and state.interruptible and shell.task.pid == 1


def crash(shell: LiveShell) -> None:
    """The trap's action signals the shell itself, again and again, until it breaks down."""
    shell.ending = "crashes"
    shell.kernel.end(shell.task, "crashed")


def interrupt_wait(shell: LiveShell) -> None:
    """The signal ends ``wait``; bash goes on with a ``read`` behind the trap."""
    block = shell.state.block
    if not shell.pending or block is None or block.kind not in ("wait", "read") or not shell.task.alive:
        return
    shell.state.block = None
    if block.kind == "read":
        assert block.again is not None
        shell.state.push("seq", sh.Block(block.command.text, (block.again,)))
        shell.run()
        return
    _may_miss_ends(shell)
    shell.state.done(128 + (names.number(shell.pending[0]) or 0))
    shell.run(interrupted=True)


def lose_signals(shell: LiveShell) -> None:
    """Two signals have come at the very same moment (`jobtraits.Wait.jumps`). Under ``set -e``, bash then leaves in front of a trap's ``wait``
    now and then (2 of 16 times, 16 of 30; why is not known)."""
    block = shell.state.block
    if shell.state.shell.dialect.wait.jumps and block is not None and block.kind == "wait":
        if "e" in shell.state.options:
            shell.kernel.reasons.append(
                "whether bash, under set -e, waits in a trap when two signals have come at once"
            )
        shell.pending = sorted(shell.pending, key=lambda each: names.number(each) or 0)[-1:]


def _may_miss_ends(shell: LiveShell) -> None:
    """Children may have died at this very moment, of the same signal (`jobtraits.Wait.jumps`). Where no other one is left, that makes no difference."""
    kernel, wait = shell.kernel, shell.state.shell.dialect.wait
    own = [task for task in kernel.tasks.values() if task.parent is shell.task]
    if not wait.jumps or not any(task.alive for task in own):
        return
    died = [task for task in own if task.ended == "died" and task.ended_at == kernel.now]
    if died:
        label = f"whether the shell hears that `{' '.join(died[0].process.argv)}` has ended"
        if kernel.choices.pick((shell.task.pid, kernel.now, "misses"), label, 2):
            shell.state.missed |= {task.pid for task in died}


def settle_interrupt(shell: LiveShell, pids: tuple[int, ...]) -> None:
    """An interrupt that came meanwhile counts only if the command, of a pipeline all of it, died of it (bash(1), SIGNALS; measured)."""
    if "SIGINT" in shell.pending:
        shell.pending.remove("SIGINT")
        if all(pid in shell.kernel.tasks and shell.kernel.tasks[pid].ended == "died" for pid in pids):
            untrapped(shell, "SIGINT")


def ends_by_saying_who_died(shell: LiveShell, block: Block) -> bool:
    """The shell prints that a command has died of a signal (`outputs`): whether that is its own end, as nobody reads it."""
    tasks = shell.kernel.tasks
    died = [tasks[pid] for pid in block.pids if pid in tasks and tasks[pid].ended == "died"]
    if not shell.state.outputs or all(not _UNTOLD.isdisjoint(task.reacted) for task in died):
        return False
    writer = outputs.writer(shell.state, outputs.ERRORS)
    before, shell.runs = shell.runs, True
    broken = writer is not None and shell.host.broken(shell.state, writer)
    shell.runs = before
    return broken and not shell.task.alive
