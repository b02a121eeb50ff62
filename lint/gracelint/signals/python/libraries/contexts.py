"""`contextvars`: a variable has a value for each context. A handler runs in that of the main line; threads begin with an empty one, and
tasks with a copy, so that neither sees what a handler sets (measured)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..domain.values import UNKNOWN, Made

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run
    from .special import Special

_KIND = "contextvars.ContextVar"
_VALUE, _DEFAULT = "#value", "#default"


def _made(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    made = Made(_KIND, run.number())
    state.store[(made.number, _DEFAULT)] = arguments.get(-1, "default") or UNKNOWN
    return made


def _in_main_context(frame: Frame) -> bool:
    return frame.background is None and not frame.loop


def _set(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    if isinstance(receiver, Made) and _in_main_context(frame):
        run.write(state, (receiver.number, _VALUE), arguments.get(0, "value") or UNKNOWN)
    return Made("contextvars.Token", run.number())


def _get(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    if not isinstance(receiver, Made) or not _in_main_context(frame):
        return UNKNOWN
    default = arguments.get(0, "default") or state.store.get((receiver.number, _DEFAULT), UNKNOWN)
    run.look((receiver.number, _VALUE))
    return state.store.get((receiver.number, _VALUE), default)


SPECIAL: dict[str, Special] = {_KIND: _made, f"{_KIND}.set": _set, f"{_KIND}.get": _get}
