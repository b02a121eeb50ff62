"""What programs do in the simulated container (`kernel`): one that a signal reaches, and one of whose children has ended.

The catalogue says what a program does on a signal (`model.Reaction`). Where it says nothing, the way splits (`choices`): it dies of the
signal, or it cleans up. Shells are told by their drivers instead (`tasks.Driver`).
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from ..launch import alone

if TYPE_CHECKING:
    from ..model import Reaction
    from .kernel import Kernel
    from .tasks import Task


def told(kernel: Kernel, task: Task, signal: str) -> None:
    """A signal reaches a program that is no shell."""
    process, reaction = task.process, task.reaction(signal)
    listens = process.program is not None and "listens-always" in process.program.traits
    if signal in process.ignored and not listens:
        label = f"whether {process.name or 'it'} listens to {signal}, which it was started to ignore"
        deaf = reaction is None or reaction.disposition == "ignores"
        if deaf or kernel.choices.pick((task.pid, signal, "ignored"), label, 2):
            task.reacted[signal] = "ignores"
            return
    if reaction is not None:
        _react(kernel, task, signal, reaction)
    elif process.program is not None:
        kernel.default(task, signal)
    else:
        _undecided(
            kernel, task, signal, process.missing[0] if process.missing else f"what {process.name} does on {signal}"
        )


def _undecided(kernel: Kernel, task: Task, signal: str, label: str) -> None:
    """Nobody knows what a program does on a signal: both that it dies of it and that it cleans up are tried."""
    if kernel.choices.pick((task.pid, signal), label, 2):
        kernel.default(task, signal)
    else:
        kernel.clean_up(task, signal)


def _react(kernel: Kernel, task: Task, signal: str, reaction: Reaction) -> None:
    before = reaction.breaks_off == "any" or (reaction.breaks_off == "same" and signal in task.reacted)
    task.reacted.setdefault(signal, reaction.disposition)
    if before and _told_before(kernel, task, signal):
        kernel.end(task, "died")
        return
    match reaction.disposition:
        case "handles":
            kernel.clean_up(task, signal, reaction.after)
        case "terminates":
            kernel.end(task, "died")
        case "forwards":
            _forward(kernel, task, signal, reaction)
        case "misreads":
            if reaction.ends:
                kernel.end(task, "died")
        case "unknown":
            _undecided(kernel, task, signal, f"what {task.process.name} does on {signal}: {reaction.why}")


def _told_before(kernel: Kernel, task: Task, signal: str) -> bool:
    """Whether it has heard already that it is to stop. Two that come at the same moment may be one by then (signal(7), "Queueing and delivery
    semantics for standard signals")."""
    if task.told_at is None or task.told_at < kernel.now:
        return task.told_at is not None
    label = f"whether {task.process.name} hears {signal} twice, and breaks off what it does on the first"
    return kernel.choices.pick((task.pid, signal, "again"), label, 2) == 1


def _forward(kernel: Kernel, task: Task, signal: str, reaction: Reaction) -> None:
    """Pass a signal on: to the first child, to all of them, or to everybody."""
    task.stopping = True
    task.told_at = kernel.now if task.told_at is None else task.told_at
    program = task.process.program
    if program is not None and program.kind == "supervisors" and not task.process.children:
        kernel.reasons.extend(program.missing or (f"which programs {task.process.name} starts",))
        kernel.clean_up(task, signal)
        return
    known = (kernel.tasks.get(pid) for pid in task.awaited)  # one that ended before the signal may be no task
    children = [child for child in known if child is not None and child.alive]
    if reaction.to == "everyone":
        # kill(-1): what a child leaves behind when it ends is told too.
        others = [one for one in kernel.tasks.values() if one.alive and one is not task and one not in children]
        task.others = tuple(one.pid for one in others)
        children += others
    elif reaction.to != "children":
        children = children[:1]
    _stop_in_turn(kernel, task, children, signal, reaction)
    if not reaction.waits or not children:
        kernel.end(task, "exited")


def _stop_in_turn(kernel: Kernel, task: Task, children: list[Task], signal: str, reaction: Reaction) -> None:
    """Stop those children whose turn it is; the others when these are gone."""
    turn = max((child.process.turn for child in children), default=0)
    first = [child for child in children if child.process.turn == turn]
    later = [child for child in children if child.process.turn != turn]

    def go_on() -> None:
        if not any(child.alive for child in first):
            _stop_in_turn(kernel, task, [child for child in later if child.alive], signal, reaction)

    task.next_turn = go_on if later else None
    for child in first:
        sent = child.process.stop_signal or reaction.signal or signal
        group = reaction.to == "group" or child.process.to_group or child.pid in task.others
        for target in kernel.members(child.group) if group else [child]:
            if target is not task:
                kernel.signal(target, sent, group=group)
        if task.process.program is not None and "tells-twice" in task.process.program.traits:
            _tell_again(kernel, task, child, sent)
        limit = child.process.kills_after if child.process.kills_after is not None else reaction.kills_after
        if limit is not None:
            kernel.at(limit, partial(_overdue, kernel, task, child, reaction.looks_every))


def _tell_again(kernel: Kernel, task: Task, child: Task, signal: str) -> None:
    """Who tells its command, and then the group that both are in (``send_sig`` in coreutils' timeout.c), tells it twice: once for a shell that had not run
    in between, and to another one, and to what it has started, the second comes while it is at its trap (a third of the stops, measured)."""
    reaction = child.reaction(signal)
    if child.driver is None and reaction is not None and (reaction.breaks_off or reaction.disposition == "forwards"):
        kernel.signal(child, signal)
    label = f"whether {child.process.name} is told twice by {task.process.name}"
    if child.driver is not None and kernel.choices.pick((task.pid, child.pid, "twice"), label, 2):
        kernel.at(0.0, partial(_again, kernel, child, signal, frozenset(kernel.tasks)))


def _again(kernel: Kernel, child: Task, signal: str, before: frozenset[int]) -> None:
    for target in kernel.members(child.group):
        if target.pid not in before:
            kernel.signal(target, signal, group=True)
    if child.driver is not None:
        child.driver.told_again(signal)


def _overdue(kernel: Kernel, supervisor: Task, child: Task, looks_every: float) -> None:
    """A child's time is over. Who only looks now and then may kill it up to so much later; and see only so much later that it is gone where somebody whom it
    has started still holds the pipe that both write to. What has not finished by now is not to rely on that; what comes after it may have to wait."""
    if not child.alive:
        return
    for target in kernel.members(child.group) if child.process.kills_group else [child]:
        kernel.end(target, "died")
    if looks_every:
        left = any(other.orphaned_by == child.pid and other.alive for other in kernel.tasks.values())
        label = (
            f"how soon {supervisor.process.name} looks whether a time is over, which it does every {looks_every:g} s"
        )
        late = not kernel.choices.pick((supervisor.pid, "looks"), label, 2)
        child.unseen = (left + late) * looks_every


def child_ended(kernel: Kernel, parent: Task, child: Task) -> None:
    """A child of a program that is no shell has ended: an init, a wrapper or whoever is about to stop leaves behind it."""
    program = parent.process.program
    if program is None or child.pid not in parent.awaited or alone.never_hears(parent.process):
        return
    if program.kind == "supervisors":
        kernel.at(child.unseen, partial(_seen, kernel, parent))
        return
    rest = any(kernel.tasks[pid].alive for pid in parent.awaited)
    waits = program.kind in ("inits", "wrappers", "package-runners") or parent.stopping
    if waits and (not rest or (child.pid == parent.awaited[0] and not parent.others)):
        kernel.end(parent, "exited")


def _seen(kernel: Kernel, supervisor: Task) -> None:
    """A supervisor has seen that a child is gone: it leaves after the last one, and before that stops the next."""
    if supervisor.stopping and not any(kernel.tasks[pid].alive for pid in supervisor.awaited):
        kernel.end(supervisor, "exited")
    elif supervisor.next_turn is not None:
        supervisor.next_turn()
