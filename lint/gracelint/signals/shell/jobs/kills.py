"""``kill``, the builtin and the program; ``pkill``, ``killall`` and ``xargs kill``; and whom the words of ``kill`` and ``wait`` mean."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....regexes import regex
from ....source import Text
from ... import names
from ..evaluator import commands, external
from ..files import inputs
from ..model.dialects import PROCPS
from ..model.parts import Block, Truth
from ..model.values import default
from . import byname, dying, itself, jobtable, newborn, targets
from .jobspecs import target

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TypeAlias

    from ....parsers.shell import model as sh
    from ..evaluator.machine import Machine
    from ..model.jobtraits import Kill
    from ..model.state import State
    from ..model.values import Field

    _Meant: TypeAlias = tuple[str, tuple[int, ...]]

# The name of a file of a process's number; also behind `$(cat` and `<`.
PID_FILE = regex(r"(?:^|[/\s<\"])([A-Za-z][\w-]*)\.pid\b")


def kill(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``kill -TERM pid…``, ``kill -s TERM``, ``kill -- -pgid``, ``kill %1``."""
    manners = state.shell.dialect.kill
    if "/" in fields[0].shown:
        jobtable.forked(state)
        manners = manners if manners.is_applet else PROCPS
    rest = fields[1:]
    if rest and rest[0].shown in ("-l", "-L"):
        return machine.finished(state, 0)
    if any(field.shown.startswith("-") and not field.known for field in rest[:1]) or (
        len(rest) > 2 and rest[0].value in ("-s", "-n") and not rest[1].known
    ):
        machine.host.send(state, "SIGTERM", "other", (), node.text)  # which signal it is, nobody knows
        return machine.undecided(state, node.text.value)
    spelled, rest = _option(manners, rest)
    signal = names.sent(spelled) if spelled else "SIGTERM"
    if signal is None or (spelled.upper().startswith("SIG") and not manners.prefix):
        return machine.finished(state, 2)
    if names.is_real_time(spelled) and not manners.real_time:
        return machine.finished(state, 1)
    if rest and rest[0].value == "--":
        if spelled and not manners.dashes and fields[1].shown != "-s":
            return machine.finished(state, 2)
        rest = rest[1:]
    if not rest:
        return machine.finished(state, 2)
    if signal == "SIG0":
        return _poll(machine, state, rest)
    found = list(_meant(machine, state, manners, rest))
    meant = [("other", ()) if to == THINNED else (to, pids) for to, pids in found]
    ends = _sent(machine, state, node, signal, meant)
    if machine.live and meant != found:
        return [way for end in ends for way in _perhaps_stuck(machine, end, node, fields)]
    if machine.live or not any(itself.is_meant(state, to, pids) for to, pids in meant):
        return ends
    return [itself.heard(machine, end, signal) for end in ends]


# A job of which a member has ended, where that may hold the shell (`Kill.stops_at_ended`).
THINNED = "thinned"
# The status where there is nobody to tell: no such job, and one of which all have ended.
_WITHOUT = {"nobody": 1, "job": 0}


def _sent(machine: Machine, state: State, node: sh.Simple, signal: str, meant: list[_Meant]) -> list[State]:
    """A signal is sent to those who are meant."""
    ends: list[State] = []
    for each, statuses in _tell(machine, state, node, signal, meant):
        known = [status for status in statuses if status is not None]
        enough = each.shell.dialect.kill.one_is_enough
        if len(known) < len(statuses):
            ends += machine.undecided(each, node.text.value)
        else:
            ends += machine.finished(each, min(known, default=2) if enough else max(known, default=0))
    return ends


def _tell(
    machine: Machine, state: State, node: sh.Simple, signal: str, meant: list[_Meant]
) -> Iterator[tuple[State, list[int | None]]]:
    """The ways that a signal to those who are meant can go, with what each of them makes of the status."""
    for each, deaf in [(state, newborn.NOBODY)] if machine.live else newborn.ways(machine, state, signal, meant):
        yield (
            each,
            [
                _WITHOUT[to]
                if to in _WITHOUT and not pids
                else machine.host.send(each, signal, to, pids, node.text, deaf)
                for to, pids in meant
            ],
        )


def _option(manners: Kill, rest: list[Field]) -> tuple[str, list[Field]]:
    """The signal as it is written (empty: none is), and what follows it."""
    first = rest[0].shown if rest else ""
    if first in ("-s", "-n") and len(rest) > 1:
        return (rest[1].shown, rest[2:]) if first[1] in manners.letters else ("-", rest)
    if not first.startswith("-") or first in ("-", "--"):
        return "", rest
    if manners.joined and first[1] in manners.letters and names.sent(first[2:]):
        return first[2:], rest[1:]
    return first[1:], rest[1:]


def _meant(machine: Machine, state: State, manners: Kill, rest: list[Field]) -> Iterator[tuple[str, tuple[int, ...]]]:
    """Whom the words mean one after the other, up to where this ``kill`` gives up (then the last is ``nobody``)."""
    words = [(word, field) for field in rest for word in _pieces(manners, default(field.value))]
    jobs = [target(state, word, field) for word, field in words if word is not None and word.startswith("%")]
    if manners.jobs_first and ("nobody", ()) in jobs:
        yield "nobody", ()
        return
    for word, field in words:
        found = target(state, word, field)
        if found[0] == "other":
            named = _by_pid_file(machine, state, field)
            found = ("job", (named,)) if named is not None else found
        elif found[0] == "nobody" and word is not None and word.startswith("%") and _knows_more_jobs(state):
            found = "other", ()
        elif word is not None and word.startswith("%"):
            group = _as_group(state, found) if manners.job_groups else found
            found = _left(machine, state, found) if manners.skips_ended and group == found else group
        yield found
        if found[0] == "nobody" and manners.gives_up:
            return


def _left(machine: Machine, state: State, job: tuple[str, tuple[int, ...]]) -> tuple[str, tuple[int, ...]]:
    """Of a job, those that have not ended. bash, which stops at one that has, may also have forgotten a job that ended right before a ``wait``: nobody can say."""
    to, pids = job
    left = tuple(pid for pid in pids if machine.host.alive(state, pid) is not False)
    thinned = any(each.thinned and each.pid in pids for each in state.jobs) or 0 < len(left) < len(pids)
    forgotten = any(pid in state.passed and pid not in state.noticed for pid in pids)
    if state.shell.dialect.kill.stops_at_ended and (thinned or forgotten):
        return (THINNED if thinned else "other"), ()
    return to, left


def _perhaps_stuck(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """A ``kill`` of a job of which a member has ended. If the first one has, nobody is told; if another, those in front of it are, and bash
    looks at it for ever (measured, 5.2)."""
    if state.ended is not None:
        return [state]
    text = node.text.value
    state.done(
        None, Truth(None, None, f"`{text}` comes back", f"`{text}` comes to a process that has ended, and stays")
    )
    result = []
    for each, back in machine.split(state):
        if back:
            result += machine.undecided(each, text)
        else:
            each.block = Block("read", commands.describe(each, node, fields, 0), (each.pid,))
            result.append(each)
    return result


def _as_group(state: State, job: tuple[str, tuple[int, ...]]) -> tuple[str, tuple[int, ...]]:
    """A job as the process group that it leads, with all that it has started."""
    to, pids = job
    leader = next(
        (each.members[:1] or (each.pid,) for each in state.jobs if each.pid in pids and each.process.own_group), ()
    )
    return ("group", leader) if to == "job" and leader else job


def _knows_more_jobs(state: State) -> bool:
    """Whether it is in a substitution that knows the jobs of the shell that has started it."""
    frame = state.stack
    while frame is not None and frame.kind != "base":
        frame = frame.parent
    construct = frame.data if frame is not None else None
    return (
        state.shell.dialect.kill.inherited_jobs
        and isinstance(construct, Text)
        and construct.value.startswith(("$(", "`"))
    )


def _by_pid_file(machine: Machine, state: State, field: Field) -> int | None:
    """The process that a file of its number is named after, ``$(cat /run/nginx.pid)``, if exactly one has that name."""
    name = PID_FILE.search(field.text.value)
    if name is None or any(
        made.kind == "unknown" and path.endswith(f"/{name[1]}.pid") for path, made in state.made.items()
    ):
        return None
    found = [each.pid for each in machine.host.processes(state) if each.name == name[1] and each.pid != state.pid]
    return found[0] if len(found) == 1 else None


def _pieces(manners: Kill, word: str | None) -> list[str | None]:
    if word is None or not manners.lists:
        return [word]
    # A blank at the end is followed by no number, which is an error.
    return [*word.split(" ")[word.startswith(" ") :]] if word else []


def _poll(machine: Machine, state: State, rest: list[Field]) -> list[State]:
    """``kill -0 pid``."""
    word = default(rest[0].value)
    if word == "" and state.shell.dialect.kill.lists:
        return machine.finished(state, 0)
    to, pids = target(state, word, rest[0])
    if pids and pids[0] in state.over and pids[0] in state.dying and not machine.live:
        return _just_ended(machine, state, pids[0], rest[0].shown)
    alive: bool | None
    if to in ("self", "pid1", "group", "nobody"):
        named, alive = None, to != "nobody"
    else:
        named = pids[0] if pids else _by_pid_file(machine, state, rest[0])
        alive = dying.is_there(machine, state, named) if named is not None else None
    if alive is None:
        shown = rest[0].shown
        if not machine.live and word is None and any(job.disowned and job.process.stays for job in state.jobs):
            state.give_up(f"whether {shown} is a process that runs on")
            return [state]
        from ..loops import conditional

        own = next((job for job in state.jobs if named is not None and job.pid == named), None)
        name = targets.called(own.process) if own is not None else f"process {shown}"
        # What a script has started, and looks after for ever, is meant to run on.
        running = True if own is not None and conditional.in_endless(state) else None
        return machine.finished(state, None, targets.runs(name, running))
    return machine.finished(state, 0 if alive else 1)


def _just_ended(machine: Machine, state: State, pid: int, shown: str) -> list[State]:
    """``kill -0`` of a job that ended at once: it is found, unless the shell has waited for it by then."""
    state.done(None, targets.runs(f"process {shown}"))
    ends = []
    for each, found in machine.split(state):
        if not found:
            dying.gone(each, pid)
        ends += machine.finished(each, int(not found))
    return ends


def by_name(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``pkill``, ``killall``."""
    tool = fields[0].shown.rpartition("/")[2]
    waits = tool == "killall" and any(_waits(field.shown) for field in fields[1:])
    if waits and state.shell.dialect.kill.is_applet:
        return machine.finished(state, 1)  # BusyBox's killall has no -w
    signal, wanted = byname.read(tool, [field.shown for field in fields[1:]])
    found = wanted.find(machine, state)
    to = "other" if found is None else "name"
    status = machine.host.send(state, signal or "SIGTERM", to, found or (), node.text)
    if status is None:
        return machine.undecided(state, node.text.value)
    if found and machine.live and waits:
        state.block = Block("foreground", commands.describe(state, node, fields, 0), found, status=status)
        return [state]
    return machine.finished(state, status)


def _waits(word: str) -> bool:
    """``killall -w`` stays until those that it has told are gone."""
    return word == "--wait" or (word.startswith("-") and word[1:].isalpha() and "w" in word and word.islower())


def from_input(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``xargs kill``: to processes whose numbers are read."""
    words = [field.shown for field in fields[1:]]
    at = next((number for number, word in enumerate(words) if not word.startswith("-")), len(words))
    if words[at : at + 1] != ["kill"]:
        return external.run(machine, state, node, fields)
    manners = state.shell.dialect.kill if state.shell.dialect.kill.is_applet else PROCPS
    spelled, rest = _option(manners, fields[1:][at + 1 :])
    signal = names.sent(spelled) if spelled else "SIGTERM"
    source = inputs.of_command(machine, state, node)
    numbers = source.rest.split() if source is not None and source.rest is not None else None
    if (
        numbers is None
        or signal is None
        or {field.shown for field in rest} - {"{}", "--"}
        or not _PLAIN.issuperset(words[:at])
    ):
        machine.host.send(state, signal or "SIGTERM", "other", (), node.text)
        return machine.undecided(state, node.text.value)
    if not numbers:
        return machine.finished(state, 0 if "-r" in words[:at] else 123)
    found = [target(state, number, fields[0]) for number in numbers]
    ways = _tell(machine, state, node, signal, found)
    return [end for each, statuses in ways for end in machine.finished(each, 123 if any(statuses) else 0)]


# Options of xargs with which `kill` is given the numbers, and nothing else.
_PLAIN = frozenset({"-r", "--no-run-if-empty", "-t", "-n1", "-I{}", "-rn1", "-rI{}"})
