"""What a process has yet to write of what it has put in a ``multiprocessing.Queue``, when it ends.

A thread of its own writes that into a pipe, which has room for 64 KiB, and the process waits for that thread at its end
(``_finalize_join`` in multiprocessing/queues.py), unless it is left at once or ``cancel_join_thread`` was called. Where nobody takes what is
there, it waits for ever. How much there is depends on how quick they all were, so that nothing is promised.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.values import NONE, TRUE, Made
from ..libraries.queues import ENDED
from . import backlogs

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run
    from ..libraries.special import Special

_QUEUES = ("multiprocessing.Queue", "multiprocessing.JoinableQueue")
# The mark of a queue whose feeder nobody waits for.
_UNJOINED = "#unjoined"


def written(run: Run, frame: Frame, state: State) -> None:
    """The program comes to its end after the signal: whether what it has put in such queues again and again is taken from there."""
    if not state.dead and state.signalled and any(_full(run, frame, number, 0, state) for number in _fed(run, 0)):
        run.doubts.append("whether what it has put in a queue between processes is taken from there")


def stuck(run: Run, frame: Frame, process: int, state: State) -> bool:
    """Whether a process may not come to its end, as nobody takes what it has put in such queues."""
    return any(_full(run, frame, number, process, state) for number in _fed(run, process))


def _fed(run: Run, who: int) -> list[int]:
    return [number for number, known in run.queues.items() if known.piped and who in known.again]


def _full(run: Run, frame: Frame, number: int, who: int, state: State) -> bool:
    if (number, _UNJOINED) in state.store or (number, backlogs.DONE) in state.store:
        return False
    known = backlogs.use(run, number)
    takers = known.takers - {who}
    if not takers:
        return not (who and known.main)
    if any((taker, ENDED) in state.store for taker in takers):
        # It came to its end by what it took, and has taken all that was there before.
        return False
    return backlogs.deserted(run, frame, number, state)


def _cancel_join_thread(
    run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State
) -> Value:
    if isinstance(receiver, Made):
        state.store[(receiver.number, _UNJOINED)] = TRUE
    return NONE


SPECIAL: dict[str, Special] = {f"{name}.cancel_join_thread": _cancel_join_thread for name in _QUEUES}
