"""Symbolic links and the commands of a RUN: where they may put one, and what they do through it.

Measured (GNU coreutils 9.1, BusyBox 1.35): a redirection, ``chmod``, ``touch``, ``tee``, ``cp`` and what they are like follow a link that they are
given; ``rm``, ``mv``, ``ln -f``, ``install`` and ``sed -i`` take or replace the link itself. Whether ``chmod -R`` and ``rm -r link/`` follow one differs.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ..entries import contains, inside
from .actions import Chmod, Remove, Rewrite, Symlink, Transfer, matches
from .reach import upwards

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ..entries import World
    from .actions import Action, Target


def made(action: Action, name: str) -> Iterator[tuple[str, str]]:
    """Where ``ln -s`` may have put a link, and its text: nobody knows here whether a folder stands where it is to be made. Of links that it
    makes by a pattern, the one that leads to a name, or stands there."""
    if not isinstance(action, Symlink) or action.link.path is None or action.target is None:
        return
    path, text = action.link.path, action.target
    if action.pattern:
        folder, names = posixpath.split(text)
        for end in (name, *upwards(name)):
            own = posixpath.basename(end)
            if matches(names, own):
                yield posixpath.join(posixpath.dirname(path) if action.link.pattern else path, own), f"{folder}/{own}"
        return
    if action.link.pattern:
        return
    if not action.link.is_folder:
        yield path, text
    if action.into:
        yield posixpath.join(path, posixpath.basename(text.rstrip("/"))), text


def carried(action: Action, path: str) -> Iterator[str]:
    """Where a command may have put the link that stands at a path, or the folder that holds it."""
    destination = action.destination.path if isinstance(action, Transfer) and not action.follows else None
    if not isinstance(action, Transfer) or destination is None or action.destination.pattern:
        return
    for source in action.sources:
        top = source.above(path)
        if top is not None:
            rest = inside(path, top) or ""
            whole = source.raw.endswith("/.")  # the folder's own name is left out
            for place in (destination,) if whole else (destination, f"{destination}/{posixpath.basename(top)}"):
                yield posixpath.normpath(posixpath.join(place, rest))


def from_where(action: Action, path: str) -> Iterator[str]:
    """Where what a command has put at a path may have stood before, if that may be a link."""
    destination = action.destination.path if isinstance(action, Transfer) and not action.follows else None
    if not isinstance(action, Transfer) or destination is None or action.destination.pattern:
        return
    rest = "" if path == destination else inside(path, destination)
    for source in action.sources if rest is not None else ():
        yield from _origins(source, rest or "")


def _origins(source: Target, rest: str) -> Iterator[str]:
    if source.path is None or source.deep:
        return
    if not source.pattern:
        yield posixpath.normpath(posixpath.join(source.path, rest))
    name, _, below = rest.partition("/")
    folder = posixpath.dirname(source.path)
    if name and (inner := posixpath.join(folder, name)) and source.names(inner):
        yield posixpath.normpath(posixpath.join(inner, below))


def twins(action: Action, name: str) -> Iterator[str]:
    """The other names that a hard link gives a file."""
    if isinstance(action, Transfer) and action.hard:
        yield from carried(action, name)
        yield from from_where(action, name)


def reaches(action: Action, name: str, path: str, world: World) -> bool | None:
    """Whether what an action does under a name is done to a path, at the time when it runs."""
    match action:
        case Remove(targets=targets) | Chmod(targets=targets) | Rewrite(targets=targets):
            target = next((each for each in targets if each.holds(name)), None)
            if target is not None:
                return _named(action, target, name, path, world)
        case Transfer(sources=sources, destination=destination) if not _lands(destination, name):
            source = next((each for each in sources if each.holds(name)), None)
            return None if source is None else _named(action, source, name, path, world)
        case Symlink(link=link) if name != path and link.path is not None and inside(name, link.path) is not None:
            if all(place != name for place, _ in made(action, name)):
                return False
    follow = action.through if isinstance(action, Transfer) else not isinstance(action, Symlink)
    reached = _leads(name, follow, "", path, world)
    return None if reached is False and follow and world.are_twins(name, path) else reached


def _lands(destination: Target, name: str) -> bool:
    return destination.path is None or destination.pattern or contains(destination.path, name)


def _named(action: Action, target: Target, name: str, path: str, world: World) -> bool | None:
    """The same of what one of its words names; a folder that is gone through with all that it holds is left alone where that is a link."""
    follow: bool | None = isinstance(action, Chmod)
    if follow and world.are_twins(name, path):
        return None
    if target.deep is not None:
        folder, inner = target.deep.folder, posixpath.dirname(name)
        if name != folder and world.is_link(name) and target.deep.fits(name, "link") is not True:
            return target.deep.fits(name, "link")
        if name == folder:
            return _leads(name, follow, "", path, world)
        if world.is_link(folder) and not target.deep.start.endswith("/"):
            return False
        top = world.real(folder)
        if top is None or world.real(inner) not in (
            posixpath.normpath(posixpath.join(top, inside(inner, folder) or "")),
            None,
        ):
            return None if top is None else False
        return _leads(name, follow, "", path, world)
    if (isinstance(action, Chmod) and action.recursive) or (isinstance(action, Remove) and target.is_folder):
        follow = None
    elif isinstance(action, Rewrite):
        follow = action.follows
    top = target.above(name) or name
    if isinstance(action, Remove) and target.pattern and _takes_its_own_way(posixpath.dirname(top), world):
        return None
    return _leads(top, follow, inside(name, top) or "", path, world)


def _takes_its_own_way(folder: str, world: World) -> bool:
    """Whether a link through which a folder is reached stands in it: once it is removed, the rest of the folder is no longer found."""
    real = world.real(folder)
    return real != folder and any(
        world.is_link(each) is not False and (real is None or posixpath.dirname(each) == real)
        for each in upwards(folder)
    )


def _leads(top: str, follow: bool | None, rest: str, path: str, world: World) -> bool | None:
    """Whether a name leads to a path, with what lies below it. ``follow``: also if it is a link (None: that depends on the program)."""
    ways = {world.real(top, each) for each in ((True, False) if follow is None else (follow,))}
    reached = {None if way is None else posixpath.normpath(posixpath.join(way, rest)) == path for way in ways}
    return None if None in reached or len(reached) > 1 else True in reached
