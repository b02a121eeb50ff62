"""How processes end, on kernels that do not tell it through a pidfd (Linux before 6.15): the process connector.

The kernel announces every exit on the machine, with its wait status, to who listens on this netlink socket. It needs root in the
machine's own PID and user namespaces, so not in a container; where it is refused, ends that nobody else saw stay unknown.

Format: nlmsghdr (netlink(7)), cn_msg and proc_event (linux/connector.h, linux/cn_proc.h).
"""

from __future__ import annotations

import os
import socket
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_NETLINK_CONNECTOR = 11
_CN_IDX_PROC = _CN_VAL_PROC = 1
_LISTEN = 1
_PROC_EVENT_EXIT = 0x80000000
_NLMSG_DONE = 3
_HEADER = struct.Struct("=IHHII")  # nlmsghdr: length, type, flags, sequence, port
_MESSAGE = struct.Struct("=IIIIHH")  # cn_msg: idx, val, seq, ack, length, flags
_EVENT = struct.Struct("=IIQ")  # proc_event: what, cpu, time
_EXIT = struct.Struct("=iiI")  # exit: pid, tgid, wait status
_BUFFER = 1 << 20


@dataclass(frozen=True, slots=True)
class Ends:
    """An open connector."""

    socket: socket.socket

    @classmethod
    def listen(cls) -> Ends | None:
        """Start to listen; None where the kernel refuses."""
        try:
            connection = socket.socket(socket.AF_NETLINK, socket.SOCK_DGRAM, _NETLINK_CONNECTOR)
        except OSError:
            return None
        try:
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
            connection.bind((0, _CN_IDX_PROC))
            order = struct.pack("=I", _LISTEN)
            message = _MESSAGE.pack(_CN_IDX_PROC, _CN_VAL_PROC, 0, 0, len(order), 0) + order
            connection.send(_HEADER.pack(_HEADER.size + len(message), _NLMSG_DONE, 0, 0, os.getpid()) + message)
            connection.setblocking(False)
        except OSError:
            connection.close()
            return None
        return cls(connection)

    def read(self) -> Iterator[tuple[int, int]]:
        """The processes that have ended since, with their wait statuses; does not wait."""
        while True:
            try:
                data = self.socket.recv(4096)
            except BlockingIOError:
                return
            except OSError:  # announcements were lost: too many at once
                continue
            at = _HEADER.size + _MESSAGE.size
            if len(data) < at + _EVENT.size + _EXIT.size:
                continue
            what, _, _ = _EVENT.unpack_from(data, at)
            pid, tgid, status = _EXIT.unpack_from(data, at + _EVENT.size)
            if what == _PROC_EVENT_EXIT and pid == tgid:
                yield pid, status
