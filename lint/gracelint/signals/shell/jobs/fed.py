"""``xargs``: commands that get words from what is read, where that is known: ``echo $pid | xargs kill``, ``echo /tmp/p | xargs mkfifo``."""

from __future__ import annotations

from shlex import split
from typing import TYPE_CHECKING

from ....records import replace
from ..files import inputs, making
from . import kills

if TYPE_CHECKING:
    from ....parsers.shell import model as sh
    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Field

# Options with which a tool is given the words, and nothing else: one by one it does the same.
_PLAIN = frozenset({"-r", "--no-run-if-empty", "-t", "-n1", "-rn1"})
_UNLESS_EMPTY = frozenset({"-r", "--no-run-if-empty", "-rn1"})


def run(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State]:
    """``xargs``, by what it runs."""
    at = next((number for number, field in enumerate(fields[1:], 1) if field.shown[:1] != "-"), len(fields))
    options = {field.shown for field in fields[1:at]}
    if at < len(fields) and fields[at].value in making.TOOLS and options <= _PLAIN:
        words = _words(machine, state, node)
        if words is not None:
            if not words and options & _UNLESS_EMPTY:
                return machine.finished(state, 0)
            return making.tool(
                machine, state, node, [*fields[at:], *(replace(fields[at], value=word) for word in words)]
            )
    return kills.from_input(machine, state, node, fields)


def _words(machine: Machine, state: State, node: sh.Simple) -> list[str] | None:
    """What it reads, as it splits that; None where that is not known."""
    source = inputs.of_command(machine, state, node)
    if source is None or source.rest is None or "\\" in source.rest:
        return None
    try:
        return split(source.rest)
    except ValueError:  # a quote without its other half
        return None
