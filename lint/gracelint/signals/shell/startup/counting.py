"""Which of a shell's ways count: those that hold on, and not those that end early (an error, a usage message)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import replace

if TYPE_CHECKING:
    from ..model.state import State


def that_count(finished: list[State], left: list[State]) -> list[State]:
    """The ways that matter: where some hold on, those that end early (an error, a usage message) are left out. ``left``: loops that are
    left on other ways. One that looks after a job holds the shell where all that comes behind it is the end
    (``while :; do [ -e /sick ] && break; sleep 5; done; kill $pid; wait``)."""
    if left and all(_ends(state) and state.candidate is None for state in finished):
        watching = [state for state in left if not all(job.told for job in state.jobs)]
        for state in watching:
            state.perhaps, state.beyond = True, finished[0] if finished else None
        finished = [*finished, *watching]
    resolved = []
    for state in finished:
        if _ends(state) and state.candidate is not None and last(state) and _fresh(state, finished):
            candidate = state.candidate
            candidate.facts, candidate.beyond = replace(state.facts, before=candidate.facts.before), state
            resolved.append(candidate)
        else:
            resolved.append(state)
    chosen = resolved
    if not all(_ends(state) for state in resolved):
        chosen = [state for state in resolved if not _ends(state) or _may_end(state)]
        leaving = any(state.default and _ends(state) for state in resolved)
        for state in chosen:
            state.leaving = state.leaving or leaving
    if not any(state.default for state in chosen):
        for state in chosen:
            state.default = True
    return chosen


def _ends(state: State) -> bool:
    ended = state.ended
    return ended is not None and ended.kind == "exits" and not ended.failed


def _may_end(state: State) -> bool:
    """Whether it is no error that a way ends: a child is free to, by default; what comes of it is for the shell that has started it to say."""
    return state.default and state.child


def last(state: State) -> bool:
    """Whether nothing ran behind the candidate: what is written in front of other commands is meant to end before them, as is a loop that waits for something, while nothing runs."""
    assert state.candidate is not None and state.candidate.block is not None
    block, before = state.candidate.block, state.facts.before
    if block.left and all(job.told for job in state.candidate.jobs):
        return len(before) == len(state.candidate.facts.before)
    noted = [command.text for command in before]
    return block.kind != "foreground" or block.command.text not in noted or noted[-1] == block.command.text


def _fresh(state: State, finished: list[State]) -> bool:
    """Whether a way that ends holds on at its candidate: not if other ways came past that very command and held on elsewhere."""
    candidate = state.candidate
    assert candidate is not None and candidate.block is not None
    place = candidate.block.command.text
    waits = candidate.block.left and all(job.told for job in candidate.jobs)
    for other in finished:
        if other is state or (other.ended is not None and other.ended.kind == "exits"):
            continue
        if any(command.text == place for command in other.facts.before):
            return False
        if waits and set(candidate.block.left) <= set(other.conditions):
            return False  # it has left the loop as this one has
    return True
