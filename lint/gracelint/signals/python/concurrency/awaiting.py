"""What ``await`` comes to: a coroutine is gone through, a task or a future is waited for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..delivery import rests
from ..domain.values import UNKNOWN, Box, Coroutine, Instance, Items, Made
from ..libraries.knowledge import entry_of

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Value
    from ..interpreter.run import Run


def awaited(run: Run, frame: Frame, found: Value, text: Text, state: State) -> Value:
    """``await``."""
    from ..interpreter.calls import call
    from .tasks import await_task

    if state.dead:
        return UNKNOWN
    if isinstance(found, Coroutine):
        return call(
            run, frame, found.function, found.arguments.values, text, state, named=found.arguments.named, awaited=True
        )
    if isinstance(found, Made):
        if found.kind in ("asyncio.Task", "asyncio.gather", "asyncio.wait"):
            return await_task(run, frame, found, text, state)
        entry = entry_of(f"{found.kind}.__await__")
        if entry is not None:
            rests.rest(
                run, frame, text, found.kind, state, over=rests.marked(run, found.number, str(entry.get("until", "")))
            )
    return found if isinstance(found, Items | Made | Instance | Box) else UNKNOWN
