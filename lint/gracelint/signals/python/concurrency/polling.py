"""Threads that look again and again at what a handler changes, while the main line is at rest: they go on to their ends, and may be what
ends that rest.

Each is gone through from every pause in which the signal may have found it (`lasting`). If it ends from all of them, the program goes on
with what it has left; else it is taken to change nothing.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from ..delivery import lasting, pauses
from ..delivery.turns import REPLAYED
from ..domain.lattice import within
from ..domain.state import joined
from ..domain.values import TRUE, UNKNOWN
from ..libraries.queues import ENDED
from .threads import FORGOTTEN, PENDING

if TYPE_CHECKING:
    from ..domain.state import Frame, State
    from ..interpreter.facts import Thread
    from ..interpreter.run import Run


def moved_on(run: Run, frame: Frame, state: State) -> bool:
    """The main line stays where it is: whether a thread comes to its end meanwhile (of an event loop: and wakes it)."""
    if not state.signalled or frame.background is not None or state.dead:
        return False
    return any(_followed(run, frame, thread, state) for thread in run.threads if _polls(run, thread, state))


def _polls(run: Run, thread: Thread, state: State) -> bool:
    number = thread.object
    marked = any((number, mark) in state.store for mark in (ENDED, FORGOTTEN, PENDING))
    return (
        thread.kind == "thread"
        and number in run.begun
        and bool(run.paused.get(number))
        and not run.waits.get(number)
        and not marked
    )


def _followed(run: Run, frame: Frame, thread: Thread, state: State) -> bool:
    ways: list[lasting.Ways] = []
    for way in lasting.from_pauses(run, frame, thread.object, state):
        if way is None:
            return False
        ways.append(way)
    ends = [end for way in ways for end in way.ends]
    exits = [end for way in ways for end in way.exits]
    if bool(ends) == bool(exits) or (frame.loop and ends and not all(way.wakes for way in ways)):
        return False
    if exits:
        run.endings.append(max(exits, key=lambda end: pauses.longest(run, [end.state]).seconds))
        state.dead = True
        return True
    delay = pauses.longest(run, ends)
    after = joined(ends)
    assert after is not None
    pauses.forget(after)
    for key in [key for key in after.store if key[1] in REPLAYED and key not in state.store]:
        del after.store[key]
    after.store.update(pauses.all_of(state))
    after.store[(thread.object, ENDED)] = TRUE
    after.uncertain = after.uncertain or state.uncertain
    state.become(after)
    run.loop_handled = run.loop_handled or frame.loop
    if delay.text is not None:
        seconds = within(delay.seconds, delay.seconds) if delay.seconds < inf else UNKNOWN
        pauses.waited(run, thread.object, delay.text, seconds, state)
    return True
