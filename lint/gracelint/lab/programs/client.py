"""A client with one slow request, a program of its own: ``client.py http|fastcgi PORT PATH SECONDS``.

Tries to connect until somebody listens, sends the request, and prints ``answered`` if the whole answer came (it ends in "done"), else what
became of it. It imports nothing but the standard library, so that it starts at once.
"""

from __future__ import annotations

import http.client
import os
import socket
import struct
import sys
import time

_BEGIN, _PARAMS, _STDIN = 1, 4, 5
_RETRY = 0.02


def connect(port: int, until: float, timeout: float) -> socket.socket:
    """A connection to a port of this machine, as soon as there is one to be had."""
    while (refusal := _refusal(connection := socket.socket(), port, timeout)) and time.monotonic() < until:
        connection.close()
        time.sleep(_RETRY)
    if refusal:
        raise OSError(refusal, os.strerror(refusal))
    return connection


def _refusal(connection: socket.socket, port: int, timeout: float) -> int:
    connection.settimeout(timeout)
    return connection.connect_ex(("127.0.0.1", port))


def over_http(connection: socket.socket, port: int, path: str) -> bytes:
    """What a GET is answered with; empty if that is not an OK."""
    client = http.client.HTTPConnection("127.0.0.1", port)
    client.sock = connection
    target = path.replace("{port}", str(port))
    client.request("GET", target, headers={"Connection": "close"})
    response = client.getresponse()
    body = response.read()
    return body if response.status == http.HTTPStatus.OK else b"status %d" % response.status


def over_fastcgi(connection: socket.socket, path: str) -> bytes:
    """What a FastCGI responder answers for a script, the protocol's records and all (their padding left off at the end)."""
    parameters = {"SCRIPT_FILENAME": path, "REQUEST_METHOD": "GET", "SCRIPT_NAME": path, "SERVER_PROTOCOL": "HTTP/1.1"}
    pairs = b"".join(
        struct.pack("!BB", len(key), len(value)) + key.encode() + value.encode() for key, value in parameters.items()
    )

    def record(kind: int, content: bytes) -> bytes:
        return struct.pack("!BBHHBx", 1, kind, 1, len(content), 0) + content

    begin = record(_BEGIN, struct.pack("!HB5x", 1, 0))
    connection.sendall(begin + record(_PARAMS, pairs) + record(_PARAMS, b"") + record(_STDIN, b""))
    answer = b""
    while data := connection.recv(1 << 16):
        answer += data
    return b"done" if b"done" in answer else b""


def main(kind: str, port: str, path: str, seconds: str) -> str:
    """Ask, and say what became of it."""
    timeout = float(seconds)
    try:
        with connect(int(port), time.monotonic() + timeout, timeout) as connection:
            body = over_http(connection, int(port), path) if kind == "http" else over_fastcgi(connection, path)
    except (OSError, http.client.HTTPException) as error:
        return f"dropped: {type(error).__name__}"
    return "answered" if body.rstrip().endswith(b"done") else f"dropped: {body[-60:].decode('ascii', 'replace')}"


if __name__ == "__main__":
    print(main(*sys.argv[1:5]))
