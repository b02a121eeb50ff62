"""Patterns of files, as .gitignore writes them: for .gitignore itself, ``exclude`` and ``per-file-ignores``.

pathspec is imported only when there is a pattern to compile.
"""

from __future__ import annotations

import os
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pathspec import GitIgnoreSpec


@lru_cache(maxsize=1024)
def _compiled(lines: tuple[str, ...]) -> GitIgnoreSpec:
    from pathspec import GitIgnoreSpec

    good: list[str] = []
    for line in lines:
        try:
            GitIgnoreSpec.from_lines([line])
        except ValueError:  # git ignores a pattern that it cannot read, too
            continue
        good.append(line)
    return GitIgnoreSpec.from_lines(good)


def match(lines: Iterable[str], root: str, path: str, *, folder: bool = False) -> bool | None:
    """What the patterns of ``root`` say of a path: True matched, False excepted by ``!``, None nothing."""
    patterns = tuple(lines)
    if not patterns:
        return None
    relative = os.path.relpath(os.path.abspath(path), os.path.abspath(root)).replace(os.sep, "/")
    if relative == ".." or relative.startswith("../") or relative == ".":
        return None
    return _compiled(patterns).check_file(relative + "/" if folder else relative).include
