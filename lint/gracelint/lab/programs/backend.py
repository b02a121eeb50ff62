"""A slow origin server outside the container, a program of its own, for the proxies that are measured: ``backend.py PORT RECORD SECONDS``.

Every request is answered with "done" after that time; its arrival is written to the record, as a witness would.
"""

from __future__ import annotations

import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


class Slow(BaseHTTPRequestHandler):
    """Answers late. ``record`` and ``seconds`` are set once, before it serves."""

    record = Path()
    seconds = 0.0

    def do_GET(self) -> None:
        """Note the request, wait, answer."""
        with self.record.open("a", encoding="ascii") as record:
            record.write("backend 0 ready\n")
        time.sleep(self.seconds)
        body = b"done"
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the base class calls it so
        """Say nothing."""


if __name__ == "__main__":
    Slow.record, Slow.seconds = Path(sys.argv[2]), float(sys.argv[3])
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Slow).serve_forever()
