"""README shows what gracelint really prints. ``python tests/cli/test_readme.py`` writes it anew."""

from __future__ import annotations

import io
import os
import re
import sys
from pathlib import Path

from gracelint.cli import main
from gracelint.cli.streams import Streams

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
# A code block behind the sentence that names its command.
_SHOWN = re.compile(
    r"(`gracelint (?P<argv>[^`]+)` (?:says|shows)[^\n]*\n\n```(?:text|diff)\n)(?P<output>.*?)(\n```\n)", re.DOTALL
)


def output(argv: list[str]) -> str:
    out = io.StringIO()
    main(argv, Streams(sys.stdin, out, io.StringIO(), {}))
    return out.getvalue().rstrip("\n")


def renewed(text: str) -> str:
    return _SHOWN.sub(lambda match: match[1] + output(match["argv"].split()) + match[4], text)


def test_readme_shows_what_is_printed(monkeypatch) -> None:
    monkeypatch.chdir(ROOT)
    text = README.read_text()
    assert len(_SHOWN.findall(text)) == 3
    assert renewed(text) == text


if __name__ == "__main__":
    os.chdir(ROOT)
    README.write_text(renewed(README.read_text()))
