"""Loops that are left on an assumption: they were waiting for something that may come, and do not hold the shell.

Unless it is a flag of the script's own that ends them: ``trap 'stop=1' TERM; while [ -z "$stop" ]; do sleep 1; done``. That a user may set ``stop`` as well opens another way, and
the loop holds on the default one all the same.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ...parsers.shell import model as sh
from ...regexes import regex

if TYPE_CHECKING:
    from .interpreter import Frame
    from .loops import Loop
    from .machine import Machine
    from .state import State

_ASSIGNS = regex(r"(?<![\w$])([A-Za-z_]\w*)=")
_WORD = regex(r"[\w.:@%+-]+")


def left(machine: Machine, state: State, node: sh.While | sh.ArithmeticFor, loop: Loop) -> bool:
    """A way has left a loop behind conditions that it assumes: whether the loop was waiting for them."""
    if not state.default and loop.default and any(_names(node.text.value, flag) for flag in _flags(state)):
        return False
    machine.escaped.add(loop.entry)
    return True


def unwound(machine: Machine, state: State, frame: Frame) -> None:
    """The same of a frame that is taken off, if it is of a loop."""
    from .loops import Loop

    if isinstance(frame.data, Loop) and len(state.conditions) > frame.data.conditions:
        assert isinstance(frame.node, sh.While | sh.ArithmeticFor)
        left(machine, state, frame.node, frame.data)


def _names(text: str, name: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(name)}(?!\w)", text) is not None


def _flags(state: State) -> set[str]:
    """The variables that the traps in force set, also by the functions that they call."""
    texts = [trap.action for trap in state.traps.values() if trap.action]
    functions = dict(state.functions)
    for text in texts:  # which grows
        texts += [functions.pop(word).text.value for word in _WORD.findall(text) if word in functions]
    return {name for text in texts for name in _ASSIGNS.findall(text)}
