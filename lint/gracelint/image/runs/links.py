"""What the commands of a RUN do through the symbolic links that it has made before."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ...records import replace
from ..entries import contains
from .actions import Chmod, MakeFolders, Opaque, Rewrite, Touch, Transfer, Write

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from .actions import Action, Symlink, Target


def leads(action: Symlink) -> Iterator[tuple[str, str]]:
    """Where the link may stand, and the path that it leads to from there: nobody knows whether a folder stands where it is to be made."""
    path, target = action.link.path, action.target
    if path is None or target is None or action.link.pattern:
        return
    if not action.link.is_folder:
        yield path, posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
    if action.into:
        inner = posixpath.join(path, posixpath.basename(target.rstrip("/")))
        yield inner, posixpath.normpath(posixpath.join(path, target))


def through(links: Mapping[str, str], action: Action) -> Action | None:
    """The same action on what links lead to; None where it goes through none."""
    if isinstance(action, Transfer):
        destination = _beyond(links, action.destination)
        return replace(action, destination=destination) if destination is not action.destination else None
    if isinstance(action, Write):
        target = _beyond(links, action.target)
        return replace(action, target=target) if target is not action.target else None
    if not isinstance(action, (Chmod, MakeFolders, Opaque, Rewrite, Touch)):
        return None
    targets = tuple(_beyond(links, each) for each in action.targets)
    return replace(action, targets=targets) if targets != action.targets else None


def _beyond(links: Mapping[str, str], target: Target) -> Target:
    path = target.path
    if path is None:
        return target
    link = max((each for each in links if contains(each, path)), key=len, default=None)
    return target if link is None else replace(target, path=links[link] + path[len(link) :])
