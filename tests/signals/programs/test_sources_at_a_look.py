"""What a look at a program's source takes back of what its runtime does by itself. Ruby's were measured as PID 1 (3.1, Debian 12)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from signals_support import image

from gracelint.signals.trace import follow

if TYPE_CHECKING:
    from pathlib import Path

LOOP = "loop { sleep 1 }\n"
# What was measured stands behind each that is not known.
RUBY = [
    (LOOP, "graceful"),
    ("at_exit { sleep 0.3 }\n" + LOOP, "graceful"),
    ("begin\n  work\nrescue StandardError => e\n  warn e\nend\n" + LOOP, "graceful"),
    ("# an executor of tasks\nqueue = Queue.new\n" + LOOP, "graceful"),
    ("Signal.trap('TERM') { puts 'x' }\n" + LOOP, "unknown"),  # killed
    ("%w[INT TERM].each { |name| trap(name) { } }\n" + LOOP, "unknown"),  # killed
    ("loop do\n  begin\n    sleep 1\n  rescue Exception => e\n    warn e\n  end\nend\n", "unknown"),  # killed
    ("pid = Process.spawn('app')\nProcess.wait pid\n", "unknown"),  # abrupt: the child never hears of it
    ("system('app')\n", "unknown"),
    ("exec 'app'\n", "unknown"),
    ("puts `app`\n", "unknown"),
]


@pytest.mark.parametrize(("text", "expected"), RUBY)
def test_ruby(tmp_path: Path, text: str, expected: str) -> None:
    dockerfile = 'FROM ruby:3.1\nWORKDIR /app\nCOPY main.rb .\nCMD ["ruby", "main.rb"]\n'
    assert follow(image(tmp_path, dockerfile, {"main.rb": text})).verdict == expected


@pytest.mark.parametrize("command", ['["ruby", "main.rb"]', '["deno", "run", "main.ts"]'])
def test_a_text_that_is_not_known(tmp_path: Path, command: str) -> None:
    dockerfile = f"FROM debian:12\nWORKDIR /app\nRUN git clone https://example.org/x .\nCMD {command}\n"
    assert follow(image(tmp_path, dockerfile)).verdict == "unknown"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Deno.serve(() => new Response('hi'));\n", "abrupt"),
        ("Deno.addSignalListener('SIGTERM', () => {});\nDeno.serve(() => new Response('hi'));\n", "unknown"),
    ],
)
def test_deno(tmp_path: Path, text: str, expected: str) -> None:
    dockerfile = 'FROM denoland/deno:2.1.4\nWORKDIR /app\nCOPY main.ts .\nENTRYPOINT ["deno", "run", "main.ts"]\n'
    assert follow(image(tmp_path, dockerfile, {"main.ts": text})).verdict == expected
