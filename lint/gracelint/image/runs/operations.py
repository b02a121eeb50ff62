"""What the commands of a RUN do to one path that is asked about.

An operation that may or may not take place (behind ``||``, inside ``if``) is asked as if it did, and then both answers
are merged: what differs is not known.
"""

from __future__ import annotations

import posixpath
from functools import partial
from typing import TYPE_CHECKING

from ...records import dataclass, replace
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
    inside,
    may_appear,
    perhaps,
)
from ..model import ImageFile
from ..modes import executable_after
from .actions import Chmod, MakeFolders, Opaque, Remove, Rewrite, Symlink, Touch, Transfer, Unpack, Write, matches
from .printing import without_carriage_returns

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...source import Text
    from .actions import Action, Target


@dataclass(frozen=True, slots=True)
class Operation:
    """An action, where it is written, and whether it takes place for certain in a build that succeeds."""

    action: Action
    text: Text
    certain: bool = True

    def effect(self, path: str, world: World) -> Effect:
        """What it does to a path."""
        effect = _act(self.action, path, self.text, world)
        if effect is None or self.certain:
            return effect
        if isinstance(effect, Change) and effect.path is not None:
            return perhaps("a command that does not always run may have changed it")
        happens: Change | Entry = effect
        return Change(lambda before: _either(before, happens))


def _either(before: Entry, effect: Change | Entry) -> Entry:
    """What is known if the effect may or may not have taken place."""
    after = effect.apply(before) if isinstance(effect, Change) else effect
    if after == before:
        return before
    if isinstance(after, Found) and isinstance(before, Found):
        same = after.file.executable == before.file.executable
        return Found(replace(before.file, executable=before.file.executable if same else None, exact=False))
    found = after if isinstance(after, Found) else before
    if isinstance(found, Found):
        return Found(replace(found.file, exact=False))
    return Vague("a command that does not always run may have made or removed it")


def _act(action: Action, path: str, text: Text, world: World) -> Effect:
    match action:
        case Transfer():
            return _transferred(action, path, text, world)
        case Symlink():
            return _linked(action, path, text, world)
        case Write(target=target) if target.pattern and target.names(path):
            return perhaps("a loop writes to it")
        case Write(target=target):
            if not target.names(path):
                return perhaps("a command writes to a file that is not known") if target.hints(path) else None
            return _written(action, path, text, world)
        case Unpack(folder=folder, what=what):
            below = folder is None or contains(folder, path)
            return Change(lambda entry: may_appear(entry, f"{what} may have made it")) if below else None
        case MakeFolders(targets=targets):
            made = any(each.path is not None and contains(path, each.path) for each in targets)
            return Folder() if made else None
        case Remove(targets=targets) if any(each.holds(path) for each in targets):
            return Gone("a RUN removes it", text)
        case Chmod(targets=targets, mode=mode, recursive=recursive) if any(
            each.holds(path) if recursive else each.names(path) for each in targets
        ):
            return _on_file(lambda file: replace(file, executable=_moded(mode, file.executable)))
        case Touch(targets=targets) if any(each.names(path) for each in targets if not each.pattern):
            return Change(lambda entry: _touched(entry, path, text, world))
        case Rewrite(targets=targets, strips=strips) if any(each.names(path) for each in targets):
            return _on_file(_stripped if strips else _inexact)
        case Opaque(targets=targets, what=what) if any(each.names(path) for each in targets):
            return perhaps(f"{what} may have changed it")
    if isinstance(action, Chmod) and any(each.hints(path) or each.anywhere for each in action.targets):
        return _on_file(lambda file: replace(file, executable=file.executable or None))
    if any(each.hints(path) for each in getattr(action, "targets", ())):
        return perhaps("a command names it that is not understood")
    return None


def _moded(mode: str | None, before: bool | None) -> bool | None:
    return None if mode is None else executable_after(mode, before)


def _on_file(change: Callable[[ImageFile], ImageFile]) -> Change:
    return Change(lambda entry: Found(change(entry.file)) if isinstance(entry, Found) else entry)


def _stripped(file: ImageFile) -> ImageFile:
    return file if file.content is None else replace(file, content=without_carriage_returns(file.content))


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
        content = action.content
        exact = content is not None
        if isinstance(entry, Found):
            executable = entry.file.executable
            exact = exact and (entry.file.exact or not action.appends)
            if action.appends:
                old = entry.file.content
                content = None if old is None or content is None else join([old, content])
        elif isinstance(entry, Gone):
            if _lacks_folder(path, world):
                return entry
            executable = False
        elif action.appends:
            content, exact = None, False
        return Found(ImageFile(path, content, executable, text, exact))

    return Change(apply)


def _lacks_folder(path: str, world: World) -> bool:
    """Whether a file cannot be made at a path."""
    return world.kind(posixpath.dirname(path)) == "none"


def _linked(action: Symlink, path: str, text: Text, world: World) -> Effect:
    if action.link.path is None or action.target is None:
        return perhaps("a link is made that is not understood") if action.link.hints(path) else None
    link = action.link.path
    name = posixpath.basename(action.target.rstrip("/"))
    if action.into and (action.link.is_folder or (_meet(link, path) and world.kind(link) == "folder")):
        link = posixpath.join(link, name)
    if not contains(link, path):
        return Folder() if inside(link, path) is not None and path != "/" else None
    rest = inside(path, link)
    if rest is None:
        return Link(action.target, text)
    return Link(posixpath.join(posixpath.dirname(link), action.target, rest), text)


def _meet(one: str, other: str) -> bool:
    """Whether one of two paths is, or lies below, the other."""
    return contains(one, other) or contains(other, one)


def _transferred(action: Transfer, path: str, text: Text, world: World) -> Effect:
    """A path that a copy made, or that a move took away."""
    destination = action.destination
    for source in action.sources:
        origin = _origin(action, source, path, world)
        if origin is not None and source.path != origin:
            # A copied folder is laid over what was there: both have to be looked at.
            entry = world.entry(origin)
            if not isinstance(entry, Gone | Vague):
                return _arrived(action, entry, path, text)
            if isinstance(entry, Vague):
                return Change(lambda before: may_appear(before, "a copied folder may hold it"))
        elif origin is not None:
            before = world.entry(path) if action.fills else None
            return Change(partial(_arrived, action, path=path, text=text, before=before), origin)
    if destination.hints(path):
        return perhaps("a file is copied to a place that is not known")
    if destination.names(path) and not destination.pattern and not _is_folder(action, world):
        return Found(ImageFile(path, None, None, text, exact=False))
    if action.moves and any(each.holds(path) for each in action.sources):
        return Gone(f"a RUN moves it to {destination.path or destination.raw}", text)
    if destination.path is None and any(each.may_become(path) for each in action.sources):
        return perhaps("a file is copied to a place that is not known")
    if destination.pattern and destination.names(path):
        return Change(lambda entry: may_appear(entry, "a loop may have put it there"))
    below = destination.path is not None and inside(path, destination.path) is not None
    if below and any(each.path is None or each.pattern for each in action.sources):
        return Change(lambda entry: may_appear(entry, "a copied folder may hold it"))
    return None


def _is_folder(action: Transfer, world: World) -> bool:
    if action.into is not None:
        return action.into
    return action.destination.path is not None and world.kind(action.destination.path) == "folder"


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
        file = _stripped(file)
    if action.mode is not None:
        file = replace(file, executable=executable_after(action.mode, file.executable))
    elif isinstance(before, Found):
        file = replace(file, executable=before.file.executable)
    elif not action.keeps_mode:
        file = replace(file, executable=False)
    return Found(file)
