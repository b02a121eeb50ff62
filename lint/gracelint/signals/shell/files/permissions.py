"""Who a script runs as, and where that user may write."""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ...process import Process
    from ..evaluator.machine import Machine
    from ..model.state import State

# Folders of every distribution in which only root makes something.
OF_ROOT = frozenset(
    "/ /bin /boot /etc /home /lib /opt /root /run /sbin /srv /usr /usr/bin /usr/lib /usr/sbin /usr/share /var /var/lib /var/log".split()
)
# Those in which everybody may.
OF_ALL = frozenset({"/tmp", "/var/tmp", "/dev/shm"})


def user_of(state: State) -> str | None:
    """The user, ``0`` for root; None where that is not known."""
    return known(state.shell.user)


def known(user: str | None) -> str | None:
    """The user that an image or a command names (None: nobody is named), ``0`` for root; None where that is not known."""
    name = "root" if user is None else user.partition(":")[0]
    return "0" if name in ("root", "0") else None if not name or "$" in name else name


def owner(process: Process) -> str | None:
    """The user that a process runs as."""
    return process.user if process.shell is None else process.shell.shell.user


def may_signal(sender: str | None, target: str | None) -> bool:
    """Whether a process of one user, as it is named, may signal one of another: root may, others only their own (kill(2)). A name and a
    number may be the same user; who is not known, may."""
    one, two = known(sender), known(target)
    if one is None or two is None or one in ("0", two):
        return True
    return one.isdigit() is not two.isdigit() and two != "0"


def owns(state: State, path: str) -> bool | None:
    """Whether a file that is there can be written to."""
    user = user_of(state)
    if user == "0":
        return True
    found = state.made.get(path)
    if user is None or found is None or found.user is None:
        return None
    return found.user == user


def writable(machine: Machine, state: State, folder: str) -> bool | None:
    """Whether something can be made in a folder that is there: root can, others in what is theirs and in what is everybody's."""
    user = user_of(state)
    if user == "0" or folder in OF_ALL:
        return not folder.startswith(("/proc", "/sys"))
    if user is None or folder in state.made:
        return owns(state, folder)
    return False if folder in OF_ROOT and not machine.context.given_away(folder) else None


def replaceable(machine: Machine, state: State, path: str) -> bool | None:
    """Whether what stands at a path can be removed, or something else be put in its place: where the folder can be written to, and in one
    that is everybody's also by whom it belongs to (the sticky bit, inode(7))."""
    folder = posixpath.dirname(path)
    may = writable(machine, state, folder)
    return owns(state, path) if may and folder in OF_ALL and path in state.made else may


def is_everywhere(folder: str) -> bool:
    """Whether every distribution has a folder."""
    return folder in OF_ROOT or folder in OF_ALL
