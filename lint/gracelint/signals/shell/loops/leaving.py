"""Loops that are left on an assumption: they were waiting for something that may come, and do not hold the shell.

Unless it is a flag of the script's own that ends them: ``trap 'stop=1' TERM; while [ -z "$stop" ]; do sleep 1; done``. That a user may set
``stop`` as well opens another way, and the loop holds on the default one all the same. Nor where it is a file that a trap makes or removes
(``trap 'touch /tmp/stop' TERM; while [ ! -f /tmp/stop ]; do sleep 1; done``).

What the launch decides once and for all is not waited for: ``while [ -z "$TOKEN" ]; do sleep 1; done`` is passed at once by who has set
``TOKEN``, and never by who has not. Where a round leaves everything as it has found it, only ways with the same such decisions
(`State.settled`) can tell whether it may leave (measured in all three shells).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ....parsers.shell import model as sh
from ....regexes import regex

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ..evaluator.interpreter import Frame
    from ..evaluator.machine import Machine
    from ..model.state import State
    from .conditional import Loop

_ASSIGNS = regex(r"(?<![\w$])([A-Za-z_]\w*)=")
_CHANGES = regex(r"""(?:\btouch|\brm(?:\s+-\w+)*|>)\s*["']?([$/][^\s;&|"']+)""")
_THERE = " exists"
_WORD = regex(r"[\w.:@%+-]+")


def left(machine: Machine, state: State, node: sh.While | sh.ArithmeticFor, loop: Loop) -> bool:
    """A way has left a loop behind conditions that it assumes: whether the loop was waiting for them."""
    if not state.default and loop.default and any(_names(node.text.value, flag) for flag in _flags(state)):
        return False
    if state.default and any(_names(loop.condition.text.value, file) for file in _files(state)):
        state.default = False
        return False
    machine.escaped.setdefault(loop.entry, []).append(state.settled)
    since = state.conditions[loop.conditions :]
    return not since or any(condition not in state.settled for condition in since)


def comes(state: State, loop: Loop) -> bool:
    """Whether a way has left a loop because something is there, or succeeds, that comes from elsewhere, or by a trap: not because something is gone, nor because
    of a file that the script names elsewhere, as it is likely to make it."""
    last = state.conditions[-1] if state.conditions else ""
    if last.endswith(_THERE):
        file = last.removesuffix(_THERE)
        alone = 0 < loop.condition.text.value.count(file) == state.shell.source.value.count(file)
        return alone or file in _files(state)
    return bool(last) and not last.endswith((" does not exist", " fails"))


def may_leave(machine: Machine, state: State, entry: object, same: bool) -> bool:
    """Whether a way that goes round in a loop may leave it as another one has. ``same``: its rounds change nothing, and so it has to be one
    that the launch did not decide otherwise."""
    ways = machine.escaped.get(entry, [])
    return any(not same or settled.keys().isdisjoint(state.settled.values()) for settled in ways)


def unwound(machine: Machine, state: State, frame: Frame) -> None:
    """The same of a frame that is taken off, if it is of a loop."""
    from .conditional import Loop

    if isinstance(frame.data, Loop) and len(state.conditions) > frame.data.conditions:
        assert isinstance(frame.node, sh.While | sh.ArithmeticFor)
        left(machine, state, frame.node, frame.data)


def _names(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _flags(state: State) -> set[str]:
    """The variables that the traps in force set."""
    return {name for text in _actions(state) for name in _ASSIGNS.findall(text)}


def _files(state: State) -> set[str]:
    """The files that the traps in force make and remove, as they are written; no devices, where anything may be printed to."""
    changed = (file for text in _actions(state) for file in _CHANGES.findall(text))
    return {file for file in changed if not file.startswith("/dev/")}


def _actions(state: State) -> list[str]:
    """The actions of the traps in force, and the functions that they call."""
    return reached(state, (trap.action for trap in state.traps.values() if trap.action))


def reached(state: State, actions: Iterable[str]) -> list[str]:
    """Actions of traps, and the functions that they call."""
    texts = list(actions)
    functions = dict(state.functions)
    for text in texts:  # which grows
        texts += [functions.pop(word).text.value for word in _WORD.findall(text) if word in functions]
    return texts
