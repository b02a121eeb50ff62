"""An instruction that is put together from what was read before is the one that reading gives."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from dockerfile_strategies import dockerfiles
from hypothesis import HealthCheck, given, settings

from gracelint.parsers.dockerfile import parse, shapes
from gracelint.parsers.dockerfile.model import Dockerfile, Flag, Instruction
from gracelint.source import Document, Span, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

FIXTURES = sorted((Path(__file__).parents[2] / "fixtures" / "dockerfile").glob("*.Dockerfile"))


@pytest.fixture(autouse=True)
def forgotten() -> Iterator[None]:
    shapes.forget()
    yield
    shapes.forget()


def described(part: Any) -> Any:
    """All that can be seen of a part of a model: values, the place of every character, how new text is written there."""
    if isinstance(part, Text):
        runs = [tuple(run[:2]) + tuple(run[3:]) for run in part.runs()]
        return part.value, part.span[1:], runs, part.buffer.encode
    if isinstance(part, Span):
        return part[1:]
    if isinstance(part, tuple):
        return [described(each) for each in part]
    if isinstance(part, (Instruction, Flag, Dockerfile)):
        names = [name for name in type(part).__match_args__ if name not in ("document", "directives")]
        return {name: described(getattr(part, name)) for name in names}
    return part if isinstance(part, (str, int, type(None))) else repr(part)


def alike(text: str) -> None:
    """Read anew, and again where its lines stand elsewhere."""
    parse(Document("elsewhere", text))
    moved = Document("Dockerfile", "FROM scratch\n\n" + text)
    again = described(parse(moved))
    shapes.forget()
    assert again == described(parse(moved))


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_fixtures(path: Path) -> None:
    alike(Document.decode("", path.read_bytes()).text)


@given(dockerfiles())
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_generated(text: str) -> None:
    alike(text)


def test_a_line_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    parse(Document("one", 'FROM a\nCMD ["b", "c d"]\n'))
    monkeypatch.setattr("gracelint.parsers.dockerfile.parser._Reader._instruction", None)
    (_, cmd) = parse(Document("two", '# x\nFROM a\nCMD ["b", "c d"]\n')).instructions
    assert [(word.value, word.span.first) for word in cmd.array or ()] == [("b", (3, 7)), ("c d", (3, 12))]


def test_what_is_kept_is_bounded() -> None:
    for number in range(shapes.MOST + 10):
        parse(Document("", f"FROM a{number}\n"))
    parse(Document("", f"FROM {'a' * shapes.LONGEST}\n"))
    assert 0 < shapes.kept() <= shapes.MOST
