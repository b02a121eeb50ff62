"""Builtin commands about processes and signals: ``exec``, ``trap``, ``kill``, ``wait``, ``jobs`` and their like."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...records import replace
from ...regexes import regex
from .. import names
from . import simple
from .outcome import LostExec, Trap
from .state import Block, Ended, Truth
from .values import default

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...parsers.shell import model as sh
    from ...source import Text
    from .machine import Machine
    from .state import State
    from .values import Field

ASSIGNMENT = regex(r"[A-Za-z_][A-Za-z0-9_]*\+?=")


def execute(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``exec``."""
    rest = fields[1:]
    known = state.shell.dialect.exec_options
    while known and rest and rest[0].shown.startswith("-") and len(rest[0].shown) > 1:
        option = rest[0].shown
        rest = rest[1:]
        if option == "--":
            break
        if not set(option[1:]) <= set(known):
            return [machine.leave(state, 2, f"exec has no option {option}")]
        if option.endswith("a"):
            rest = rest[1:]
    if not rest:
        return machine.finished(state, 0)
    skipped = next((number for number, word in enumerate(node.words) if word.text is rest[0].text), 1)
    if skipped == 0 or skipped >= len(node.words):
        skipped = min(1 + len(fields) - len(rest) - 1, len(node.words) - 1)
    command = simple.describe(state, node, rest, skipped)
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
    return simple.execute(machine, state, rest, command, keyword)


def trap(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``trap action signal…``, ``trap - signal…``, ``trap signal``."""
    rest = fields[1:]
    if rest and rest[0].value == "--":
        rest = rest[1:]
    if not rest or (rest[0].shown.startswith("-") and rest[0].shown not in ("-", "--")):
        # What it prints, bash asks the kernel for, and begins to catch it while it is at it.
        state.guarded = state.guarded or state.shell.dialect.exit_trap_on_signal
        if rest and not state.shell.dialect.error_traps:
            return [machine.leave(state, 2, f"trap has no option {rest[0].shown}")]
        return machine.finished(state, 0)
    first = rest[0]
    reset = len(rest) == 1 or first.value == "-" or (default(first.value) or "x").isdigit()
    signals = rest[1:] if first.value == "-" or not reset else rest
    action = None if reset else default(first.value)
    text = None if reset else _text(machine, first, action)
    status = 0
    for field in signals:
        if not _set_trap(state, node, field, action, text, reset):
            status = 1
            if state.shell.dialect.refusal_ends_trap:
                break
    if not reset and action is None:
        state.note("reasons", f"the trap action {first.shown} is not known")
    return machine.finished(state, status)


def _text(machine: Machine, field: Field, action: str | None) -> Text | None:
    if action is None:
        return None
    value = field.text.value
    if value == action:
        return field.text
    if len(value) == len(action) + 2 and value[1:-1] == action:
        return field.text.cut(1, len(value) - 1)
    return machine.context.joined(action, field.text)


def _set_trap(state: State, node: sh.Simple, field: Field, action: str | None, text: Text | None, reset: bool) -> bool:
    """Set one; False where this shell does not know the name."""
    spelled = field.shown
    signal = _signal(spelled)
    made = Trap(signal or spelled, spelled, action, node.text, field.text, text, in_force=not reset)
    prefixed = spelled.upper().startswith("SIG")
    foreign = signal in ("ERR", "DEBUG", "RETURN") and not state.shell.dialect.error_traps
    if signal is None or foreign or (prefixed and not state.shell.dialect.trap_prefix):
        state.note("rejected", replace(made, in_force=False))
        return False
    if signal in ("SIGKILL", "SIGSTOP"):
        state.note("rejected", replace(made, in_force=False))
        return True
    if signal in state.shell.ignored:
        # POSIX: signals ignored on entry to a non-interactive shell cannot be trapped.
        state.note("rejected", replace(made, in_force=False))
        return True
    if signal in state.traps:
        state.note("replaced", replace(state.traps[signal], in_force=False))
    traps = {name: known for name, known in state.traps.items() if name != signal}
    if not reset:
        traps[signal] = made
    state.traps = traps
    state.guarded = state.guarded or (
        signal == "EXIT" and not reset and action != "" and state.shell.dialect.exit_trap_on_signal
    )
    ignoring = not reset and action == ""
    state.ignored = state.ignored | {signal} if ignoring else state.ignored - {signal}
    return True


def _signal(spelled: str) -> str | None:
    if spelled.upper() in ("EXIT", "0", "SIGEXIT"):
        return "EXIT"
    if spelled.upper() in ("ERR", "DEBUG", "RETURN"):
        return spelled.upper()
    return names.canonical(spelled)


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
        to, pids = _target(state, default(field.value), field)
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
    to, pids = _target(state, default(rest[0].value), rest[0]) if rest else ("other", ())
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


def _target(state: State, word: str | None, field: Field, *, waiting: bool = False) -> tuple[str, tuple[int, ...]]:
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


def _whole_job(state: State, pid: int) -> tuple[int, ...]:
    """The processes of the job that a process belongs to: of a pipeline, all."""
    return next((job.members or (pid,) for job in state.jobs if job.pid == pid), ())


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


def wait(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``wait``, ``wait pid…``, ``wait -n``."""
    once = False
    pids: list[int] = []
    over: list[int | None] = []
    ended: list[int] = []
    named = False
    for field in fields[1:]:
        word = default(field.value)
        if word is not None and word.startswith("-"):
            once = once or "n" in word
            continue
        named = True
        to, found = _target(state, word, field, waiting=True)
        if to == "job":
            over.extend(state.over[pid] for pid in found if pid in state.over)
            ended.extend(found)
            if word and word.startswith("%"):
                pids.extend(pid for pid in found if any(job.pid == pid for job in state.jobs))
                continue
            pids.extend(member for pid in found for member in _whole_job(state, pid))
        elif to == "nobody" and state.shell.dialect.family != "bash":
            if not any(machine.host.alive(state, pid) is not False for pid in pids):
                return machine.finished(state, 2)  # gives up at the first word that is no number and no job
            break
        elif word is None or (to == "other" and word):
            # An unknown pid: any child, as far as anybody knows.
            pids.extend(job.pid for job in state.jobs)
    if not named:
        pids = [job.pid for job in state.jobs if not job.disowned]
    if once and not state.shell.dialect.waits_once:
        return machine.finished(state, 2)
    claimed = (
        next((pid for pid in state.unclaimed if pid not in state.heard and (not named or pid in ended)), None)
        if once
        else None
    )
    state.unclaimed = tuple(pid for pid in state.unclaimed if (pid != claimed if once else named and pid not in ended))
    if claimed is not None:
        machine.host.reap(state, [claimed])
        status = state.over.get(claimed)
        return machine.undecided(state, node.text.value) if status is None else machine.finished(state, status)
    command = simple.describe(state, node, fields, 0)
    running = [pid for pid in dict.fromkeys(pids) if machine.host.alive(state, pid) is not False]
    orphans = machine.live and not named and pids and state.shell.dialect.waits_for_orphans
    if not running and not pids and len(over) == 1:
        return machine.undecided(state, node.text.value) if over[0] is None else machine.finished(state, over[0])
    if not running and not orphans:
        machine.host.reap(state, pids)
        return machine.finished(state, 127 if (named or once) and not pids else 0)
    state.block = Block("wait", command, tuple(running or pids), once=once)
    return [state]


def _jobs(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    return machine.finished(state, 0)


def _disown(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``disown``: of the last job, of those named, or of all (``-a``)."""
    own = [job for job in state.jobs if not job.disowned and machine.host.alive(state, job.pid) is not False]
    if any(field.shown.startswith("-") and "h" in field.shown for field in fields[1:]):
        return machine.finished(state, 0)  # -h: only SIGHUP is kept from them
    if any(field.shown in ("-a", "-r", "-ar") for field in fields[1:]):
        gone = {job.pid for job in own}
    elif len(fields) > 1:
        gone = {pid for field in fields[1:] for pid in _target(state, default(field.value), field, waiting=True)[1]}
    else:
        gone = set(own[-1].members or (own[-1].pid,)) if own else set(state.unclaimed)
    state.jobs = tuple(replace(job, disowned=job.disowned or job.pid in gone) for job in state.jobs)
    return machine.finished(state, 0 if gone else 1)


def foreground(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``fg``: the last job, or the one that is named, becomes the foreground command."""
    jobs = [job for job in state.jobs if machine.host.alive(state, job.pid) is not False]
    if len(fields) > 1:
        _, members = _target(state, default(fields[1].value), fields[1], waiting=True)
        jobs = [job for job in jobs if job.pid in members]
    if not jobs or "m" not in state.options:
        return machine.finished(state, 1)
    job = jobs[-1]
    state.block = Block("foreground", job.command, job.members or (job.pid,))
    return [state]


TABLE: dict[str, Callable[[Machine, State, sh.Simple, list[Field]], list[State]]] = {
    "exec": execute,
    "trap": trap,
    "kill": kill,
    "pkill": by_name,
    "killall": by_name,
    "xargs": from_input,
    "wait": wait,
    "jobs": _jobs,
    "bg": _jobs,
    "fg": foreground,
    "disown": _disown,
}
