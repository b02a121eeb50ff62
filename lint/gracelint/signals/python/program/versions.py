"""Which Python an image runs, as far as names tell: what it does with a signal differs between versions.

Nobody measured a version that is not named: where versions differ, it may be either.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import TYPE_CHECKING, TypeAlias

from ....regexes import regex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ....image.model import Argument, Image

Version: TypeAlias = "tuple[int, int]"
# What ``python:3`` and ``python:latest`` are, for the comparisons of this package.
NEWEST: Version = (3, 99)
FIRST: Version = (3, 0)
NEVER: Version = (4, 0)
_COMMAND = regex(r"(?:.*/)?(?:python|pypy)(\d)\.(\d+)t?")
# The official images, and those that are named after their Python (``python3.12-slim``, ``ubi9/python-311``, ``app:py3.9``).
# A tag that begins with another number counts something else (``playwright/python:v1.50.0-noble``).
_OFFICIAL = regex(r"(?:.*/)?(?:python|pypy)(?::(?:([23])(?:\.(\d+))?(?![\d])[-.\w]*|\D*))?")
_NAMED = regex(r"\bpy(?:thon)?[-_]?(3)\.?(\d{1,2})(?!\d)")


@lru_cache(maxsize=1)
def spans() -> dict[str, tuple[Version, Version]]:
    """The names that not every version has (``names.toml``): the first that has one, and the first that has it no more."""
    from importlib import resources

    if sys.version_info >= (3, 11):
        import tomllib
    else:
        import tomli as tomllib
    table = tomllib.loads(resources.files(__package__).joinpath("names.toml").read_text(encoding="utf-8"))
    found = {name: (_number(word), NEVER) for word, names in table["since"].items() for name in names}
    return found | {name: (FIRST, _number(word)) for word, names in table["until"].items() for name in names}


def _number(word: str) -> Version:
    major, minor = word.split(".")
    return int(major), int(minor)


def lacks(version: Version | None, name: str) -> bool:
    """Whether a Python is known to have no such name of the standard library, by its full name."""
    if version is None:
        return False
    since, until = spans().get(name, (FIRST, NEVER))
    return not since <= version < until


def official(image: Image) -> bool:
    """Whether an image is built on Python's own, which brings no packages."""
    reference, _, _ = image.base.reference.partition("@")
    return image.base.known and _OFFICIAL.fullmatch(reference) is not None


def version(arguments: Sequence[Argument], image: Image) -> Version | None:
    """Major and minor version of the Python that a command runs under in an image; None where that is not known."""
    named = _COMMAND.fullmatch(arguments[0].value) if arguments else None
    if named is not None:
        return int(named[1]), int(named[2])
    reference, pinned, _ = image.base.reference.partition("@")
    named = _NAMED.search(reference)
    if named is not None:
        return int(named[1]), int(named[2])
    official = _OFFICIAL.fullmatch(reference)
    if official is None:
        return None
    major, minor = official.groups()
    if minor is not None:
        return int(major), int(minor)
    return NEWEST if major in (None, "3") and not pinned else None
