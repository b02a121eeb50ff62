"""The smallest web application: gunicorn lets its requests finish on SIGTERM, if only SIGTERM comes."""


def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "text/plain")])
    return [b"hello\n"]
