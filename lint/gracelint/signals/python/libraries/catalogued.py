"""Foreign calls that the catalogue knows (``calls.toml``; `knowledge` says what its words mean): they are over at once, or wait."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ..concurrency import backlogs, children, launching
from ..delivery import rests
from ..domain import numbers
from ..domain.lattice import bounds, truth
from ..domain.state import PROCESS, SERVES, Raised
from ..domain.values import FALSE, NONE, TRUE, UNKNOWN, Const, Instance, Made, Own, Ref, Type
from ..interpreter.attributes import lineage
from . import queues
from .descriptors import woken_by_handler
from .knowledge import standard

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run
    from .knowledge import Entry


# What these return must be awaited, and does nothing before.
ASYNCHRONOUS = ("asyncio.", "trio.", "anyio.", "hypercorn.asyncio.", "hypercorn.trio.")
# A pause of so many seconds is a place where the signal is likely to find the program.
_LONG = 30


def may_install(run: Run, state: State) -> None:
    """Which handlers are in force is not known from here on."""
    for signal in ("SIGTERM", "SIGINT"):
        state.store[(PROCESS, signal)] = UNKNOWN


def catalogued(
    run: Run,
    frame: Frame,
    name: str,
    entry: Entry,
    receiver: Value | None,
    arguments: Arguments,
    text: Text,
    state: State,
) -> Value:
    """What a call returns of which ``entry`` is what is known."""
    number = run.nobody
    if isinstance(receiver, Made | Instance) and not entry.get("singleton"):
        number = receiver.number
    found = _at_once(run, frame, name, entry, number, arguments, text, state)
    if found is not None:
        return found
    trigger = arguments.get(*entry["until-call"]) if "until-call" in entry else None
    if trigger is not None:
        from ..interpreter.calls import call

        call(run, frame, trigger, (), text, state, awaited=True)
        return NONE
    kind, seconds = _duration(entry, receiver, number, arguments, state)
    owned = _owned(entry, arguments)
    if "application" in entry and owned and frame.background is None and not state.signalled:
        from .hooks import in_force

        given = arguments.get(*entry["application"]) or UNKNOWN
        owned = in_force(run, frame, text, given, owned, state, loop=bool(entry.get("loop-handlers")))
        if state.dead:
            return UNKNOWN
    launches = bool(entry.get("launches"))
    if launches:
        launches, kind, seconds = _launched(run, name, number, kind, seconds, arguments, text, state)
    if entry.get("until") == "shutdown" and frame.background is None:
        state.store[(number, "#serving")] = TRUE
    if "locks" in entry and run.handling and run.locked in ((number, "certain"), (number, "perhaps")):
        return _deadlocked(run, frame, name, number, text, state, limited=kind == "pause")
    kind = _of_a_queue(run, frame, entry, number, kind, state)
    outer = run.locked
    if "locks" in entry and frame.background is None and kind != "pause":
        run.locked = (number, entry["locks"])
    _wait(run, frame, name, entry, number, text, state, kind, seconds, owned, launches=launches)
    run.locked = outer
    _for_children(run, number, kind, state, launches=launches)
    return _returned(run, frame, name, entry, number, text, state, kind)


def _deadlocked(run: Run, frame: Frame, name: str, number: int, text: Text, state: State, *, limited: bool) -> Value:
    """A handler waits for the child which the main line waits for, perhaps."""
    if run.locked == (number, "perhaps"):
        run.doubts.append("whether its handler can wait for the program that it reads from")
        return UNKNOWN
    return children.locked(run, frame, text, name, number, state, limited=limited)


def _for_children(run: Run, number: int, kind: str, state: State, *, launches: bool) -> None:
    """A wait is over, which may have been one for other programs."""
    if launches and not state.dead and (state.signalled or kind != "pause"):
        children.awaited(run, number, state)
    elif state.signalled and kind == "pause" and (run.children or run.started):
        # Time that the program gives to those it has told.
        children.awaited(run, run.nobody, state)


def _of_a_queue(run: Run, frame: Frame, entry: Entry, number: int, kind: str, state: State) -> str:
    """How a call waits that takes something out of a queue, or waits until it is empty; another one as it would."""
    if entry.get("drained") and not backlogs.done(run, frame, number, state, held=queues.held(number, state)):
        return "rest"
    if entry.get("until") != queues.PUT:
        return kind
    backlogs.taken(run, frame, number, state)
    queues.asked(run, frame, number, state)
    if kind != "rest":
        return kind
    queues.waited_for(run, frame, number, state)
    return "flows" if queues.flows(frame, number, state) else kind


def _returned(
    run: Run, frame: Frame, name: str, entry: Entry, number: int, text: Text, state: State, kind: str
) -> Value:
    """What a wait returns that is over."""
    put = entry.get("until") == queues.PUT
    if kind == "pause" and put and not queues.held(number, state):
        # Nobody has put anything there: the limit is over.
        frame.raises.append(Raised(state.copy(), "queue.Empty", text))
        state.dead = state.dead or state.signalled
    if put and not state.dead:
        return queues.taken(number, state)
    if kind == "pause" and entry.get("until") == "set":
        return state.store.get((number, "set"), FALSE)
    return Made(name, run.number())


def _at_once(
    run: Run, frame: Frame, name: str, entry: Entry, number: int, arguments: Arguments, text: Text, state: State
) -> Value | None:
    """What a call returns that waits for nothing; None of one that may."""
    match entry["does"]:
        case "marks" if entry["mark"] == queues.PUT:
            backlogs.fed(run, frame, name, number, arguments, text, state)
            if state.dead:
                return NONE
            queues.put(run, frame, number, arguments.get(0, "item") or UNKNOWN, state, name)
            return NONE
        case "marks":
            run.write(state, (number, entry["mark"]), TRUE)
            return NONE
        case "changes":
            run.opaque = run.opaque or state.signalled
        case "calls":
            from ..interpreter.calls import call

            return call(run, frame, arguments.get(0, "callback") or UNKNOWN, arguments.values[1:], text, state)
        case "serves":
            state.store[SERVES] = Ref(name)
        case "may-install":
            may_install(run, state)
        case "endless" | "inert" | "perhaps":
            pass
        case _:
            return None
    return Made(name, run.number())


def _duration(
    entry: Entry, receiver: Value | None, number: int, arguments: Arguments, state: State
) -> tuple[str, Value | None]:
    """Whether a call rests or pauses, and for how many seconds, where that is told."""
    kind = entry["does"]
    if "timeout" in entry and _limited(arguments.get(*entry["timeout"]), entry):
        kind = "pause"
    if "unblocked" in entry and (given := arguments.get(*entry["unblocked"])) is not None and truth(given) is not True:
        kind = "pause"
    if "ends" in entry:
        kind = entry["ends"]
    seconds = _seconds(entry, arguments, state)
    if entry["does"] == "pause" and seconds is not None and bounds(seconds)[0] >= _LONG:
        kind = "perhaps"
    limit = _timed(receiver, number, entry["timed-by"], state) if "timed-by" in entry else None
    return ("pause", limit) if limit is not None else (kind, seconds)


def _launched(
    run: Run,
    name: str,
    number: int,
    kind: str,
    seconds: Value | None,
    arguments: Arguments,
    text: Text,
    state: State,
) -> tuple[bool, str, Value | None]:
    """A call starts another program and waits for it: whether for one that stays until it is told, and how long."""
    launches = True
    if kind == "rest":
        sleeping = launching.slept(run, name, arguments, state)
        if sleeping is not None:
            launches, kind, seconds = False, "perhaps" if sleeping >= _LONG else "pause", Const(sleeping)
        elif launching.stands_behind(run, name, arguments, text, state):
            launches, kind = False, "pause"
            children.left_behind(run, text, state)
        elif launching.ends(run, name, arguments, text, state):
            launches, kind = False, "pause"
    if state.signalled:
        children.perhaps_told(run, state)
    if kind == "rest":
        kind = "perhaps"
        run.children.append((number, text))
    return launches, kind, seconds


def _wait(
    run: Run,
    frame: Frame,
    name: str,
    entry: Entry,
    number: int,
    text: Text,
    state: State,
    kind: str,
    seconds: Value | None,
    owned: dict[str, Value],
    *,
    launches: bool,
) -> None:
    until = entry.get("until-in-thread" if frame.background == "thread" else "until", entry.get("until"))
    over = rests.marked(run, number, until) if until is not None else None
    if until == queues.PUT and kind == "flows":
        over = queues.more(run, frame, number)
    if entry.get("woken"):
        over = partial(woken_by_handler, run)
    refuses = entry.get("refuses", "") if over is not None and over(state) else ""
    rests.rest(
        run,
        frame,
        text,
        name,
        state,
        kind=kind,
        over=over,
        raises=str(entry.get("raises", refuses)),
        interrupted=bool(entry.get("interrupted")),
        owned=owned,
        launches=launches,
        seconds=seconds,
        mark=(number, until) if until is not None and owned else None,
        blocks=standard(name) and not name.startswith(ASYNCHRONOUS),
    )


def _limited(given: Value | None, entry: Entry) -> bool:
    """Whether an argument limits how long a call waits. (0 is a limit, False is none, for all that they are equal.)"""
    if given is None or (isinstance(given, Const) and (given.value is None or given.value is False)):
        return False
    return "forever" not in entry or given != Const(entry["forever"])


def _timed(receiver: Value | None, number: int, attribute: str, state: State) -> Value | None:
    """How long the calls of an object wait, if it says so, or a class of it that is the image's own."""
    classes = lineage(receiver.type) if isinstance(receiver, Instance) else []
    numbers_ = (number, *(one.number for one in classes if isinstance(one, Type)))
    return next((found for one in numbers_ if (found := state.store.get((one, attribute), NONE)) != NONE), None)


def _owned(entry: Entry, arguments: Arguments) -> dict[str, Value]:
    """The handlers a framework installs for its own time."""
    if "unless" in entry:
        given = arguments.get(*entry["unless"])
        trigger = entry["unless"][1].endswith("trigger")
        if given is not None and (trigger or truth(given) is not True):
            return {}
    on = dict(entry["on"])
    if "when" in entry:
        chosen = next(
            (found for name in entry["when"]["given"] if (found := arguments.get(-1, name)) is not None), FALSE
        )
        on |= entry["when"]["on"] if truth(chosen) is True else {}
    return {signal: Own(one["does"], one["why"], one.get("breaks-off")) for signal, one in on.items()}


def _seconds(entry: Entry, arguments: Arguments, state: State) -> Value | None:
    """How long a pause lasts, in seconds; None where it has no length of its own."""
    given = arguments.get(*entry["seconds"]) if "seconds" in entry else None
    if given is None or not _limited(given, entry):
        return None
    found = numbers.length(given, state)
    return numbers.calculated("*", found, Const(entry["unit"])) if "unit" in entry else found
