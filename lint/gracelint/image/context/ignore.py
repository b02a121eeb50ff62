"""``.dockerignore``: which files of the build context a build does not see.

Reading is ``ReadAll`` of moby/patternmatcher (ignorefile/ignorefile.go), deciding ``MatchesOrParentMatches``
(patternmatcher.go): the last pattern that matches the path or a folder above it wins, ``!`` turns it round.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from ...records import dataclass, field
from .globs import ignore_glob

if TYPE_CHECKING:
    from collections.abc import Sequence

    from .globs import Glob


@dataclass(frozen=True, slots=True)
class Pattern:
    """One line; ``exception`` for ``!``. ``line`` is 1-based, ``source`` the pattern as written."""

    glob: Glob
    exception: bool
    source: str
    line: int

    def matches(self, path: str) -> bool:
        """Whether it matches this very path."""
        return self.glob.matches(path)


@dataclass(frozen=True, slots=True)
class Ignore:
    """The patterns of a file, in order. An unreadable pattern makes Docker refuse the build; here it is left out."""

    patterns: Sequence[Pattern] = ()
    _known: dict[str, Pattern | None] = field(default_factory=dict, repr=False)

    def match(self, path: str) -> Pattern | None:
        """The pattern that keeps ``path`` (relative to the context, ``/``) out of the build, None if none does; worked out once."""
        if path not in self._known:
            self._known[path] = self._match(path)
        return self._known[path]

    def _match(self, path: str) -> Pattern | None:
        parts = path.split("/")
        candidates = [path, *("/".join(parts[:end]) for end in range(1, len(parts)))]
        found: Pattern | None = None
        for pattern in self.patterns:
            if pattern.exception != (found is not None):
                continue
            if any(pattern.matches(candidate) for candidate in candidates):
                found = None if pattern.exception else pattern
        return found


def read_ignore(text: str) -> Ignore:
    """The patterns of a ``.dockerignore`` file."""
    patterns: list[Pattern] = []
    for number, line in enumerate(text.split("\n"), start=1):
        if line.startswith("#") or not (written := line.strip()):
            continue
        exception = written.startswith("!")
        body = written[1:].strip() if exception else written
        if not body:
            continue
        body = posixpath.normpath(body)
        body = "/" + body.lstrip("/") if body.startswith("/") else body
        if len(body) > 1:
            body = body.removeprefix("/")
        glob = ignore_glob(body)
        if glob is not None:
            patterns.append(Pattern(glob, exception, written, number))
    return Ignore(tuple(patterns))
