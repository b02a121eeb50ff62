"""The same work in several processes, for a run that is over in a second.

`concurrent.futures` is what everybody uses, and on most systems we do; but its import and the start of its workers cost as much as the linting of a
dozen Dockerfiles. Where processes fork, and nothing but the main thread runs, less is needed: each child has everything in memory that the parent
had, takes the numbers of its pieces of work from a pipe that all share (a read takes one number, whoever comes first), and sends its results
back at the end. The parent works as well. What a child that dies leaves undone is done by the parent.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import NoReturn

T = TypeVar("T")

_PIECES = 16
"""How many pieces of work there are for each process, so that none waits long for the last."""
_NUMBER = 2
MOST = 64
"""Bytes of a piece's number, and so many processes at most: the numbers must find room in a pipe of one page, the smallest there is."""


def can_fork() -> bool:
    """Whether this process may be doubled: not where system libraries mind it, and not with other threads, which the child would lack."""
    if sys.platform != "linux":
        return False
    threading = sys.modules.get("threading")
    return threading is None or threading.active_count() == 1


def spread(work: Callable[[int], T], count: int, jobs: int) -> list[T]:
    """What ``work`` returns for each number below ``count``, in order; results must be picklable. Needs `can_fork`."""
    jobs = min(jobs, count, MOST)
    size = -(-count // (jobs * _PIECES))
    tasks, write = os.pipe()
    os.write(write, b"".join(piece.to_bytes(_NUMBER, "little") for piece in range(-(-count // size))))
    os.close(write)
    children = [_forked(work, count, size, tasks) for _ in range(jobs - 1)]
    done = dict(_taken(work, count, size, tasks))
    os.close(tasks)
    for pid, answer in children:
        with open(answer, "rb") as pipe:
            data = pipe.read()
        if os.waitpid(pid, 0)[1] == 0 and data:
            from pickle import loads

            done.update(loads(data))
    return [done[number] if number in done else work(number) for number in range(count)]


def _forked(work: Callable[[int], T], count: int, size: int, tasks: int) -> tuple[int, int]:
    """A child at work: its process number, and where its results can be read."""
    answer, write = os.pipe()
    pid = os.fork()
    if pid == 0:
        os.close(answer)
        _child(work, count, size, tasks, write)
    os.close(write)
    return pid, answer


def _child(work: Callable[[int], T], count: int, size: int, tasks: int, write: int) -> NoReturn:
    """Never returns: what the parent has in its buffers or would do at its end is the parent's."""
    status = 1
    try:
        from pickle import dumps

        data = dumps(dict(_taken(work, count, size, tasks)), protocol=-1)
        with open(write, "wb") as pipe:
            pipe.write(data)
        status = 0
    finally:
        os._exit(status)


def _taken(work: Callable[[int], T], count: int, size: int, tasks: int) -> Iterator[tuple[int, T]]:
    """Takes pieces of work as long as there are any."""
    while number := os.read(tasks, _NUMBER):
        start = int.from_bytes(number, "little") * size
        for each in range(start, min(start + size, count)):
            yield each, work(each)
