"""What the tests of the shell model share: corpora, and the two front ends side by side."""

from __future__ import annotations

import dataclasses
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gracelint.parsers.shell.reading import bashlex, own, parse_with, treesitter
from gracelint.source import Document, Text

if TYPE_CHECKING:
    from gracelint.parsers.shell.model import Script

FIXTURES = Path(__file__).parents[2] / "fixtures" / "shell"


def corpus(name: str) -> list[str]:
    return (FIXTURES / f"{name}.txt").read_text("utf-8").removesuffix("\n").split("\n%%\n")


def whole(source: str) -> Text:
    return Document("x.sh", source).whole()


def by_treesitter(text: Text) -> Script:
    return parse_with(text, treesitter)


def by_own(text: Text) -> Script:
    return parse_with(text, own)


def by_bashlex(text: Text) -> Script:
    return parse_with(text, bashlex)


def plain(node: Any) -> Any:
    """A model as tuples, with texts as their value and place: equal for equal structure, whoever read it."""
    if isinstance(node, Text):
        return node.value, node.span.start, node.span.end
    if isinstance(node, tuple):
        return tuple(plain(item) for item in node)
    if dataclasses.is_dataclass(node):
        return type(node).__name__, *(plain(getattr(node, field.name)) for field in dataclasses.fields(node))
    return node


def accepts(shell: str, source: str) -> bool:
    """Does a shell find the syntax right? Bytes that no argument can hold are left out by the callers."""
    done = subprocess.run(
        [shell, "-n", *(["-O", "extglob"] if shell == "bash" else [])],
        input=source.encode("utf-8", "surrogateescape"),
        capture_output=True,
        check=False,
    )
    # bash reports an unterminated heredoc as a warning and reads it to the end, as every shell does.
    return done.returncode == 0
