"""What becomes of one signal that arrives at one place: the program is run once more, and what it came to is judged.

Where ways differ, the answer is unknown.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import replace
from ...model import Reaction
from ..behaviour import Response
from ..delivery import pauses, rests
from ..domain.lattice import alternatives
from ..domain.state import DEFAULT, IGNORE, handlers
from ..domain.values import UNKNOWN, Own
from .late import late_registration
from .outcome import NOTICED, abandoned, known_of, outcome

if TYPE_CHECKING:
    from ....source import Text
    from ..behaviour import Defect
    from ..interpreter.facts import Visit
    from ..interpreter.run import Run
    from .execution import RunOf


def response_to(run_of: RunOf, first: Run, places: list[Visit], signal: str) -> Response | None:
    """What becomes of one signal, over all the places where it may arrive."""
    found = [at_place(run_of, first, visit, signal) for visit in places]
    worst = min(found, key=_severity)
    same = {(_word(one.as_pid1), _word(one.as_child)) for one in found}
    if {_word(one.as_pid1) for one in found} == {"unknown", "handles"}:
        return worst
    if len(same) > 1:
        reaction = Reaction("unknown", "it depends on where the signal finds the program")
        # An exit that one place swallows is lost there, whatever the others do.
        defect = worst.defect if worst.defect == "exit-swallowed" else None
        return replace(worst, as_pid1=reaction, as_child=reaction, defect=defect)
    return worst


_ORDER = ["ignores", None, "misreads", "terminates", "defers", "unknown", "forwards", "handles"]


# Why a server that has been told does not end.
UNFINISHED = "what the application does at its shutdown has no end, and its server waits for it"


def _severity(response: Response) -> tuple[int, float]:
    """Order of responses, the worst first; of those alike, the slowest."""
    reaction = response.as_pid1
    return _ORDER.index(_word(reaction)), -reaction.after if reaction is not None else 0.0


def _word(reaction: Reaction | None) -> str | None:
    return reaction.disposition if reaction is not None else None


def at_place(run_of: RunOf, first: Run, visit: Visit, signal: str) -> Response:
    """What becomes of a signal that arrives at one place."""
    handler = visit.handlers.get(signal, DEFAULT)
    response = _setting(first, visit, signal)
    if signal in visit.blocked:
        return _blocked(run_of, first, visit, signal, response)
    kinds = alternatives(handler)
    if UNKNOWN in kinds:
        reaction = Reaction("unknown", "which handler it installs is not known")
        return replace(response, as_pid1=reaction, as_child=reaction)
    if len(kinds) > 1 and (DEFAULT in kinds or any(isinstance(one, Own) for one in kinds)):
        reaction = Reaction("unknown", "whether it installs its handler is not known")
        return replace(response, as_pid1=reaction, as_child=reaction)
    if handler == DEFAULT:
        return _by_default(first, visit, signal, response)
    if handler == IGNORE:
        reaction, at = Reaction("ignores", f"it ignores {signal}"), response.registered or visit.text
        return replace(response, as_pid1=reaction, as_child=reaction, defect="handler-does-not-stop", at=at)
    if isinstance(handler, Own):
        return _framework(run_of, first, handler, visit, signal, response)
    return _handled(run_of, first, visit, signal, response)


def _setting(first: Run, visit: Visit, signal: str) -> Response:
    """What stands around a place, whatever becomes of a signal there."""
    registered = next(
        (one.text for one in reversed(first.registrations) if one.signal == signal and not one.refused), None
    )
    cleanups = tuple(
        guard.text for guard in (*visit.guards, *first.atexit) if guard.kind != "except" and not guard.passing
    )
    return Response(
        None,
        None,
        visit.text,
        visit.name,
        stop_with=known_of(visit).get("stop-with", ""),
        registered=registered,
        cleanups=cleanups,
        interrupt=any(guard.kind == "except" for guard in visit.guards),
        loop=visit.loop,
        source=first.sources.source_of(visit.text),
        main=first.mains[-1] if visit.task and first.mains else None,
        entrance=_entrance(first, visit),
    )


def _handled(run_of: RunOf, first: Run, visit: Visit, signal: str, response: Response) -> Response:
    """A handler of the program's own runs there."""
    second = run_of(deliver=visit.number, signal=signal)
    found, defect, at = outcome(second, first, visit, signal, response)
    child = found
    if found.after >= NOTICED:
        delay = pauses.longest(second, [end.state for end in second.endings if end.state.signalled])
        response = replace(response, pause=delay.text, pause_set_by=delay.source)
    if second.asked_pid1:
        third = run_of(deliver=visit.number, signal=signal, pid1=False)
        child, _, _ = outcome(third, first, visit, signal, response)
    if _is_broken_off(second, visit, signal, response):
        found, child = replace(found, breaks_off="any"), replace(child, breaks_off="any")
    return replace(
        response, as_pid1=found, as_child=child, defect=defect, at=at, threads=tuple(t.text for t in second.threads)
    )


def _is_broken_off(run: Run, visit: Visit, signal: str, response: Response) -> bool:
    """Whether a second signal breaks off what is done on the first: by the same exception, or by the default action, where the handler has
    restored that. The interpreter's own wait for threads is broken off as well."""
    left = {handlers(end.state).get(signal, DEFAULT) for end in run.endings if end.state.signalled}
    restored = DEFAULT in left and any(one.signal == signal and one.handler == DEFAULT for one in run.registrations)
    waited = any(not thread.daemon for thread in run.threads)
    works = response.cleanups or waited or known_of(visit).get("breaks-off")
    return bool(works) and (restored or (run.broken_off and left != {IGNORE}))


def _entrance(run: Run, visit: Visit) -> tuple[Text, Text] | None:
    """A handler belongs there: in a function further down, which others call as well, nobody would look for it."""
    place = (*visit.way, visit.text)[:2][-1]
    source = run.sources.source_of(place)
    return (source, place) if source is not None else None


def _calls(run: Run, visit: Visit) -> tuple[tuple[Text, Text], ...] | None:
    """The calls that lead to a wait for another program; None where the program has more to do than that: threads, exit functions, other children."""
    others = any(text.span != visit.text.span for _, text in run.children)
    if run.threads or run.atexit or run.left or others or visit.loop or any(g.kind != "except" for g in visit.guards):
        return None
    calls = [(run.sources.source_of(text), text) for text in visit.way]
    return tuple((source, text) for source, text in calls if source is not None) if all(s for s, _ in calls) else None


def _blocked(run_of: RunOf, first: Run, visit: Visit, signal: str, response: Response) -> Response:
    """The signal is held back: no handler runs, and it is pending until something takes it."""
    second = run_of(deliver=visit.number, signal=signal)
    found, _, _ = outcome(second, first, visit, signal, response)
    ends_anyway = visit.kind == "perhaps" and found.after and not second.taken
    if found.disposition == "ignores" or ends_anyway:
        found = Reaction("ignores", f"it has {signal} blocked")
        return replace(response, as_pid1=found, as_child=found, defect="handler-not-installed", at=visit.text)
    if found.disposition == "handles":
        found = Reaction("handles", f"it waits for {signal}, and ends", after=found.after)
    return replace(response, as_pid1=found, as_child=found)


def _framework(run_of: RunOf, first: Run, handler: Own, visit: Visit, signal: str, response: Response) -> Response:
    """The framework the program rests in has a handler of its own, which ends that call. What stands behind it, and around it, is another matter."""
    reaction = child = Reaction(handler.does, handler.why, breaks_off=handler.breaks_off)
    if handler.does == "terminates" and known_of(visit).get("development"):
        response = replace(response, defect="development-server", at=visit.text)
    if handler.does in ("handles", "terminates"):
        second = run_of(deliver=visit.number, signal=signal)
        left = _behind(second, first, visit, response)
        if left is not None:
            return left
        end = next((end for end in second.endings if end.state.signalled), None)
        left_behind = abandoned(second, visit, end, response) if end is not None and handler.does == "handles" else None
        if left_behind is not None:
            found, defect, at = left_behind
            return replace(response, as_pid1=found, as_child=found, defect=defect, at=at)
        if second.asked_pid1 and response.cleanups:
            child = Reaction(
                "terminates",
                f"{handler.why} by the same signal, so that what stands behind its call, and atexit, is not reached",
            )
            response = replace(response, defect="cleanup-never-runs", at=response.cleanups[0])
    return replace(response, as_pid1=reaction, as_child=child)


def _behind(run: Run, first: Run, visit: Visit, response: Response) -> Response | None:
    """What keeps the program although the call it was at rest in has ended; None where nothing does."""
    ends = any(end.state.signalled for end in run.endings)
    if run.stays and not ends:
        place = run.stays[0]
        if run.outlived:
            found = Reaction("ignores", "a thread keeps it alive when its server has ended")
            return replace(response, as_pid1=found, as_child=found, defect="threads-outlive-exit", at=place.text)
        if run.unfinished is not None:
            found = Reaction("ignores", UNFINISHED)
            return replace(response, as_pid1=found, as_child=found, defect="handler-does-not-stop", at=run.unfinished)
        found = Reaction("ignores", f"it goes on when {visit.name} has ended")
        return replace(response, as_pid1=found, as_child=found, defect="handler-does-not-stop", at=place.text)
    doubts = [doubt for doubt in run.doubts if doubt not in first.doubts]
    if rests.WHETHER_ENDED in doubts:
        found = Reaction("unknown", f"{rests.WHETHER_ENDED} is not known")
        return replace(response, as_pid1=found, as_child=found)
    return None


def _by_default(first: Run, visit: Visit, signal: str, response: Response) -> Response:
    """Nothing handles it. Why not?"""
    refused = next((one for one in first.registrations if one.refused and one.signal == signal), None)
    taken_back = [one for one in first.registrations if one.signal == signal]
    defect: Defect = "absent-sigterm-handler"
    at = visit.text
    late = late_registration(first, signal)
    if refused is not None:
        defect, at = "handler-not-installed", refused.text
    elif len(taken_back) > 1 and taken_back[-1].handler == DEFAULT:
        defect, at = "handler-not-installed", taken_back[-1].text
    elif late is not None:
        defect, at = "handler-not-installed", late
        response = replace(response, late=True)
    elif visit.launches:
        defect = "launcher-does-not-forward"
        response = replace(response, calls=_calls(first, visit))
    elif known_of(visit).get("development"):
        defect = "development-server"
    return replace(response, defect=defect, at=at)
