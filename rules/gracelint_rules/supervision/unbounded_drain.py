"""A server whose drain has no limit below the grace period.

## What it does
Reports servers that wait for open connections without a limit when they are told to stop (uvicorn without `--timeout-graceful-shutdown`), in front of an application that writes server-sent
events in a loop without an end. (WebSockets are closed by uvicorn, and the streams of sse-starlette end with it.)

## Why is this bad?
One client with an open stream is enough: the server waits for it until the engine sends SIGKILL, and what should run at shutdown (lifespan handlers, closing of pools) never does.

## Example
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY <<EOF app.py
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
app = FastAPI()

def events():
    while True:
        yield "data: still here\\n\\n"

@app.get("/events")
def stream():
    return StreamingResponse(events(), media_type="text/event-stream")
EOF
CMD ["uvicorn", "app:app"]
```

## Use instead
```dockerfile
FROM python:3.12-slim
WORKDIR /app
COPY <<EOF app.py
from fastapi import FastAPI
from fastapi.responses import StreamingResponse
app = FastAPI()

def events():
    while True:
        yield "data: still here\\n\\n"

@app.get("/events")
def stream():
    return StreamingResponse(events(), media_type="text/event-stream")
EOF
CMD ["uvicorn", "--timeout-graceful-shutdown", "8", "app:app"]
```

## Fix safety
Unsafe: connections that are still open after that time are closed.

## When not to care
When every stream ends by itself in a few seconds.

## References
- [uvicorn settings](https://www.uvicorn.org/settings/#timeouts)
- [sysid/sse-starlette#124](https://github.com/sysid/sse-starlette/issues/124)
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from gracelint.diagnostics import Fix
from gracelint.image.model import ImageFile
from gracelint.regexes import regex
from gracelint.rule import Case, Rule
from gracelint.source import Edit, Span

from ..telling.telling import program_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from gracelint.diagnostics import Finding
    from gracelint.source import Text

# Server-sent events that the application writes itself; and they must come from a loop without an end (`_endless`). Not WebSockets, which
# uvicorn closes, nor sse-starlette's, which look at uvicorn's flag (measured: uvicorn 0.54, sse-starlette 3.7 end within 0.3 s with such
# clients).
_STREAM = (regex(r"\bStreamingResponse\("), regex(r"text/event-stream"), regex(r"\bwhile\s+(?:True|1)\b"))
_APPLICATION = regex(r"(?P<module>[A-Za-z_][\w.]*):[A-Za-z_][\w.]*(?:\(\))?\Z")
_MOST_FILES = 200
_MARGIN = 2


def check(case: Case) -> Iterator[Finding]:
    """One finding for each server with an unlimited drain and an application that needs a limit."""
    for path in case.trace.paths:
        for hop in path.hops:
            program = hop.program
            if program is None or not program.unbounded or hop.disposition != "handles" or hop.text is None:
                continue
            where = _keeps_connections(case, hop.argv)
            if where is None:
                continue
            name, grace = program_name(hop.argv), case.trace.grace_period
            yield RULE.finding(
                hop.text,
                f"{name} waits for open connections without a limit, and {where} keeps some open: it is killed after {grace:g} s before its own shutdown has"
                " run; set --timeout-graceful-shutdown below the grace period",
                confidence="medium",
                fix=_fix(hop.text, name, grace),
            )
            return


def _keeps_connections(case: Case, argv: tuple[str, ...]) -> str | None:
    """The file of the application that uses long-lived connections; None where none is seen."""
    module = next((match["module"] for word in argv[1:] if (match := _APPLICATION.match(word))), None)
    if module is None:
        return None
    image = case.image
    top = f"{image.workdir.rstrip('/')}/{module.partition('.')[0]}"
    candidates = [f"{top}.py", *image.files.listing(top, lambda path: path.endswith(".py"))]
    for path in [name for name in candidates if name.endswith(".py")][:_MOST_FILES]:
        file = image.files.lookup(path)
        content = file.content if isinstance(file, ImageFile) else None
        if content is not None and all(sign.search(content.value) for sign in _STREAM) and _endless(content.value):
            return path
    return None


def _endless(source: str) -> bool:
    """Whether some ``while True`` yields and is left only when the client has gone (``if await request.is_disconnected(): break``)."""
    try:
        loops = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.While)]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return any(
        isinstance(loop.test, ast.Constant)
        and any(isinstance(node, ast.Yield) for node in ast.walk(loop))
        and not any(_leaves(statement) for statement in loop.body)
        for loop in loops
    )


def _leaves(node: ast.AST) -> bool:
    """Whether a statement of a loop may leave it while its client is there."""
    if isinstance(node, ast.Break | ast.Return):
        return True
    if isinstance(node, ast.If) and "disconnect" in ast.dump(node.test):
        return any(_leaves(statement) for statement in node.orelse)
    if isinstance(node, ast.ExceptHandler):
        return False
    return any(_leaves(child) for child in ast.iter_child_nodes(node))


def _fix(text: Text, name: str, grace: float) -> Fix | None:
    """Two more words behind the program's name, where it stands in a JSON array."""
    span = text.span
    quoted = span.document.text[span.start - 1 : span.start] == span.document.text[span.end : span.end + 1] == '"'
    if name != "uvicorn" or not quoted:
        return None
    at = span.end + 1
    option = f', "--timeout-graceful-shutdown", "{max(1, grace - _MARGIN):g}"'
    return Fix("unsafe", "Limit the drain", (Edit(Span(span.document, at, at), option),))


RULE = Rule("GL406", "unbounded-drain", "warning", check, __doc__)
