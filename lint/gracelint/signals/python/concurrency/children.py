"""Programs that a program starts: those that go on beside it, and the waits for their ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..delivery import meeting, rests
from ..domain.state import AWAITED, Raised
from ..domain.values import TRUE, UNKNOWN, Made
from . import launching

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run

# What starts a program and does not wait for it.
BESIDE = ("subprocess.Popen", "asyncio.create_subprocess_exec", "asyncio.create_subprocess_shell")


def begun(run: Run, name: str, made: Made, arguments: Arguments, text: Text, state: State) -> None:
    """A program goes on beside this one; a server that nobody tells is missed when it ends."""
    run.started.append((made.number, text))
    if launching.lasts(run, name, arguments, text, state):
        run.children.append((made.number, text))
        state.store[(made.number, "minded")] = TRUE


def left_behind(run: Run, text: Text, state: State) -> None:
    """A command has left a server behind, which is nobody's child; it is missed when the program ends."""
    number = run.number()
    run.started.append((number, text))
    run.children.append((number, text))
    run.behind.append(number)
    run.left.append(text)
    state.store[(number, "minded")] = TRUE


def perhaps_told(run: Run, state: State) -> None:
    """A command runs after the signal, which may have what others have left behind stop."""
    for number in run.behind:
        state.store.setdefault((number, "told"), UNKNOWN)


def awaited(run: Run, number: int, state: State) -> None:
    """The program has waited for a child to end; for which one, is not always known (`PROCESS`'s nobody: for any, and before the signal
    that is no more than one of them)."""
    if number == run.nobody and not state.signalled:
        return
    numbers = [one for one, _ in (*run.children, *run.started)] if number == run.nobody else [number]
    for one in numbers:
        state.store[(one, AWAITED)] = TRUE


def heard_out(run: Run, frame: Frame, number: int, text: Text, state: State) -> None:
    """The program reads what a child writes until there is no more, which is when the child has ended (or has closed it)."""
    if all(one != number for one, _ in run.children):
        run.children.append((number, text))
    over = rests.marked(run, number, "told")
    rests.rest(run, frame, text, "subprocess.Popen.stdout", state, kind="perhaps", over=over, launches=True)
    if not state.dead:
        awaited(run, number, state)


def locked(run: Run, frame: Frame, text: Text, name: str, number: int, state: State, *, limited: bool) -> Value:
    """A handler waits for the child that the main line is waiting for: the lock of ``Popen.wait`` is taken, by the very thread that wants
    it (subprocess.py ``_waitpid_lock``; measured on 3.11). With a limit the wait ends by that, whatever the child has done."""
    if not limited:
        meeting.stay(run, text, name, state)
        return UNKNOWN
    awaited(run, number, state)
    frame.raises.append(Raised(state.copy(), "subprocess.TimeoutExpired", text))
    state.dead = True
    return UNKNOWN
