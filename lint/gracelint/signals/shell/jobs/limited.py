"""Commands of a stop that wait for a process, or for so long at most: ``tail --pid=PID -f /dev/null``, ``timeout 5 tail --pid=PID …``, ``timeout 5 sh -c 'while kill -0 PID; do sleep 1; done'``.

Once a signal has come, what they do is followed: a ``tail`` that watches a process is a ``wait`` for it, and a shell below ``timeout`` runs as a child that is killed when its time is over.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ....image.model import Argument
from ....parsers.shell import model as sh
from ....records import replace
from ... import sleeping
from ..model.parts import Block
from ..model.values import default
from . import children

if TYPE_CHECKING:
    from ...process import Process
    from ..evaluator.machine import Machine
    from ..model.state import State
    from ..model.values import Field

SHORTEST = 1.0  # what is told to stop needs half a second
_WITH_VALUES = frozenset({"-k", "--kill-after", "-s", "--signal"})


def watched(machine: Machine, fields: list[Field]) -> Field | None:
    """The process whose end a ``tail --pid=PID`` waits for."""
    limit, fields = unlimited(fields)
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


def watching(process: Process, field: Field | None) -> Process:
    """A ``tail`` that ends with the process that it watches."""
    word = default(field.value) if field is not None else None
    if word is None or not word.isdecimal() or process.program is None:
        return process
    program = replace(process.program, missing=())
    return replace(process, program=program, reads=int(word), stays=True, missing=())


def unlimited(fields: list[Field]) -> tuple[float | None, list[Field]]:
    """The seconds of a ``timeout`` in front of a command, and the command; None, and all of it, where there is none."""
    if not fields or _name(fields[0]) not in ("timeout", "gtimeout"):
        return None, fields
    rest = fields[1:]
    while rest and rest[0].shown.startswith("-"):
        rest = rest[2 if rest[0].shown in _WITH_VALUES else 1 :]
    seconds = sleeping.duration(("sleep", rest[0].shown)) if rest else None
    return (seconds, rest[1:]) if seconds else (None, fields)


def script(machine: Machine, state: State, node: sh.Simple, fields: list[Field]) -> list[State] | None:
    """Run the commands of a ``timeout N sh -c '…'`` in which nothing has to be expanded, as a child; None for any other command."""
    limit, rest = unlimited(fields)
    if limit is None or len(rest) != 3 or _name(rest[0]) not in children.SHELLS or rest[1].value != "-c":
        return None
    text = rest[2].value
    if not isinstance(text, str) or "$" in text or "`" in text or not text.strip():
        return None
    body = machine.context.parse(machine.context.joined(text, node.text), file=False).body
    result = []
    for each, forked in children.apart(
        state, children.fork(machine, state, sh.Subshell(node.text, body), "subshell", node.text)
    ):
        process = forked.alternative.process
        assert process is not None  # a child of a stop is a process until it has ended
        process = replace(process, duration=limit, own_group=True)
        each.block = Block("foreground", children.whole(each, node.text, process), (process.pid,), (process,))
        result.append(each)
    return result


def _name(field: Field) -> str:
    return (default(field.value) or "").rpartition("/")[2]


def _arguments(fields: list[Field]) -> tuple[Argument, ...]:
    return tuple(Argument(field.shown, field.text) for field in fields)
