"""What the run in which the signal has arrived came to: how the program ended, what it lost and left behind, or where it stayed."""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from ...model import Reaction
from ..delivery import pauses
from ..delivery.pauses import shown
from ..domain.state import ASKED, AWAITED, CUT, INTERRUPT, LEFT, LOST, SERVES
from ..domain.values import TRUE, UNKNOWN, Own, Ref

if TYPE_CHECKING:
    from ....source import Text
    from ..behaviour import Defect, Response
    from ..domain.state import State
    from ..interpreter.facts import Ending, Visit
    from ..interpreter.run import Run
    from ..libraries.knowledge import Entry as Knowledge


# Shorter pauses are no news, in seconds.
NOTICED = 2


def known_of(visit: Visit) -> Knowledge:
    """What is known of the call that the program rests in."""
    from ..libraries.knowledge import entry_of

    return entry_of(visit.name) or {}


def outcome(
    run: Run, first: Run, visit: Visit, signal: str, response: Response
) -> tuple[Reaction, Defect | None, Text | None]:
    """What the second run came to."""
    ends = [end for end in run.endings if end.state.signalled]
    doubts = [doubt for doubt in run.doubts if doubt not in first.doubts]
    certain = [end for end in ends if not end.state.uncertain]
    if ends and run.stays and not certain and not run.influenced and not _moved_on(run, first):
        ends = []
    if (ends and run.stays) or (not ends and not run.stays) or doubts:
        why = doubts[0] if doubts else "what its handler brings about depends on what is not known"
        return Reaction("unknown", why), None, None
    if not ends:
        return _staying(run, visit, signal, response)
    asked = ends[0].state.store.get(ASKED)
    if isinstance(asked, Own) and all(ASKED in end.state.store for end in ends):
        return Reaction(asked.does, asked.why, breaks_off=asked.breaks_off), None, None
    if all(end.how == "died" for end in ends):
        return Reaction("terminates", "it ends itself by a signal"), None, None
    if any(end.how == "exec" for end in ends):
        return Reaction("unknown", "it becomes another program"), None, None
    if any(TRUE in (end.state.store.get(LOST), end.state.store.get(LEFT)) for end in ends):
        why = "its handler leaves the event loop, and a coroutine that waits while it cleans up is dropped"
        return Reaction("terminates", why), "cleanup-never-runs", response.registered or visit.text
    if any(CUT in end.state.store for end in ends):
        why = "a task that is cancelled waits once more while it cleans up, and that ends there"
        return Reaction("terminates", why), "cleanup-never-runs", response.registered or visit.text
    at_once = next((end for end in ends if end.how == "_exit"), None)
    if at_once is not None and response.cleanups:
        why = "its handler ends the process at once, and what wants to clean up does not run"
        return Reaction("terminates", why), "cleanup-never-runs", at_once.text
    left_behind = abandoned(run, visit, ends[0], response)
    if left_behind is not None:
        return left_behind
    lost = _lost(run, visit, ends[0].state)
    if lost is not None:
        defect: Defect | None = "development-server" if known_of(visit).get("development") else None
        return lost, defect, visit.text if defect else None
    if any(LEFT in end.state.store for end in ends):
        why = "whether a coroutine that is left in the event loop gets to its clean-up"
        return Reaction("unknown", why), None, None
    return _ending(run, ends, signal), None, None


def abandoned(
    run: Run, visit: Visit, end: Ending, response: Response
) -> tuple[Reaction, Defect | None, Text | None] | None:
    """The program ends in order, and another one that it has started is killed with it; None where that is not known to matter to it."""
    store = end.state.store
    if any(store.get((number, "told")) == UNKNOWN for number in run.behind):
        why = "whether what it runs on the signal has the program stop that it has left behind is not known"
        return Reaction("unknown", why), None, None
    untold = [number for number, _ in run.children if store.get((number, "told")) is None]
    minded = any(store.get((number, "minded")) == TRUE for number in untold)
    if untold and (visit.launches or minded):
        why = "its handler ends it, and the program it waits for is killed without notice"
        at = visit.text
        if not visit.launches:
            why = "it ends, and the program it has started is killed without notice"
            at = next((text for number, text in run.started if number in untold), at)
        return Reaction("terminates", why), "launcher-does-not-forward", at
    left = [number for number, _ in run.children if store.get((number, AWAITED)) is None]
    told = any(
        store.get((number, "told")) == TRUE and store.get((number, AWAITED)) is None for number, _ in run.started
    )
    if told or (left and (visit.launches or any(store.get((number, "minded")) == TRUE for number in left))):
        why = "its handler ends it before the program has ended that it has told to"
        return Reaction("terminates", why), "launcher-does-not-wait", end.text or response.registered or visit.text
    return None


def _moved_on(run: Run, first: Run) -> bool:
    """Whether the signal has brought the program to a place where it stays, or not, that it had not come to before: a way out of there may
    well be taken."""
    before = {visit.text for visit in first.visits}
    return any(place.text not in before for place in run.stays)


def _ending(run: Run, ends: list[Ending], signal: str) -> Reaction:
    """The program ends in order, when the pauses that the signal does not shorten are over."""
    delay = pauses.longest(run, [end.state for end in ends])
    if delay.text is not None and delay.seconds == inf:
        why = f"how long it pauses at {shown(delay.text)}, before it looks at what its handler did, is not known"
        return Reaction("unknown", why)
    why = f"its handler for {signal} ends the program"
    if delay.seconds >= NOTICED:
        why += f", but it looks only when its pause is over, {delay.seconds:g} s later at the longest"
        why += f" (unless {delay.source} says otherwise)" if delay.source else ""
    return Reaction("handles", why, after=delay.seconds)


def _lost(run: Run, visit: Visit, state: State) -> Reaction | None:
    """What it costs that the call that served was left, by an exception or in order; None where nothing is known to be lost.

    On SIGINT `asyncio.run` cancels the main task alone, which may then close its servers in order."""
    from ..libraries.knowledge import entry_of

    found = known_of(visit).get("broken-off" if run.broken_off else "stopped")
    server = state.store.get(SERVES) if run.broken_off else None
    if found is None and isinstance(server, Ref) and visit.loop and visit.handlers.get(run.signal) != INTERRUPT:
        found = {"does": "terminates", "why": (entry_of(server.name) or {})["why"]}
    return Reaction(found["does"], found["why"]) if found is not None else None


def _staying(run: Run, visit: Visit, signal: str, response: Response) -> tuple[Reaction, Defect, Text]:
    place = run.stays[0]
    registered = response.registered or visit.text
    if run.swallowed:
        why = "the exit that its handler raises is caught, and it goes on"
        return Reaction("ignores", why), "exit-swallowed", run.swallowed[0]
    if run.outlived:
        return Reaction("ignores", "a thread keeps it alive after its handler"), "threads-outlive-exit", place.text
    why = f"its handler for {signal} runs, and it goes on"
    if place.name == "shutdown":
        why = "its handler waits for the server that it has interrupted"
        return Reaction("ignores", why), "handler-does-not-stop", place.text
    return Reaction("ignores", why), "handler-does-not-stop", registered
