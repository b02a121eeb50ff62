"""Commands that wait for a process, or for so long at most: ``tail --pid=PID -f /dev/null``, ``timeout 5 tail --pid=PID …``. Once a signal
has come, such a ``tail`` is a ``wait``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....image.model import Argument
from ....records import replace
from ... import sleeping
from ..model.values import default

if TYPE_CHECKING:
    from ...process import Process
    from ..evaluator.machine import Machine
    from ..model.values import Field

SHORTEST = 1.0  # what is told to stop needs half a second


def watched(machine: Machine, fields: list[Field]) -> Field | None:
    """The process whose end a ``tail --pid=PID`` waits for."""
    limit, at = sleeping.limited([field.shown for field in fields]) if sleeping.limits(fields[0].shown) else (None, 0)
    fields = fields[at:]
    if not fields or _name(fields[0]) != "tail" or (limit is not None and (limit < SHORTEST or not machine.live)):
        return None
    found = None
    for field, value in zip(fields, [*fields[1:], None], strict=True):
        word = default(field.value)
        if (word or field.text.value).startswith("--pid="):
            found = replace(field, value=word.removeprefix("--pid=")) if word else field
        elif word == "--pid" and value is not None:
            found = value
    program = machine.context.describe(_arguments(fields)) if found is not None else None
    return None if program is not None and "no-such-option" in program.traits else found


def watching(process: Process, field: Field | None, children: frozenset[int] | None = frozenset()) -> Process:
    """A ``tail`` that ends with the process that it watches. Not with one of its own ``children`` (None: it is PID 1, and all will be),
    which it does not reap: for kill(2) they are still there."""
    word = default(field.value) if field is not None else None
    if word is None or not word.isdecimal() or process.program is None:
        return process
    program = replace(process.program, missing=())
    if children is None or int(word) in children:
        return replace(process, program=program, stays=True, missing=())
    return replace(process, program=program, reads=int(word), stays=True, missing=())


def _name(field: Field) -> str:
    return (default(field.value) or "").rpartition("/")[2]


def _arguments(fields: list[Field]) -> tuple[Argument, ...]:
    return tuple(Argument(field.shown, field.text) for field in fields)
