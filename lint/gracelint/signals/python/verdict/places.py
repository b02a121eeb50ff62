"""Where the signal may find a program: the rests and loops that the first run has noted, each once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..delivery import rests

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..interpreter.facts import Visit
    from ..interpreter.run import Run


MOST_PLACES = 8


def places_of(run: Run) -> tuple[list[Visit], bool | None]:
    """Where the signal may find the program, each place once; and whether it stays there until told."""
    certain = [visit for visit in run.visits if visit.kind == "rest" or _within(visit, run.endless)]
    # Where the main line may come to its end, and threads go on, a loop before that end is the likelier place.
    main = [visit for visit in certain if visit.name != rests.END]
    if any(end.how == "exec" for end in run.endings):
        # Loops and programs waited for on the way to what it becomes are no places to stay at.
        main = [visit for visit in main if visit.kind == "rest"]
        return _each(run, main), True if main else None
    perhaps = [visit for visit in run.visits if visit.kind == "perhaps" or _within(visit, run.tentative)]
    perhaps = [visit for visit in perhaps if visit.name != rests.END] or perhaps
    if perhaps and perhaps[-1].launches and all(visit.kind in ("pause", "loop") for visit in main):
        # A program that it starts and waits for behind a loop: it can get past that loop.
        main = [visit for visit in main if visit.number > perhaps[-1].number]
    if main:
        return _each(run, main), True
    perhaps = perhaps[-1:] if perhaps and perhaps[-1].kind == "perhaps" else _last_loop(run, perhaps)
    return (
        (_each(run, perhaps), True if certain else None)
        if perhaps
        else (_each(run, certain), True if certain else None)
    )


def _within(visit: Visit, loops: Iterable[tuple[int, int]]) -> bool:
    return any(first <= visit.number < last for first, last in loops)


def _last_loop(run: Run, visits: list[Visit]) -> list[Visit]:
    loops = [loop for loop in run.tentative if any(loop[0] <= visit.number < loop[1] for visit in visits)]
    return [visit for visit in visits if loops and _within(visit, loops[-1:])]


def _each(run: Run, visits: list[Visit]) -> list[Visit]:
    """The last visit of each place, those of the program's own loop first: a helper further down pauses, or asks another program for something, and
    comes back. Of those as far down, the last one is where it gets to. A loop counts only where nothing in it waits."""
    waiting = {visit.number for visit in run.visits if visit.kind != "loop"}
    found: dict[tuple[object, int], Visit] = {}
    for visit in visits:
        if visit.kind == "loop" and any(
            first <= visit.number < last and waiting & set(range(first, last))
            for first, last in (*run.endless, *run.tentative)
        ):
            continue
        found[(visit.text.buffer, visit.text.start)] = visit
    return sorted(found.values(), key=lambda visit: (len(visit.way), -visit.number))[:MOST_PLACES]
