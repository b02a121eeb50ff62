"""Commands of a script that have another program stop: ``mysqladmin shutdown`` after a server ran for its first set-up, ``nginx -s quit`` in a trap."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...records import replace

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...source import Text
    from ..model import Order
    from ..process import Process
    from .machine import Machine
    from .state import State


def carry_out(machine: Machine, state: State, process: Process, text: Text) -> Process:
    """What a command that was started orders is done; the command, which may take as long as that takes."""
    for each in below(process):
        order = each.program.order if each.program is not None else None
        if order is not None:
            state.note("orders", (order, each.argv, text))
            seconds = machine.host.order(state, order, each.argv, text)
            if order.waits and seconds:
                process = replace(process, duration=seconds)
    return process


def carried_out(machine: Machine, state: State, shell: State) -> None:
    """What a shell ordered that has come to its end (``su -c "pg_ctl stop"``) holds for the services of the one that waited for it."""
    for order, argv, text in shell.facts.orders:
        machine.host.order(state, order, argv, text)


def meant(order: Order, argv: tuple[str, ...], process: Process) -> bool:
    """Whether the order of a command (with this ``argv``) means a process."""
    if order.own:
        started = process.program is not None and process.program.daemonizes
        return started and _service(process.argv) == _service(argv)
    return process.program is not None and process.program.name in order.programs


def _service(argv: tuple[str, ...]) -> list[str]:
    """The words that say which service it is about."""
    return [word for word in argv if word not in ("start", "restart", "stop")]


def below(process: Process) -> Iterator[Process]:
    """A process and all that it started, the first one first."""
    yield process
    for child in process.children:
        yield from below(child)
