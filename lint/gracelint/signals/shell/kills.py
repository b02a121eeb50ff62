"""Commands that send signals: ``kill``, ``pkill``, ``killall``, ``xargs kill``; and whom their words mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .. import names
from . import simple
from .state import Truth
from .values import default

if TYPE_CHECKING:
    from ...parsers.shell import model as sh
    from .machine import Machine
    from .state import State
    from .values import Field


def kill(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``kill -TERM pid…``, ``kill -s TERM``, ``kill -- -pgid``, ``kill %1``."""
    signal: str | None = "SIGTERM"
    rest = fields[1:]
    if rest and rest[0].shown in ("-l", "-L"):
        return machine.finished(state, 0)
    dialect = state.shell.dialect
    if rest and rest[0].shown in ("-s", "-n") and len(rest) > 1:
        if rest[0].shown == "-n" and not dialect.kill_number:
            return machine.finished(state, 2)
        spelled, rest = rest[1].shown, rest[2:]
        signal = _named(spelled)
    elif rest and rest[0].shown.startswith("-") and rest[0].shown != "--":
        spelled, rest = rest[0].shown[1:], rest[1:]
        signal = _named(spelled)
    else:
        spelled = ""
    if signal is None or (spelled.upper().startswith("SIG") and not dialect.kill_prefix):
        return machine.finished(state, 2)
    if rest and rest[0].value == "--":
        if spelled and not dialect.kill_dashes:
            return machine.finished(state, 2)
        rest = rest[1:]
    if signal == "SIG0":
        return _poll(machine, state, rest)
    status: int | None = 0
    for field in rest:
        to, pids = target(state, default(field.value), field)
        sent = machine.host.send(state, signal or "SIGTERM", to, pids, node.text)
        status = sent if status == 0 else status
    if not rest:
        return machine.finished(state, 2)
    if status is None:
        return machine.undecided(state, node.text.value)
    return machine.finished(state, status)


def _named(word: str) -> str | None:
    return "SIG0" if word == "0" else names.canonical(word)


def _poll(machine: Machine, state: State, rest: list[Field]) -> list[State]:
    """``kill -0 pid``."""
    to, pids = target(state, default(rest[0].value), rest[0]) if rest else ("other", ())
    alive: bool | None
    if to in ("self", "pid1", "group", "nobody"):
        alive = to != "nobody"
    else:
        alive = machine.host.alive(state, pids[0]) if pids else None
    if alive is None:
        shown = rest[0].shown if rest else "?"
        return machine.finished(
            state, None, Truth(None, None, f"process {shown} is running", f"process {shown} is not running")
        )
    return machine.finished(state, 0 if alive else 1)


def target(state: State, word: str | None, field: Field, *, waiting: bool = False) -> tuple[str, tuple[int, ...]]:
    """Whom an argument of kill (or wait) means."""
    if word is None:
        return "other", ()
    if not word and (waiting or not state.shell.dialect.kills_group_of_nothing):
        return "nobody", ()
    if word in ("", "0"):
        return "group", ()
    if word == "-1":
        return "all", ()
    if word.startswith("%"):
        jobs = _numbered(state)
        digits = word[1:]
        number = int(digits) if digits.isdigit() and len(digits) < 5 else len(jobs)
        if not 0 < number <= len(jobs):
            return "nobody", ()
        members = jobs[number - 1]
        return ("job", members) if waiting or state.shell.dialect.job_words else ("group", members[:1])
    digits = word.lstrip("-")
    if not digits.isdigit() or len(digits) > 9:
        return "nobody", ()
    number = int(digits)
    if word.startswith("-"):
        return "group", (number,)
    if number == state.pid or number == state.shell.pid:
        return ("pid1" if field.text.value == "1" else "self"), (number,)
    return ("pid1" if number == 1 else "job"), (number,)


def _numbered(state: State) -> list[tuple[int, ...]]:
    """The processes of each job that has a number, in the order in which they were started; also of those that ended before anybody waited for them."""
    waited = [job for job in state.jobs if job.told and job.pid not in state.unclaimed]
    found = {job.members or (job.pid,) for job in state.jobs if not job.disowned and job not in waited}
    known = {pid for job in state.jobs for pid in (job.pid, *job.members)}
    return sorted([*found, *((pid,) for pid in state.unclaimed if pid not in known)])


def by_name(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``pkill``, ``killall``: by the program's name."""
    signal: str | None = "SIGTERM"
    wanted, how, parent = "", "name", ""
    rest = [field.shown for field in fields[1:]]
    while rest:
        word = rest.pop(0)
        if (word in ("-s", "--signal") and fields[0].shown == "killall" and rest) or (word == "--signal" and rest):
            signal = _named(rest.pop(0))
        elif word.startswith("--signal="):
            signal = _named(word.partition("=")[2])
        elif word.startswith("-") and names.canonical(word[1:]):
            signal = names.canonical(word[1:])
        elif word == "-P" and rest:
            parent = rest.pop(0)
        elif word in ("-u", "-g", "-G", "-U", "-t") and rest:
            rest.pop(0)
        elif word.startswith("-"):
            how = "line" if "f" in word and fields[0].shown == "pkill" else how
        else:
            wanted = word
    parents = (int(parent),) if parent.isdigit() and len(parent) < 10 else ()
    sent = machine.host.send(state, signal or "SIGTERM", f"{how}:{wanted}", parents, node.text)
    if sent is None:
        return machine.undecided(state, node.text.value)
    return machine.finished(state, sent)


def from_input(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``xargs kill``: to processes whose numbers are read."""
    words = [field.shown for field in fields[1:]]
    at = next((number for number, word in enumerate(words) if not word.startswith("-")), len(words))
    if words[at : at + 1] != ["kill"]:
        return simple.external(machine, state, node, fields)
    named = [_named(word.lstrip("-")) for word in words[at + 1 :] if word.startswith("-")]
    machine.host.send(state, next((name for name in named if name), "SIGTERM"), "other", (), node.text)
    return machine.undecided(state, node.text.value)
