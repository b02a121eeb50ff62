"""Executors and their futures: what is handed to them runs in threads or processes, which the program's end waits for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain import containers
from ..domain.lattice import truth
from ..domain.values import NONE, TRUE, UNKNOWN, Arguments, Box, Items, Made
from ..interpreter.facts import Thread
from .thread_objects import join
from .threads import start

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Value
    from ..interpreter.run import Run
    from ..libraries.special import Special


def _submit(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    future = Made("concurrent.futures.Future", run.number())
    if isinstance(receiver, Made) and arguments.values:
        thread = Thread(future.number, _kind(receiver), arguments.values[0], arguments.values[1:], text, daemon=False)
        start(run, frame, thread, state)
        containers.append(run, receiver, "#futures", future, state)
    return future


def _kind(executor: Made) -> str:
    return "process" if "ProcessPool" in executor.kind else "thread"


def _map(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    if arguments.values:
        _submit(run, frame, receiver, Arguments((arguments.values[0], UNKNOWN)), text, state)
    return UNKNOWN


def joined_all(run: Run, frame: Frame, executor: Made, text: Text, state: State) -> None:
    """Wait for everything an executor runs."""
    for future in containers.appended(run, executor, "#futures", state):
        if isinstance(future, Made) and not state.dead:
            join(run, frame, future, Arguments(), text, state)


def _shutdown(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    if isinstance(receiver, Made) and truth(arguments.get(0, "wait") or TRUE) is not False:
        joined_all(run, frame, receiver, text, state)
    return NONE


def _wait(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``concurrent.futures.wait`` and ``as_completed``."""
    given = arguments.get(0, "fs")
    futures = given.items if isinstance(given, Items) else ()
    if isinstance(given, Box):
        futures = tuple(value for key, value in state.store.items() if key[0] == given.number)
    for future in futures:
        if isinstance(future, Made) and not state.dead:
            join(run, frame, future, Arguments(), text, state)
    return UNKNOWN


_EXECUTORS = (
    "concurrent.futures.ThreadPoolExecutor",
    "concurrent.futures.thread.ThreadPoolExecutor",
    "concurrent.futures.ProcessPoolExecutor",
)


SPECIAL: dict[str, Special] = {
    "concurrent.futures.wait": _wait,
    "concurrent.futures.as_completed": _wait,
    "concurrent.futures.Future.result": join,
    "concurrent.futures.Future.exception": join,
    **{f"{kind}.submit": _submit for kind in _EXECUTORS},
    **{f"{kind}.map": _map for kind in _EXECUTORS},
    **{f"{kind}.shutdown": _shutdown for kind in _EXECUTORS},
}
