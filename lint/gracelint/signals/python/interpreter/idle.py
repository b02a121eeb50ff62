"""Long calls that nothing else notices: they are gone through once for each kind of arguments.

Such a call changes nothing that was there before it, and at most pauses or raises. When it is made again, its pauses and what it raises are
noted again, and its body is not gone through; unless the signal is to arrive in one of these pauses.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import dataclass, replace
from ..delivery import pauses
from ..domain.state import Raised, handlers
from .run import LONG_CALL

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..domain.state import Frame, Key, State
    from .facts import Visit
    from .run import Run


@dataclass(frozen=True, slots=True)
class Idle:
    """What such a call looked at outside (``read``), where it paused, in how many ``guards`` of its caller, and what it may raise."""

    read: frozenset[Key]
    visits: tuple[Visit, ...]
    guards: int
    raises: tuple[Raised, ...]

    def again(self, run: Run, frame: Frame, state: State) -> bool:
        """The call is made again: whether that was all that had to be done."""
        first = len(run.visits)
        if self.read & run.written:
            return False
        if run.deliver is not None and first <= run.deliver < first + len(self.visits):
            return False
        if state.signalled and any(visit.loop or visit.ended for visit in self.visits):
            return False
        run.read |= self.read
        run.looked += self.read
        in_force = handlers(state)
        for number, visit in enumerate(self.visits, first):
            if state.signalled:
                if visit.seconds is not None:
                    pauses.passed(run, visit.text, visit.seconds, state)
                continue
            guards = frame.guards + visit.guards[self.guards :]
            run.visits.append(replace(visit, number=number, handlers=in_force, guards=guards, loop=frame.loop))
        # Whether it raises is not known.
        state.uncertain = state.uncertain or (state.signalled and bool(self.raises))
        frame.raises += [Raised(state.copy(), one.kind, one.text) for one in self.raises]
        return True


class Watch:
    """What a call does to the rest of the program, from its beginning on."""

    def __init__(self, run: Run, frame: Frame) -> None:
        self.run, self.steps = run, run.steps
        # The call's own scope is the newest object.
        self.begun = run.numbers - 1
        self.facts = run.facts
        self.outer, run.lowest = run.lowest, run.numbers
        self.looked, self.visits, self.pausing = len(run.looked), len(run.visits), len(run.pausing)
        self.guards = len(frame.guards)

    def idle(self) -> bool:
        """Whether it was long, and did nothing that anything else can notice but pause."""
        run, lowest = self.run, self.run.lowest
        run.lowest = min(self.outer, lowest)
        pauses = all(visit.kind == "pause" and not visit.launches for visit in run.visits[self.visits :])
        noticed = lowest <= self.begun or run.facts != self.facts or len(run.pausing) > self.pausing
        return run.steps - self.steps > LONG_CALL and pauses and not noticed

    def seen(self, raises: Iterable[Raised]) -> Idle:
        """What there is to be noted when the call is made again."""
        run = self.run
        read = frozenset(key for key in run.looked[self.looked :] if key[0] <= self.begun)
        kinds = {(one.kind, one.text.start): one for one in raises}
        return Idle(read, tuple(run.visits[self.visits :]), self.guards, tuple(kinds.values()))
