"""Foreign calls: of the standard library, of frameworks and of whatever else the image's own files do not hold.

`knowledge` tells what matters of a known one; one that nobody knows may be what the program rests in, or may install a handler: its name decides.
"""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING

from ....regexes import regex
from ..concurrency import children, launching
from ..delivery import rests
from ..domain import containers, numbers
from ..domain.operators import signal_of
from ..domain.state import CANCELLED, PROCESS, SERVES, Raised
from ..domain.values import (
    FALSE,
    NONE,
    TRUE,
    UNKNOWN,
    Box,
    Const,
    Coroutine,
    Instance,
    Made,
    Method,
    Own,
    Ref,
    Type,
    bounds,
    truth,
)
from ..interpreter.attributes import lineage
from . import special
from .descriptors import woken_by_handler
from .knowledge import entry_of, perhaps_rests, standard

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run
    from .knowledge import Entry

# A foreign function of such a name may well install a handler.
_INSTALLS = regex(r"signal|graceful|terminat|shutdown_hook|killer|install_handler|sigterm", re.IGNORECASE)


def unknown(run: Run, frame: Frame, arguments: Arguments, text: Text, state: State) -> Value:
    """A call of something that is not known."""
    name = text.value.partition("(")[0].strip()
    _given(run, arguments, text, state)
    if run.handling:
        run.opaque = run.opaque or name.rpartition(".")[2] not in _HARMLESS
    if name.endswith(".cancel") and frame.loop:
        state.store[CANCELLED] = TRUE
        if run.handling:
            run.opaque = False
    _perhaps(run, frame, name, arguments, text, state)
    if _INSTALLS.search(name.rpartition(".")[2]):
        _may_install(run, state)
    return UNKNOWN


# Foreign calls that by their names, and without a limit in their arguments, wait for something to come.
_RECEIVES = regex(r"(?:recv|receive|wait_for|next_event)(?:_\w+)?|read_loop|wait")


def _perhaps(run: Run, frame: Frame, name: str, arguments: Arguments, text: Text, state: State) -> None:
    """By its name, a foreign call may be where the program, or a thread, stays: after a signal it may well go on to wait (PEP 475), and nobody knows how long."""
    unlimited = next(arguments.every(), None) is None
    if unlimited and _RECEIVES.fullmatch(name.rpartition(".")[2]):
        rests.rest(run, frame, text, name, state, kind="pause", seconds=UNKNOWN)
    elif not perhaps_rests(name):
        return
    elif frame.background is None:
        run.foreign.append((text, name))
    elif frame.background == "thread" and state.signalled:
        run.doubts.append(f"whether {name} ends")
    elif frame.background == "thread":
        run.snapshots.append(state.copy())


def _given(run: Run, arguments: Arguments, text: Text, state: State) -> None:
    """Functions that are given away may be called some time: by what name, the call and the parameter tell."""
    for word, given in (*(("", one) for one in arguments.values), *arguments.named):
        run.hook(f"{text.value.partition(',')[0]} {word}", text, given, state)


# What these return must be awaited, and does nothing before.
# A pause of so many seconds is a place where the signal is likely to find the program.
_LONG = 30
_ASYNCHRONOUS = ("asyncio.", "trio.", "anyio.", "hypercorn.asyncio.", "hypercorn.trio.")
_HARMLESS = frozenset(
    "debug info warning warn error critical exception log print write flush format join append".split()
)


# What starts a process and does not wait for it.
_STARTS = regex(
    r"subprocess\.Popen|os\.(?:spawn\w+|posix_spawnp?|popen|forkpty)|pty\.fork|asyncio\.create_subprocess_\w+"
)


def _may_install(run: Run, state: State) -> None:
    for signal in ("SIGTERM", "SIGINT"):
        state.store[(PROCESS, signal)] = UNKNOWN


def called(
    run: Run,
    frame: Frame,
    name: str,
    receiver: Value | None,
    arguments: Arguments,
    text: Text,
    state: State,
    *,
    awaited: bool = False,
) -> Value:
    """A call that leads out of the image's own code."""
    if _STARTS.fullmatch(name):
        run.left.append(text)
    found = special.function(name)
    if found is not None:
        return found(run, frame, receiver, arguments, text, state)
    if not standard(name):
        _given(run, arguments, text, state)
    entry = entry_of(name)
    if entry is not None and not awaited and name.startswith(_ASYNCHRONOUS) and entry["does"] in ("rest", "pause"):
        return Coroutine(
            Method(receiver, name) if isinstance(receiver, Made | Instance | Box) else Ref(name), arguments
        )
    if entry is not None:
        return _known(run, frame, name, entry, receiver, arguments, text, state)
    if receiver is not None and isinstance(receiver, Instance):
        return _inherited(run, frame, name, receiver, arguments, text, state)
    if receiver is not None and isinstance(receiver, Box):
        return containers.method(run, receiver, name, arguments, state)
    if (
        not standard(name)
        and not name.startswith(("str.", "list.", "dict.", "generator.", "coroutine."))
        and "." in name
    ):
        _noted(run, frame, name, arguments, text, state)
    elif run.handling and receiver is not None and name.rpartition(".")[2] not in _HARMLESS:
        run.opaque = run.opaque or not standard(name)
    made = Made(name, _number(run, frame, text, state))
    if name in children.BESIDE:
        children.begun(run, name, made, arguments, text, state)
    return made


def _number(run: Run, frame: Frame, text: Text, state: State) -> int:
    """The number of an object that a call makes. A thread or a task that is gone through again because of the signal finds its own objects, with what others have done to them."""
    if frame.background not in ("thread", "task") and frame.tasks[-1:] in ((), (run.main_task,)):
        return run.number()
    known = run.own_objects.setdefault((frame.thread, frame.tasks[-1:], text.buffer, text.start), [])
    later = state if run.arriving is None else run.arriving.state
    if later.signalled:
        changed = (number for number in known[:-_LATEST:-1] if any((number, mark) in later.store for mark in _MARKS))
        again = next(changed, None)
        if again is not None and (again, _AGAIN) not in state.store:
            state.store[(again, _AGAIN)] = TRUE
            return again
        return run.number()
    known.append(run.number())
    return known[-1]


# What ends a wait for an object; of those made at one place the latest are looked at.
_MARKS = ("set", "put", "notified", "released", "done", "closed", "shut")
_LATEST = 8
# An object that was found again, which is made once.
_AGAIN = "#again"


def _inherited(
    run: Run, frame: Frame, name: str, receiver: Instance, arguments: Arguments, text: Text, state: State
) -> Value:
    """A method that an object of the image's own has from a foreign class."""
    last = name.rpartition(".")[2]
    if last == "__init__":
        for key, value in arguments.named:
            state.store[(receiver.number, f"#{key}")] = value
        return NONE
    if not standard(name):
        _noted(run, frame, name, arguments, text, state)
    return UNKNOWN


def _noted(run: Run, frame: Frame, name: str, arguments: Arguments, text: Text, state: State) -> None:
    """A foreign call nothing is known of."""
    if run.handling:
        run.opaque = True
    _perhaps(run, frame, name, arguments, text, state)
    mentioned = any(signal_of(value) in ("SIGTERM", "SIGINT") and isinstance(value, Ref) for value in arguments.every())
    if mentioned or _INSTALLS.search(name.rpartition(".")[2]) or run.sources.brought(name.partition(".")[0]):
        _may_install(run, state)


def _known(
    run: Run,
    frame: Frame,
    name: str,
    entry: Entry,
    receiver: Value | None,
    arguments: Arguments,
    text: Text,
    state: State,
) -> Value:
    number = run.nobody
    if isinstance(receiver, Made | Instance) and not entry.get("singleton"):
        number = receiver.number
    match entry["does"]:
        case "marks":
            run.write(state, (number, entry["mark"]), TRUE)
            return NONE
        case "changes":
            run.opaque = run.opaque or state.signalled
            return Made(name, run.number())
        case "calls":
            from ..interpreter.calls import call

            return call(run, frame, arguments.get(0, "callback") or UNKNOWN, arguments.values[1:], text, state)
        case "serves":
            state.store[SERVES] = Ref(name)
            return Made(name, run.number())
        case "may-install":
            _may_install(run, state)
            return Made(name, run.number())
        case "endless" | "inert" | "perhaps":
            return Made(name, run.number())
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
    if limit is not None:
        kind, seconds = "pause", limit
    owned = _owned(entry, arguments)
    if "application" in entry and owned and frame.background is None and not state.signalled:
        from .hooks import in_force

        given = arguments.get(*entry["application"]) or UNKNOWN
        owned = in_force(run, frame, text, given, owned, state, loop=bool(entry.get("loop-handlers")))
        if state.dead:
            return UNKNOWN
    launches = bool(entry.get("launches"))
    if launches and kind == "rest" and (sleeping := launching.slept(run, name, arguments, state)) is not None:
        launches, kind, seconds = False, "perhaps" if sleeping >= _LONG else "pause", Const(sleeping)
    elif launches and kind == "rest" and launching.stands_behind(run, name, arguments, text, state):
        launches, kind = False, "pause"
        children.left_behind(run, text, state)
    elif launches and kind == "rest" and launching.ends(run, name, arguments, text, state):
        launches, kind = False, "pause"
    if entry.get("launches") and state.signalled:
        children.perhaps_told(run, state)
    if launches and kind == "rest":
        kind = "perhaps"
        run.children.append((number, text))
    if entry.get("until") == "shutdown" and frame.background is None:
        state.store[(number, "#serving")] = TRUE
    if "locks" in entry and run.handling and run.locked in ((number, "certain"), (number, "perhaps")):
        if run.locked == (number, "perhaps"):
            run.doubts.append("whether its handler can wait for the program that it reads from")
            return UNKNOWN
        return children.locked(run, frame, text, name, number, state, limited=kind == "pause")
    outer = run.locked
    if "locks" in entry and frame.background is None and kind != "pause":
        run.locked = (number, entry["locks"])
    until = entry.get("until-in-thread" if frame.background == "thread" else "until", entry.get("until"))
    over = rests.marked(run, number, until) if until is not None else None
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
    )
    run.locked = outer
    if launches and not state.dead and (state.signalled or kind != "pause"):
        children.awaited(run, number, state)
    elif state.signalled and kind == "pause" and (run.children or run.started):
        # Time that the program gives to those it has told.
        children.awaited(run, run.nobody, state)
    if kind == "pause" and entry.get("until") == "put" and truth(state.store.get((number, "put"), FALSE)) is not True:
        # Nobody has put anything there: the limit is over.
        frame.raises.append(Raised(state.copy(), "queue.Empty", text))
        state.dead = state.dead or state.signalled
    if kind == "pause" and entry.get("until") == "set":
        return state.store.get((number, "set"), FALSE)
    return Made(name, run.number())


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
    return {signal: Own(reaction["does"], reaction["why"]) for signal, reaction in on.items()}


def _seconds(entry: Entry, arguments: Arguments, state: State) -> Value | None:
    """How long a pause lasts, in seconds; None where it has no length of its own."""
    given = arguments.get(*entry["seconds"]) if "seconds" in entry else None
    if given is None or not _limited(given, entry):
        return None
    found = numbers.length(given, state)
    return numbers.calculated("*", found, Const(entry["unit"])) if "unit" in entry else found
