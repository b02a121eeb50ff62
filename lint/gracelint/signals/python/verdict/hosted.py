"""Applications that a server imports (``gunicorn app:app``): what they do to the server's signals.

The server has handlers of its own. An application that installs another one, in the body of a module, when it starts up or in a request,
takes the signal away from it; a thread that it starts, and that is no daemon, outlives it. Whether a handler of the import stays in force
depends on what the server does first, which the catalogue knows (``hosts``). Method: the import is gone through like a program of its own,
then the hooks it has registered; then the server is at rest, and the signal arrives there as it does anywhere else (`reading`).

Nothing is read where no file of the image mentions a signal or a thread: most applications leave both alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....records import replace
from ....regexes import regex
from ...model import Reaction
from ..behaviour import Behaviour
from ..delivery import rests
from ..domain.state import DEFAULT, Frame
from ..domain.values import UNKNOWN, Bound, Function, Own, Partial
from ..libraries import hooks

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from ....image.model import Image
    from ....source import Text
    from ...model import Program
    from ..behaviour import Response
    from ..domain.state import State
    from ..domain.values import Value
    from ..interpreter.facts import Visit
    from ..interpreter.run import Run
    from ..program.entries import Entry, Host
    from ..program.sources import Sources

_MEDDLES = regex(
    r"\bsignal\.signal\b|\badd_signal_handler\b|\bfrom signal import\b|\bSIG(?:TERM|INT|QUIT|HUP)\b|\bThread\(|\bThread\)|\bTimer\(|\bProcess\(|\blifespan\b"
)
_SIGNALS = regex(r"\badd_signal_handler\b|\bsignal\.signal\b|\bfrom signal import\b")


def hosted(program: Program, image: Image, *, workdir: str, ignored: frozenset[str] = frozenset()) -> Program:
    """The server with what its application makes of its signals; itself where the application leaves them alone, or nothing of it is in the image."""
    from ..program.entries import Host, hosted_entry
    from ..program.sources import Sources
    from ..program.versions import version

    hosting = program.hosts
    if hosting is None:
        return program
    reactions = program.as_child if hosting.worker else program.as_pid1
    known = {signal: one for signal, one in reactions.items() if one.disposition != "unknown"}
    own = {signal: Own(one.disposition, one.why, one.breaks_off) for signal, one in known.items()}
    entry = hosted_entry(hosting, image, workdir)
    if entry is None:
        return program
    if entry.source is None:
        return _absent(program, hosting.application.value)
    sources = Sources(image, entry.search, version((), image))
    config = (hosting.config,) if hosting.config is not None else ()
    if not any(_MEDDLES.search(text.value) for text in (*config, *_imported(sources, entry.package))):
        return program
    host = Host(
        program.name, hosting.application.text, hosting, own, entry.function.rstrip("()"), entry.function.endswith(")")
    )
    return _judged(program, replace(entry, host=host, function=""), sources, image, ignored)


def _imported(sources: Sources, package: str) -> Iterator[Text]:
    """The texts of what a server imports, and of what Django does then."""
    django = False
    for text in sources.reachable(package):
        django = django or "get_wsgi_application" in text.value or "get_asgi_application" in text.value
        yield text
    if django:
        from ..libraries.management import configurations

        for name in configurations(sources):
            yield from sources.reachable(name)


# --- the run -----------------------------------------------------------------------------------------------------------


def serve(run: Run, frame: Frame, host: Host, package: str, state: State) -> None:
    """Import the application as the server does, run its hooks, and rest."""
    from ..interpreter.imports import module

    if host.hosting.imported == "after":
        hooks.install(host.own, state, loop=host.hosting.loop)
    module(run, frame, package, state)
    loaded = run.modules.get(package)
    if loaded is None or state.dead:
        return
    application = _application(run, frame, host, state.store.get((loaded.number, host.attribute), UNKNOWN), state)
    if host.hosting.imported != "after":
        hooks.install(host.own, state, loop=host.hosting.loop)
    _configured(run, frame, host, state)
    hooks.run_hooks(run, frame, host.text, application, state, threads=host.hosting.threads)
    rests.rest(run, frame, host.text, host.name, state)


def _application(run: Run, frame: Frame, host: Host, found: Value, state: State) -> Value:
    from ..interpreter.calls import call

    if host.factory and isinstance(found, Function | Bound | Partial):
        return call(run, frame, found, (), host.text, state)
    return found


def _configured(run: Run, frame: Frame, host: Host, state: State) -> None:
    """What the server's configuration file has it call."""
    from ..interpreter.calls import call
    from ..interpreter.statements import block

    parsed = run.sources.parse(host.hosting.config) if host.hosting.config is not None and host.hosting.hooks else None
    if parsed is None or parsed.problem is not None:
        return
    _, scope = run.module("__config__", state, "")
    state.become(block(run, Frame(scope), parsed.body, state))
    for name in host.hosting.hooks:
        found = state.store.get((scope.number, name), UNKNOWN)
        if isinstance(found, Function) and not state.dead:
            call(run, replace(frame, raises=[]), found, (UNKNOWN,), found.node.text, state)


# --- the judgement -----------------------------------------------------------------------------------------------------


def _judged(program: Program, entry: Entry, sources: Sources, image: Image, ignored: frozenset[str]) -> Program:
    assert entry.host is not None and entry.source is not None
    orders = [entry.host.hosting.imported] if entry.host.hosting.imported else ["before", "after"]
    ways: list[Mapping[str, Response]] = []
    for order in orders:
        host = replace(entry.host, hosting=replace(entry.host.hosting, imported=order))
        found = _found(program, replace(entry, host=host), sources, image, ignored)
        if not isinstance(found, dict):
            return found
        ways.append(found)
    found = {signal: _one([way.get(signal) for way in ways], program) for way in ways for signal in way}
    if not found:
        return program
    return replace(
        program,
        as_pid1={**program.as_pid1, **{signal: one.as_pid1 for signal, one in found.items() if one.as_pid1}},
        as_child={**program.as_child, **{signal: one.as_child for signal, one in found.items() if one.as_child}},
        clean_signals=tuple(signal for signal in program.clean_signals if signal not in found),
        python=Behaviour(entry.source, True, found, broken=sources.broken),
    )


def _one(ways: Sequence[Response | None], program: Program) -> Response:
    """The response whatever the server's version."""
    found = next(way for way in ways if way is not None)
    words = {way.as_pid1.disposition if way is not None and way.as_pid1 is not None else None for way in ways}
    if len(words) == 1:
        return found
    why = f"whether its handler or the application's is in force depends on the version of {program.name}"
    return _everywhere(found, Reaction("unknown", why), defect=None)


def _found(
    program: Program, entry: Entry, sources: Sources, image: Image, ignored: frozenset[str]
) -> dict[str, Response] | Program:
    """The signals to which the server does something else than it always does; or the program, where that is not what was found out."""
    from .execution import runs
    from .judgement import UNFINISHED, at_place

    host = entry.host
    assert host is not None
    run_of = runs(entry, sources, image.env, ignored)
    first = run_of()
    if first.exhausted:
        return _undecided(program, entry, sources, first.doubts[-1])
    visit = next((one for one in first.visits if one.name == host.name and one.text == host.text), None)
    if visit is None:
        fails = first.endings and not first.visits and not first.doubts and not first.foreign
        ends = fails and all(one.how in ("exit", "error") for one in first.endings)
        return replace(program, stays=False) if ends else program
    found: dict[str, Response] = {}
    for signal in dict.fromkeys((*host.own, *_stop(image))):
        aside = host.hosting.imported == "aside"
        meddled = bool(first.threads) or (not aside and _displaced(first, visit, host, signal))
        if meddled or (first.closings and not aside):
            found_there = at_place(run_of, first, visit, signal)
            if not meddled and (found_there.as_pid1 is None or found_there.as_pid1.why != UNFINISHED):
                continue
            response = _response(found_there, visit, host, program, signal)
            if response is not None:
                found[signal] = response
    return found


def _stop(image: Image) -> Sequence[str]:
    return (image.stop_signal.name,) if image.stop_signal.name else ()


def _displaced(first: Run, visit: Visit, host: Host, signal: str) -> bool:
    """Whether a handler of the application's is in force; one that only its name makes likely does not count."""
    handler = visit.handlers.get(signal, DEFAULT)
    registered = any(one.signal in (signal, "") and not one.refused for one in first.registrations)
    return handler != host.own.get(signal, DEFAULT) and registered


def _absent(program: Program, application: str) -> Program:
    """The server where its application is not there to be read: what ends it in order may be taken from it, or held up."""
    why = f"the application {application} is not in the build context, and may take the signal from {program.name}"

    def doubted(reactions: Mapping[str, Reaction]) -> Mapping[str, Reaction]:
        return {
            signal: Reaction("unknown", why) if one.disposition == "handles" else one
            for signal, one in reactions.items()
        }

    return replace(
        program,
        as_pid1=doubted(program.as_pid1),
        as_child=doubted(program.as_child),
        missing=(*program.missing, f"what {application} does with signals: it is not in the build context"),
    )


def _undecided(program: Program, entry: Entry, sources: Sources, why: str) -> Program:
    """The application cannot be followed, and somewhere in it a handler is installed."""
    host = entry.host
    if host is None or not any(_SIGNALS.search(text.value) for text in _imported(sources, entry.package)):
        return program
    unknown = Reaction(
        "unknown", f"{why}, and it installs a handler somewhere, which may take the place of {host.name}'s"
    )
    every = dict.fromkeys(host.own, unknown)
    missing = (*program.missing, f"whether the application takes the signal from {host.name}")
    return replace(
        program, as_pid1={**program.as_pid1, **every}, as_child={**program.as_child, **every}, missing=missing
    )


def _response(response: Response, visit: Visit, host: Host, program: Program, signal: str) -> Response | None:
    """What the server does when the application has had the signal; None where it does what it always does."""
    from .judgement import UNFINISHED

    hosting = host.hosting
    found = response.as_child if hosting.worker else response.as_pid1
    own = host.own.get(signal)
    if found is not None and own is not None and (found.disposition, found.why) == (own.does, own.why):
        return None
    at = response.registered or response.at or visit.text
    if found is not None and found.why == UNFINISHED:
        # A master kills its workers when its own patience is over.
        found = Reaction("unknown", f"{UNFINISHED}, as long as its master lets it") if hosting.worker else found
        return _everywhere(response, found, **({"defect": None} if hosting.worker else {}))
    if response.defect == "threads-outlive-exit":
        if hosting.ends_threads:
            return None
        return _everywhere(response, Reaction("ignores", f"a thread keeps it alive when {program.name} has ended"))
    if found is None:
        if not hosting.worker:
            return replace(response, as_pid1=None, as_child=None, defect="displaced-server-handler", at=at)
        found = Reaction(
            "terminates", f"the application takes {program.name}'s handler away, and its workers die at once"
        )
    elif found.disposition == "ignores":
        place = f"takes the place of {program.name}'s, which" if own is not None else f"runs, and {program.name}"
        what = "waits for it to no end" if hosting.worker else "goes on"
        found = Reaction("ignores", f"the application's own handler {place} {what}")
    elif found.disposition in ("handles", "terminates"):
        found = hosting.leaves or found
    elif found.disposition == "unknown":
        return _everywhere(response, found, defect=None)
    if found.disposition == "handles":
        return None if own is not None and own.does == "handles" else _everywhere(response, found, defect=None)
    return _everywhere(response, found, defect="displaced-server-handler", at=at)


def _everywhere(response: Response, reaction: Reaction, **change: Any) -> Response:
    return replace(response, as_pid1=reaction, as_child=reaction, **change)
