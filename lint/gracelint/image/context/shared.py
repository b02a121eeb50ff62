"""What the images of one run have in common: the files that they read.

A repository builds many images of one folder (stages, services), and each of them reads the same application. Here a file's content is one
`Document`, whoever reads it, so that what is kept by a document (`parsers.python.parse`) is worked out once. It is found by its path and
its content, never by path alone: each image still asks for the content itself, so nothing here can be older than the disk, and what a
judgement depends on is recorded as ever (`disk`).
"""

from __future__ import annotations

from ... import disk
from ...source import Document
from .ignore import Ignore, read_ignore

# No more bytes of documents are kept: those go first that were not asked for longest. Long ones are mostly data, and not kept.
MOST_BYTES = 64_000_000
LONGEST = 300_000


class Shared:
    """Documents, and the patterns of ``.dockerignore``, of one run."""

    def __init__(self) -> None:
        # The last ones asked for come last.
        self._documents: dict[tuple[str, str], tuple[Document, int]] = {}
        self._left = MOST_BYTES
        self._ignores: dict[str, Ignore] = {}

    def __reduce__(self) -> tuple[type[Shared], tuple[()]]:
        """Another process begins with none: sending them takes longer than reading them."""
        return Shared, ()

    def document(self, path: str, data: bytes) -> Document:
        """The document of a file's bytes."""
        if len(data) > LONGEST:
            return Document.decode(path, data)
        key = (path, disk.digest(data))
        found = self._documents.pop(key, None)
        if found is None:
            found = (Document.decode(path, data), len(data))
            self._left -= len(data)
        self._documents[key] = found
        while self._left < 0:
            self._left += self._documents.pop(next(iter(self._documents)))[1]
        return found[0]

    def ignore(self, text: str) -> Ignore:
        """The patterns of a ``.dockerignore`` file."""
        if text not in self._ignores:
            self._ignores = {text: read_ignore(text)}
        return self._ignores[text]
