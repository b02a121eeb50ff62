"""The standard library's servers, which another thread stops."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..delivery import meeting
from ..domain.values import NONE, TRUE, UNKNOWN, Instance, Made

if TYPE_CHECKING:
    from ....source import Text
    from ..domain.state import Frame, State
    from ..domain.values import Arguments, Value
    from ..interpreter.run import Run
    from .special import Special

_SERVERS = (
    "http.server.HTTPServer", "http.server.ThreadingHTTPServer", "socketserver.TCPServer", "socketserver.ThreadingTCPServer",
    "socketserver.UDPServer", "socketserver.ThreadingUDPServer", "socketserver.BaseServer", "socketserver.UnixStreamServer",
    "wsgiref.simple_server.make_server", "wsgiref.simple_server.WSGIServer", "xmlrpc.server.SimpleXMLRPCServer",
)  # fmt: skip


def _deadlock(run: Run, frame: Frame, receiver: Value | None, arguments: Arguments, text: Text, state: State) -> Value:
    """``server.shutdown()`` waits for ``serve_forever`` to end: called from a handler while the main thread serves, it
    waits for the thread it runs in, and where nobody serves that way (``handle_request``), for ever (socketserver.py, ``BaseServer.shutdown``)."""
    if isinstance(receiver, Made | Instance):
        serves = state.store.get((receiver.number, "#serving")) == TRUE
        if run.handling and frame.background is None and (serves or not run.threads):
            meeting.stay(run, text, "shutdown", state)
            return UNKNOWN
        run.write(state, (receiver.number, "shutdown"), TRUE)
    return NONE


SPECIAL: dict[str, Special] = dict.fromkeys((f"{server}.shutdown" for server in _SERVERS), _deadlock)
