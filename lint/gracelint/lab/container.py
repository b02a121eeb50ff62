"""The start of PID 1, as runc does it: what happens between fork and exec.

New PID and mount namespaces with their own /proc, a session and process group of its own (without them a ``kill 0`` inside would
end the lab as well), every signal's default disposition, an empty mask, no terminal, standard input from /dev/null. Optionally a
root folder, in which /proc and /dev are filled where these folders exist, an environment, a working directory and a user.

Like runc, and unlike docker with its defaults, the network, the host name and the cgroups are those of the lab.
"""

from __future__ import annotations

import os
import signal
import stat
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from . import kernel

if TYPE_CHECKING:
    from collections.abc import Mapping

# Major and minor numbers: Documentation/admin-guide/devices.txt of Linux.
_DEVICES = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9), "tty": (5, 0)}


@dataclass(frozen=True, slots=True)
class Container:
    """What is started. ``root`` None: the lab's own files; ``env`` None: the lab's own environment; ``cwd`` None: the lab's (``/`` in a root)."""

    argv: tuple[str, ...]
    root: str | None = None
    env: Mapping[str, str] | None = None
    cwd: str | None = None
    uid: int | None = None


def isolate() -> None:
    """Make the next child of this process PID 1 of a new namespace; not as root: in a user namespace, as its root.

    Irreversible, and a user namespace needs a process of one thread.
    """
    if os.geteuid() == 0:
        kernel.unshare(kernel.CLONE_NEWPID)
        return
    uid, gid = os.geteuid(), os.getegid()
    kernel.unshare(kernel.CLONE_NEWUSER | kernel.CLONE_NEWPID)
    for name, text in (("setgroups", "deny"), ("uid_map", f"0 {uid} 1"), ("gid_map", f"0 {gid} 1")):
        Path(f"/proc/self/{name}").write_bytes(text.encode())


def become(container: Container, output: int, failure: int) -> NoReturn:
    """Turn this freshly forked process into the container's PID 1.

    ``output`` becomes standard output and error. ``failure`` is a pipe that closes on exec; where something is refused, the
    reason is written there as ``kind: text``, and the process ends with status 127.
    """
    kind = "refused"
    try:
        os.setsid()
        kernel.unshare(kernel.CLONE_NEWNS)
        kernel.mount("none", "/", None, kernel.MS_REC | kernel.MS_PRIVATE)
        _mount_proc(container.root)
        kind = "not started"
        _enter(container)
        _streams(output)
        _default_signals()
        if container.uid is not None:
            os.fchown(output, container.uid, -1)  # as runc does: it may be opened again by its name (/dev/stderr)
            os.setgroups([])
            os.setgid(container.uid)
            os.setuid(container.uid)
        # Last: a change of the user makes the kernel forget it. The keeper watches as well.
        kernel.die_with_parent(signal.SIGKILL)
        program, environment = container.argv[0], os.environ if container.env is None else container.env
        try:
            os.execvpe(program, container.argv, environment)
        except OSError as error:
            error.filename = program  # not the last place where it was looked for
            raise
    except OSError as error:
        subject = container.argv[0] if error.filename is None else os.fsdecode(error.filename)
        os.write(failure, f"{kind}: {subject}: {error.strerror}".encode("utf-8", "surrogateescape"))
    except (ValueError, UnicodeError) as error:  # a NUL in argv or in the environment
        os.write(failure, f"not started: {error}".encode("utf-8", "surrogateescape"))
    finally:
        os._exit(127)


def _mount_proc(root: str | None) -> None:
    top = Path(root or "/")
    if (top / "proc").is_dir():
        flags = kernel.MS_NOSUID | kernel.MS_NODEV | kernel.MS_NOEXEC
        kernel.mount("proc", str(top / "proc"), "proc", flags)
    dev = top / "dev"
    if root is None or not dev.is_dir():
        return
    kernel.mount("tmpfs", str(dev), "tmpfs", kernel.MS_NOSUID, "mode=755")
    for name, numbers in _DEVICES.items():
        _device(dev / name, f"/dev/{name}", os.makedev(*numbers))
    (dev / "fd").symlink_to("/proc/self/fd")
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        (dev / name).symlink_to(f"/proc/self/fd/{number}")


def _device(path: Path, host: str, numbers: int) -> None:
    """A device of the container's own, so that a ``chown -R`` inside leaves the machine's alone; as runc does, the machine's where that is
    refused."""
    try:
        os.mknod(path, stat.S_IFCHR | 0o666, numbers)
        path.chmod(0o666)  # whatever the umask is
    except PermissionError:
        path.touch()
        kernel.mount(host, str(path), None, kernel.MS_BIND)


def _enter(container: Container) -> None:
    null = os.open(os.devnull, os.O_RDONLY | os.O_CLOEXEC)
    os.dup2(null, 0)
    if container.root is not None:
        os.chroot(container.root)
        os.chdir("/")
    if container.cwd is not None:
        os.chdir(container.cwd)


def _streams(output: int) -> None:
    os.dup2(output, 1)
    os.dup2(output, 2)


def _default_signals() -> None:
    """Python ignores SIGPIPE and SIGXFSZ and catches SIGINT; whoever started the lab may have ignored others."""
    for number in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
        signal.signal(number, signal.SIG_DFL)
    kernel.default_internal_signals()
    signal.pthread_sigmask(signal.SIG_SETMASK, ())
