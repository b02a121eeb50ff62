"""Commands of a script that have another program stop: ``mysqladmin shutdown`` after a server ran for its first set-up, ``nginx -s quit`` in a trap."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ....records import replace
from ....regexes import regex
from ..model.parts import Truth
from ..model.values import clip

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ....source import Text
    from ...model import Order
    from ...process import Process
    from ..evaluator.machine import Machine
    from ..model.state import State


def carry_out(machine: Machine, state: State, process: Process, text: Text) -> list[tuple[State, Process]]:
    """What a command that was started orders is done; the command, which may take as long as that takes. Where it is not known whether it
    finds whom it means, there are two ways."""
    orders = [(each.program.order, each) for each in below(process) if each.program is not None]
    given = [(order, each) for order, each in orders if order is not None]
    doubtful = [order for order, by in given if machine.host.doubts(state, order, by.argv)]
    ways = [(state, True)]
    if doubtful:
        shown = clip(text.value)
        state.done(None, Truth(None, None, f"`{shown}` finds its server", f"`{shown}` does not find its server"))
        ways = machine.split(state)
    result = []
    for each, found in ways:
        command = process
        for order, by in given:
            if order in doubtful:
                order = replace(order, places=(), programs=order.programs if found else ())
            each.note("orders", (order, by.argv, text))
            seconds = machine.host.order(each, order, by.argv, text)
            if order.waits and seconds:
                command = _lasting(command, by.pid, seconds)
        result.append((each, command))
    return result


def _lasting(process: Process, pid: int, seconds: float) -> Process:
    """A process, or the one below it that gave an order (``timeout 60 service x stop``), takes as long as what it ordered."""
    if process.pid == pid:
        return replace(process, duration=seconds)
    return replace(process, children=tuple(_lasting(child, pid, seconds) for child in process.children))


def carried_out(machine: Machine, state: State, shell: State, text: Text) -> None:
    """What a shell ordered that has come to its end (``su -c "pg_ctl stop"``) holds for the services of the one that waited for it. Whom it
    has killed by a number is not known (``stop.sh $pid``)."""
    for order, argv, where in shell.facts.orders:
        machine.host.order(state, order, argv, where)
    if machine.live and not shell.facts.orders and _KILLING.search(shell.shell.source.value):
        machine.host.send(state, "SIGTERM", "other", (), text)


_KILLING = regex(r"\b(kill|pkill|killall)\b")


def meant(order: Order, argv: tuple[str, ...], process: Process) -> bool | None:
    """Whether the order of a command (with this ``argv``) means a process; None where that is not known."""
    if order.own:
        started = process.program is not None and process.program.daemonizes
        return started and _service(process.argv) == _service(argv)
    if process.program is None or process.program.name not in order.programs:
        return False
    for place in order.places:
        asked = _value(argv, place.order)
        if asked is None and place is not order.places[-1]:
            continue
        there = _value(process.argv, place.program)
        if asked is None and there is None:
            return True
        if asked is None or there is None:
            return True if (asked or there) in place.default else None
        if posixpath.normpath(asked) == posixpath.normpath(there):
            return True
        return None if "$" in asked + there else False
    return True


def _value(argv: tuple[str, ...], options: tuple[str, ...]) -> str | None:
    """The value of one of these options, the last that is given."""
    found = None
    for word, following in zip(argv, [*argv[1:], None], strict=False):
        for option in options:
            if word == option:
                found = following
            elif word.startswith(f"{option}="):
                found = word[len(option) + 1 :]
            elif len(option) == 2 and word.startswith(option) and not option.startswith("--"):
                found = word[2:]
    return found


def _service(argv: tuple[str, ...]) -> list[str]:
    """The words that say which service it is about."""
    return [word for word in argv if word not in ("start", "restart", "stop")]


def below(process: Process) -> Iterator[Process]:
    """A process and all that it started, the first one first."""
    yield process
    for child in process.children:
        yield from below(child)
