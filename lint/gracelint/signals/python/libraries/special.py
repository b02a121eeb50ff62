"""The functions of other code that do more than `calls.toml` could say, by their names: each room brings its own, in ``SPECIAL``.

Each takes the run, the frame, the receiver (of a method), the arguments, the call's place and the state, and returns the value of the call.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run

    Special: TypeAlias = Callable[[Run, Frame, Value | None, Arguments, Text, State], Value]


def function(name: str) -> Special | None:
    """What is to be done for a call of this name, if it is special."""
    return _table().get(name)


@lru_cache(maxsize=1)
def _table() -> dict[str, Special]:
    from ..concurrency import (
        backlogs,
        channels,
        event_loops,
        executors,
        feeders,
        groups,
        locks,
        nurseries,
        processes,
        recurring,
        schedulers,
        tasks,
        thread_objects,
    )
    from ..delivery import alarms
    from ..domain import numbers
    from ..interpreter import managers
    from . import (
        argument_parsers,
        collections,
        commands,
        contexts,
        descriptors,
        exits,
        handlers,
        kinds,
        management,
        masks,
        outside,
        policies,
        python_itself,
        queues,
        retries,
        servers,
        strings,
    )

    found: dict[str, Special] = {}
    for room in (
        alarms,
        argument_parsers,
        backlogs,
        channels,
        collections,
        commands,
        contexts,
        descriptors,
        event_loops,
        executors,
        exits,
        feeders,
        groups,
        handlers,
        kinds,
        locks,
        management,
        managers,
        masks,
        numbers,
        nurseries,
        outside,
        policies,
        processes,
        python_itself,
        queues,
        recurring,
        retries,
        schedulers,
        servers,
        strings,
        tasks,
        thread_objects,
    ):
        found |= room.SPECIAL
    return found


def known(name: str) -> bool:
    """Whether it is known what a foreign call of this name does."""
    from .knowledge import entry_of

    return entry_of(name) is not None or function(name) is not None
