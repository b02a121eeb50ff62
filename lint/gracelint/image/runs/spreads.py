"""Which paths an action of a RUN can reach (`gracelint.image.runs.reach`)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .actions import (
    WILDCARD,
    Chmod,
    Enter,
    MakeFolders,
    Mount,
    Opaque,
    Probe,
    Remove,
    Rewrite,
    Symlink,
    Touch,
    Transfer,
    Unpack,
    Write,
)
from .reach import Spread

if TYPE_CHECKING:
    from .actions import Action, Target


def spread(action: Action) -> Spread | None:
    """The paths that an action can reach; None where that may be any."""
    match action:
        case Enter() | Probe():
            return Spread()
        case Unpack(folder=folder):
            return None if folder.path is None else Spread(below=(folder.path,))
        case Mount(folder=folder):
            return None if folder.path is None else Spread(below=(folder.path,), above=(folder.path,))
        case Transfer(sources=sources, destination=destination, moves=moves):
            targets = (destination, *(sources if moves else ()))
            deep, above = True, False
        case Symlink(link=link):
            targets, deep, above = (link,), True, True
        case Write(target=target):
            targets, deep, above = (target,), False, False
        case _:
            targets, above = action.targets, isinstance(action, MakeFolders)
            deep = isinstance(action, Remove) or (isinstance(action, Chmod) and action.recursive)
            if isinstance(action, Chmod) and any(each.anywhere for each in targets):
                return None
    strays = [each for each in targets if each.path is None]
    if isinstance(action, Transfer) and action.destination.path is None:
        if action.folders:
            return None  # what is in a folder has any name
        strays += action.sources  # their names are all that tells
    if any(each.tells for each in strays):
        return None
    several = [each for each in targets if each.path is not None and (each.pattern or each.deep)]
    if several and not isinstance(action, (Chmod, Remove, Touch, Rewrite, Opaque)):
        return None
    paths = tuple(each.path for each in targets if each.path is not None and each not in several)
    words = tuple(each.raw for each in strays)
    folders = tuple(_folder(each) for each in several)
    folders += tuple(each.ends[0].rpartition("/")[0] or "/" for each in targets if len(each.ends[0]) > 1)
    return Spread(() if deep else paths, (*(paths if deep else ()), *folders), paths if above else (), words)


def _folder(target: Target) -> str:
    """The folder that holds, somewhere below, all that a pattern can name."""
    path = target.path or "/"
    within = path if target.deep is None else target.deep.folder.rstrip("/") + "/"
    return WILDCARD.split(within, maxsplit=1)[0].rpartition("/")[0] or "/"
