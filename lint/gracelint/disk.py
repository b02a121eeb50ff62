"""What is asked of the file system while an image is judged.

Every such question is asked here, and while a `Record` is kept, it is kept with its answer: a judgement depends on nothing else, so it
holds as long as the same questions get the same answers (`ask`). A file's content counts by its digest.
"""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

CACHE = ".gracelint_cache"
"""The folder of results that are kept; never part of a build context."""

Answer: TypeAlias = "bool | int | str | list[str] | None"

_NONBLOCK: int = getattr(os, "O_NONBLOCK", 0)


class Record:
    """The questions that are asked inside a ``with`` block, by kind and path. ``steady`` is False once two answers to one differ."""

    def __init__(self) -> None:
        self.answers: dict[tuple[str, str], Answer] = {}
        self.steady = True

    def __enter__(self) -> Record:
        global _record
        self._outer, _record = _record, self
        return self

    def __exit__(self, *_: object) -> None:
        global _record
        _record = self._outer

    def note(self, kind: str, path: str, answer: Answer) -> None:
        """Keeps an answer."""
        self.steady = self.steady and self.answers.setdefault((kind, path), answer) == answer


_record: Record | None = None


def digest(data: bytes) -> str:
    """What stands for a content; two different ones never have the same."""
    try:
        from _blake2 import blake2b  # hashlib's own; that loads OpenSSL first
    except ImportError:
        from hashlib import blake2b

    return blake2b(data, digest_size=20).hexdigest()


def told(kind: str, path: str, data: bytes) -> None:
    """Keeps the digest of a content that was read elsewhere."""
    if _record is not None:
        _record.note(kind, path, digest(data))


def mode(path: str) -> int | None:
    """The mode of what stands at a path, a link itself included; None where there is nothing."""
    try:
        answer: int | None = os.lstat(path).st_mode
    except (OSError, ValueError):
        answer = None
    if _record is not None:
        _record.note("mode", path, answer)
    return answer


def target(path: str) -> str | None:
    """Where a link leads, as written; None where that cannot be read."""
    try:
        answer: str | None = os.readlink(path)
    except (OSError, ValueError):
        answer = None
    if _record is not None:
        _record.note("target", path, answer)
    return answer


def names(path: str) -> list[str]:
    """The names in a folder, sorted; none where it cannot be read. Our own folder of results is left out."""
    try:
        answer = sorted(name for name in os.listdir(path) if name != CACHE)
    except (OSError, ValueError):
        answer = []
    if _record is not None:
        _record.note("names", path, answer)
    return answer


def real(path: str) -> str:
    """A path without links in it."""
    answer = os.path.realpath(path)
    if _record is not None:
        _record.note("real", path, answer)
    return answer


def exists(path: str) -> bool:
    """Whether something stands at a path, links followed."""
    answer = os.path.exists(path)
    if _record is not None:
        _record.note("exists", path, answer)
    return answer


def is_folder(path: str) -> bool:
    """Whether a folder stands at a path, links followed."""
    answer = os.path.isdir(path)
    if _record is not None:
        _record.note("is_folder", path, answer)
    return answer


def content(path: str, most: int) -> bytes | None:
    """A regular file's bytes; None where it cannot be read, or holds more than ``most`` bytes."""
    data: bytes | None = None
    try:
        # Not blocking: a named pipe without a writer would never open.
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | _NONBLOCK)) as file:
            if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                data = file.read(most + 1)
    except (OSError, ValueError):
        data = None
    if data is not None and len(data) > most:
        data = None
    if _record is not None:
        _record.note(f"content {most}", path, None if data is None else digest(data))
    return data


_SIMPLE: Mapping[str, Callable[[str], Answer]] = {
    "mode": mode, "target": target, "names": names, "real": real, "exists": exists, "is_folder": is_folder,
}  # fmt: skip


def ask(kind: str, path: str) -> tuple[Answer, bytes | None]:
    """The answer of today to a question of a record, and the content if it is about one. Raises `ValueError` for what is no question."""
    if kind in _SIMPLE:
        return _SIMPLE[kind](path), None
    word, _, most = kind.partition(" ")
    if word != "content":
        raise ValueError(kind)
    data = content(path, int(most))
    return (None if data is None else digest(data)), data
