"""The build context: a folder as a build sees it, through ``.dockerignore``, and never beyond it.

Nothing is read unless asked for; every file is read and decoded once, and shared as one `Document`. Paths inside are
relative, with ``/``, no ``..``. Symbolic links are followed by hand, component by component, because a link that
leads out of the context leads, in a real build, to nowhere (``fs.RootPath`` of containerd/continuity resolves it
inside the copied context). Hazards: links in a circle, files too large, special files, unreadable folders.
"""

from __future__ import annotations

import os
import posixpath
import stat
from contextlib import suppress
from typing import TYPE_CHECKING, Literal

from ... import disk
from ...records import dataclass
from ...source import Document
from .globs import has_wildcard, path_glob
from .ignore import Ignore
from .shared import Shared

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, MutableMapping

MAX_BYTES = 2_000_000
MAX_LINKS = 40
MAX_LISTED = 5_000
MAX_MATCHES = 2_000

EntryKind = Literal["file", "folder", "link", "missing", "ignored", "outside", "unknown"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What stands at a path of the context.

    ``path`` is where it was found, links resolved. ``reason`` says in words why there is nothing. ``target`` is that of a
    link which was asked for as such. ``executable`` is None where the file system does not tell.
    """

    kind: EntryKind
    path: str
    reason: str = ""
    target: str | None = None
    executable: bool | None = None


class Context:
    """A build context folder. ``root`` None stands for a context that is not at hand: everything in it is unknown."""

    def __init__(
        self,
        root: str | None,
        dockerfile: str | None = None,
        *,
        display: Callable[[str], str] | None = None,
        documents: MutableMapping[str, Document | None] | None = None,
        contents: Mapping[str, bytes] | None = None,
        certain: bool = True,
        shared: Shared | None = None,
    ) -> None:
        """A context at ``root``, for the Dockerfile at ``dockerfile`` (for ``<Dockerfile>.dockerignore``).

        ``display`` makes the path that reports name out of a file's path; by default it is relative to the current
        folder. ``documents`` may be shared by several contexts, so that a file they have in common is read once; its
        keys are real paths, as are those of ``contents``, which stand in for what the files hold. ``certain`` is False for
        a folder that was guessed: a build may be given another one. ``shared`` is what other images of the run have read.
        """
        self.certain = certain
        self.root = None if root is None else disk.real(root)
        self._dockerfile = dockerfile
        self._display = display or _relative
        self._documents: MutableMapping[str, Document | None] = {} if documents is None else documents
        self._contents: Mapping[str, bytes] = contents or {}
        self._shared = shared or Shared()
        self._entries: dict[tuple[str, bool], Entry] = {}
        self._modes: dict[str, int | None] = {}
        self._walked: dict[str, tuple[str, ...]] = {}
        self._matching: dict[str, tuple[str, ...]] = {}
        self._ignore: Ignore | None = None

    # --- what is there ---------------------------------------------------------------------------------------------

    def entry(self, path: str, follow: bool = True) -> Entry:
        """What stands at ``path``; the last component's link is followed, unless ``follow`` is False."""
        key = (path, follow)
        if key not in self._entries:
            self._entries[key] = self._find(path, follow)
        return self._entries[key]

    def matching(self, pattern: str) -> tuple[str, ...]:
        """The files and folders that a pattern of COPY names, at most `MAX_MATCHES`; worked out once."""
        if pattern not in self._matching:
            self._matching[pattern] = self._match(pattern)
        return self._matching[pattern]

    def _match(self, pattern: str) -> tuple[str, ...]:
        found = [""]
        for part in pattern.split("/"):
            glob = path_glob(part)
            following: list[str] = []
            for folder in found:
                names = (part,) if not has_wildcard(part) else self.names(folder) if glob else ()
                for name in names:
                    path = posixpath.join(folder, name)
                    if (glob is None or glob.matches(name)) and self.entry(path).kind in ("file", "folder"):
                        following.append(path)
                    if len(following) >= MAX_MATCHES:
                        break
            found = following
        return tuple(found)

    def _find(self, path: str, follow: bool) -> Entry:
        if self.root is None:
            return Entry("unknown", path, "the build context is not known")
        pending = [part for part in reversed(path.split("/")) if part not in ("", ".")]
        done: list[str] = []
        mode = stat.S_IFDIR
        links = 0
        while pending:
            part = pending.pop()
            if part == "..":
                if not done:
                    return Entry("outside", path, f"{path} is outside the build context")
                done.pop()
                mode = stat.S_IFDIR
                continue
            here = "/".join((*done, part))
            found = self._mode(here)
            if found is None:
                return Entry("missing", here, f"there is no {here} in the build context")
            mode = found
            if not stat.S_ISLNK(mode) or (not pending and not follow):
                done.append(part)
                continue
            links += 1
            target = self._target(here)
            if links > MAX_LINKS:
                return Entry("missing", here, f"{here} is a symbolic link that leads back to itself")
            if target.startswith("/"):
                return Entry("outside", here, f"{here} is a symbolic link that leads outside the build context")
            pending += [piece for piece in reversed(target.split("/")) if piece not in ("", ".")]
        return self._describe("/".join(done), mode)

    def _mode(self, path: str) -> int | None:
        """The mode of what stands at a path, of which all but the last component is no link; asked once, as paths have their folders in common."""
        if path not in self._modes:
            self._modes[path] = disk.mode(os.path.join(self.root or "", path))
        return self._modes[path]

    def _describe(self, path: str, mode: int) -> Entry:
        is_folder = stat.S_ISDIR(mode)
        pattern = self.ignore.match(path) if path else None
        if pattern is not None and not (is_folder and self._kept_below(path)):
            return Entry("ignored", path, f".dockerignore keeps {path} out of the build ({pattern.source})")
        if stat.S_ISLNK(mode):
            return Entry("link", path, target=self._target(path))
        if is_folder:
            return Entry("folder", path)
        if not stat.S_ISREG(mode):
            return Entry("unknown", path, f"{path} is not a regular file")
        return Entry("file", path, executable=None if os.name == "nt" else bool(mode & 0o111))

    def _kept_below(self, folder: str) -> bool:
        """Whether a folder that is left out is there all the same, as an exception (``!``) keeps something below it or, even if nothing is there to be kept, begins with its path (fsutil, as in Docker 20.10: measured); True where that takes too long to say."""
        exceptions = [pattern.source[1:].strip() for pattern in self.ignore.patterns if pattern.exception]
        if any(f"{posixpath.normpath(each).lstrip('/')}/".startswith(f"{folder}/") for each in exceptions):
            return True
        stack = [folder] if exceptions else []
        seen = 0
        while stack:
            here = stack.pop()
            for name in self.names(here):
                path = posixpath.join(here, name)
                seen += 1
                if seen > MAX_LISTED or self.ignore.match(path) is None:
                    return True
                mode = self._mode(path)
                if mode is not None and stat.S_ISDIR(mode):
                    stack.append(path)
        return False

    def _target(self, path: str) -> str:
        target = disk.target(os.path.join(self.root or "", path))
        return path if target is None else target.replace(os.sep, "/")

    @property
    def ignore(self) -> Ignore:
        """The patterns of ``<Dockerfile>.dockerignore``, else of ``.dockerignore`` (dockerui/config.go)."""
        if self._ignore is None:
            names = [f"{self._dockerfile}.dockerignore"] if self._dockerfile else []
            if self.root is not None:
                names.append(os.path.join(self.root, ".dockerignore"))
            self._ignore = Ignore()
            for name in names:
                if disk.mode(name) is None:
                    continue
                folder = disk.real(os.path.dirname(name))
                real = disk.real(name)
                data = disk.content(real, MAX_BYTES) if real.startswith(os.path.join(folder, "")) else None
                if data is not None:
                    self._ignore = self._shared.ignore(Document.decode(name, data).text)
                    break
        return self._ignore

    def names(self, folder: str) -> tuple[str, ...]:
        """The names in a folder, sorted; none where it cannot be read."""
        return () if self.root is None else tuple(disk.names(os.path.join(self.root, folder)))

    def walk(self, folder: str) -> tuple[str, ...]:
        """The files below a folder that a build sees, at most `MAX_LISTED`, links not followed; gone through once."""
        if folder not in self._walked:
            self._walked[folder] = tuple(self._walk(folder))
        return self._walked[folder]

    def _walk(self, folder: str) -> Iterator[str]:
        stack, seen = [folder], 0
        while stack and seen < MAX_LISTED:
            here = stack.pop()
            for name in self.names(here):
                path = posixpath.join(here, name)
                kind = self.entry(path, follow=False).kind
                seen += 1
                if kind == "folder":
                    stack.append(path)
                elif kind in ("file", "link"):
                    yield path

    # --- reading ---------------------------------------------------------------------------------------------------

    def document(self, path: str) -> Document | None:
        """A file's text; None where it is not there, too large (`MAX_BYTES`), binary or unreadable."""
        entry = self.entry(path)
        if entry.kind != "file" or self.root is None:
            return None
        real = os.path.join(self.root, entry.path)
        if real not in self._documents:
            data = self._contents[real] if real in self._contents else disk.content(real, MAX_BYTES)
            binary = data is None or b"\0" in data
            self._documents[real] = None if binary or data is None else self._shared.document(self._display(real), data)
        return self._documents[real]


def _relative(path: str) -> str:
    with suppress(ValueError):  # on another Windows drive
        path = os.path.relpath(path)
    return path.replace(os.sep, "/")
