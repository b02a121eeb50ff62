"""The job table: which number a job has (``%1``), and how long the shell knows it.

In dash and BusyBox's ash a job that has been waited for keeps its place, and its status, until the next fork of any kind (a program, a
subshell, a substitution) takes the first place that is free or holds such a job, unless ``set -m`` is on (``makejob`` in dash's jobs.c and
busybox's ash.c): from then on ``wait`` gives 127 for it. In bash it gives its place up when it is waited for, certainly when a program has
run behind that, and a new job comes behind the last one that is left (``stop_pipeline`` in jobs.c); its status is kept elsewhere. All of it
measured, with dash 0.5.12, busybox 1.35 and bash 5.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..model.parts import DIED
from . import newborn

if TYPE_CHECKING:
    from ..model.state import State

FREE = 0
DOUBTED = -1  # bash may still have a job there that has ended


def enter(state: State, pid: int) -> None:
    """A job is put in the background; ``pid`` is its last process."""
    table = state.table
    if state.shell.dialect.wait.keeps_waited:
        at = next((number for number, each in enumerate(table) if each == FREE), len(table))
    else:
        table = (DOUBTED,) if _lingers(state) else _swept(state)
        at = next((number for number in range(len(table), 0, -1) if table[number - 1] != FREE), 0)
    state.table = (*table[:at], pid, *table[at + 1 :])


def forked(state: State) -> None:
    """The shell has forked, which takes its time: dash and ash may have forgotten a job for that."""
    if state.newborn:
        newborn.grow(state)
    if not state.table or not state.shell.dialect.wait.keeps_waited or "m" in state.options:
        return
    for number, pid in enumerate(state.table):
        if pid == FREE or not _is_job(state, pid):
            state.table = (*state.table[:number], FREE, *state.table[number + 1 :])
            break


def shown(state: State) -> None:
    """``jobs`` has told of all: dash and ash then know nothing any more of those that have ended (``showjob`` in dash's jobs.c), bash tells
    of them no more. What is only about to end (`dying`) may still run."""
    if state.shell.dialect.wait.keeps_waited:
        state.table = tuple([pid if pid in state.dying or _runs(state, pid) else FREE for pid in state.table])
        state.unclaimed = tuple([pid for pid in state.unclaimed if pid in state.table])
    else:
        state.unclaimed = ()


def program_over(state: State) -> None:
    """A program in the foreground has ended: bash has nobody on its table any more for whom it has waited."""
    if state.table and not state.shell.dialect.wait.keeps_waited:
        state.table = _swept(state)


def waited_for_all(state: State) -> int:
    """A ``wait`` for all is over. In bash the last job stays on the table if that had ended by itself before the ``wait`` came to it:
    certainly (30 of 30 times) where it was `noticed`; beside others it may or may not have (8 to 30 of 30); alone it has not (27 to 30 of
    30). That job, if it may have stayed."""
    jobs = [pid for pid in state.table if pid > FREE]
    if state.shell.dialect.wait.keeps_waited or not jobs:
        return FREE
    last = max(jobs)
    gone = state.over.get(last) == DIED or (len(jobs) < 2 and last not in state.noticed)
    state.table = () if gone else (DOUBTED,)
    return FREE if gone else last


def at(state: State, number: int) -> int | None:
    """The last process of the job of this number; 0 where there is none, None where that is not known."""
    if DOUBTED in state.table:
        return None
    pid = state.table[number - 1] if 0 < number <= len(state.table) else FREE
    return pid if knows(state, pid) else FREE


def newest(state: State, number: int) -> int | None:
    """The last process of the newest job (1), or of the one before (2); 0 where there is none, None where that is not known: bash may still
    have one there for which it has waited (``kill %%`` behind ``wait $!``, 5 of 13 times)."""
    jobs = sorted(pid for pid in state.table if pid != FREE)
    if not all(pid > FREE and knows(state, pid) for pid in jobs[-number:]):
        return None
    return jobs[-number:][0] if jobs else FREE


def known(state: State) -> list[int]:
    """The last processes of the jobs that the shell knows."""
    return [pid for pid in state.table if pid > FREE and knows(state, pid)]


def knows(state: State, pid: int) -> bool:
    """Whether the shell still knows a job."""
    return pid in state.table and (state.shell.dialect.wait.keeps_waited or _is_job(state, pid))


def _swept(state: State) -> tuple[int, ...]:
    return tuple([each if each == DOUBTED or _is_job(state, each) else FREE for each in state.table])


def _lingers(state: State) -> bool:
    """Whether a job may still be on bash's table for which it has waited, as it had ended at once (6 of 8 times; never where there is no other job)."""
    if DOUBTED in state.table or not known(state):
        return DOUBTED in state.table
    jobs = {job.pid for job in state.jobs}
    return any(pid in state.over and pid not in jobs and not _is_job(state, pid) for pid in state.table if pid > FREE)


def _is_job(state: State, pid: int) -> bool:
    """Whether a job runs, or has ended and was not waited for yet."""
    return pid in state.unclaimed or pid in state.passed or _runs(state, pid)


def _runs(state: State, pid: int) -> bool:
    return any(pid in (job.pid, job.last, *job.members) and not (job.told or job.disowned) for job in state.jobs)
