"""JavaScript that the build of the image makes of TypeScript: the source of a program that stands in ``outDir``.

Method: ``tsc`` (and ``nest build``, which reads the same file) writes to ``outDir`` of tsconfig.json the tree that it finds below
``rootDir``, which is the sources' common folder where it is not given (https://www.typescriptlang.org/tsconfig/#outDir, #rootDir). A
program ``…/dist/main.js`` of which no text is known, in an image one of whose stages holds such a tsconfig.json and ``main.ts`` or
``src/main.ts`` beside it, was made of that. Where several fit and none stands where the program stands, nobody knows of which.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING, NamedTuple

from ...regexes import regex

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...image.model import Files, Image, ImageFile
    from ...source import Text

_ENDING = regex(r"\.[cm]?js$")
_SUFFIXES = (".ts", ".mts", ".cts", ".tsx")
_VENDORED = regex(r"/node_modules/")
_MOST_CONFIGURATIONS = 50


class Origin(NamedTuple):
    """The source of a program: its file, the files of the stage that holds it, and the topmost folder with a package.json above it there."""

    file: ImageFile
    files: Files
    folder: str


def origin(path: str, image: Image) -> Origin | None:
    """What the program at an absolute path was made of; None where that is not known."""
    stem = _ENDING.sub("", path)
    for files in image.files.stages():
        found = list(_candidates(stem, files))
        exact = [file for file, folder in found if stem.startswith(f"{folder}/")]
        chosen = exact or [file for file, _ in found]
        if len(chosen) == 1:
            return Origin(chosen[0], files, _top(chosen[0].path, files))
    return None


def _candidates(stem: str, files: Files) -> Iterator[tuple[ImageFile, str]]:
    """Sources that a program of this path may have, each with the folder that what is made of it is written to."""
    configurations = files.listing("/", lambda path: path.endswith("/tsconfig.json") and not _VENDORED.search(path))
    for path in configurations[:_MOST_CONFIGURATIONS]:
        configuration = files.known(path)
        if configuration is None or configuration.content is None:
            continue
        out, roots = _folders(configuration.content)
        if not out or f"/{out}/" not in stem:
            continue
        folder, relative = posixpath.dirname(path), stem.rpartition(f"/{out}/")[2]
        for root in roots:
            names = (posixpath.normpath(f"{folder}/{root}/{relative}{suffix}") for suffix in _SUFFIXES)
            found = next((file for name in names if (file := files.known(name)) is not None), None)
            if found is not None and found.content is not None:
                yield found, f"{folder.rstrip('/')}/{out}"
                break


def _folders(configuration: Text) -> tuple[str, tuple[str, ...]]:
    """``outDir`` of a tsconfig.json, empty where none is said or it leads elsewhere; and the folders that ``rootDir`` may be."""
    from ..programs.readers.jsontext import members

    options = members(configuration, "compilerOptions")
    out = posixpath.normpath(options["outDir"].value) if "outDir" in options else ""
    roots = (options["rootDir"].value,) if "rootDir" in options else ("src", ".")
    return ("" if out.startswith((".", "/")) else out), roots


def _top(path: str, files: Files) -> str:
    """The topmost folder above a file that holds a package.json: in a repository of many packages all of them are the house's own."""
    folder, top = posixpath.dirname(path), posixpath.dirname(path)
    while folder != "/":
        if files.known(f"{folder}/package.json") is not None:
            top = folder
        folder = posixpath.dirname(folder)
    return top
