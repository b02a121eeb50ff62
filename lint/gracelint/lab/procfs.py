"""Processes as ``/proc`` shows them: masks, argv, state, and the tree below one of them.

Everything is read from outside the namespace, by the numbers of the reader's own ``/proc``. Reading is never atomic: a process may
end, fork or exec between two reads, so a tree is only worth something when it was read twice alike (see `ready`).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

_LIMIT = 1 << 20


@dataclass(frozen=True, slots=True)
class Seen:
    """One process at one moment.

    ``alive``: it is neither dead nor just leaving, so argv and masks are its own. ``host`` is its number here, ``pids`` its numbers from
    here down to its innermost namespace; masks are as in proc_pid_status(5); ``state`` is the letter of ``State:``, ``executable`` the
    program's file, symbolic links resolved. ``uid`` is the effective user.
    """

    host: int
    pids: tuple[int, ...]
    parent: int
    state: str
    argv: tuple[str, ...]
    caught: int
    ignored: int
    blocked: int
    uid: int
    alive: bool
    executable: str


def _read(path: str) -> bytes:
    fd = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        return os.read(fd, _LIMIT)
    finally:
        os.close(fd)


def _executable(pid: int) -> str:
    try:
        return str(Path(f"/proc/{pid}/exe").readlink())
    except (PermissionError, FileNotFoundError):  # somebody else's, or just leaving
        return ""


def look(pid: int) -> Seen | None:
    """The process with this number, or None if there is none (any more)."""
    try:
        status = _read(f"/proc/{pid}/status")
        argv = _read(f"/proc/{pid}/cmdline")
        executable = _executable(pid) if argv else ""
    except (FileNotFoundError, ProcessLookupError):
        return None
    fields = dict(line.split(b":\t", 1) for line in status.splitlines() if b":\t" in line)
    words = argv[:-1].split(b"\0") if argv.endswith(b"\0") else argv.split(b"\0")
    # A process without memory (a zombie, one that is just leaving) has no argv; its name is all there is.
    command = [b"[%b]" % fields[b"Name"]] if argv == b"" else words
    # Kernel threads and processes on their way out show no signal fields: nothing is caught then.
    return Seen(
        host=pid,
        pids=tuple(int(number) for number in fields.get(b"NSpid", b"%d" % pid).split()),
        parent=int(fields[b"PPid"]),
        state=fields[b"State"][:1].decode(),
        argv=tuple(os.fsdecode(word) for word in command),
        caught=int(fields.get(b"SigCgt", b"0"), 16),
        ignored=int(fields.get(b"SigIgn", b"0"), 16),
        blocked=int(fields.get(b"SigBlk", b"0"), 16),
        uid=int(fields[b"Uid"].split()[1]),
        alive=argv != b"",
        executable=executable,
    )


def children(pid: int) -> list[int]:
    """The numbers of a process's children, of all its threads."""
    found: list[int] = []
    try:
        with os.scandir(f"/proc/{pid}/task") as tasks:
            for task in tasks:
                found += map(int, _read(f"{task.path}/children").split())
    except (FileNotFoundError, ProcessLookupError):
        return found
    return found


def tree(pid: int) -> tuple[Seen, ...]:
    """A process and all below it, parents first. Of PID 1 of a namespace: the whole namespace, since orphans become its children."""
    found: list[Seen] = []
    todo = [pid]
    while todo:
        seen = look(todo.pop())
        if seen is not None:
            found.append(seen)
            todo += sorted(children(seen.host), reverse=True)
    return tuple(found)


def zombie_status(pid: int) -> int | None:
    """The wait status of a process that ended and was not reaped yet; None if it lives, is gone or may not be asked."""
    try:
        # The name may hold spaces and parentheses; fields are counted behind its last one. Field 3 is the state, 52 the status.
        fields = _read(f"/proc/{pid}/stat").rpartition(b")")[2].split()
    except (FileNotFoundError, ProcessLookupError, PermissionError):
        return None
    return int(fields[49]) if fields[0] == b"Z" else None


def cgroups(pid: int) -> str:
    """The control groups a process is in, one a line; an engine's container has its name in them."""
    return os.fsdecode(_read(f"/proc/{pid}/cgroup"))


def listens(pid: int, port: int) -> bool:
    """Whether something listens on a TCP port in a process's network namespace. Nothing is connected to."""
    for table in ("tcp", "tcp6"):
        try:
            lines = _read(f"/proc/{pid}/net/{table}").splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            _, local, _, state, *_ = line.split()
            if state == b"0A" and int(local.rpartition(b":")[2], 16) == port:
                return True
    return False


def available() -> bool:
    """Whether there is a ``/proc`` that shows this process's own PID namespace."""
    try:
        return Path("/proc/self").readlink().name == str(os.getpid())
    except OSError:
        return False
