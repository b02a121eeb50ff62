"""The system calls of the lab that Python 3.10 has no function for.

Every function raises ``OSError`` with the call's name as its file name, so that a message can say which call was refused.
Linux only; importing the module elsewhere works, calling does not.
"""

from __future__ import annotations

import ctypes
import functools
import os
import struct

CLONE_NEWNS = 0x00020000
CLONE_NEWUSER = 0x10000000
CLONE_NEWPID = 0x20000000
MS_RDONLY, MS_NOSUID, MS_NODEV, MS_NOEXEC = 1, 2, 4, 8
MS_BIND, MS_REC, MS_PRIVATE = 0x1000, 0x4000, 0x40000

_PR_SET_PDEATHSIG = 1
# include/uapi/linux/pidfd.h: _IOWR(0xFF, 11, struct pidfd_info) in its first, 64 byte form
_PIDFD_INFO = struct.Struct("=QQ11Ii")
_PIDFD_GET_INFO = 3 << 30 | _PIDFD_INFO.size << 16 | 0xFF << 8 | 11
_PIDFD_INFO_EXIT = 1 << 3


@functools.cache
def _libc() -> ctypes.CDLL:
    return ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: int | bytes | None) -> None:
    if getattr(_libc(), name)(*arguments) != 0:
        error = ctypes.get_errno()
        raise OSError(error, os.strerror(error), name)


def unshare(flags: int) -> None:
    """unshare(2). With ``CLONE_NEWPID`` the *next* child becomes PID 1 of the new namespace."""
    _call("unshare", flags)


def mount(source: str, target: str, kind: str | None, flags: int, data: str | None = None) -> None:
    """mount(2)."""
    encoded = (None if text is None else os.fsencode(text) for text in (source, target, kind, data))
    what, where, filesystem, options = encoded
    _call("mount", what, where, filesystem, flags, options)


def die_with_parent(signal: int) -> None:
    """Have the kernel send ``signal`` to this process when its parent ends (forgotten when the user id changes)."""
    _call("prctl", _PR_SET_PDEATHSIG, signal, 0, 0, 0)


@functools.cache
def tells_ends() -> bool:
    """Whether `wait_status` works here. Found out by a child that ends; asked once."""
    child = os.fork()
    if child == 0:
        os._exit(0)
    pidfd = os.pidfd_open(child)
    os.waitpid(child, 0)
    try:
        return wait_status(pidfd) is not None
    finally:
        os.close(pidfd)


def wait_status(pidfd: int) -> int | None:
    """The wait status of an ended and reaped process, through its pidfd; None if the kernel does not tell (before 6.15)."""
    import fcntl

    request = bytearray(_PIDFD_INFO.size)
    struct.pack_into("=Q", request, 0, _PIDFD_INFO_EXIT)
    try:
        fcntl.ioctl(pidfd, _PIDFD_GET_INFO, request)
    except OSError:
        return None
    mask, *_, status = _PIDFD_INFO.unpack(request)
    return int(status) if mask & _PIDFD_INFO_EXIT else None


# Signals that the C library keeps for itself and lets nobody change; its posix_spawn leaves them ignored (glibc
# sysdeps/unix/sysv/linux/spawni.c), and so does whoever starts the lab that way (subprocess of Python 3.13).
_INTERNAL = (32, 33)
_RT_SIGACTION = {"x86_64": 13, "aarch64": 134}


def default_internal_signals() -> None:
    """Give the C library's own signals their default action, as a container's first process has it; elsewhere than on x86-64 and ARM they
    stay as they are."""
    number = _RT_SIGACTION.get(os.uname().machine)
    default = ctypes.create_string_buffer(32)
    for internal in _INTERNAL if number is not None else ():
        _libc().syscall(number, internal, default, None, 8)
