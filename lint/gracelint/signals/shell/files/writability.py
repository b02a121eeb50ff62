"""Whether a file can be made at a path, or opened to be written, as far as it is known what stands there and whose it is (`permissions`)."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from . import changes
from .filesystem import standing
from .permissions import OF_ALL, is_everywhere, owns, user_of, writable

if TYPE_CHECKING:
    from ..evaluator.machine import Machine
    from ..model.state import State


def can_make(machine: Machine, state: State, path: str) -> bool | None:
    """Whether something new can be made at a path."""
    parent = posixpath.dirname(path)
    kind = standing(machine, state, parent)
    if kind in ("none", "file"):
        return False
    return writable(machine, state, parent) if kind == "folder" else None


def can_write(machine: Machine, state: State, path: str) -> bool | None:
    """Whether a file can be opened to be written: made, or written again."""
    path = changes.followed(state, path)
    kind = standing(machine, state, path)
    if kind == "folder":
        return False
    if kind == "none":
        return can_make(machine, state, path)
    if kind == "file":
        return owns(state, path)
    parent = posixpath.dirname(path)
    above = standing(machine, state, parent)
    if above in ("none", "file"):
        return False
    if parent in OF_ALL and path not in state.made:
        return True
    there = above == "folder" or is_everywhere(parent)
    # Root can, unless it is a folder, of which nothing is known; others, in what is theirs.
    return True if there and user_of(state) == "0" and writable(machine, state, parent) else None
