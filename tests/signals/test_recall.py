"""A trace that is recalled is the one that following the image anew would give, places included."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from signals_support import image

from gracelint.records import fields
from gracelint.signals import recall
from gracelint.signals.trace import follow
from gracelint.source import Document, Text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from gracelint.image.model import Image
    from gracelint.signals.model import Trace

ENTRY = '#!/bin/sh\nset -e\nif [ "$1" = serve ]; then\n  shift\n  set -- gunicorn "$@"\nfi\n'
# Name → Dockerfile, files of the context.
SHAPES: dict[str, tuple[str, dict[str, str]]] = {
    "exec form": ('FROM debian:12\nCMD ["nginx", "-g", "daemon off;"]\n', {}),
    "shell form": ("FROM debian:12\nCMD gunicorn app:app && echo done\n", {}),
    "over lines": ("FROM debian:12\nCMD gunicorn \\\n# a comment\n   app:app; \\\n  echo\n", {}),
    "an init": (
        'FROM debian:12\nENTRYPOINT ["tini", "--", "sh", "-c", "celery -A app worker & exec gunicorn a:b"]\n',
        {},
    ),
    "escapes": ('FROM alpine\nENTRYPOINT ["sh", "-c", "trap \'kill %1\' TERM; app \\u0026 wait \\"x\\""]\n', {}),
    "both": ('FROM debian:12\nCMD ["-g", "daemon off;"]\nRUN true\nENTRYPOINT ["nginx"]\n', {}),
    "the base's": ("FROM postgres:16\n", {}),
    "the base's with words": ('FROM php:8.3-fpm\nCMD ["php-fpm", "-F"]\n', {}),
    "another shell": ('FROM debian:12\nSHELL ["/bin/bash", "-c"]\nCMD app | tee log\n', {}),
    "a stop signal": ('FROM debian:12\nSTOPSIGNAL SIGQUIT\nCMD ["nginx", "-g", "daemon off;"]\n', {}),
    "a script": (
        'FROM debian:12\nCOPY entry.sh /\nENTRYPOINT ["/entry.sh"]\nCMD ["serve"]\n',
        {"entry.sh": ENTRY + '"$@"\n'},
    ),
    "a script that execs": (
        'FROM alpine\nCOPY entry.sh /\nENTRYPOINT ["/entry.sh"]\n',
        {"entry.sh": ENTRY + 'exec "$@"\n'},
    ),
    "a script of RUN": (
        "FROM debian:12\nRUN printf '#!/bin/sh\\napp\\n' > /s && chmod +x /s\nENTRYPOINT [\"/s\"]\n",
        {},
    ),
    "a package": (
        'FROM node:20\nWORKDIR /app\nCOPY . .\nCMD ["npm", "start"]\n',
        {"package.json": '{"scripts": {"start": "node server.js"}}', "server.js": "require('http')\n"},
    ),
    "an application": (
        'FROM python:3.12\nWORKDIR /app\nCOPY . .\nCMD ["python", "app.py"]\n',
        {"app.py": "import signal, time\nsignal.signal(signal.SIGTERM, print)\nwhile True: time.sleep(1)\n"},
    ),
    "an application of a stage": (
        "FROM python:3.12 AS build\nCOPY . /src\nRUN pip install /src\nFROM python:3.12\nCOPY --from=build /usr /usr\nCMD serve\n",
        {"pyproject.toml": '[project.scripts]\nserve = "app:main"\n', "app.py": "def main():\n    input()\n"},
    ),
    "a configuration": (
        'FROM debian:12\nCOPY s.conf /etc/s.conf\nCMD ["supervisord", "-n", "-c", "/etc/s.conf"]\n',
        {"s.conf": "[supervisord]\nnodaemon=true\n[program:app]\ncommand=sh -c 'app; true'\n"},
    ),
    "nothing to start": ('FROM debian:12\nCOPY entry.sh /\nENTRYPOINT ["/entry.sh"]\n', {"entry.sh": "#!/no/such\n"}),
    "a fault": ("FROM debian:12\nCMD app; case (\n", {}),
    "bash": ('FROM alpine\nCOPY entry.sh /\nENTRYPOINT ["/entry.sh"]\n', {"entry.sh": "#!/bin/bash\nexec app\n"}),
}
MOVES: dict[str, Callable[[str], str]] = {
    "as it is": lambda text: text,
    "further down": lambda text: "# syntax=docker/dockerfile:1\n\n# what this is\n" + text,
    "behind a stage": lambda text: "FROM golang:1.22 AS tools\nRUN go build ./...\n" + text,
    "behind RUN": lambda text: text.replace("\n", "\nLABEL maintainer=me\nRUN apt-get install -y jq\n", 1),
    "in upper case": lambda text: text.replace("FROM debian:12\n", "FROM  debian:12  AS last\n"),
}


def plain(value: Any, seen: Image) -> Any:
    """A value with every place as document, start and end."""
    if value is seen:
        return "the image"
    if isinstance(value, Text):
        span = value.span
        return (value.value, span.document.path, span.document.text, span.start, span.end, value.buffer.encode)
    if isinstance(value, (tuple, list)):
        return [plain(each, seen) for each in value]
    if isinstance(value, dict):
        return {key: plain(each, seen) for key, each in value.items()}
    if hasattr(value, "_fields_") and not isinstance(value, Document):
        return (type(value).__name__, {each.name: plain(getattr(value, each.name), seen) for each in fields(value)})
    return value


def shown(trace: Trace) -> Any:
    return plain(trace, trace.image)


@pytest.fixture
def known() -> recall.Recall:
    """A run that has followed nothing yet."""
    return recall.Recall()


@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_recalled_is_what_would_be_found(shape: str, move: str, known: recall.Recall, tmp_path: Path) -> None:
    text, files = SHAPES[shape]
    first = image(tmp_path / "one", text, files) if files else image(tmp_path, text)
    second = image(tmp_path / "two", MOVES[move](text), files) if files else image(tmp_path, MOVES[move](text))
    for each in (first, first, second, first):
        found = known.follow(each, grace_period=10.0, init=False, programs={})
        assert shown(found) == shown(follow(each, grace_period=10.0))
        assert found.image is each
        assert found.stop_signal is each.stop_signal


RECALLED = sorted(set(SHAPES) - {"a script of RUN", "a fault", "bash"})


@pytest.mark.parametrize("shape", RECALLED)
def test_the_second_image_is_not_followed(
    shape: str, known: recall.Recall, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    text, files = SHAPES[shape]
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    first = image(tmp_path / "one", text, files)
    second = image(tmp_path / "two", MOVES["further down"](text), files)
    for _ in range(2):
        known.follow(first, grace_period=10.0, init=False, programs={})
    monkeypatch.setattr(recall, "follow_anew", None)
    known.follow(second, grace_period=10.0, init=False, programs={})


# What makes another trace: (Dockerfile, files) twice.
DIFFERENT = {
    "the shell": (('FROM debian:12\nCMD ["sh", "-c", "app"]\n', {}), ('FROM alpine\nCMD ["sh", "-c", "app"]\n', {})),
    "a variable": (
        ("FROM debian:12\nENV RUN=nginx\nCMD exec $RUN -g 'daemon off;'\n", {}),
        ("FROM debian:12\nENV RUN=true\nCMD exec $RUN -g 'daemon off;'\n", {}),
    ),
    "the script": (
        ('FROM debian:12\nCOPY e /\nCMD ["/e"]\n', {"e": "#!/bin/sh\nexec nginx\n"}),
        ('FROM debian:12\nCOPY e /\nCMD ["/e"]\n', {"e": "#!/bin/sh\nnginx\n"}),
    ),
    "the version": (
        ('FROM node:20.1\nCOPY . .\nCMD ["npm", "start"]\n', {"package.json": '{"scripts": {"start": "node ."}}'}),
        ('FROM node:18.1\nCOPY . .\nCMD ["npm", "start"]\n', {"package.json": '{"scripts": {"start": "node ."}}'}),
    ),
    "the stop signal": (
        ('FROM debian:12\nCMD ["nginx", "-g", "daemon off;"]\n', {}),
        ('FROM debian:12\nSTOPSIGNAL QUIT\nCMD ["nginx", "-g", "daemon off;"]\n', {}),
    ),
    "what RUN installs": (
        ('FROM alpine\nCOPY e /\nCMD ["/e"]\n', {"e": "#!/bin/bash\nexec app\n"}),
        ('FROM alpine\nRUN apk add bash\nCOPY e /\nCMD ["/e"]\n', {"e": "#!/bin/bash\nexec app\n"}),
    ),
}


@pytest.mark.parametrize("name", DIFFERENT)
def test_another_answer_is_another_trace(name: str, known: recall.Recall, tmp_path: Path) -> None:
    images = []
    for number, (text, files) in enumerate(DIFFERENT[name]):
        (tmp_path / str(number)).mkdir()
        images.append(image(tmp_path / str(number), text, files))
    traces = [known.follow(each, grace_period=10.0, init=False, programs={}) for each in 3 * images]
    assert [shown(trace) for trace in traces] == [shown(follow(each, grace_period=10.0)) for each in 3 * images]
    assert shown(traces[0])[1]["paths"] != shown(traces[1])[1]["paths"]


def test_grace_period_and_init_are_part_of_the_launch(known: recall.Recall, tmp_path: Path) -> None:
    built = image(tmp_path, "FROM debian:12\nCMD app; true\n")
    for grace, init in 3 * ((10.0, False), (10.0, True), (30.0, False)):
        found = known.follow(built, grace_period=grace, init=init, programs={})
        assert shown(found) == shown(follow(built, grace_period=grace, init=init))


def test_programs_of_the_user_are_followed_anew(known: recall.Recall, tmp_path: Path) -> None:
    built = image(tmp_path, 'FROM debian:12\nCMD ["app"]\n')
    known.follow(built, grace_period=10.0, init=False, programs={})
    found = known.follow(built, grace_period=10.0, init=False, programs={"app": {"on": {"SIGTERM": "handles"}}})
    assert found.verdict == "graceful"
