"""The signal meets the program at a rest: the handler in force is called, and the rest is over, or goes on; so that the program stays,
unless something that goes on beside it ends it after all.

What a handler raises comes out of the rest (`arrival`); what it does for tasks the event loop sees in its turn (`turns`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.lattice import bounds
from ..domain.state import ASKED, blocked
from ..domain.values import TRUE, Own
from ..interpreter.facts import Visit
from . import alarms, pauses
from .arrival import LAPPED, NOTED, SENT, deliver, leave, left_in_order, noticed, of_loop, out_of_loop, postpone
from .turns import arrived, cancelled, sleeps_on

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Value
    from ..interpreter.run import Run
    from .rests import Rest

# Of shorter pauses it does not matter what breaks them off, in seconds.
_LONG = 2


def met(run: Run, frame: Frame, state: State, here: Rest, handler: Value) -> None:
    """The signal meets the program at this rest, with this handler in force."""
    arrived(frame, state)
    first = len(frame.raises)
    if here.blocks and of_loop(handler):
        postpone(run, state, handler)
        return passes(run, frame, state, here, here.seconds) if here.kind == "pause" else still(run, frame, state, here)
    if isinstance(handler, Own) and run.signal not in blocked(state):
        if here.mark is not None:
            state.store[here.mark] = TRUE
        return left_in_order(run, frame, here.text, here.name, state)
    lasts = here.interrupted or (here.seconds is not None and bounds(here.seconds)[1] >= _LONG)
    if deliver(run, frame, here.text, state, handler) and lasts:
        # Behind the handler it may wait again by then, or come to that when it is too late (measured: one in six came too late; of a long
        # sleep, 10 of 40 on a busy machine).
        run.doubts.append(f"whether what a thread sends comes before {here.name} waits again")
    if not state.dead and ASKED in state.store:
        return left_in_order(run, frame, here.text, here.name, state)
    run.broken_off = len(frame.raises) > first
    if frame.loop:
        out_of_loop(run, frame, here.text, here.name, first)
    if state.dead or (here.interrupted and run.handler_ran):
        return None
    ended = here.ended(state)
    seconds = here.seconds
    if here.kind == "pause" or (seconds is not None and not ended):
        if frame.loop and not run.loop_handled and not run.ticking:
            # A pause of a loop wakes it up, so that it sees whatever the handler did: when it is over, and not before.
            run.ticking, ended = True, False
            if seconds is not None:
                pauses.passed(run, here.text, seconds, state)
                seconds = None
        return passes(run, frame, state, here, pauses.unless(ended, seconds))
    if ended is None:
        run.doubts.append(f"whether {here.name} ends")
        return None
    if ended and here.taken:
        run.taken = True
        return None
    if ended:
        if frame.loop and not run.loop_handled and not run.ticking:
            # The handler ran between two steps of the loop, which sleeps on and does not look.
            return stay(run, here.text, here.name, state)
        sleeps_on(run, frame, state, here)
        return leave(frame, state, here.raises, here.text)
    return still(run, frame, state, here)


def passes(run: Run, frame: Frame, state: State, here: Rest, seconds: Value | None) -> None:
    """The wait comes to its end by itself, after so many seconds."""
    from ..concurrency.polling import moved_on

    if cancelled(run, frame, state, here):
        return
    if seconds is not None and bounds(seconds)[1] >= _LONG and moved_on(run, frame, state):
        noticed(run, frame, here.text, state, SENT)
    if seconds is not None and not state.dead and not alarms.rings(run, frame, here.text, state, seconds):
        pauses.passed(run, here.text, seconds, state)
    noticed(run, frame, here.text, state, NOTED, LAPPED)


def still(run: Run, frame: Frame, state: State, here: Rest) -> None:
    """The wait goes on after the signal."""
    from ..concurrency.polling import moved_on

    if cancelled(run, frame, state, here):
        return
    if alarms.rings(run, frame, here.text, state):
        if not state.dead and here.ended(state):
            leave(frame, state, here.raises, here.text)
        elif not state.dead:
            still(run, frame, state, here)
    elif moved_on(run, frame, state):
        _looked_again(run, frame, state, here)
    else:
        stay(run, here.text, here.name, state)


def _looked_again(run: Run, frame: Frame, state: State, here: Rest) -> None:
    """A thread has gone on while the program waits, and may have ended that."""
    sent = SENT in state.store
    noticed(run, frame, here.text, state, SENT)
    if state.dead or (sent and here.interrupted):
        return
    if here.ended(state):
        leave(frame, state, here.raises, here.text)
    else:
        still(run, frame, state, here)


def stay(run: Run, text: Text, name: str, state: State) -> None:
    """The program is still there after the signal."""
    run.stays.append(Visit(-1, "rest", text, name, {}, ()))
    run.uncertain_stays = run.uncertain_stays and state.uncertain
    state.dead = True
