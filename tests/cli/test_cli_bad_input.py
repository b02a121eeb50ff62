"""Whatever is in a file, or is not there: a finding or a clear message, never a traceback, a hang, or a raw control character."""

from __future__ import annotations

import os
import re
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

from .conftest import CLEAN, CommandLine

if TYPE_CHECKING:
    from collections.abc import Iterator

# Anything that a terminal obeys, and line separators that could begin a line of their own.
RAW = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")

HOSTILE = "\x1b[31m\x07\x9b2J\u202e::error file=x::pwned\r::error::pwned"

CONTENTS = {
    "empty": b"",
    "blank": b"\n\n   \n",
    "comment": b"# nothing\n",
    "no FROM": b"RUN true\nCMD x\n",
    "not a Dockerfile": b"<?xml version='1.0'?>\n<a>\n <b/>\n</a>\n",
    "prose": b"This is the file that explains\nhow to build things, with 'quotes and\n[brackets\n",
    "binary": bytes(range(256)) * 40,
    "ELF": b"\x7fELF\x02\x01\x01" + b"\0" * 200,
    "invalid UTF-8": b'FROM debian\nCMD ["\xff\xfe", "\xc3\x28"]\nENTRYPOINT caf\xe9\n',
    "UTF-16": "FROM debian\nCMD x\n".encode("utf-16"),
    "NUL": b"FROM debian\nCMD a\0b\n",
    "BOM only": b"\xef\xbb\xbf",
    "one long line": b"FROM debian\nCMD " + b"a" * 10_000_000,
    "long continuation": b"FROM debian\nRUN true " + b"\\\n  && true " * 100_000 + b"\n",
    "100,000 instructions": b"FROM debian\n" + b"RUN true\n" * 100_000,
    "100,000 stages": b"FROM debian\n" * 100_000,
    "chained stages": b"FROM debian AS s0\n" + b"".join(b"FROM s%d AS s%d\n" % (n, n + 1) for n in range(5_000)),
    "stage of itself": b"FROM a AS a\nFROM b AS a\nFROM a AS b\n",
    "unterminated heredoc": b"FROM debian\nRUN <<EOF\necho\n",
    "1,000 heredocs": b"FROM debian\nRUN " + b" ".join(b"<<E%d" % n for n in range(1_000)) + b"\n",
    "deep JSON": b"FROM debian\nCMD " + b"[" * 100_000 + b"\n",
    "deep variable": b"FROM debian\nENTRYPOINT " + b"${A:-" * 20_000 + b"\n",
    "deep substitution": b"FROM debian\nENTRYPOINT " + b"$(" * 5_000 + b"\n",
    "deep parentheses": b"FROM debian\nENTRYPOINT " + b"( " * 5_000 + b"x" + b" )" * 5_000 + b"\n",
    "ARG in a circle": b"ARG A=${B}\nARG B=${A}\nFROM ${A}\nENV A=${A}${A}\nENV A=${A}${A}\nCMD $A\n",
    "doubling": b"FROM debian\nENV A=xxxxxxxxxxxxxxxx\n" + b"ENV A=$A$A$A$A\n" * 40 + b"CMD $A\nWORKDIR $A\n",
    "outside the context": b'FROM debian\nCOPY ../../../etc/passwd /etc/\nCOPY /../x /x\nENTRYPOINT ["/x"]\n',
    "COPY of nothing": b'FROM alpine\nCOPY --from=a\nCOPY --link\nADD\nENTRYPOINT ["/bin/bash", "x"]\n',
    "COPY of nothing, where there is no shell": b"FROM gcr.io/distroless/base\nCOPY --from=a\nCMD app --serve\n",
    "escapes": f'FROM debian\nSTOPSIGNAL {HOSTILE}\nCMD ["{HOSTILE}", "$X{HOSTILE}"]\nENTRYPOINT ["exec", "{HOSTILE}"]\n'.encode(),
    "bad instruction": f"FROM debian\n{HOSTILE} x\n".encode(),
}


LARGE = {"one long line", "long continuation", "100,000 instructions", "100,000 stages", "chained stages"}


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=pytest.mark.slow if name in LARGE else ()) for name in CONTENTS]
)
def test_any_content(gracelint: CommandLine, name: str) -> None:
    gracelint.put("Dockerfile", CONTENTS[name])
    start = time.perf_counter()
    text = gracelint("Dockerfile")
    assert time.perf_counter() - start < 60
    assert text.status in (0, 1), text.err
    assert text.err == ""
    assert not RAW.search(text.out)


@pytest.mark.parametrize("format_", ["text", "concise", "json", "github", "gitlab", "sarif"])
@pytest.mark.parametrize("name", ["escapes", "bad instruction", "invalid UTF-8", "NUL", "empty"])
def test_nothing_raw_in_any_format(gracelint: CommandLine, format_: str, name: str) -> None:
    path = gracelint.put(f"d\x1b[2J/{HOSTILE.replace('/', '')}.dockerfile", CONTENTS[name])
    result = gracelint(os.path.relpath(path), "--format", format_, GITHUB_ACTIONS="true")
    assert result.status == 1
    assert not RAW.search(result.out + result.err)
    commands = [line for line in result.out.splitlines() if line.lstrip().startswith("::")]
    assert all(re.match(r"::(error|warning|notice) file=d\\", line) for line in commands)
    assert bool(commands) == (format_ == "github")


NO_DOCKERFILES = [
    "empty",
    "blank",
    "comment",
    "no FROM",
    "not a Dockerfile",
    "prose",
    "binary",
    "ELF",
    "NUL",
    "BOM only",
]


@pytest.mark.parametrize("name", NO_DOCKERFILES)
def test_what_is_no_dockerfile_is_told(gracelint: CommandLine, name: str) -> None:
    gracelint.put("Dockerfile", CONTENTS[name])
    assert "GL001" in gracelint("--format", "json").codes


def test_others_are_still_linted(gracelint: CommandLine) -> None:
    gracelint.put("a/Dockerfile", b"\0")
    gracelint.put("b/Dockerfile", "FROM debian\nSTOPSIGNAL SIGKILL\n")
    assert gracelint("--format", "json", "--select", "GL001,GL110").codes == ["GL001", "GL110"]


def _unreadable(gracelint: CommandLine, kind: str) -> str:
    path = gracelint.folder / "Dockerfile"
    match kind:
        case "missing":
            pass
        case "folder":
            path.mkdir()
        case "dangling link":
            path.symlink_to("nowhere")
        case "link to itself":
            path.symlink_to("Dockerfile")
        case "device":
            path.symlink_to("/dev/zero")
        case "name too long":
            return "x" * 5_000
        case "below a file":
            path.write_text(CLEAN)
            return "Dockerfile/Dockerfile"
    return "Dockerfile"


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        ("missing", "no such file"),
        ("folder", "is a folder"),
        ("dangling link", "no such file"),
        ("link to itself", "symbolic links"),
        ("device", "not a regular file"),
        ("name too long", "too long"),
        ("below a file", "not a directory"),
    ],
)
def test_what_cannot_be_read_is_told(gracelint: CommandLine, kind: str, says: str) -> None:
    result = gracelint(_unreadable(gracelint, kind), "--format", "json")
    assert result.status == 1
    assert result.codes == ["GL001"]
    assert says in result.json["findings"][0]["message"]
    assert gracelint(_unreadable(gracelint, "missing") if kind == "missing" else "Dockerfile").err == ""


@contextmanager
def as_nobody() -> Iterator[None]:
    """Root reads everything, and so becomes nobody for as long as a file is not to be read."""
    user = os.geteuid()
    if user == 0:
        os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(user)


def test_a_file_without_permission(gracelint: CommandLine) -> None:
    gracelint.folder.chmod(0o755)
    gracelint.put("Dockerfile", CLEAN).chmod(0)
    with as_nobody():
        result = gracelint("Dockerfile", "--isolated", "--format", "json")
    assert result.codes == ["GL001"]
    assert "ermission" in result.json["findings"][0]["message"]


def test_links_in_circles_are_not_followed(gracelint: CommandLine) -> None:
    gracelint.put("a/Dockerfile", CLEAN)
    (gracelint.folder / "a" / "again").symlink_to("..")
    (gracelint.folder / "a" / "loop").symlink_to("loop")
    (gracelint.folder / "outside").symlink_to("/")
    assert gracelint("--show-files").out == "a/Dockerfile\n"


def test_links_in_the_context(gracelint: CommandLine) -> None:
    gracelint.put("Dockerfile", 'FROM debian\nCOPY . /app\nCOPY a /b\nENTRYPOINT ["/app/a"]\n')
    (gracelint.folder / "a").symlink_to("b")
    (gracelint.folder / "b").symlink_to("a")
    (gracelint.folder / "c").symlink_to(".")
    result = gracelint("Dockerfile")
    assert result.status in (0, 1)
    assert result.err == ""


SCRIPTS = {
    "empty": b"",
    "binary": b"#!/bin/sh\n" + bytes(range(256)),
    "unterminated": b"#!/bin/sh\nif true; then\n  'a\n",
    "deep": b"#!/bin/sh\n" + b"( " * 20_000,
    "deep if": b"#!/bin/sh\n" + b"if true; then\n" * 5_000 + b"exec app\n" + b"fi\n" * 5_000,
    "calls itself": b"#!/bin/sh\nf() { f; }\nf\n. /run.sh\nexec /run.sh\n",
    "forever": b"#!/bin/sh\nwhile true; do while :; do x=$x$x; done; done\n",
    "many branches": b"#!/bin/sh\n" + b'if [ "$RANDOM" = 1 ]; then A=1$A; else B=2$B; fi\n' * 500 + b"exec app\n",
    "long line": b"#!/bin/sh\necho " + b"x" * 2_000_000 + b"\n",
    "escapes": f"#!/bin/sh\n{HOSTILE}\n'{HOSTILE}'\n".encode(),
    "carriage returns": b"#!/bin/sh\r\nexec app\r\n",
    "python": b"import signal\n" + b"(" * 5_000,
}


@pytest.mark.parametrize("suffix", ["sh", "py"])
@pytest.mark.parametrize("name", SCRIPTS)
def test_any_script(gracelint: CommandLine, name: str, suffix: str) -> None:
    program = '"/run.sh"' if suffix == "sh" else '"python3", "/run.py"'
    gracelint.put("Dockerfile", f'FROM debian:12\nCOPY run.{suffix} /\nENTRYPOINT [{program}]\nCMD ["app"]\n')
    gracelint.put(f"run.{suffix}", SCRIPTS[name]).chmod(0o755)
    for path in ("Dockerfile", f"run.{suffix}"):
        start = time.perf_counter()
        result = gracelint(path)
        assert time.perf_counter() - start < 60
        assert result.status in (0, 1), result.err
        assert result.err == ""
        assert not RAW.search(result.out)
