"""Tasks that a handler wakes: what they do then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import replace
from ..delivery import arrival
from ..delivery.turns import REPLAYED
from ..domain.state import AWAITED, joined
from ..domain.values import TRUE, UNKNOWN
from ..libraries import queues
from . import awaiting

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..interpreter.run import Run


def woken(run: Run, frame: Frame, text: Text, state: State) -> None:
    """What the loop's handler did has ended the waits of some tasks: what these do then, to their ends, is done on its behalf, and takes as
    long as it does. An exit that one of them raises leaves the loop."""
    for task in list(run.tasks):
        # One that the main line waits for is gone on with there.
        if state.dead or task.number in frame.tasks or not any(over(state) for over in run.waits.get(task.number, ())):
            continue
        found = state.store.get((task.number, "#coroutine"), UNKNOWN)
        kept, certain, doubts = list(run.stays), run.uncertain_stays, len(run.doubts)
        inner = replace(frame, loop=True, limited=None, guards=(), raises=[], tasks=(task.number,))
        way = state.copy()
        awaiting.awaited(run, inner, found, text, way)
        ended = len(run.stays) == len(kept) and len(run.doubts) == doubts
        run.stays, run.uncertain_stays = kept, certain
        del run.doubts[doubts:]
        if not ended:
            continue
        exits = [one for one in inner.raises if one.kind in arrival.EXITS]
        if not way.dead:
            queues.ended(task.number, state, way)
            if (task.number, queues.ENDED) in state.store:
                way.store[(task.number, queues.ENDED)] = way.store[(task.number, AWAITED)] = TRUE
        ends = [way, *(one.state for one in inner.raises if one not in exits)]
        for one in (*ends, *(one.state for one in exits)):
            # Whoever waits for the task goes through it once more.
            for key in [key for key in one.store if key[1] in REPLAYED and key not in state.store]:
                del one.store[key]
        frame.raises += exits
        state.become(joined(ends))
