"""Signals that child shells send, on the way to the steady state, to jobs of the shells that have started them: ``( kill $pid )``, ``sh stop.sh $pid``, ``echo $pid | xargs kill``.

A child finds these jobs (`State.kin`), and says whom it has told (`State.sent`); those that have started it hear of that when it is over, or, in the background, at once. When one in the background comes to do it
that takes its time (``(sleep 3600; kill $pid) &``), nobody knows: it is taken to be to come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import replace
from ..files import permissions

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....source import Text
    from ..evaluator.machine import Machine
    from ..model.parts import JobState
    from ..model.state import Signalled, State


def kin(state: State) -> tuple[JobState, ...]:
    """The jobs that a child of this shell finds."""
    return (*state.kin, *state.jobs) if state.jobs else state.kin


def out_of_reach(state: State, pids: set[int]) -> set[int]:
    """Those of others that this shell's user may not signal."""
    users = ((job.pid, job.process) for job in state.kin if job.pid in pids)
    return {pid for pid, process in users if not permissions.may_signal(state.shell.user, permissions.owner(process))}


def note(state: State, signal: str, reached: set[int], text: Text) -> None:
    """A signal has been sent: those of others that it has reached are told by now."""
    told = frozenset(job.pid for job in state.kin if job.pid in reached)
    if told and not (state.slow and state.aside):
        state.sent = (*state.sent, (signal, told, text))


def end(state: State, reached: set[int]) -> None:
    """Those of others that a signal has ended."""
    if state.kin:
        state.kin = tuple(replace(job, told=True) if job.pid in reached else job for job in state.kin)


def heard_of(machine: Machine, state: State, sent: Iterable[Signalled]) -> None:
    """What a child has sent has reached the jobs of this shell, or of those that have started this one. (Once a signal has come, a child runs by itself.)"""
    for signal, told, text in () if machine.live else sent:
        machine.host.send(state, signal, "job", tuple(sorted(told)), text)
