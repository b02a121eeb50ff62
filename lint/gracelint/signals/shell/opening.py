"""Whether the files that a command reads and writes can be opened: redirections, and the operands of tools that read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from . import filesystem, making
from .filesystem import located

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...parsers.shell import model as sh
    from .machine import Machine
    from .state import State
    from .values import Field


def opened(machine: Machine, state: State, redirects: Iterable[sh.Redirect]) -> bool:
    """Whether the files of redirections can be opened, as far as is known; those that are written are there from now on."""
    for each in redirects:
        if each.target is None or each.operator not in ("<", ">", ">>", ">|", "<>", "&>", "&>>", ">&"):
            continue
        word = machine.value(state, each.target)
        if not isinstance(word, str) or not word or filesystem.is_open(word):
            continue
        if each.operator == "<":
            if filesystem.exists(machine, state, word, "f") is False:
                return False
            continue
        path = located(word, state.workdir)
        if (
            path is None
            or path.startswith(("/dev/", "/proc/"))
            or (each.operator == ">&" and word.rstrip("-").isdigit())
            or word == "-"
        ):
            continue
        if making.can_write(machine, state, path) is False:
            return False
        filesystem.note(state, path, "file")
    return True


def lacks_a_file(machine: Machine, state: State, fields: list[Field]) -> bool:
    """Whether one of the files that a tool is to read is not there for certain."""
    words = [field.value for field in fields]
    names = [
        word for word in words if isinstance(word, str) and word[:1] not in ("-", "") and not filesystem.is_open(word)
    ]
    return any(filesystem.exists(machine, state, name, "f") is False for name in names)
