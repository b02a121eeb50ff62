"""The job table: which number a job has (``%1``), and how long the shell knows it.

In dash and BusyBox's ash a job that has been waited for keeps its place, and its status, until the next fork of any kind (a program, a subshell, a substitution) takes the first place that is free or holds such a job, unless ``set -m`` is on (``makejob`` in dash's jobs.c and busybox's ash.c):
from then on ``wait`` gives 127 for it. In bash it gives its place up as soon as it is waited for, and a new job comes behind the last one that is left (``stop_pipeline`` in jobs.c); its status is kept elsewhere. All of it measured, with dash 0.5.12, busybox 1.35 and bash 5.2.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..model.parts import DIED

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
        table = tuple([each if each == DOUBTED or _is_job(state, each) else FREE for each in table])
        at = next((number for number in range(len(table), 0, -1) if table[number - 1] != FREE), 0)
    state.table = (*table[:at], pid, *table[at + 1 :])


def forked(state: State) -> None:
    """The shell has forked: it may have forgotten a job for that."""
    if not state.table or not state.shell.dialect.wait.keeps_waited or "m" in state.options:
        return
    for number, pid in enumerate(state.table):
        if pid == FREE or not _is_job(state, pid):
            state.table = (*state.table[:number], FREE, *state.table[number + 1 :])
            break


def waited_for_all(state: State) -> None:
    """A ``wait`` for all is over. In bash the last job stays on the table if that had ended by itself before the ``wait`` came to it: certainly (30 of 30 times) where it was `noticed`; beside others it may or may not have (8 to 30 of 30); alone it has not (27 to 30 of 30)."""
    if state.shell.dialect.wait.keeps_waited or not state.table:
        return
    jobs = [pid for pid in state.table if pid > FREE]
    last = max(jobs, default=FREE)
    gone = state.over.get(last) == DIED or (len(jobs) < 2 and last not in state.noticed)
    state.table = () if gone else (DOUBTED,)


def at(state: State, number: int) -> int | None:
    """The last process of the job of this number; 0 where there is none, None where that is not known."""
    if DOUBTED in state.table:
        return None
    pid = state.table[number - 1] if 0 < number <= len(state.table) else FREE
    return pid if knows(state, pid) else FREE


def known(state: State) -> list[int]:
    """The last processes of the jobs that the shell knows, in the order in which they were started."""
    return sorted(pid for pid in state.table if pid > FREE and knows(state, pid))


def knows(state: State, pid: int) -> bool:
    """Whether the shell still knows a job."""
    return pid in state.table and (state.shell.dialect.wait.keeps_waited or _is_job(state, pid))


def _is_job(state: State, pid: int) -> bool:
    """Whether a job runs, or has ended and was not waited for yet."""
    if pid in state.unclaimed or pid in state.passed:
        return True
    return any(pid in (job.pid, job.last, *job.members) and not (job.told or job.disowned) for job in state.jobs)
