"""From an application's entry to its behaviour: the first run, the places where the signal may arrive, a second run for each, and the judgement.

Where several places or ways differ, the answer is unknown; so it is where a framework that nobody measured may be what the program rests in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...model import Reaction
from ..behaviour import Behaviour, Response
from ..domain.state import IGNORE, blocked, handlers
from .execution import runs
from .judgement import response_to
from .outcome import known_of
from .places import places_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ....source import Text
    from ..interpreter.run import Run
    from ..program.entries import Entry
    from ..program.sources import Sources


def read(
    entry: Entry,
    sources: Sources,
    env: Mapping[str, str | None],
    ignored: frozenset[str],
    signals: Sequence[str],
) -> Behaviour | None:
    """The behaviour of the application that begins at ``entry``; None where its source is not there or cannot be read."""
    if entry.source is None:
        return None
    parsed = sources.parse(entry.source)
    if parsed is None or parsed.problem is not None:
        return None
    if sources.refused(entry.source):
        return Behaviour(
            entry.source, False, missing=("the image's Python does not know the syntax of the program (SyntaxError)",)
        )
    run_of = runs(entry, sources, env, ignored)
    first = run_of()
    if first.exhausted:
        return _unknown(entry.source, entry.source.cut(0, 0), "the program", signals, first.doubts[-1])
    places, stays = places_of(first)
    if not places:
        became = next((end for end in first.endings if end.how == "exec"), None)
        if became is not None:
            at = became.text or entry.source.cut(0, 0)
            argvs = {end.argv for end in first.endings if end.how == "exec"}
            if became.argv and len(argvs) == 1 and not _leaves_something(first, signals):
                return Behaviour(entry.source, True, becomes=became.argv, at=at)
            return _unknown(
                entry.source, at, "the program", signals, "what the program becomes by exec is not followed"
            )
        if first.foreign:
            text, name = first.foreign[-1]
            return _unknown(entry.source, text, name, signals, f"what {name} does with the signal")
        if first.doubts:
            return _unknown(entry.source, entry.source.cut(0, 0), "the program", signals, first.doubts[0])
        dies = first.lacking and all(end.how == "error" for end in first.endings)
        return Behaviour(entry.source, False, missing=tuple(first.lacking[:1]) if dies else ())
    responses = {signal: response_to(run_of, first, places, signal) for signal in signals}
    found = {signal: response for signal, response in responses.items() if response is not None}
    if any(end.how == "end" for end in first.endings):
        stays = None  # a subcommand, or a setting, may have it do something else and end
    traits = dict.fromkeys(trait for visit in places for trait in known_of(visit).get("traits", ()))
    return Behaviour(entry.source, stays, found, traits=tuple(traits))


def _leaves_something(run: Run, signals: Sequence[str]) -> bool:
    """Whether what a program becomes by exec finds more than a fresh process: signals ignored or blocked, children and threads that
    it did not start."""
    states = [end.state for end in run.endings]
    kept = any(
        handlers(state).get(signal) == IGNORE or signal in blocked(state) for state in states for signal in signals
    )
    background = any(visit.launches and "&" in visit.text.value.replace("&&", "") for visit in run.visits)
    return kept or background or bool(run.left or run.threads)


def _unknown(source: Text, at: Text, name: str, signals: Sequence[str], missing: str) -> Behaviour:
    reaction = Reaction("unknown", f"what {name} does with it is not known")
    return Behaviour(source, None, {signal: Response(reaction, reaction, at, name) for signal in signals}, (missing,))
