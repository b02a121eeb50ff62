"""Whom a word means: a process number, a job (``%1``, ``%%``), a group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import jobtable

if TYPE_CHECKING:
    from ..model.state import State
    from ..model.values import Field


_NEWEST = {"": 1, "%": 1, "+": 1, "-": 2}


def target(state: State, word: str | None, field: Field, *, waiting: bool = False) -> tuple[str, tuple[int, ...]]:
    """Whom an argument of kill (or wait) means."""
    if word is None:
        return "other", ()
    if word.startswith("%"):
        if word[1:].isdigit() and state.doubted:
            return "other", ()  # whether the numbers of jobs that have ended are given to others by now, is a race
        members = _job(state, word[1:])
        if members is None:
            return "other", ()
        if not members:
            return "nobody", ()
        return ("job", members) if waiting or state.shell.dialect.job_words else ("group", members[:1])
    word = word.strip(" \t")
    if word == "0":
        return "group", ()
    if word == "-1":
        return "all", ()
    digits = word.lstrip("-")
    if not digits.isdigit() or len(digits) > 9:
        return "nobody", ()
    number = int(digits)
    if word.startswith("-"):
        return "group", (_leader(state, number),)
    if number == state.pid:
        return ("pid1" if field.text.value == "1" else "self"), (number,)
    return ("pid1" if number == 1 else "job"), (number,)


def _leader(state: State, number: int) -> int:
    """The process group that a number behind a dash means."""
    if not state.shell.dialect.kill.any_member:
        return number
    return next((job.members[0] for job in state.jobs if job.members and job.pid == number), number)


def is_no_job(state: State, word: str) -> bool:
    """Whether ``%1``, ``%name`` and so on names no job."""
    return _job(state, word[1:]) == ()


def _job(state: State, which: str) -> tuple[int, ...] | None:
    """The processes of ``%1``, ``%%``, ``%+``, ``%-``, ``%name`` and ``%?text``; none if there is no such job, or not only one, None where that is not known."""
    if which.isdigit():
        pid = jobtable.at(state, int(which)) if len(which) < 5 else jobtable.FREE
        return _members(state, pid)
    if which in _NEWEST:
        return _members(state, jobtable.newest(state, _NEWEST[which]))
    if not state.shell.dialect.kill.job_names:
        return ()
    texts = {pid: job.text.value for job in state.jobs for pid in (job.pid, job.last)}
    inside = which[1:] if which.startswith("?") else None
    found = [
        pid
        for pid in jobtable.known(state)
        if (text := texts.get(pid, "")) and (inside in text if inside is not None else text.startswith(which))
    ]
    return _members(state, found[0]) if len(found) == 1 else ()


def _members(state: State, pid: int | None) -> tuple[int, ...] | None:
    """The processes of a job, by its last one."""
    if not pid:
        return None if pid is None else ()
    return next((job.members or (pid,) for job in state.jobs if pid in (job.pid, job.last)), (pid,))
