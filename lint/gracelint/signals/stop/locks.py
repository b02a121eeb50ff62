"""Locks of files: ``flock FILE command`` waits as long as another process holds the lock of the same file (flock(1); measured with
util-linux 2.38)."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from ..process import Process

_VALUES = frozenset({"-w", "--wait", "--timeout", "-E", "--conflict-exit-code"})
_SHARED = frozenset({"-s", "--shared"})


def contended(processes: Iterable[Process]) -> Iterator[str]:
    """What is not known of processes that run side by side: which of them gets a lock that several want, and so which of them starts its
    command; and whether it is their own script that holds it."""
    wanted: dict[str, list[bool]] = {}
    held = False
    for process in (each for one in processes for each in (one, *one.before)):
        held = held or (process.shell is not None and bool(process.shell.facts.locks))
        if process.name == "flock" and (words := list(_leading(process.argv[1:]))):
            wanted.setdefault(words[-1], []).append(not _SHARED.isdisjoint(words[:-1]))
    for file, shared in wanted.items():
        if len(shared) > 1 and not all(shared):
            yield f"which one of several `flock` gets the lock of {file}"
        elif held:
            yield f"whether the lock of {file} is one that the script itself holds"


def _leading(words: tuple[str, ...]) -> Iterator[str]:
    """The options and the first operand, the file."""
    taken = False
    for word in words:
        yield word
        if not taken and not word.startswith("-"):
            return
        taken = not taken and word in _VALUES
