"""A program that starts others: in front of its children it stays, and the ways in which they turn out combine; by exec it becomes the
other, and keeps some of what it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...image.model import NOT_KNOWN
from ...records import replace
from ..process import Alternative

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ..model import Program, Started
    from ..process import Environment, Process
    from .resolve import Resolver

MOST_WAYS = 16
# Who stays in front of one command until that has ended, which is run as a shell would run it.
_WAITING = frozenset({"wrappers", "package-runners"})
_NAMED = 3


def starting(resolver: Resolver, process: Process, program: Program, environment: Environment) -> list[Alternative]:
    """A program with children: every combination of how they turn out. Those that are started only if somebody asks for it are all there,
    or none is."""
    names = [started.perhaps for started in program.starts if started.perhaps]
    if not names:
        return _combinations(resolver, process, program, environment, program.starts)
    some = tuple(started for started in program.starts if not started.perhaps)
    shown = f"{', '.join(names[:_NAMED])}{' …' if len(names) > _NAMED else ''}"
    ways = _combinations(resolver, process, program, environment, some)
    more = _combinations(resolver, process, program, environment, program.starts)
    without, asked = f"nobody starts {shown}", f"{shown} {'are' if len(names) > 1 else 'is'} started"
    return [
        *(replace(way, conditions=(*way.conditions, without)) for way in ways),
        *(replace(way, conditions=(*way.conditions, asked)) for way in more),
    ]


def _combinations(
    resolver: Resolver, process: Process, program: Program, environment: Environment, starts: Sequence[Started]
) -> list[Alternative]:
    """A program in front of these children, in every way that they can turn out."""
    partial: list[tuple[Alternative, list[Process]]] = [(Alternative(process), [])]
    for started in starts:
        leads = _leads(program, started)
        runs = environment.live and program.kind in _WAITING
        inner = replace(
            environment,
            pid1=False,
            live=runs,
            leads=leads,
            ignored=_inherited(environment, started),
            workdir=started.folder or environment.workdir,
            user=environment.user if program.kind == "supervisors" else user(program, process.argv, environment.user),
            descriptors=None if program.kind == "supervisors" else environment.descriptors,
        )
        ways = resolver.launch(started.arguments, inner, resolver.new_pid(), started.how)
        partial = [
            (
                _combined(one, way),
                [*children, _placed(way.process, process, started, leads=leads)] if way.process else children,
            )
            for one, children in partial
            for way in ways
        ][:MOST_WAYS]
    result = []
    for way, children in partial:
        stays = program.stays
        if program.daemonizes or "short-lived" in program.traits:
            stays = False
        elif stays is None or program.kind in ("wrappers", "inits", "package-runners"):
            stays = children[0].stays if children else False
        if not children and program.kind != "supervisors":
            result.append(replace(way, process=None))
            continue
        placed = replace(process, children=tuple(children), stays=stays)
        result.append(replace(way, process=placed, failed=None))
    return result


def _inherited(environment: Environment, started: Started) -> frozenset[str]:
    # tini and dumb-init restore the default dispositions before they exec their child.
    return frozenset() if started.how in ("init", "supervisor") else environment.ignored


def _leads(program: Program, started: Started) -> bool:
    """Whether what a program starts leads a process group of its own: below an init or a supervisor, and where `setsid` has forked to be
    able to make one."""
    return (
        started.how in ("init", "supervisor") and "shares-group" not in program.traits
    ) or "forks-if-leader" in program.traits


def _placed(process: Process, above: Process, started: Started, *, leads: bool) -> Process:
    return replace(
        process,
        duration=_shorter(process.duration, above.duration),
        how=started.how,
        own_group=process.own_group or leads,
        stop_signal=started.stop_signal,
        to_group=started.to_group,
        kills_group=started.kills_group,
        kills_after=started.kills_after,
        turn=started.turn,
        text=process.text or started.text,
    )


def _combined(one: Alternative, way: Alternative) -> Alternative:
    return replace(
        one,
        conditions=(*one.conditions, *way.conditions),
        default=one.default and way.default,
        reasons=(*one.reasons, *way.reasons),
        failed=one.failed or way.failed,
        shell=one.shell or way.shell,
        culprit=one.culprit or way.culprit,
        settled={**one.settled, **way.settled},
        leaving=one.leaving or way.leaving,
    )


def within(process: Process, earlier: Process) -> Process:
    """The process, in the group that it made itself before its exec, and with the end that was set to it."""
    ends = earlier.program is not None and "short-lived" in earlier.program.traits
    # BusyBox counts whole seconds, and looks for the first time when one is over (coreutils/timeout.c).
    whole = max(1.0, earlier.duration // 1) if earlier.duration is not None else None
    return replace(
        process,
        own_group=process.own_group or earlier.own_group,
        stays=False if ends else process.stays,
        duration=_shorter(process.duration, whole),
    )


def _shorter(one: float | None, other: float | None) -> float | None:
    """The shorter of two times, as far as they are known."""
    return one if other is None else other if one is None else min(one, other)


def user(program: Program, argv: tuple[str, ...], own: str | None) -> str | None:
    """As whom a program, run by a user of its ``own``, runs its command: as the catalogue says, as an option or its first operand names it
    (gosu, su)."""
    if program.starts[0].user is not None:
        return program.starts[0].user
    if "privilege-drop" not in program.traits:
        return own
    behind = program.name in _NAMES_ROOT  # the command is an option's value, else it is the rest
    words = argv[1:] if behind else argv[1 : len(argv) - len(program.starts[0].arguments)]
    named = [
        word.partition("=")[2] or following
        for word, following in zip(words, [*words[1:], ""], strict=False)
        if word.partition("=")[0] in _NAMES_USER.get(program.name, ())
    ]
    if named or program.name == "setpriv":
        return named[0] if named else own
    if program.name not in _FIRST_IS_USER:
        return "root" if program.name in _NAMES_USER else NOT_KNOWN
    valued = {at + 1 for at, word in enumerate(words) if behind and word in _SU_VALUES}
    operands = [word for at, word in enumerate(words) if at not in valued and not word.startswith("-")]
    return operands[0] if operands else "root" if behind else NOT_KNOWN


# The options that name a user; without one, it is root (sudo, doas), or the user who runs it (setpriv).
_NAMES_USER = {
    "setpriv": ("--reuid",),
    "sudo": ("-u", "--user"),
    "doas": ("-u",),
    "runuser": ("-u", "--user"),
    "chpst": ("-u",),
}
# Those whose first operand is a user, and of these, those that become root without one.
_FIRST_IS_USER = frozenset({"gosu", "su-exec", "setuidgid", "s6-setuidgid", "su", "runuser"})
_NAMES_ROOT = frozenset({"su", "runuser"})
_SU_VALUES = frozenset("-c --command -s --shell -g --group -G --supp-group -w --whitelist-environment".split())
