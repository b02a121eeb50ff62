"""What an action of a RUN does to one path that is asked about, if it takes place."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ...records import replace
from ...source import join
from ..entries import (
    Change,
    Effect,
    Entry,
    Folder,
    Found,
    Gone,
    Link,
    Vague,
    World,
    contains,
    either,
    inside,
    may_appear,
    perhaps,
)
from ..model import ImageFile
from ..modes import executable_after
from .actions import (
    Chmod,
    MakeFolders,
    Mount,
    Opaque,
    Remove,
    Rewrite,
    Symlink,
    Touch,
    Transfer,
    Unpack,
    Write,
)
from .links import made
from .transfers import stripped, transferred

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...source import Text
    from .actions import Action, Target
    from .sought import Kind


def done(action: Action, path: str, text: Text, world: World) -> Effect:
    """What an action does to a path."""
    match action:
        case Transfer():
            return transferred(action, path, text, world)
        case Symlink():
            return _linked(action, path, text, world)
        case Write(target=target) if target.pattern and target.names(path):
            return perhaps("a loop writes to it")
        case Write(target=target):
            if not target.names(path):
                return perhaps("a command writes to a file that is not known") if target.hints(path) else None
            return _written(action, path, text, world)
        case Unpack(folder=folder, what=what):
            below = folder.path is None or contains(folder.path, path)
            return Change(lambda entry: may_appear(entry, f"{what} may have made it")) if below else None
        case Mount(folder=folder, ends=ends):
            return _mounted(folder, ends, path, world)
        case MakeFolders(targets=targets):
            made = any(each.path is not None and contains(path, each.path) for each in targets)
            return _folder(world) if made else None
        case Remove(targets=targets, recursive=recursive) if any(
            each.holds(path) if recursive else each.names(path) for each in targets if each.deep is None
        ):
            return Gone("a RUN removes it", text)
        case Remove(targets=targets) if any(each.deep is not None for each in targets):
            return _removed(action, path, text)
        case Chmod(targets=targets, mode=mode, recursive=recursive) if any(
            each.holds(path) if recursive else each.names(path) for each in targets
        ):
            return _on_file(lambda file: replace(file, executable=_moded(mode, file.executable)))
        case Touch(targets=targets) if any(each.pattern and each.path == path for each in targets):
            return Change(lambda entry: may_appear(entry, "a pattern that names nothing stands for itself"))
        case Touch(targets=targets) if any(each.names(path) for each in targets if not each.pattern):
            return Change(lambda entry: _touched(entry, path, text, world))
        case Rewrite(targets=targets, strips=strips) if any(each.names(path) for each in targets):
            return replace(_on_file(stripped if strips else _inexact), path=world.real(path))
        case Opaque(targets=targets, what=what) if any(each.names(path) for each in targets):
            return perhaps(f"{what} may have changed it")
    if isinstance(action, Chmod) and any(each.hints(path) or each.anywhere for each in action.targets):
        mode = action.mode
        return _on_file(lambda file: replace(file, executable=_perhaps_moded(mode, file.executable)))
    if any(each.hints(path) for each in getattr(action, "targets", ())):
        return perhaps("a command names it that is not understood")
    return None


def _mounted(folder: Target, ends: bool, path: str, world: World) -> Effect:
    """Below a mount nobody knows what stands there, until all is again as it was before the RUN; but for the place itself and the folders above it,
    which are made if need be, and taken away again by newer engines."""
    if folder.path is None or not (contains(folder.path, path) or (ends and contains(path, folder.path))):
        return None
    unknown = Vague(f"something is mounted over {folder.raw}")
    if not ends:
        return unknown
    before = world.earlier(0).entry(path)
    return unknown if isinstance(before, Gone) and contains(path, folder.path) else before


def _moded(mode: str | None, before: bool | None) -> bool | None:
    return None if mode is None else executable_after(mode, before)


def _perhaps_moded(mode: str | None, before: bool | None) -> bool | None:
    return before if _moded(mode, before) is before else None


def _removed(action: Remove, path: str, text: Text) -> Effect:
    """What is found is removed, with all that is in it: whether it is depends on what kind of thing it is."""
    gone = Gone("a RUN removes it", text)
    sought = [each.deep for each in action.targets if each.deep is not None]
    chances = [fits for each in sought for _, fits in (each.above(path) if action.recursive else ())]
    if True in chances:
        return gone

    def apply(entry: Entry) -> Entry:
        kind: Kind = "folder" if isinstance(entry, Folder) else "link" if isinstance(entry, Link) else "file"
        own = [*chances, *(each.fits(path, kind) for each in sought)]
        return gone if True in own else either(entry, gone) if None in own else entry

    return Change(apply)


def _on_file(change: Callable[[ImageFile], ImageFile]) -> Change:
    return Change(lambda entry: replace(entry, file=change(entry.file)) if isinstance(entry, Found) else entry)


def _inexact(file: ImageFile) -> ImageFile:
    return replace(file, exact=False)


def _touched(entry: Entry, path: str, text: Text, world: World) -> Entry:
    if isinstance(entry, Gone):
        if _lacks_folder(path, world):
            return entry
        return Found(ImageFile(path, text.cut(0, 0), False, text))
    return Found(ImageFile(path, None, None, text, exact=False)) if isinstance(entry, Vague) else entry


def _written(action: Write, path: str, text: Text, world: World) -> Change:
    """Redirected output: a new file is not executable, an old one keeps its mode. Where the folder is missing no file is made."""

    def apply(entry: Entry) -> Entry:
        executable: bool | None = None
        content, appended = action.content, None
        exact = content is not None
        if isinstance(entry, Found):
            executable = (entry.file.executable and None) if entry.perhaps else entry.file.executable
            exact = exact and (entry.file.exact or not action.appends)
            if action.appends:
                old = entry.file.content
                content = None if old is None or content is None else join([old, content])
                appended = _behind(entry.file.appended, action.content) if old is None else None
        elif isinstance(entry, Gone):
            if _lacks_folder(path, world):
                return entry
            executable = False
        elif action.appends:
            appended, content, exact = content, None, False
        return Found(ImageFile(path, content, executable, text, exact, appended))

    return Change(apply)


def _behind(before: Text | None, added: Text | None) -> Text | None:
    """What is known to stand at the end of a file."""
    return added if before is None or added is None else join([before, added])


def _lacks_folder(path: str, world: World) -> bool:
    """Whether a file cannot be made at a path."""
    return world.standing(posixpath.dirname(path)) == "none"


def _linked(action: Symlink, path: str, text: Text, world: World) -> Effect:
    link = action.link.path
    if link is None or action.target is None:
        why = "a link is made that is not understood"
        if action.link.hints(path) or link == path:
            return perhaps(why)
        below = link is not None and contains(link, path)
        return Change(lambda entry: may_appear(entry, why)) if below else None
    if action.pattern:
        return _linked_by_pattern(action, path, text, world)
    name = posixpath.basename(action.target.rstrip("/"))
    is_folder = action.link.is_folder or (_meet(link, path) and world.kind(link) == "folder")
    if action.into and is_folder and (action.follows or action.link.is_folder or not world.is_link(link)):
        link = posixpath.join(link, name)
    if not contains(link, path):
        return _folder(world) if inside(link, path) is not None and path != "/" else None
    rest = inside(path, link)
    if rest is None:
        return Link(action.target, text)
    return Link(posixpath.join(posixpath.dirname(link), action.target, rest), text)


def _folder(world: World) -> Effect:
    """What a command leaves that needs a folder: that, or a link to it."""
    return Change(lambda entry: entry if isinstance(entry, Link) else Folder()) if world.has_links else Folder()


def _linked_by_pattern(action: Symlink, path: str, text: Text, world: World) -> Effect:
    """``ln -s /app/*.sh /bin/``, and the same in a loop: a link for each that is there."""
    for place, target in made(action, path):
        if place == path:
            there = world.is_link(target) or world.kind(target) in ("file", "folder")
            return Link(target, text) if there else perhaps("a link may have been made there")
    return None


def _meet(one: str, other: str) -> bool:
    """Whether one of two paths is, or lies below, the other."""
    return contains(one, other) or contains(other, one)
