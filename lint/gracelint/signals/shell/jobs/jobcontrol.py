"""Builtin commands about processes: ``exec``, ``wait``, ``jobs`` and their like; `TABLE` also holds those of `traps` and `kills`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....records import replace
from ....regexes import regex
from ..builtins import misuse, traps
from ..evaluator import commands, external
from ..files import inputs, named_pipes
from ..model.outcome import LostExec
from ..model.parts import DIED, Block, Ended, Truth
from ..model.values import Unknown, default
from . import held, kills
from .kills import target

if TYPE_CHECKING:
    from collections.abc import Callable

    from ....parsers.shell import model as sh
    from ..evaluator.machine import Machine
    from ..model.parts import JobState
    from ..model.state import State
    from ..model.values import Field

ASSIGNMENT = regex(r"[A-Za-z_][A-Za-z0-9_]*\+?=")


def execute(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``exec``."""
    rest = fields[1:]
    known = state.shell.dialect.exec.options
    shown, login = "", False
    while known and rest and rest[0].shown.startswith("-") and len(rest[0].shown) > 1:
        option = rest[0].shown
        rest = rest[1:]
        if option == "--":
            break
        if not set(option[1:]) <= set(known):
            return misuse.failed(
                machine, state, misuse.WRONG, ends=state.shell.dialect.specials_end, why=f"exec has no option {option}"
            )
        login = login or "l" in option
        if option.endswith("a") and rest:
            shown, rest = rest[0].shown, rest[1:]
    if shown and rest and state.shell.dialect.exec.finds_shown and "/" not in rest[0].shown:
        rest = [replace(rest[0], value=shown), *rest[1:]]
    if not rest:
        redirects = tuple(_numbered(state, each) for each in node.redirects)
        held.redirect(machine, state, redirects)
        inputs.redirect(machine, state, redirects)
        named_pipes.written(machine, state, node.redirects, state.pid)
        return machine.finished(state, 0)
    skipped = next((number for number, word in enumerate(node.words) if word.text is rest[0].text), 1)
    if skipped == 0 or skipped >= len(node.words):
        skipped = min(1 + len(fields) - len(rest) - 1, len(node.words) - 1)
    command = commands.describe(state, node, rest, skipped)
    keyword = next((word.text for word in node.words if word.literal == "exec"), node.words[0].text)
    if ASSIGNMENT.match(rest[0].shown):
        state.note("assigned_execs", command)
        state.ended = Ended("exits", command=command, keyword=keyword, failed=f"{rest[0].shown}: not found")
        return [state]
    if state.around and state.around[-1] in ("pipeline", "subshell", "background"):
        frame = state.stack
        while frame is not None and frame.kind != "base":
            frame = frame.parent
        construct = frame.data if frame is not None else node.text
        where = next(label for label in reversed(state.around) if label in ("pipeline", "subshell", "background"))
        state.note("lost_execs", LostExec(command, where, keyword, construct))  # type: ignore[arg-type] # checked above
    shown = ("-" if login else "") + (shown or rest[0].shown) if shown or login else ""
    return external.execute(machine, state, node, rest, command, keyword, shown=shown)


def _numbered(state: State, each: sh.Redirect) -> sh.Redirect:
    """A redirection of which bash chooses the descriptor, ``{fd}<file``: it tells the number in a variable; ``{fd}>&-`` closes the one that the variable tells."""
    if (
        each.descriptor is None
        or not each.descriptor.startswith("{")
        or not state.shell.dialect.syntax.named_descriptors
    ):
        return each
    name = each.descriptor.strip("{}")
    known = state.lookup(name) if inputs.closes(each) else None
    if known is not None:
        return replace(each, descriptor=default(known) or each.descriptor)
    taken = {other.descriptor for other in state.inputs if not other.closed}
    number = next(str(number) for number in range(10, 10 + len(taken) + 1) if str(number) not in taken)
    state.variables[name] = Unknown(f"${name}", number, nonempty=True)
    return replace(each, descriptor=number)


def _whole_job(state: State, pid: int) -> tuple[int, ...]:
    """The processes of the job that a process belongs to, or has belonged to: of a pipeline, all."""
    return next((job.members or (pid,) for job in state.jobs if pid in (job.pid, job.last)), ())


def wait(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``wait``, ``wait pid…``, ``wait -n``."""
    once = False
    pids: list[int] = []
    over: list[int | None] = []
    ended: list[int] = []
    named = False
    rest = fields[1:]
    while rest:
        field, rest = rest[0], rest[1:]
        word = default(field.value)
        if word is not None and word.startswith("-"):
            if not set(word[1:]) <= set(state.shell.dialect.wait.options + "-"):
                return machine.finished(state, 2)
            once = once or "n" in word
            if word.endswith("p") and rest:
                # Which one has ended, bash 5.1 and later say in a variable.
                state.variables[rest[0].shown] = Unknown(f"${rest[0].shown}", nonempty=True)
                rest = rest[1:]
            continue
        named = True
        to, found = target(state, word, field, waiting=True)
        if to == "job":
            # "pid 7 is not a child of this shell": of one that is disowned bash knows no more than that of others (measured, 5.2).
            found = tuple(pid for pid in found if not any(job.disowned and job.pid == pid for job in state.jobs))
            over.extend(state.over[pid] for pid in found if pid in state.over)
            ended.extend(found)
            if word and word.startswith("%"):
                pids.extend(pid for pid in found if any(job.pid == pid for job in state.jobs))
                continue
            pids.extend(member for pid in found for member in _whole_job(state, pid))
            pids.extend(each.process.pid for each in state.held if each.process.pid in found)
        elif to == "nobody" and state.shell.dialect.wait.gives_up:
            if not any(machine.host.alive(state, pid) is not False for pid in pids):
                return machine.finished(state, 2)
            break
        elif word is None or (to == "other" and word):
            # An unknown pid: any child, as far as anybody knows.
            pids.extend(job.pid for job in state.jobs)
    if not named:
        pids = [job.pid for job in state.jobs if not job.disowned]
        if not once:
            pids.extend(held.awaited(state))
    once = once and (not named or state.shell.dialect.wait.first_of_named)
    claimed = (
        next((pid for pid in state.unclaimed if pid not in state.heard and (not named or pid in ended)), None)
        if once
        else None
    )
    dialect, ended_with = state.shell.dialect, state.over.get(claimed or 0, 0)
    doubted = (dialect.wait.forgets_killed and ended_with == DIED) or (dialect.wait.doubts_failed and ended_with != 0)
    if claimed is None:
        if named:
            state.unclaimed = tuple(pid for pid in state.unclaimed if once or pid not in ended)
        elif not once:
            ahead = _not_looked_at(machine, state)
            state.passed = tuple(pid for pid in state.unclaimed if pid not in ahead)
            state.unclaimed = ahead
    elif doubted or claimed in state.doubted:
        # Told of, if the shell has not noticed yet that it is gone: a race, which it notices by forking.
        state.done(None, Truth(None, None, "the shell has noticed", "the shell has not noticed yet"))
        ways = []
        for each, noticed in machine.split(state):
            if noticed:
                each.heard = (*each.heard, claimed)
                ways.extend(wait(machine, each, node, fields))
            else:
                ways.extend(_told(machine, each, node, claimed))
        return ways
    else:
        return _told(machine, state, node, claimed)
    command = commands.describe(state, node, fields, 0)
    running = [pid for pid in dict.fromkeys(pids) if machine.host.alive(state, pid) is not False]
    orphans = machine.live and not named and pids and state.shell.dialect.wait.orphans
    if not (named or once or running or machine.live):
        others = _held_by_others(state)
        if isinstance(others, str):
            state.give_up(others)
            return [state]
        if others:
            running, pids = others, others
    if not running and not pids and len(over) == 1:
        return machine.undecided(state, node.text.value) if over[0] is None else machine.finished(state, over[0])
    if not running and not orphans:
        machine.host.reap(state, pids)
        if not named and not once:
            forget(state)
        status: int | None = state.over.get(pids[-1], 0) if named and pids else 0
        if (named or once) and not pids:
            status = 127 if named else _nobody_left(state)
        return machine.undecided(state, node.text.value) if status is None else machine.finished(state, status)
    everything = not named and not once
    waited = tuple(running) if once and running else tuple(dict.fromkeys(pids))
    state.newborn = {}
    state.block = Block("wait", command, waited, once=once, everything=everything)
    return [state]


def _nobody_left(state: State) -> int | None:
    """What ``wait -n`` comes to without a job that it could wait for."""
    if not state.shell.dialect.wait.keeps_ended or not state.over:
        return 127
    return 0 if len(state.over) > state.cleared else None


def _held_by_others(state: State) -> list[int] | str:
    """What others have left to PID 1, as far as it holds a ``wait`` for all behind jobs that have failed (`traits.Wait.orphans`); or why that is not known."""
    if state.pid != 1 or not state.shell.dialect.wait.orphans:
        return []
    others = [job.pid for job in state.jobs if job.disowned and not job.told and job.process.stays]
    if not others and not state.shell.watched:
        return []
    statuses = [state.over.get(pid) for pid in (*state.unclaimed, *state.passed) if pid not in state.noticed]
    if not statuses or not statuses[-1]:
        return []
    if not all(statuses):
        return "which one of the jobs that end at once is the last, so that `wait` is held by what others have left, or not"
    return others or "BusyBox's timeout counts the time in a child of the shell, which this `wait` may wait for"


def _not_looked_at(machine: Machine, state: State) -> tuple[int, ...]:
    """Which of the jobs that have ended a ``wait`` for all has not come to while it stands at one that runs."""
    running = [job.pid for job in state.jobs if not job.disowned and machine.host.alive(state, job.pid) is not False]
    if not running:
        return ()
    if state.shell.dialect.wait.oldest_first:
        return tuple(pid for pid in state.unclaimed if pid > min(running))
    return tuple(pid for pid in state.unclaimed if pid < max(running))


def _told(machine: Machine, state: State, node: sh.Simple, pid: int) -> list[State]:
    """``wait -n`` tells of a job that has ended before."""
    state.unclaimed = tuple(each for each in state.unclaimed if each != pid)
    machine.host.reap(state, [pid])
    status = state.over.get(pid)
    return machine.undecided(state, node.text.value) if status is None else machine.finished(state, status)


def forget(state: State) -> None:
    """A ``wait`` for all is over: bash knows nothing any more of what it has waited for."""
    if state.shell.dialect.wait.forgets_waited:
        state.over, state.unclaimed = {}, ()
        state.jobs = tuple(job for job in state.jobs if job.disowned or not job.told)


def _jobs(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``jobs``: bash tells of those that have ended, and no more after that; in ash they may not have ended yet."""
    if state.shell.dialect.wait.forgets_shown:
        state.unclaimed = ()
    return machine.finished(state, 0)


def _disown(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``disown``: of the last job, of those named, or of all (``-a``)."""
    own = [job for job in state.jobs if not job.disowned and machine.host.alive(state, job.pid) is not False]
    if any(field.shown.startswith("-") and "h" in field.shown for field in fields[1:]):
        return machine.finished(state, 0)  # -h: only SIGHUP is kept from them
    everything = any(field.shown in ("-a", "-r", "-ar") for field in fields[1:])
    if everything:
        gone = {job.pid for job in own}
    elif len(fields) > 1:
        gone = {pid for field in fields[1:] for pid in target(state, default(field.value), field, waiting=True)[1]}
    else:
        return _disown_last(machine, state, own)
    state.jobs = tuple(replace(job, disowned=job.disowned or job.pid in gone) for job in state.jobs)
    return machine.finished(state, 0 if gone or everything else 1)


def _disown_last(machine: Machine, state: State, own: list[JobState]) -> list[State]:
    """``disown`` without words: of the last job. One that has just ended is that until the shell hears of it."""
    if not own:
        return machine.finished(state, 0 if state.unclaimed else 1)
    last = set(own[-1].members or (own[-1].pid,))
    states = [(state, False)]
    if any(pid > own[-1].pid for pid in state.unclaimed):
        state.done(None, Truth(None, None, "a job that ends at once is still there", "a job that ends at once is gone"))
        states = machine.split(state)
    result = []
    for each, ended in states:
        if not ended:
            each.jobs = tuple(replace(job, disowned=job.disowned or job.pid in last) for job in each.jobs)
        result.extend(machine.finished(each, 0))
    return result


def _background(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``bg``: nothing is stopped here, so it resumes nothing; without job control it refuses."""
    return machine.finished(state, 0 if "m" in state.options else 1)


def foreground(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``fg``: the last job, or the one that is named, becomes the foreground command."""
    jobs = [job for job in state.jobs if machine.host.alive(state, job.pid) is not False]
    if len(fields) > 1:
        _, members = target(state, default(fields[1].value), fields[1], waiting=True)
        jobs = [job for job in jobs if job.pid in members]
    if not jobs or "m" not in state.options:
        return machine.finished(state, 1)
    job = jobs[-1]
    state.block = Block("foreground", job.command, job.members or (job.pid,))
    return [state]


TABLE: dict[str, Callable[[Machine, State, sh.Simple, list[Field]], list[State]]] = {
    "exec": execute,
    "trap": traps.trap,
    "kill": kills.kill,
    "pkill": kills.by_name,
    "killall": kills.by_name,
    "xargs": kills.from_input,
    "wait": wait,
    "jobs": _jobs,
    "bg": _background,
    "fg": foreground,
    "disown": _disown,
}
