"""Finding a configuration file in the image, and reading it in bounds."""

from __future__ import annotations

import posixpath
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from ....image.paths import normal

if TYPE_CHECKING:
    from collections.abc import Iterable

    from ....image.model import Files
    from ....source import Text
    from ..facts import Situation

# Characters of a configuration file; what is larger is nobody's handwriting.
LIMIT = 250_000


def absolute(situation: Situation, path: str, folder: str = "") -> str:
    """A path as the program sees it, from its working directory."""
    return normal(posixpath.join(situation.image.workdir, folder, path))


def content(situation: Situation, path: str, folder: str = "") -> Text | None:
    """The text of a file of the image; None where it is not there, not known or too large."""
    if "\0" in path:
        return None
    found = situation.image.files.known(absolute(situation, path, folder))
    if found is None or found.content is None or len(found.content) > LIMIT:
        return None
    return found.content


def first(situation: Situation, paths: Iterable[str]) -> Text | None:
    """The text of the first of these files that is known."""
    return next((text for path in paths if (text := content(situation, path)) is not None), None)


def first_appended(situation: Situation, paths: Iterable[str]) -> Text | None:
    """What a RUN has put behind the first of these files, where the rest of its text is not known."""
    known = (situation.image.files.known(absolute(situation, path)) for path in paths)
    return next((file.appended for file in known if file is not None and file.appended is not None), None)


def matching(situation: Situation, pattern: str) -> tuple[str, ...]:
    """The known files of the image that a glob names, sorted; ``*`` does not cross a slash."""
    whole = absolute(situation, pattern)
    folder = whole[: min((whole.find(mark) for mark in "*?[" if mark in whole), default=len(whole))]
    depth = whole.count("/")

    def wanted(path: str) -> bool:
        return path.count("/") == depth and fnmatchcase(path, whole)

    return situation.image.files.listing(folder.rpartition("/")[0] or "/", wanted)


def known_text(files: Files, path: str) -> str:
    """The text of a file that is known to be there and is not too large, its lines ending as Unix has it; else empty."""
    found = files.known(path)
    text = found.content if found is not None else None
    return "" if text is None or len(text) > LIMIT else text.value.replace("\r\n", "\n")
