"""One run: the program is gone through from its entry to its end, threads and processes that it waits for included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ....records import replace
from ..concurrency import feeders, threads
from ..delivery import rests
from ..domain.lattice import truth
from ..domain.state import Frame, joined
from ..domain.values import FALSE, TRUE, UNKNOWN, Const
from ..interpreter.facts import Ending
from ..interpreter.run import OutOfBoundsError, Run
from ..libraries.exits import run_atexit

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from ....source import Text
    from ..domain.state import State
    from ..domain.values import Value
    from ..interpreter.facts import Thread
    from ..program.entries import Entry
    from ..program.sources import Sources

    RunOf = Callable[..., Run]


def runs(entry: Entry, sources: Sources, env: Mapping[str, str | None], ignored: frozenset[str]) -> RunOf:
    """What goes through the program from ``entry`` on, each time with the settings given (fields of `Run`)."""

    def run_of(**settings: Any) -> Run:
        run = replace(Run(sources, entry.argv, env, ignored), **settings)
        execute(run, entry)
        return run

    return run_of


def execute(run: Run, entry: Entry) -> None:
    """Go through the program from its entry to its end."""
    from ..interpreter.calls import call
    from ..interpreter.imports import module
    from ..interpreter.statements import block

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
        _finish(run, frame, end)
    except OutOfBoundsError as error:
        run.exhausted = True
        run.doubts.append(str(error))


def _finish(run: Run, frame: Frame, end: State | None) -> None:
    """The main line is over: threads are waited for, unless they are daemons; then what `atexit` was given is called; then processes are
    told to end, if they are daemons, and waited for (`Py_FinalizeEx` in pylifecycle.c; `multiprocessing` itself uses `atexit`, before the
    program does)."""
    ends = [Ending(end, "end", None)] if end is not None else []
    for one in frame.raises:
        how = {"SystemExit": "exit", "KeyboardInterrupt": "interrupt"}.get(one.kind, "error")
        ends.append(Ending(one.state, how, one.text))
    for ending in ends:
        raises, frame.raises, state = frame.raises, [], ending.state
        _join_all(run, frame, state, processes=False)
        run_atexit(run, frame, ending.text or _whole(run), state)
        for thread in run.threads:
            if thread.kind == "process" and thread.daemon and not state.dead:
                _terminated(run, frame, thread, state)
        _join_all(run, frame, state, processes=True)
        feeders.written(run, frame, state)
        if not state.dead or frame.raises:
            # What is raised while the interpreter waits for threads is printed, and it goes on to end.
            left = joined([state, *(one.state for one in frame.raises)])
            if left is not None:
                run.endings.append(Ending(left, ending.how, ending.text))
        frame.raises = raises


def _terminated(run: Run, frame: Frame, thread: Thread, state: State) -> None:
    """At the program's end `multiprocessing` sends SIGTERM to its daemons and waits for them."""
    if state.signalled:
        state.store[(thread.object, "told")] = TRUE
        over = threads.over(run, frame, thread.object, thread.text)
        rests.rest(run, frame, thread.text, "the process that it terminates", state, over=over, outlives=True)


def _whole(run: Run) -> Text:
    """The program: where its end has no other place."""
    return run.sources.parsed[0].text


def _join_all(run: Run, frame: Frame, state: State, *, processes: bool) -> None:
    waited_for = {thread.object: thread for thread in run.threads if not thread.daemon}
    for thread in waited_for.values():
        if not state.dead and (thread.kind == "process") == processes:
            _join(run, frame, thread, state)


def _join(run: Run, frame: Frame, thread: Thread, state: State) -> None:
    if truth(state.store.get((thread.object, "daemon"), FALSE)) is True:
        return
    if (thread.object, threads.LATE) in state.store and not run.snapshots and not state.signalled:
        return  # nothing has kept the program until its timer was due
    over = threads.over(run, frame, thread.object, thread.text)
    kind = threads.kind_of(run, thread.object, state)
    rests.rest(run, frame, thread.text, rests.END, state, kind=kind, over=over, outlives=True)
