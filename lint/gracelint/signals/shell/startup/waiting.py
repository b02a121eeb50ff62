"""The ways through a script that are still to go."""

from __future__ import annotations

from heapq import heappop, heappush
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..evaluator.interpreter import Frame
    from ..model.state import State


class Waiting:
    """The ways to go on with: the deepest first, so that those that split come together again; of equally deep ones the one that came
    first.

    Those behind a condition stand as deep as the body that they may go into: two that the condition has let in by different reasons
    (``a || b``) meet in front of it.
    """

    def __init__(self) -> None:
        self._order: list[tuple[int, int, State]] = []
        self._places: dict[Frame, list[State]] = {}
        self._sequence = self.count = 0

    def add(self, state: State) -> None:
        """One more."""
        if state.stack is not None:
            self._places.setdefault(state.stack, []).append(state)
        self.count += 1
        self.again(state)

    def again(self, state: State) -> None:
        """One of them is now the last to have come."""
        self._sequence += 1
        state.sequence = self._sequence
        heappush(self._order, (-depth_of(state), state.sequence, state))

    def take(self) -> State:
        """The next one."""
        _, sequence, state = heappop(self._order)
        while state.sequence != sequence:
            _, sequence, state = heappop(self._order)
        self.count -= 1
        if state.stack is not None:
            self._places[state.stack].remove(state)
        return state

    @property
    def depth(self) -> int:
        """How deep the next one is."""
        return -self._order[0][0] if self._order else -2

    def at(self, frame: Frame) -> Sequence[State]:
        """Those that are at a place."""
        return self._places.get(frame, ())

    def all(self) -> list[State]:
        """All of them."""
        return [state for _, sequence, state in sorted(self._order) if state.sequence == sequence]


def depth_of(state: State) -> int:
    """How deep a way is, -1 where nothing is left to do."""
    frame = state.stack
    if frame is None:
        return -1
    condition = frame.kind == "if" or (frame.kind == "while" and not frame.index)  # 1: its body is over
    return frame.depth + condition
