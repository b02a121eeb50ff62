"""Where COPY or ADD puts a file: at the destination, or inside it if that is a folder; and what stands there then, with its mode."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ...records import replace
from ..context.globs import has_wildcard, path_glob
from ..entries import Change, Effect, Entry, Folder, Found, World, inside, perhaps, perhaps_another
from ..model import ImageFile
from ..modes import executable_after
from .copy_sources import clamped

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...source import Text
    from ..stages.steps import Copy, Source

# What holds pieces of a configuration, by its name.
_FOLDERS = ".d"


class Landing:
    """One question to one instruction, whose destination is or contains the path."""

    def __init__(self, step: Copy, path: str, destination: str, world: World) -> None:
        self.step, self.path, self.destination, self.world = step, path, destination, world
        self.relative = inside(path, destination)

    def is_folder(self, name: str = "") -> str:
        """Whether the destination is a folder before a file ``name`` is copied: ``folder``, ``none`` or ``unknown``.

        A destination that is called like the file, or has a suffix, is none as long as nothing speaks for it; one whose suffix is ``.d`` (``conf.d``) is one.
        """
        if (self.step.destination or "").endswith("/") or len(self.step.sources) > 1:
            return "folder"
        if self.step.apart:
            return "none"
        kind = self.world.kind(self.destination)
        base = posixpath.basename(self.destination)
        if kind == "unknown" and base.endswith(_FOLDERS) and base != posixpath.basename(name):
            return "folder"
        if kind == "unknown" and (base == posixpath.basename(name) or posixpath.splitext(base)[1]):
            return "none"
        return "none" if kind == "file" else kind

    def as_file(self, name: str, make: Callable[[], Entry]) -> Effect:
        """A source that is a file: it is the path, or not."""
        if self.relative is not None and self.relative != posixpath.basename(name.rstrip("/")):
            return None
        folder = self.is_folder(name)
        if folder == "unknown":
            return _uncertain(make())
        return make() if (folder == "folder") == (self.relative is not None) else None

    def file(self, content: Text | None, executable: bool | None, placed: Text, exact: bool = True) -> Entry:
        """The file, with the mode that ``--chmod`` gives it."""
        mode = self.step.mode
        if self.step.instruction.flag("chmod") is not None:
            executable = None if mode is None else executable_after(mode, executable)
        return Found(ImageFile(self.path, content, executable, placed, exact))

    def opaque(self, word: Text, value: str, reason: str) -> Effect:
        """A source of which nobody knows whether it is a file or a folder."""
        name = posixpath.basename(value.rstrip("/"))
        if name in ("", "."):  # a folder that is copied whole
            return Folder() if self.relative is None else perhaps(reason)
        if has_wildcard(value) or (self.relative is not None and self.relative != name):
            return perhaps(reason)
        if self.relative is None and self.is_folder() == "folder":
            return Folder()
        return _uncertain(self.file(None, None, word))


def _uncertain(entry: Entry) -> Change:
    """The entry, or what was there before: taken for the entry, with a doubt."""
    return Change(lambda _: Found(replace(entry.file, exact=False)) if isinstance(entry, Found) else entry)


# --- in a place that is not known ---


def perhaps_replaced(step: Copy, reason: str) -> Change:
    """The file may be another one now, with the mode that ``--chmod`` gives, or its own."""
    executable = step.mode is not None and executable_after(step.mode, None)
    return perhaps(reason) if executable else perhaps_another(reason)


def ends_like(step: Copy, path: str) -> bool:
    """Whether a destination of which the beginning is not known ends like a path (``$DIR/start``)."""
    words = step.instruction.array if step.instruction.array is not None else step.instruction.words
    return words[-1].value.rpartition("/")[2] == posixpath.basename(path)


def may_bring(source: Source, path: str, step: Copy, world: World) -> bool:
    """Whether a source looks as if it put something at this path, wherever it is put: by a pattern of its names, a name in it, or what a folder holds."""
    if not source.value:
        return False
    name = posixpath.basename(source.value)
    pattern = path_glob(name) if has_wildcard(name) else None
    if name in path if pattern is None else pattern.matches(posixpath.basename(path)):
        return True
    parts = path.strip("/").split("/")
    folders = world.context.matching(clamped(source.value)) if step.origin is None and not source.is_heredoc else ()
    return any(
        world.context.entry(posixpath.join(folder, *parts[at:])).kind == "file"
        for folder in folders
        for at in range(len(parts))
    )
