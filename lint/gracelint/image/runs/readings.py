"""What RUNs do, and those that were read before, in this Dockerfile or another one of the run: many share their RUNs.

Method: what a RUN does depends on its text, the shell, the working folder, and the variables that had a say. So a reading is kept by these,
with its places as offsets, and put at the place of the next RUN that is the same. Kept are only RUNs written in one piece whose every
place lies in it (no heredocs, no text that the RUN writes into a file), and a bounded number of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ...records import NamedTuple, dataclass

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ...source import Text
    from ..model import ShellFamily
    from ..stages.steps import Run
    from .actions import Action
    from .operations import Course, Operation
    from .reach import Reach

MOST = 500
LONGEST = 8_000
"""How many readings are kept, and of how many characters at most."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a RUN does: its file operations in order, the commands met, the folders worked in (None: not known), and the operations by the paths
    that they can reach."""

    operations: tuple[Operation, ...]
    names: frozenset[str]
    folders: frozenset[str] | None
    reach: Reach


class _Kept(NamedTuple):
    """A reading without its place: ``operations`` with the ranges of their texts, counted from the RUN's; ``asked`` are the variables that had
    a say."""

    asked: Mapping[str, tuple[bool, str | None]]
    operations: tuple[tuple[Action, int, int, Course], ...]
    names: frozenset[str]
    folders: frozenset[str] | None
    reach: Reach


_kept: dict[tuple[str, str | None, ShellFamily | None, tuple[str, ...], bool], _Kept] = {}


def recalled(text: Text, step: Run, shell: ShellFamily | None) -> Reading | None:
    """What a RUN does that was read before; None of any other. ``text`` is its command."""
    kept = _kept.get((text.value, step.workdir, shell, step.shell, step.as_root))
    if kept is None or any(step.variables.get(name) != value for name, value in kept.asked.items()):
        return None
    from .operations import Operation

    operations = tuple(
        [Operation(action, text.cut(start, end), course) for action, start, end, course in kept.operations]
    )
    return Reading(operations, kept.names, kept.folders, kept.reach)


def keep(
    text: Text,
    step: Run,
    shell: ShellFamily | None,
    reading: Reading,
    asked: Mapping[str, tuple[bool, str | None]],
) -> None:
    """Remember what a RUN does, if it can be said of another one."""
    if len(text) > LONGEST or step.instruction.heredocs or "<<" in text.value:
        return
    from .actions import Write

    for operation in reading.operations:
        writes = isinstance(operation.action, Write) and operation.action.content is not None
        if writes or operation.text.buffer is not text.buffer:
            return
    if len(_kept) >= MOST:
        _kept.clear()
    _kept[text.value, step.workdir, shell, step.shell, step.as_root] = _Kept(
        asked,
        tuple(
            (each.action, each.text.start - text.start, each.text.end - text.start, each.course)
            for each in reading.operations
        ),
        reading.names,
        reading.folders,
        reading.reach,
    )


def kept() -> int:
    """How many readings are kept."""
    return len(_kept)


def forget() -> None:
    """Keep none of them any longer."""
    _kept.clear()
