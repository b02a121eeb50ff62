"""Whether an action can take place, as far as the files that stand there tell: nobody copies what is missing, enters what is no folder, or makes
a folder where something stands.

An action on several paths is done on those on which it can be, as the tools do. Nothing is asked about permissions or full disks.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ...records import replace
from .actions import Chmod, Enter, MakeFolders, Probe, Remove, Rewrite, Symlink, Touch, Transfer, Write
from .transfers import into_itself

if TYPE_CHECKING:
    from ..entries import Kind, World
    from .actions import Action, Target

_THINGS = ("file", "folder")


def can(action: Action, world: World) -> bool | None:
    """Whether it can take place, all of it; None where not known."""
    return _all(_each(action, world))


def possible(action: Action, world: World) -> tuple[Action | None, bool]:
    """The part of it that can take place (None: nothing of it), and whether that part is known to."""
    chances = _each(action, world, expanded=True)
    if False not in chances:
        return action, None not in chances
    kept = [number for number, chance in enumerate(chances) if chance is not False]
    if not kept:
        return None, True
    sure = all(chances[number] for number in kept)
    if isinstance(action, Transfer):
        return replace(action, sources=tuple(action.sources[number] for number in kept)), sure
    if isinstance(action, (Chmod, Remove, MakeFolders, Touch, Rewrite)):
        return replace(action, targets=tuple(action.targets[number] for number in kept)), sure
    return action, sure


def _each(action: Action, world: World, expanded: bool = False) -> list[bool | None]:
    """For each of the paths that it is about, whether it can be done; of a transfer, for each source. ``expanded``: of a pattern, whether it can be
    on what it names (if it names nothing, it fails)."""
    match action:
        case Transfer(sources=sources):
            lands = _lands(action, world)
            things = _THINGS if action.folders else ("file",)
            return [
                _all(
                    [
                        lands,
                        not action.fresh or _is_free(each, action, world),
                        _is_another(each, action, world, expanded),
                        _stands(each, things, world, expanded, action.follows),
                    ]
                )
                for each in sources
            ]
        case Symlink():
            return [_can_be_linked(action, world)]
        case Write(target=target):
            return [_all([_negated(_is(_kind(target, world), "folder")), _has_folder(target, world)])]
        case Enter(folder=folder):
            return [_is(_kind(folder, world), "folder")]
        case Probe(target=target, wanted=wanted):
            return [_is(_kind(target, world), *wanted)]
        case MakeFolders(targets=targets, parents=parents):
            return [_can_be_made(each, parents, world) for each in targets]
        case Remove(targets=targets, recursive=recursive, force=force):
            fitting = (*(_THINGS if recursive else ("file",)), *(("none",) if force else ()))
            return [_stands(each, fitting, world, expanded, follow=False) for each in targets]
        case Touch(targets=targets):
            return [_has_folder(each, world) for each in targets]
        case Rewrite(targets=targets):
            return [_stands(each, ("file",), world, expanded) for each in targets]
        case Chmod(targets=targets):
            return [_stands(each, _THINGS, world, expanded) for each in targets]
    return [None]


def _is_another(source: Target, action: Transfer, world: World, expanded: bool) -> bool | None:
    """Whether nothing would be copied over itself, which is refused. A folder that is copied into itself is an error as well, but how far that gets
    (``expanded``) differs."""
    itself = source.path is not None and source.path == action.destination.path
    if not itself and not into_itself(source, action):
        return True
    whole = not source.pattern and (action.moves or not action.folders or _kind(source, world) == "file")
    return None if expanded and not whole else False


def _stands(target: Target, wanted: tuple[str, ...], world: World, expanded: bool, follow: bool = True) -> bool | None:
    """Whether one of the wanted kinds of things stands there."""
    if expanded and target.pattern and target.path is not None:
        return True
    return _is(_kind(target, world, follow), *wanted)


def _can_be_linked(action: Symlink, world: World) -> bool | None:
    link = action.link
    enters = action.into and (action.follows or link.is_folder or world.is_link(link.path or "") is False)
    if link.path is not None and enters and _kind(link, world) == "folder":
        name = posixpath.basename((action.target or "").rstrip("/"))
        link = replace(link, path=posixpath.join(link.path, name) if name else None)
    return _all([True if action.replaces else _free(_kind(link, world, follow=False)), _has_folder(link, world)])


def _lands(action: Transfer, world: World) -> bool | None:
    """Whether there is a place for what is copied or moved."""
    kind, sources = _kind(action.destination, world), action.sources
    takes_its_name = action.folders and len(sources) == 1 and kind == "none"
    if action.into:
        return None if takes_its_name and sources[0].pattern else _is(kind, "folder")
    if action.destination.is_folder and kind != "folder":
        is_folder = _is(_kind(sources[0], world), "folder") if takes_its_name else _is(kind, "folder")
        return _all([is_folder, _has_folder(action.destination, world)])
    return True if kind in _THINGS else _has_folder(action.destination, world)


def _is_free(source: Target, action: Transfer, world: World) -> bool | None:
    """Whether nothing stands where it would be put."""
    place = action.destination
    if place.path is not None and (action.into or _kind(place, world) == "folder"):
        name = posixpath.basename(source.path or "")
        place = replace(place, path=posixpath.join(place.path, name) if name and not source.pattern else None)
    return _free(_kind(place, world, follow=False))


def _can_be_made(folder: Target, parents: bool, world: World) -> bool | None:
    kind = _kind(folder, world)
    if parents:
        return kind != "file"
    return _all([_free(_kind(folder, world, follow=False)), _has_folder(folder, world)])


def _has_folder(target: Target, world: World) -> bool | None:
    """Whether the folder is there in which a path stands."""
    if target.path is None:
        return None
    kind = _kind(target, world)
    if kind not in _THINGS and target.path is not None and (real := world.real(target.path)) != target.path:
        return None if real is None else _has_folder(replace(target, path=real), world)
    return (
        True if kind in _THINGS else _is(_kind(replace(target, path=posixpath.dirname(target.path)), world), "folder")
    )


def _kind(target: Target, world: World, follow: bool = True) -> Kind:
    """What stands there, where a link counts as a file unless it is to be followed."""
    if target.path is None or target.pattern or target.deep:
        return "unknown"
    if not follow and (is_link := world.is_link(target.path)) is not False:
        return "file" if is_link else "unknown"
    return world.standing(target.path)


def _free(kind: Kind) -> bool | None:
    return _is(kind, "none")


def _is(kind: Kind, *wanted: str) -> bool | None:
    return None if kind == "unknown" else kind in wanted


def _negated(value: bool | None) -> bool | None:
    return None if value is None else not value


def _all(values: list[bool | None]) -> bool | None:
    return False if False in values else None if None in values else True
