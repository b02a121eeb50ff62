"""Foreign calls: of the standard library, of frameworks and of whatever else the image's own files do not hold.

`knowledge` tells what matters of a known one; one that nobody knows may be what the program rests in, or may install a handler: its name decides.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ....regexes import regex
from ..concurrency import children
from ..delivery import rests
from ..delivery.turns import AGAIN
from ..domain.operators import signal_of
from ..domain.state import CANCELLED
from ..domain.values import NONE, TRUE, UNKNOWN, Bound, Box, Coroutine, Function, Instance, Made, Method, Partial, Ref
from . import collections, special
from .catalogued import ASYNCHRONOUS, catalogued, may_install
from .knowledge import entry_of, perhaps_rests, standard

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run

# A foreign function of such a name may well install a handler.
_INSTALLS = regex(r"signal|graceful|terminat|shutdown_hook|killer|install_handler|sigterm", re.IGNORECASE)


def unknown(run: Run, frame: Frame, arguments: Arguments, text: Text, state: State) -> Value:
    """A call of something that is not known."""
    name = text.value.partition("(")[0].strip()
    _given(run, arguments, text, state)
    if run.handling:
        run.opaque = run.opaque or name.rpartition(".")[2] not in _HARMLESS
        _given_away(run, name, arguments)
    if name.endswith(".cancel") and frame.loop:
        state.store[CANCELLED] = TRUE
        if run.handling:
            run.opaque = False
    _perhaps(run, frame, name, arguments, text, state)
    if _INSTALLS.search(name.rpartition(".")[2]):
        may_install(run, state)
    return UNKNOWN


# Foreign calls that by their names, and without a limit in their arguments, wait for something to come.
_RECEIVES = regex(r"(?:recv|receive|wait_for|next_event)(?:_\w+)?|read_loop|wait")


def _perhaps(run: Run, frame: Frame, name: str, arguments: Arguments, text: Text, state: State) -> None:
    """By its name, a foreign call may be where the program, or a thread, stays: after a signal it may well go on to wait (PEP 475), and
    nobody knows how long."""
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


_HARMLESS = frozenset(
    "debug info warning warn error critical exception log print write flush format join append".split()
)


# What starts a process and does not wait for it.
_STARTS = regex(
    r"subprocess\.Popen|os\.(?:spawn\w+|posix_spawnp?|popen|forkpty)|pty\.fork|asyncio\.create_subprocess_\w+"
)


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
    if entry is not None and not awaited and name.startswith(ASYNCHRONOUS) and entry["does"] in ("rest", "pause"):
        return Coroutine(
            Method(receiver, name) if isinstance(receiver, Made | Instance | Box) else Ref(name), arguments
        )
    if entry is not None:
        return catalogued(run, frame, name, entry, receiver, arguments, text, state)
    if receiver is not None and isinstance(receiver, Instance):
        return _inherited(run, frame, name, receiver, arguments, text, state)
    if receiver is not None and isinstance(receiver, Box):
        return collections.method(run, receiver, name, arguments, state)
    if (
        not standard(name)
        and not name.startswith(("str.", "list.", "dict.", "generator.", "coroutine."))
        and "." in name
    ):
        _noted(run, frame, name, arguments, text, state)
    elif run.handling and receiver is not None and name.rpartition(".")[2] not in _HARMLESS:
        run.opaque = run.opaque or not standard(name)
    made = Made(name, number_of(run, frame, text, state))
    if name in children.BESIDE:
        children.begun(run, name, made, arguments, text, state)
    return made


def number_of(run: Run, frame: Frame, text: Text, state: State) -> int:
    """The number of an object that a call makes. A thread or a task that is gone through again because of the signal finds its own objects,
    with what others have done to them."""
    if frame.background not in ("thread", "task") and frame.tasks[-1:] in ((), (run.main_task,)):
        return run.number()
    known = run.own_objects.setdefault((frame.thread, frame.tasks[-1:], text.buffer, text.start), [])
    later = state if run.arriving is None else run.arriving.state
    if later.signalled:
        changed = (number for number in known[:-_LATEST:-1] if any((number, mark) in later.store for mark in _MARKS))
        again = next(changed, None)
        if again is not None and (again, AGAIN) not in state.store:
            state.store[(again, AGAIN)] = TRUE
            return again
        return run.number()
    known.append(run.number())
    return known[-1]


# What ends a wait for an object; of those made at one place the latest are looked at.
_MARKS = ("set", "put", "notified", "released", "done", "closed", "shut", "cancelled")
_LATEST = 8


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


def _given_away(run: Run, name: str, arguments: Arguments) -> None:
    """A function of the program's own that a handler gives to a foreign call may run later, and end the program (``gevent.spawn(leave)``)."""
    if any(isinstance(value, Function | Bound | Partial) for value in arguments.every()):
        run.doubts.append(f"what {name} does with the function that its handler gives it")


def _noted(run: Run, frame: Frame, name: str, arguments: Arguments, text: Text, state: State) -> None:
    """A foreign call nothing is known of."""
    if run.handling:
        run.opaque = True
        _given_away(run, name, arguments)
    _perhaps(run, frame, name, arguments, text, state)
    mentioned = any(signal_of(value) in ("SIGTERM", "SIGINT") and isinstance(value, Ref) for value in arguments.every())
    if mentioned or _INSTALLS.search(name.rpartition(".")[2]) or run.sources.brought(name.partition(".")[0]):
        may_install(run, state)
