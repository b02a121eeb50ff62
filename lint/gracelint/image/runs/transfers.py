"""What ``cp``, ``mv``, ``install`` and their like do to one path: it is where they put a file, or where they took one away."""

from __future__ import annotations

import posixpath
from functools import partial
from typing import TYPE_CHECKING

from ...records import replace
from ..entries import Change, Effect, Entry, Found, Gone, Vague, World, contains, inside, may_appear, perhaps
from ..model import ImageFile
from ..modes import executable_after
from .actions import matches
from .printing import without_carriage_returns

if TYPE_CHECKING:
    from ...source import Text
    from .actions import Target, Transfer


def transferred(action: Transfer, path: str, text: Text, world: World) -> Effect:
    """A path that a copy made, or that a move took away."""
    destination = action.destination
    for source in action.sources:
        if not action.moves and into_itself(source, action) and inside(path, destination.path or "/") is not None:
            return Change(lambda entry: may_appear(entry, "a folder that is copied into itself may hold it"))
        origin = asked = _origin(action, source, path, world)
        if asked is not None:
            origin = world.real(asked, action.follows) if world.has_links else asked
            if origin is None:
                return perhaps("what is copied is reached through a link that is not known")
        if origin is not None and source.path != asked:
            # A copied folder is laid over what was there: both have to be looked at.
            entry = world.entry(origin)
            if not isinstance(entry, Gone | Vague):
                return _arrived(action, entry, path, text, _filled(action, path, world))
            if isinstance(entry, Vague):
                return Change(lambda before: may_appear(before, "a copied folder may hold it"))
        elif origin is not None:
            before = _filled(action, path, world)
            return Change(partial(_arrived, action, path=path, text=text, before=before), origin)
    if destination.hints(path):
        return perhaps("a file is copied to a place that is not known")
    if destination.names(path) and not destination.pattern and not _is_folder(action, world):
        return Found(ImageFile(path, None, None, text, exact=False))
    if action.moves and any(each.holds(path) for each in action.sources):
        return Gone(f"a RUN moves it to {destination.path or destination.raw}", text)
    if action.moves and any(each.deep is not None and each.hints(path) for each in action.sources):
        return perhaps("a RUN may move it")
    if destination.path is None and any(
        each.may_become(path) or _has(action, each, path, world) for each in action.sources
    ):
        return perhaps("a file is copied to a place that is not known")
    if destination.pattern and destination.names(path):
        return Change(lambda entry: may_appear(entry, "a loop may have put it there"))
    below = destination.path is not None and inside(path, destination.path) is not None
    if below and any(each.path is None or each.pattern for each in action.sources):
        return Change(lambda entry: may_appear(entry, "a copied folder may hold it"))
    return None


def into_itself(source: Target, action: Transfer) -> bool:
    """Whether a folder would be copied or moved into itself."""
    path, to = source.path, action.destination.path
    if path is None or to is None or not action.folders or source.deep is not None:
        return False
    return source.holds(to) if source.pattern else contains(path, to)


def _filled(action: Transfer, path: str, world: World) -> Entry | None:
    """What gets the content, if that is all that changes."""
    return world.entry(world.real(path) or path) if action.fills else None


def _has(action: Transfer, source: Target, path: str, world: World) -> bool:
    """Whether a folder that is copied has, or may have, a file of this name in it."""
    inner = posixpath.join(source.path, posixpath.basename(path)) if source.path is not None else None
    return action.folders and inner is not None and inner != path and world.standing(inner) != "none"


def _is_folder(action: Transfer, world: World) -> bool:
    if action.into is not None:
        return action.into
    destination = action.destination
    kind = "unknown" if destination.path is None else world.kind(destination.path)
    if kind == "none" and destination.is_folder:  # a file would need it, a folder gets its name
        return any(each.path is None or world.kind(each.path) != "folder" for each in action.sources)
    return kind == "folder" or (destination.is_folder and kind == "unknown")


def _origin(action: Transfer, source: Target, path: str, world: World) -> str | None:
    """The path under which the source of ``path`` stood before; None where it does not come from this source."""
    destination = action.destination.path
    if source.path is None or destination is None or source.deep or not contains(destination, path):
        return None
    if not _is_folder(action, world):
        rest = inside(path, destination)
        return None if source.pattern else posixpath.join(source.path, rest) if rest else source.path
    rest = inside(path, destination)
    if rest is None:
        return None
    name, _, below = rest.partition("/")
    folder, wanted = posixpath.split(source.path)
    if wanted == "." or source.raw.endswith("/."):
        return posixpath.join(source.path, rest)
    fits = matches(wanted, name) if source.pattern else wanted == name
    if not fits or "*" in folder:
        return None
    return posixpath.join(folder, name, below) if below else posixpath.join(folder, name)


def _arrived(action: Transfer, entry: Entry, path: str, text: Text, before: Entry | None = None) -> Entry:
    """What a transfer brings; ``before`` stood there, and keeps its mode if only the content is written."""
    if isinstance(entry, Vague):
        entry = Found(ImageFile(path, None, None, text, exact=False))
    if not isinstance(entry, Found):
        return entry
    file = replace(entry.file, path=path)
    if action.strips:
        file = stripped(file)
    if action.mode is not None:
        file = replace(file, executable=executable_after(action.mode, file.executable))
    elif isinstance(before, Found):
        new = file.executable if action.keeps_mode else False
        same = not before.perhaps or before.file.executable is new
        file = replace(file, executable=before.file.executable if same else None)
    elif isinstance(before, Vague) and before.named:
        file = replace(file, executable=None)
    elif not action.keeps_mode:
        file = replace(file, executable=False)
    return Found(file)


def stripped(file: ImageFile) -> ImageFile:
    """The file without its carriage returns."""
    return file if file.content is None else replace(file, content=without_carriage_returns(file.content))
