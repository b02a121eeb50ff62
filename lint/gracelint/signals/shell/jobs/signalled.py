"""Signals that child shells send, on the way to the steady state, to the shells that have started them, and to the jobs of those:
``( kill $pid )``, ``sh stop.sh $pid``, ``echo $pid | xargs kill``, ``kill -USR1 1``.

A child finds them (`State.kin`), and says whom it has told (`State.sent`); those that have started it hear of that when it is over, or, in
the background, at once. When one in the background comes to tell a job that takes its time (``(sleep 3600; kill $pid) &``), nobody knows:
it is taken to be to come.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import replace
from ..files import permissions
from ..model.parts import Kin
from . import newborn, targets

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....source import Text
    from ..evaluator.machine import Machine
    from ..model.state import Signalled, State


def kin(state: State) -> Kin:
    """Whom a child of this shell has above it."""
    young = state.kin.newborn
    if state.newborn:
        young = {**young, **newborn.older(state.newborn)}
    return Kin((*state.kin.shells, (state.pid, state.shell.user)), targets.found(state), young)


def out_of_reach(state: State, pids: set[int]) -> set[int]:
    """The jobs of others that this shell's user may not signal."""
    users = ((job.pid, job.process) for job in state.kin.jobs if job.pid in pids)
    return {pid for pid, process in users if not permissions.may_signal(state.shell.user, permissions.owner(process))}


def note(state: State, signal: str, to: str, pids: tuple[int, ...], reached: set[int], text: Text) -> None:
    """A signal has been sent: what it has ``reached`` of the jobs of others is told by now, and so are the shells above, by their numbers,
    or as members of its group."""
    told = set[int]()
    if not (state.slow and state.aside):
        told |= {job.pid for job in state.kin.jobs if job.pid in reached}
    group = to == "group" and not pids and not state.leads
    if group or to in ("job", "pid1"):
        above = (pid for pid, user in state.kin.shells if permissions.may_signal(state.shell.user, user))
        told |= {pid for pid in above if group or pid in pids}
    if told:
        state.sent = (*state.sent, (signal, frozenset(told), text))


def end(state: State, reached: set[int]) -> None:
    """Those jobs of others that a signal has ended."""
    if state.kin.jobs:
        told = tuple(replace(job, told=True) if job.pid in reached else job for job in state.kin.jobs)
        state.kin = replace(state.kin, jobs=told)


def heard_of(machine: Machine, state: State, sent: Iterable[Signalled]) -> None:
    """What a child has sent has reached the jobs of this shell, or who has started this one. (Once a signal has come, a child runs by itself.)"""
    if sent:
        newborn.grow(state)
    for signal, told, text in () if machine.live else sent:
        machine.host.send(state, signal, "job", tuple(sorted(told)), text)


def raised(state: State, sent: Iterable[Signalled]) -> tuple[str, ...]:
    """The signals among them that are for this shell itself."""
    return tuple([signal for signal, told, _ in sent if state.pid in told])
