"""No file and no command line breaks a reader, or takes it long."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from programs_fixtures import NODE, image, told, words

from gracelint.signals.programs import describe

READ = [
    ("npm start", "/app/package.json"),
    ("yarn x", "/app/package.json"),
    ("pnpm x", "/app/package.json"),
    ("bun run x", "/app/package.json"),
    ("node .", "/app/package.json"),
    ("deno task x", "/app/deno.json"),
    ("pm2-runtime x.json", "/app/x.json"),
    ("pdm run x", "/app/pyproject.toml"),
    ("pipenv run x", "/app/Pipfile"),
    ("gunicorn -c x.py a:b", "/app/x.py"),
    ("supervisord -c x", "/app/x"),
    ("honcho start", "/app/Procfile"),
    ("nginx", "/etc/nginx/nginx.conf"),
    ("php-fpm -y /x", "/x"),
    ("uwsgi x.ini", "/app/x.ini"),
    ("squid -f /x", "/x"),
]


HOSTILE = [
    "{" * 100_000,
    '{"scripts":' * 50_000,
    "[" * 100_000 + "]" * 100_000,
    '{"scripts": {"start": "\\ud800\\u12", "x": "\\x"}}',
    '{"scripts": {"start": 1, "x": ["y"], "x": {"y": "z"}}}',
    '{"scripts": "start"}',
    "[program:x]\ncommand=\n[include]\nfiles=* ** /*/* [\n[supervisord]\nnodaemon",
    "[program:x]\ncommand='unclosed \"\nstopsignal=99999999999999999\nstopwaitsecs=1e999\n",
    "[scripts]\nx = \"unclosed\ny = '''\n[tool.pdm.scripts]\nx = {cmd = \"\\\n",
    "x: " + "a" * 200_000,
    "\0\r\n\udc80=\udcff\n[\n]\n=\n:\n",
    "graceful_timeout = " + "9" * 10_000,
    "process_control_timeout = 99999999999999999999\nshutdown_lifetime 99999999999999999999 hours\n",
    "[" + "a" * 100_000 + "\n" + " = " * 50_000,
]


LONG = [
    '"\\' * 120_000,
    "/*" * 120_000,
    "x" + " " * 240_000 + "y",
    "x: y" + " " * 240_000 + "z",
    "[scripts]\nx = {" + "a" * 240_000,
    "graceful_timeout" + " " * 240_000 + "x",
    "daemon" + "\t" * 240_000 + "x",
    '{"scripts": {' + '"x": "y",' * 30_000,
    "[program:x]\ncommand=a\n" + " b\n" * 60_000,
]


@pytest.mark.parametrize(("line", "path"), READ)
def test_reading_is_linear_in_the_size_of_the_file(line: str, path: str) -> None:
    """A quadratic one needs minutes for these."""
    before = time.process_time()
    for content in LONG:
        told(line, {path: content})
    assert time.process_time() - before < 20


def test_a_long_name_is_looked_up_quickly() -> None:
    before = time.process_time()
    assert describe(words(["1" * 300_000 + "x"]), image()) is None
    assert time.process_time() - before < 1


@pytest.mark.parametrize(("line", "path"), READ)
def test_no_file_breaks_a_reader(line: str, path: str) -> None:
    for content in HOSTILE:
        told(line, {path: content})


@pytest.mark.parametrize(("line", "path"), READ)
@settings(max_examples=15)
@given(
    st.lists(st.sampled_from('{ } [ ] : , "scripts" "x" "a b" \\ \n = x command [program:x] [scripts] \t '.split(" ")))
)
def test_no_mixture_of_tokens_breaks_a_reader(line: str, path: str, tokens: list[str]) -> None:
    program = told(line, {path: "".join(tokens)})
    for one in program.starts:
        assert one.arguments


@settings(max_examples=200)
@given(
    st.lists(
        st.sampled_from(
            "python tini dumb-init env su npm node java uwsgi supervisord flock timeout busybox start yarn "
            "-c -S -m -g -- -r --rewrite 15:3 : = A=1 -S'x '' -n1 \0 é -".split(" ")
        ),
        min_size=1,
        max_size=8,
    )
)
def test_any_command_line_is_described_or_not(argv: list[str]) -> None:
    program = describe(words(argv), image(NODE))
    for one in program.starts if program else ():
        assert one.arguments
        assert one.text is not None
