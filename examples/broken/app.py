"""A web service with work to finish: it handles SIGTERM, if only SIGTERM came."""

import signal
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread


class Hello(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"hello\n")


def main():
    server = ThreadingHTTPServer(("", int(sys.argv[1])), Hello)

    def stop(_signal, _frame):
        Thread(target=server.shutdown).start()

    signal.signal(signal.SIGTERM, stop)
    server.serve_forever()
    server.server_close()


if __name__ == "__main__":
    main()
