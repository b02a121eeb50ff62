"""What one step of a build says about one path, and what is left when all have spoken.

A path is asked for from the last step to the first. A step answers with an `Entry` (it decides what is there), with a
`Change` (it alters whatever the steps before it left, perhaps under another path), or with None (not my business).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from ..records import dataclass, replace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ..source import Text
    from .context.context import Context
    from .model import ImageFile

Kind = Literal["file", "folder", "none", "unknown"]


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file; ``perhaps``: or nothing is there."""

    file: ImageFile
    perhaps: bool = False


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder."""


@dataclass(frozen=True, slots=True)
class Link:
    """A symbolic link; ``target`` as written."""

    target: str
    text: Text | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """Nothing is there, for certain. ``text`` is the place to mend, if known."""

    reason: str
    text: Text | None = None


@dataclass(frozen=True, slots=True)
class Vague:
    """Nothing is known. ``named``: a command named it, so that a file may well stand there."""

    reason: str
    named: bool = False


Entry: TypeAlias = "Found | Folder | Link | Gone | Vague"


@dataclass(frozen=True, slots=True)
class Change:
    """Whatever stood there before (under ``path``, None: the same), altered by ``apply``."""

    apply: Callable[[Entry], Entry]
    path: str | None = None


Effect: TypeAlias = "Entry | Change | None"


class World(Protocol):
    """What a step may ask about the image before it."""

    @property
    def context(self) -> Context:
        """The build context."""

    has_links: bool
    """Whether there may be symbolic links: where not, every path has one name, and is real."""

    def names(self, path: str) -> Sequence[str]:
        """A path, and the other names by which it may be reached through links."""

    def are_twins(self, name: str, path: str) -> bool:
        """Whether one of its names may be that of the same file by a hard link, which its links do not lead to."""

    def real(self, path: str, follow: bool = True) -> str | None:
        """A path as it is without links; the last component's is left alone unless ``follow``. None where not known."""

    def kind(self, path: str) -> Kind:
        """What stands at a path before this step, links followed."""

    def standing(self, path: str) -> Kind:
        """The same, but ``none`` only where no program of the build can have made anything."""

    def is_link(self, path: str) -> bool | None:
        """Whether a link stands at a path before this step."""

    def earlier(self, operation: int) -> World:
        """The image before an operation of the same step."""

    def entry(self, path: str) -> Entry:
        """What stands at a path before this step, a link at its end not followed."""

    def stage_entry(self, index: int, path: str, follow: bool = True) -> Entry:
        """What stands at a path of an earlier stage; a link at its end is left alone unless ``follow``."""

    def note(self, reason: str, text: Text | None) -> None:
        """Keep a reason why the path is not there, in case that nothing else provides it."""


def perhaps(reason: str) -> Change:
    """The step may have made the path, or written to it; nobody can tell."""

    def apply(entry: Entry) -> Entry:
        if isinstance(entry, Found):
            return replace(entry, file=replace(entry.file, exact=False, executable=entry.file.executable or None))
        return entry if isinstance(entry, Folder) else Vague(reason, named=True)

    return Change(apply)


def perhaps_another(reason: str) -> Change:
    """Another file may stand there now, with a mode of its own."""
    change = perhaps(reason)

    def apply(entry: Entry) -> Entry:
        after = change.apply(entry)
        return replace(after, file=replace(after.file, executable=None)) if isinstance(after, Found) else after

    return Change(apply)


def may_appear(entry: Entry, reason: str) -> Entry:
    """What stood there, or perhaps something where nothing did."""
    return Vague(reason) if isinstance(entry, Gone) else entry


def maybe(effect: Effect) -> Change | None:
    """The same, which may or may not take place."""
    if effect is None:
        return None
    if isinstance(effect, Change) and effect.path is not None:
        return perhaps_another("a command that does not always run may have put another one there")
    happens: Change | Entry = effect
    return Change(lambda before: either(before, happens))


def either(before: Entry, effect: Change | Entry) -> Entry:
    """What is known if the effect may or may not have taken place."""
    after = effect.apply(before) if isinstance(effect, Change) else effect
    if after == before:
        return before
    if isinstance(after, Found) and isinstance(before, Found):
        same = after.file.executable == before.file.executable
        executable = before.file.executable if same else None
        return Found(replace(before.file, executable=executable, exact=False), before.perhaps and after.perhaps)
    found = after if isinstance(after, Found) else before
    if isinstance(found, Found):
        stands = Gone in (type(before), type(after))  # nothing else can stand there
        return Found(replace(found.file, executable=found.file.executable if stands else None, exact=False), stands)
    return Vague("a command that does not always run may have made or removed it")


def inside(path: str, folder: str) -> str | None:
    """``path`` relative to ``folder`` if it lies below it, None otherwise."""
    prefix = folder if folder.endswith("/") else folder + "/"
    return path[len(prefix) :] if path.startswith(prefix) and len(path) > len(prefix) else None


def contains(path: str, other: str) -> bool:
    """Whether ``other`` is ``path`` or lies below it."""
    if not other.startswith(path):
        return False
    size = len(path)
    return len(other) == size or path.endswith("/") or (other[size] == "/" and len(other) > size + 1)
