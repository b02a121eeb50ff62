"""Which version of a package of npm a project asks for, and what can be said of all that it may get.

Method: package.json of the project's folder, in the image or in a stage before. Only one plain range is read
(https://docs.npmjs.com/cli/v11/using-npm/semver); of anything else, and of a lock file, the version is not known.
"""

from __future__ import annotations

from math import inf
from typing import TYPE_CHECKING

from ....regexes import regex
from .files import LIMIT, absolute
from .jsontext import strings

if TYPE_CHECKING:
    from ....image.model import ImageFile
    from ..facts import Situation

Version = tuple[float, float]

_RANGE = regex(r"(\^|~|>=|=|v)?(\d{1,3})(?:\.(\d{1,3})(?:\.(?:\d{1,5}|x|\*))?(-[\w.]+)?|\.x|\.\*)?")
_NEWEST = ("latest", "canary")


def asked(situation: Situation, folder: str, package: str) -> str | None:
    """The version of a package that the package.json in a folder asks for, in the first stage that has one which does."""
    path = absolute(situation, "package.json", folder)
    found = (_in(files.known(path), package) for files in situation.image.files.stages())
    return next((one for one in found if one is not None), None)


def _in(file: ImageFile | None, package: str) -> str | None:
    if file is None or file.content is None or len(file.content) > LIMIT:
        return None
    kinds = (("dependencies", package), ("devDependencies", package))
    return next((value.value for keys, value in strings(file.content) if keys in kinds), None)


def since(version: str | None, first: Version, measured: Version) -> bool | None:
    """Whether all versions that fit are ``first`` or later; False if all are earlier, and none before ``measured``; None where it is not known."""
    match = _RANGE.fullmatch(version.strip()) if version is not None else None
    if match is None:
        return True if version in _NEWEST else None
    operator, major, minor, preliminary = match[1] or "", int(match[2]), match[3], match[4]
    lowest = (major, int(minor or 0))
    highest: Version = lowest if operator in ("", "=", "v", "~") and minor else (major, inf)
    if operator == ">=":
        highest = (inf, inf)
    if preliminary and major == first[0]:
        return None
    if lowest >= first:
        return True
    return False if lowest >= measured and highest < first else None
