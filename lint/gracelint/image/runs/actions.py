"""What the commands of a RUN do to files, as data: actions, and the paths that they name."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, TypeAlias

from ...records import dataclass, replace
from ...regexes import regex
from ..context.globs import path_glob

if TYPE_CHECKING:
    from collections.abc import Callable

    from ...source import Text
    from ..entries import World
    from .sought import Sought


# What is not matched letter for letter, and braces, which a shell takes apart first.
WILDCARD = regex(r"[*?\[{\\]")


@dataclass(frozen=True, slots=True)
class Target:
    """Paths that a word names.

    ``path`` is absolute, with wildcards if ``pattern`` (None: not known, and then only the base name in ``raw`` gives a
    hint, whether it is a pattern or not, and ``ends``, with what the path begins and ends as far as known). ``deep``: what ``find`` finds in the folder, at any depth. ``is_folder``: written with a
    trailing slash. ``dotted``: the path with its ``..``, which leads to what lies above the folder that a link stands for.
    """

    path: str | None
    raw: str
    pattern: bool = False
    deep: Sought | None = None
    is_folder: bool = False
    ends: tuple[str, str] = ("", "")
    dotted: str | None = None

    def names(self, path: str) -> bool:
        """Whether the path is one of those named, for certain."""
        if self.path is None:
            return False
        if self.deep is not None:
            return self.deep.fits(path, "file") is True
        return _is_named(self.path, path) if self.pattern else self.path == path

    def holds(self, path: str) -> bool:
        """Whether the path is one of those named, or lies below one."""
        return self.above(path) is not None

    def above(self, path: str) -> str | None:
        """The one of those named that is the path, or that it lies below."""
        if self.names(path):
            return path
        if self.path is None:
            return None
        if self.deep is not None:
            return next((folder for folder, fits in self.deep.above(path) if fits), None)
        if self.path == "/":
            return "/"
        parts, depth = path.split("/"), self.path.count("/") + 1
        top = "/".join(parts[:depth])
        return top if len(parts) > depth and self.names(top) else None

    def hints(self, path: str) -> bool:
        """Whether a word that is not understood may mean the path. One of which not even the folder is known is not taken to mean all there is."""
        if self.path is not None and self.deep is not None:
            return self.deep.fits(path, "file") is None
        if self.path is not None:
            return False
        begins, ends = self.ends
        if len(begins) > 1 and path.startswith(begins) and path.endswith(ends):
            return True
        return posixpath.basename(path) in self.raw or (self.tells and self.may_become(path))

    def may_become(self, path: str) -> bool:
        """Whether a copy of it in a folder that is not known may be the path, by its name."""
        name, wanted = posixpath.basename((self.path or self.raw).rstrip("/")), posixpath.basename(path)
        return name == wanted or (self.tells and matches(name, wanted))

    @property
    def tells(self) -> bool:
        """Whether it is a pattern of which the base names tell something: ``*`` in a folder that is not known is not taken to mean all there is either."""
        name = posixpath.basename(self.raw)
        return self.pattern and any(each.isalnum() for each in name) and WILDCARD.search(name) is not None

    @property
    def anywhere(self) -> bool:
        """Whether nothing is known of it."""
        return self.path is None and self.raw.lstrip('"').startswith(("$", "`"))


def _is_named(pattern: str, path: str) -> bool:
    """Whether a shell's pattern names a path: a wildcard at the beginning of a name stands for no dot (POSIX, "Patterns Used for Filename Expansion")."""
    if "/." in path:
        names = zip(pattern.split("/"), path.split("/"), strict=False)
        if any(name.startswith(".") and not part.startswith(".") for part, name in names):
            return False
    return matches(pattern, path)


def matches(pattern: str, text: str) -> bool:
    """Whether a shell's pattern fits a text."""
    glob = path_glob(pattern.replace("[!", "[^"))
    return glob is not None and glob.matches(text)


@dataclass(frozen=True, slots=True)
class Chmod:
    """``chmod``. ``mode`` None: not known."""

    targets: tuple[Target, ...]
    mode: str | None
    recursive: bool


@dataclass(frozen=True, slots=True)
class Remove:
    """``rm``; ``recursive``: folders as well; ``force``: what is missing is no error."""

    targets: tuple[Target, ...]
    recursive: bool = True
    force: bool = True


@dataclass(frozen=True, slots=True)
class MakeFolders:
    """``mkdir``; ``parents``: with the folders above, and those that are there already are no error."""

    targets: tuple[Target, ...]
    parents: bool = True


@dataclass(frozen=True, slots=True)
class Touch:
    """``touch``."""

    targets: tuple[Target, ...]


@dataclass(frozen=True, slots=True)
class Symlink:
    """``ln -s target link``; ``into``: the link is made inside that folder if it is one, or, if it ``follows``, a link to one; ``replaces`` what stands there. ``pattern``: one for each that ``target`` names."""

    target: str | None
    link: Target
    into: bool
    replaces: bool = True
    follows: bool = True
    pattern: bool = False


@dataclass(frozen=True, slots=True)
class Transfer:
    """``cp``, ``mv``, ``install``, hard ``ln``, and filters like ``tr -d '\\r' < a > b``.

    ``into``: True where the destination must be a folder, False where it is the file itself, None where it depends on
    what is there. ``mode`` as of ``install -m``; ``keeps_mode``: the copy has the original's executable bit.
    ``fills``: a file that is there already gets the content, and keeps its own mode. ``folders``: whether it takes folders as well.
    ``follows``: of a link it takes what that leads to; ``through``: and writes to what a link in the destination leads to. ``hard``: the copy is the same file. ``fresh``: it fails where something stands already.
    """

    sources: tuple[Target, ...]
    destination: Target
    moves: bool
    into: bool | None
    mode: str | None = None
    keeps_mode: bool = True
    strips: bool = False
    fills: bool = False
    folders: bool = True
    follows: bool = False
    through: bool = False
    hard: bool = False
    fresh: bool = False


@dataclass(frozen=True, slots=True)
class Write:
    """Output into a file; ``content`` None: not known."""

    target: Target
    content: Text | None
    appends: bool


@dataclass(frozen=True, slots=True)
class Rewrite:
    """``sed -i``, ``dos2unix``: ``strips`` carriage returns, or an edit that is not modelled. ``follows``: a link is not replaced by a file (None: that depends on the program)."""

    targets: tuple[Target, ...]
    strips: bool
    follows: bool | None = False


@dataclass(frozen=True, slots=True)
class Unpack:
    """Something puts files of unknown names below a folder (``tar``, ``git clone``)."""

    folder: Target
    what: str


@dataclass(frozen=True, slots=True)
class Mount:
    """``RUN --mount``: while the RUN runs, something else stands there; ``ends``: what stood there before does so again."""

    folder: Target
    ends: bool


@dataclass(frozen=True, slots=True)
class Opaque:
    """A command that is not modelled, with the paths it names."""

    targets: tuple[Target, ...]
    what: str


@dataclass(frozen=True, slots=True)
class Enter:
    """``cd``: it changes no file, and only a folder that is there can be entered."""

    folder: Target


@dataclass(frozen=True, slots=True)
class Probe:
    """``[ -f path ]``: it changes no file, and succeeds where a thing of the ``wanted`` kinds stands."""

    target: Target
    wanted: tuple[str, ...]


Action: TypeAlias = "Chmod | Remove | MakeFolders | Touch | Symlink | Transfer | Write | Rewrite | Unpack | Mount | Opaque | Enter | Probe"


def unsettled(action: Action) -> Action:
    """The same action in a working folder that is not known."""
    return moved(action, None)


def moved(action: Action, folder: str | None) -> Action:
    """The same action in another working folder; None: not known."""

    return mapped(action, lambda target: _moved(target, folder))


def physical(action: Action, world: World) -> Action:
    """The same action on the paths that its ``..`` lead to."""
    return mapped(action, lambda target: _physical(target, world)) if world.has_links and is_dotted(action) else action


def is_dotted(action: Action) -> bool:
    """Whether one of its paths has a ``..`` in it."""
    return mapped(action, lambda target: replace(target, dotted=None)) != action


def mapped(action: Action, there: Callable[[Target], Target]) -> Action:
    """The same action with other targets."""
    match action:
        case Transfer(sources=sources, destination=destination):
            return replace(action, sources=tuple(map(there, sources)), destination=there(destination))
        case Symlink(link=link):
            return replace(action, link=there(link))
        case Write(target=target) | Probe(target=target):
            return replace(action, target=there(target))
        case Unpack(folder=unpacked) | Mount(folder=unpacked) | Enter(folder=unpacked):
            return replace(action, folder=there(unpacked))
    return replace(action, targets=tuple(map(there, action.targets)))


def _physical(target: Target, world: World) -> Target:
    path = ""
    for part in (target.dotted or "").split("/"):
        if part == "..":
            real = world.real(path or "/")
            if real is None:
                return replace(target, path=None)
            path = posixpath.dirname(real).rstrip("/")
        elif part not in ("", "."):
            path += f"/{part}"
    return target if target.dotted is None else replace(target, path=path or "/")


def _moved(target: Target, folder: str | None) -> Target:
    raw = target.raw
    if raw.startswith("/"):
        return target
    if folder is None or target.path is None or target.deep or not target.path.endswith(raw.lstrip("./").rstrip("/")):
        return replace(target, path=None, deep=None)
    whole = posixpath.join(folder, raw)
    return replace(target, path=posixpath.normpath(whole), dotted=None if target.dotted is None else whole)
