"""Which Python an image runs, as far as names tell: what it does with a signal differs between versions.

Nobody measured a version that is not named: where versions differ, it may be either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from ...regexes import regex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...image.model import Argument, Image

Version: TypeAlias = "tuple[int, int]"
# What ``python:3`` and ``python:latest`` are, for the comparisons of this package.
NEWEST: Version = (3, 99)
_COMMAND = regex(r"(?:.*/)?(?:python|pypy)(\d)\.(\d+)t?")
# The official images, and those that are named after their Python (``python3.12-slim``, ``ubi9/python-311``, ``app:py3.9``).
_OFFICIAL = regex(r"(?:.*/)?(?:python|pypy)(?::v?(?:(\d+)(?:\.(\d+))?[-.\w]*|\D*))?")
_NAMED = regex(r"\bpy(?:thon)?[-_]?(3)\.?(\d{1,2})(?!\d)")


def version(arguments: Sequence[Argument], image: Image) -> Version | None:
    """Major and minor version of the Python that a command runs under in an image; None where that is not known."""
    named = _COMMAND.fullmatch(arguments[0].value) if arguments else None
    if named is not None:
        return int(named[1]), int(named[2])
    reference, pinned, _ = image.base.reference.partition("@")
    official = _OFFICIAL.fullmatch(reference)
    if official is not None:
        major, minor = official.groups()
        if minor is not None:
            return int(major), int(minor)
        return NEWEST if major in (None, "3") and not pinned else None
    named = _NAMED.search(reference)
    return (int(named[1]), int(named[2])) if named is not None else None
