"""COPY and ADD: does this instruction put something at this path, and what?

The rules are those of BuildKit: ``dispatchCopy`` (frontend/dockerfile/dockerfile2llb/convert_copy.go), ``docopy``
(solver/llbsolver/file/backend.go) and ``prepareTargetDir`` (tonistiigi/fsutil copy/copy.go): a folder gives its
contents, a file lands in the destination if that is a folder (it ends in ``/``, or exists as one) and is the
destination otherwise; a leading ``/`` or ``..`` of a source never leaves the context. Of several sources the last one
wins.

Hazard: a context that lint sees is a checkout, not what a build machine holds: what a build would have produced
(``target/``, ``dist/``) may be missing here and there at build time. Only a missing script counts as certainly absent.
"""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from ...regexes import regex
from ..context.globs import has_wildcard, path_glob
from ..context.ignore import read_ignore
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
    perhaps_another,
)
from ..runs.reach import upwards
from .copy_sources import ARCHIVE, REMOTE, clamped
from .landing import Landing, ends_like, may_bring, perhaps_replaced

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ...source import Text
    from ..stages.steps import Copy, Source


# Of a file, and not the version at the end of a folder's name (``scripts_8.0``).
_ENDING = regex(r"\.[A-Za-z]\w*$")
_SCRIPT = regex(r"\.(sh|bash|ash|dash|py)$|(^|/)[^/.]*entry-?point[^/.]*$", re.IGNORECASE)
_PRODUCED = regex(r"(^|/)(target|build|dist|out|bin|output|publish|artifacts|release|node_modules|\.next)/")


def copied(step: Copy, path: str, world: World) -> Effect:
    """What COPY or ADD does to an absolute path."""
    if step.destination is None:
        named = ends_like(step, path) or any(may_bring(source, path, step, world) for source in step.sources)
        reason = "a COPY puts files in a place that is not known"
        return perhaps_replaced(step, reason) if named else Change(lambda entry: may_appear(entry, reason))
    destination = step.destination.rstrip("/") or "/"
    follows = world.has_links and not step.apart
    for name in world.names(path) if follows else (path,):
        if follows and world.real(name, follow=contains(name, destination)) not in (path, None):
            continue
        if name == "/" or inside(destination, name) is not None:
            return Folder()
        if contains(destination, name):
            effect = _Copying(step, name, destination, world).effect()
            return (
                Gone("a COPY --link has put a folder in the place of the link")
                if effect is None and _hides(step, path, world)
                else effect
            )
    return None


def _hides(step: Copy, path: str, world: World) -> bool:
    """Whether a folder that is laid over what was there replaces a link, behind which something may have stood."""
    above = upwards((step.destination or "").rstrip("/") or "/")
    return step.apart and any(world.is_link(each) is True for each in above if inside(path, each) is not None)


class _Copying(Landing):
    """What each source brings to the path that is asked about."""

    def effect(self) -> Effect:
        effect = _in_order(map(self.of_source, reversed(self.step.sources)))
        if effect is not None:
            return effect
        if self.relative is None and self.is_folder() == "folder":
            return Folder()
        return None

    def of_source(self, source: Source) -> Effect:
        value = source.value
        if value is None and self.relative is None and self.is_folder() == "folder":
            return Folder()
        if value is None:
            return perhaps_replaced(self.step, f"COPY {source.word.value} is not known")
        if source.is_heredoc:
            return self.as_file(value, lambda: self.file(source.content, False, source.word))
        if self.step.adds and REMOTE.match(value):
            return self.from_network(source, value)
        if isinstance(self.step.origin, int):
            return self.from_stage(self.step.origin, source.word, value)
        if self.step.origin is not None:
            return self.opaque(source.word, value, f"it would be copied from the image {self.step.origin}")
        return self.from_context(source.word, value)

    def from_network(self, source: Source, value: str) -> Effect:
        """ADD of an address: a file with mode 0600, or a repository."""
        if not value.lower().startswith("http") or value.partition("#")[0].endswith(".git"):
            return perhaps_another(f"it may come from {value}")
        name = posixpath.basename(value.partition("?")[0].partition("#")[0])
        if not name:
            return perhaps_another(f"it may come from {value}")
        return self.as_file(name, lambda: self.file(None, False, source.word))

    # --- the build context -----------------------------------------------------------------------------------------

    def from_context(self, word: Text, value: str) -> Effect:
        source = clamped(value)
        if self.step.parents:
            return self.with_parents(word, value)
        if not has_wildcard(value):
            return self.from_path(word, source)
        matching = self.world.context.matching(source)
        effect = _in_order(self.from_path(word, match) for match in reversed(matching))
        if effect is not None:
            return effect
        return None if matching and self.relative is None else self.nothing_matches(word, source)

    def nothing_matches(self, word: Text, source: str) -> Effect:
        """A pattern: what it does not find here may have been produced before a real build."""
        name = posixpath.basename(self.path)
        pattern = path_glob(posixpath.basename(source))
        if pattern is None or not (pattern.matches(name) or self.relative is None):
            return None
        if self.relative is None and len(self.step.sources) > 1:
            return None  # the destination is a folder
        reason = f"no file of the build context that matches {word.value} is called {name}"
        if self.relative is None or not self.world.context.certain or _is_product(source, name):
            return perhaps(reason)
        self.world.note(reason, word)
        return None

    def from_path(self, word: Text, source: str) -> Effect:
        entry = self.world.context.entry(source)
        if entry.kind == "folder":
            return self.from_folder(word, entry.path)  # a link that is named is followed
        if entry.kind == "file":
            if self.step.adds and ARCHIVE.search(source):
                return perhaps_another(f"it may be in the archive {source}")
            return self.as_file(source, lambda: self.file(self.read(source), entry.executable, word))
        if entry.kind == "unknown":
            return self.opaque(word, source, entry.reason)
        return self.absent(word, source, entry.reason)

    def absent(self, word: Text, source: str, reason: str) -> Effect:
        """The source is not in the context: a build would stop here."""
        if self.step.adds and ARCHIVE.search(source):
            return perhaps_another(f"it may be in the archive {source}")
        name = posixpath.basename(source)
        if self.relative not in (None, name):
            if not _ENDING.search(name):
                return perhaps(reason)
            return None
        if self.relative is None and self.is_folder() == "folder":
            return None
        if not self.world.context.certain or _is_product(source, name):
            return perhaps(reason)
        return Gone(reason, word)

    def from_folder(self, word: Text, source: str) -> Effect:
        if self.relative is None:
            return Folder()
        inner = posixpath.join(source, self.relative)
        if self.step.excludes and read_ignore("\n".join(self.step.excludes)).match(self.relative) is not None:
            self.world.note(f"--exclude keeps {inner} out", word)
            return None
        entry = self.world.context.entry(inner, follow=False)
        if entry.kind == "outside" or not contains(entry.path, inner):
            return self.through_link(source, word) or perhaps(entry.reason)
        if entry.kind == "file":
            return self.file(self.read(inner), entry.executable, word)
        if entry.kind == "folder":
            return Folder()
        if entry.kind == "link":
            return Link(entry.target or "", word)
        context = self.world.context
        if entry.kind == "unknown" or (entry.kind == "missing" and (not context.certain or _is_product(inner, inner))):
            return perhaps(entry.reason)
        self.world.note(entry.reason, word)
        return None

    def through_link(self, source: str, word: Text) -> Link | None:
        """A link in a folder that is copied comes along as it is: what lies behind it is what it leads to in the image."""
        parts = (self.relative or "").split("/")
        for end in range(1, len(parts)):
            name = "/".join(parts[:end])
            entry = self.world.context.entry(posixpath.join(source, name), follow=False)
            if entry.kind == "link":
                folder = posixpath.dirname(posixpath.join(self.destination, name))
                return Link(posixpath.join(folder, entry.target or "", *parts[end:]), word)
        return None

    def with_parents(self, word: Text, value: str) -> Effect:
        """``--parents``: the source's own folders are kept below the destination."""
        pivot, separator, kept = value.partition("/./")
        root, kept = (clamped(pivot), clamped(kept)) if separator else ("", clamped(value))
        if self.relative is None:
            return Folder()
        if has_wildcard(kept):
            return perhaps(f"it may be among {value}")
        if not contains(kept, self.relative):
            return Folder() if inside(kept, self.relative) is not None else None
        return self.from_folder(word, root)

    def read(self, source: str) -> Text | None:
        document = self.world.context.document(source)
        return None if document is None else document.whole()

    # --- another stage ---------------------------------------------------------------------------------------------

    def from_stage(self, index: int, word: Text, value: str) -> Effect:
        source = "/" + clamped(value)
        if has_wildcard(value):
            return self.opaque(word, value, "it may be copied from another stage")
        entry = self.world.stage_entry(index, source)
        if isinstance(entry, Found):
            file = entry.file
            return self.as_file(source, lambda: self.file(file.content, file.executable, word, file.exact))
        if isinstance(entry, Folder):
            if self.relative is None:
                return Folder()
            below = self.world.stage_entry(index, posixpath.join(source, self.relative), follow=False)
            return self.from_entry(below, word)
        if isinstance(entry, Gone):
            if self.relative is None or self.relative == posixpath.basename(source):
                return Gone(f"the stage it is copied from has no {source}: {entry.reason}", word)
            return None
        return self.opaque(word, value, f"whether another stage holds {source} is not known")

    def from_entry(self, entry: Entry, word: Text) -> Effect:
        if isinstance(entry, Found):
            return self.file(entry.file.content, entry.file.executable, word, entry.file.exact)
        if isinstance(entry, Vague):
            return perhaps(entry.reason)
        if isinstance(entry, Gone):
            self.world.note(entry.reason, word)
            return None
        return entry


def _in_order(effects: Iterable[Effect]) -> Effect:
    """What sources do that are copied one by one, of which the last comes first: what it leaves open, the ones before it may decide."""
    changes: list[Change] = []
    found: Entry | None = None
    for effect in effects:
        if isinstance(effect, Change):
            changes.append(effect)
        elif effect is not None:
            found = effect
            break

    def altered(entry: Entry) -> Entry:
        for change in reversed(changes):
            entry = change.apply(entry)
        return entry

    if found is not None:
        return altered(found)
    return Change(altered) if changes else None


def _is_product(source: str, name: str) -> bool:
    """Whether a missing file may well be made before the build (a jar, a bundle), and so be no mistake."""
    return bool(_PRODUCED.search(source)) or not _SCRIPT.search(name)
