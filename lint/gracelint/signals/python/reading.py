"""From an application's entry to its behaviour: the first run, the places where the signal may arrive, a second run for each, and the judgement.

Where several places or ways differ, the answer is unknown; so it is where a framework that nobody measured may be what the program rests in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...records import replace
from ..model import Reaction
from . import rests, threads
from .behaviour import Behaviour, Response
from .late import late_registration
from .run import Ending, OutOfBoundsError, Run, blocked, handlers
from .state import ASKED, DEFAULT, IGNORE, INTERRUPT, LEFT, LOST, SERVES, Frame, joined
from .values import FALSE, TRUE, UNKNOWN, Const, Own, Ref, alternatives, truth

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from ...source import Text
    from .behaviour import Defect
    from .knowledge import Entry as Knowledge
    from .run import Thread, Visit
    from .sources import Entry, Sources
    from .state import State
    from .values import Value

    RunOf = Callable[..., Run]

MOST_PLACES = 8


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

    run_of = runs(entry, sources, env, ignored)
    first = run_of()
    if first.exhausted:
        return _unknown(entry.source, entry.source.cut(0, 0), "the program", signals, first.doubts[-1])
    places, stays = _places(first)
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
        return Behaviour(entry.source, False)
    responses = {signal: _response(run_of, first, places, signal) for signal in signals}
    found = {signal: response for signal, response in responses.items() if response is not None}
    if any(end.how == "end" for end in first.endings):
        stays = None  # a subcommand, or a setting, may have it do something else and end
    return Behaviour(entry.source, stays, found)


def _leaves_something(run: Run, signals: Sequence[str]) -> bool:
    """Whether what a program becomes by exec finds more than a fresh process: signals ignored or blocked, children and threads that
    it did not start."""
    states = [end.state for end in run.endings]
    kept = any(
        handlers(state).get(signal) == IGNORE or signal in blocked(state) for state in states for signal in signals
    )
    background = any(visit.launches and "&" in visit.text.value.replace("&&", "") for visit in run.visits)
    return kept or background or bool(run.left or run.threads)


def runs(entry: Entry, sources: Sources, env: Mapping[str, str | None], ignored: frozenset[str]) -> RunOf:
    """What goes through the program from ``entry`` on, each time with the settings given (fields of `Run`)."""

    def run_of(**settings: object) -> Run:
        run = replace(Run(sources, entry.argv, env, ignored), **settings)  # type: ignore[arg-type] # fields of Run
        execute(run, entry)
        return run

    return run_of


def _unknown(source: Text, at: Text, name: str, signals: Sequence[str], missing: str) -> Behaviour:
    reaction = Reaction("unknown", f"what {name} does with it is not known")
    return Behaviour(source, None, {signal: Response(reaction, reaction, at, name) for signal in signals}, (missing,))


# --- one run -----------------------------------------------------------------------------------------------------------


def execute(run: Run, entry: Entry) -> None:
    """Go through the program from its entry to its end."""
    from .bindings import module
    from .calls import call
    from .statements import block

    assert entry.source is not None
    state = run.begin()
    parsed = run.sources.parse(entry.source)
    if parsed is None:
        return
    try:
        if entry.host is not None:
            from .hosted import serve

            _, scope = run.module("__main__", state, "")
            frame = Frame(scope)
            serve(run, frame, entry.host, entry.package, state)
            end = None if state.dead else state
        elif entry.function:
            _, scope = run.module("__console_script__", state, "")
            frame = Frame(scope)
            module(run, frame, entry.package, state)
            loaded = run.modules.get(entry.package)
            target: Value = UNKNOWN
            if loaded is not None:
                target = state.store.get((loaded.number, entry.function.partition(".")[0]), UNKNOWN)
            call(run, frame, target, (), entry.source.cut(0, 0), state)
            end = None if state.dead else state
        else:
            _, scope = run.module("__main__", state, entry.argv[0] if entry.argv else "")
            state.store[(scope.number, "__package__")] = Const(entry.package)
            frame = Frame(scope)
            if entry.package:
                # ``-m`` imports the packages around the module first.
                module(run, frame, entry.package, state)
            end = None if state.dead else block(run, frame, parsed.body, state)
        _finish(run, frame, end, entry.source)
    except OutOfBoundsError as error:
        run.exhausted = True
        run.doubts.append(str(error))


def _finish(run: Run, frame: Frame, end: State | None, source: Text) -> None:
    """The main line is over: threads and processes are waited for, unless they are daemons."""
    ends = [Ending(end, "end", None)] if end is not None else []
    for one in frame.raises:
        how = {"SystemExit": "exit", "KeyboardInterrupt": "interrupt"}.get(one.kind, "error")
        ends.append(Ending(one.state, how, one.text))
    for ending in ends:
        raises, frame.raises, state = frame.raises, [], ending.state
        for thread in _waited_for(run):
            if not state.dead:
                lives = truth(state.store.get((thread.object, "#lives"), UNKNOWN))
                _join(run, frame, thread, state, "rest" if lives else "perhaps")
        for thread in run.threads:
            if thread.kind == "process" and thread.daemon and not state.dead:
                _terminated(run, frame, thread, state)
        if not state.dead or frame.raises:
            # What is raised while the interpreter waits for threads is printed, and it goes on to end.
            left = joined([state, *(one.state for one in frame.raises)])
            if left is not None:
                run.endings.append(Ending(left, ending.how, ending.text))
        frame.raises = raises


def _terminated(run: Run, frame: Frame, thread: Thread, state: State) -> None:
    """At the program's end `multiprocessing` sends SIGTERM to its daemons and waits for them: a forked one has the handler that its parent had."""
    inherited = state.store.get((thread.object, threads.HANDLER), DEFAULT)
    if state.signalled and inherited not in (DEFAULT, INTERRUPT):
        over = threads.terminated(run, frame, thread, inherited)
        rests.rest(run, frame, thread.text, "the process that it terminates", state, over=over, outlives=True)


def _waited_for(run: Run) -> list[Thread]:
    found = {thread.object: thread for thread in run.threads if not thread.daemon}
    return list(found.values())


def _join(run: Run, frame: Frame, thread: Thread, state: State, kind: str) -> None:
    if truth(state.store.get((thread.object, "daemon"), FALSE)) is True:
        return
    over = threads.over(run, frame, thread.object)
    rests.rest(run, frame, thread.text, rests.END, state, kind=kind, over=over, outlives=True)


# --- places ------------------------------------------------------------------------------------------------------------


def _places(run: Run) -> tuple[list[Visit], bool | None]:
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
    """The last visit of each place; a loop counts only where nothing in it waits."""
    waiting = {visit.number for visit in run.visits if visit.kind != "loop"}
    found: dict[tuple[object, int], Visit] = {}
    for visit in visits:
        if visit.kind == "loop" and any(
            first <= visit.number < last and waiting & set(range(first, last))
            for first, last in (*run.endless, *run.tentative)
        ):
            continue
        found[(visit.text.buffer, visit.text.start)] = visit
    return list(found.values())[:MOST_PLACES]


# --- judgement ---------------------------------------------------------------------------------------------------------


def _response(run_of: RunOf, first: Run, places: list[Visit], signal: str) -> Response | None:
    """What becomes of one signal, over all the places where it may arrive."""
    found = [at_place(run_of, first, visit, signal) for visit in places]
    worst = min(found, key=lambda one: _ORDER.index(one.as_pid1.disposition if one.as_pid1 else None))
    same = {(_word(one.as_pid1), _word(one.as_child)) for one in found}
    if len(same) > 1:
        reaction = Reaction("unknown", "it depends on where the signal finds the program")
        # An exit that one place swallows is lost there, whatever the others do.
        defect = worst.defect if worst.defect == "exit-swallowed" else None
        return replace(worst, as_pid1=reaction, as_child=reaction, defect=defect)
    return worst


_ORDER = ["ignores", None, "misreads", "terminates", "defers", "unknown", "forwards", "handles"]


def _word(reaction: Reaction | None) -> str | None:
    return reaction.disposition if reaction is not None else None


def at_place(run_of: RunOf, first: Run, visit: Visit, signal: str) -> Response:
    """What becomes of a signal that arrives at one place."""
    handler = visit.handlers.get(signal, DEFAULT)
    registered = next(
        (one.text for one in reversed(first.registrations) if one.signal == signal and not one.refused), None
    )
    cleanups = tuple(
        guard.text
        for guard in (*visit.guards, *first.atexit)
        if guard.kind != "except" and not guard.text.value.startswith(("open(", "suppress("))
    )
    response = Response(
        None,
        None,
        visit.text,
        visit.name,
        stop_with=_entry(visit).get("stop-with", ""),
        registered=registered,
        cleanups=cleanups,
        interrupt=any(guard.kind == "except" for guard in visit.guards),
        loop=visit.loop,
        source=first.sources.source_of(visit.text),
        main=first.mains[-1] if visit.task and first.mains else None,
    )
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
        reaction = Reaction("ignores", f"it ignores {signal}")
        return replace(
            response, as_pid1=reaction, as_child=reaction, defect="handler-does-not-stop", at=registered or visit.text
        )
    if isinstance(handler, Own):
        return _framework(run_of, first, handler, visit, signal, response)
    second = run_of(deliver=visit.number, signal=signal)
    found, defect, at = _outcome(second, first, visit, signal, response)
    child = found
    if second.asked_pid1:
        third = run_of(deliver=visit.number, signal=signal, pid1=False)
        child, _, _ = _outcome(third, first, visit, signal, response)
    return replace(
        response, as_pid1=found, as_child=child, defect=defect, at=at, threads=tuple(t.text for t in second.threads)
    )


def _blocked(run_of: RunOf, first: Run, visit: Visit, signal: str, response: Response) -> Response:
    """The signal is held back: no handler runs, and it is pending until something takes it."""
    second = run_of(deliver=visit.number, signal=signal)
    found, _, _ = _outcome(second, first, visit, signal, response)
    if found.disposition == "ignores":
        found = Reaction("ignores", f"it has {signal} blocked")
        return replace(response, as_pid1=found, as_child=found, defect="handler-not-installed", at=visit.text)
    if found.disposition == "handles":
        found = Reaction("handles", f"it waits for {signal}, and ends")
    return replace(response, as_pid1=found, as_child=found)


def _framework(run_of: RunOf, first: Run, handler: Own, visit: Visit, signal: str, response: Response) -> Response:
    """The framework the program rests in has a handler of its own, which ends that call. What stands behind it, and around it, is another matter."""
    reaction = child = Reaction(handler.does, handler.why)  # type: ignore[arg-type] # a disposition
    if handler.does == "terminates" and _entry(visit).get("development"):
        response = replace(response, defect="development-server", at=visit.text)
    if handler.does in ("handles", "terminates"):
        second = run_of(deliver=visit.number, signal=signal)
        left = _behind(second, first, visit, response)
        if left is not None:
            return left
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
        found = Reaction("ignores", f"it goes on when {visit.name} has ended")
        return replace(response, as_pid1=found, as_child=found, defect="handler-does-not-stop", at=place.text)
    doubts = [doubt for doubt in run.doubts if doubt not in first.doubts]
    if rests.WHETHER_ENDED in doubts:
        found = Reaction("unknown", f"{rests.WHETHER_ENDED} is not known")
        return replace(response, as_pid1=found, as_child=found)
    return None


def _entry(visit: Visit) -> Knowledge:
    """What is known of the call that the program rests in."""
    from .knowledge import entry_of

    return entry_of(visit.name) or {}


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
    elif _entry(visit).get("development"):
        defect = "development-server"
    return replace(response, defect=defect, at=at)


def _outcome(
    run: Run, first: Run, visit: Visit, signal: str, response: Response
) -> tuple[Reaction, Defect | None, Text | None]:
    """What the second run came to."""
    ends = [end for end in run.endings if end.state.signalled]
    doubts = [doubt for doubt in run.doubts if doubt not in first.doubts]
    certain = [end for end in ends if not end.state.uncertain]
    if ends and run.stays and not certain and not run.influenced:
        ends = []
    if (ends and run.stays) or (not ends and not run.stays) or doubts:
        why = doubts[0] if doubts else "what its handler brings about depends on what is not known"
        return Reaction("unknown", why), None, None
    if not ends:
        return _staying(run, visit, signal, response)
    asked = ends[0].state.store.get(ASKED)
    if isinstance(asked, Own) and all(ASKED in end.state.store for end in ends):
        return Reaction(asked.does, asked.why), None, None  # type: ignore[arg-type] # a disposition
    if all(end.how == "died" for end in ends):
        return Reaction("terminates", "it ends itself by a signal"), None, None
    if any(end.how == "exec" for end in ends):
        return Reaction("unknown", "it becomes another program"), None, None
    if any(TRUE in (end.state.store.get(LOST), end.state.store.get(LEFT)) for end in ends):
        why = "its handler leaves the event loop, and a coroutine that waits while it cleans up is dropped"
        return Reaction("terminates", why), "cleanup-never-runs", response.registered or visit.text
    at_once = next((end for end in ends if end.how == "_exit"), None)
    if at_once is not None and response.cleanups:
        why = "its handler ends the process at once, and what wants to clean up does not run"
        return Reaction("terminates", why), "cleanup-never-runs", at_once.text
    untold = [number for number, _ in run.children if ends[0].state.store.get((number, "told")) is None]
    minded = any(ends[0].state.store.get((number, "minded")) == TRUE for number in untold)
    if untold and (visit.launches or minded):
        why = "its handler ends it, and the program it waits for is killed without notice"
        return Reaction("terminates", why), "launcher-does-not-forward", visit.text
    lost = _lost(run, visit, ends[0].state)
    if lost is not None:
        defect: Defect | None = "development-server" if _entry(visit).get("development") else None
        return lost, defect, visit.text if defect else None
    if any(LEFT in end.state.store for end in ends):
        why = "whether a coroutine that is left in the event loop gets to its clean-up"
        return Reaction("unknown", why), None, None
    return Reaction("handles", f"its handler for {signal} ends the program"), None, None


def _lost(run: Run, visit: Visit, state: State) -> Reaction | None:
    """What it costs that the call that served was left, by an exception or in order; None where nothing is known to be lost.

    On SIGINT `asyncio.run` cancels the main task alone, which may then close its servers in order."""
    from .knowledge import entry_of

    found = _entry(visit).get("broken-off" if run.broken_off else "stopped")
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
