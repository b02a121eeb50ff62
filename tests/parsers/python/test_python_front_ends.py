"""Both readers, `ast` and libcst, make the same model of what both can read; and the choice between them."""

from __future__ import annotations

import subprocess
import sys
import warnings
from pathlib import Path

import pytest

from gracelint.parsers.python import ast_front, libcst_front, model, parse
from gracelint.source import Document, Text

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
SNIPPETS = [part for part in (HERE / "python_snippets.txt").read_text().split("\n\n") if not part.startswith("#")]
SOURCES = sorted((ROOT / "lint").rglob("*.py"))[::7] + sorted((ROOT / "tests" / "python").glob("python_*.py"))


def whole(source: str) -> Text:
    return Document.decode("x.py", source.encode()).whole()


def plain(node: object) -> object:
    """A model with its places as numbers."""
    if isinstance(node, Text):
        return (node.start, node.end)
    if isinstance(node, tuple):
        return [plain(one) for one in node]
    names = getattr(type(node), "__match_args__", None)
    if names is None:
        return node
    return [type(node).__name__, *(plain(getattr(node, name)) for name in names)]


def assert_same(source: str) -> None:
    text = whole(source)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        quick, thorough = ast_front.read(text), libcst_front.read(text)
    assert quick is not None
    assert thorough.problem is None
    assert plain(quick.body) == plain(thorough.body)


@pytest.mark.parametrize("source", SNIPPETS)
def test_front_ends_are_equal(source: str) -> None:
    assert_same(source + "\n")


@pytest.mark.parametrize("ending", ["\r\n", "\r"])
def test_front_ends_are_equal_whatever_ends_a_line(ending: str) -> None:
    for source in SNIPPETS:
        assert_same(source.replace("\n", ending))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_front_ends_are_equal_on_whole_files(path: Path) -> None:
    assert_same(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    "item",
    ["1", "'a' 'b'", "(1, ['é', {}])", "{'k': None, **d}", "-1", "f(1)", "x", "*y", "f'{z}'", "(f(1), 2)", "..."],
)
@pytest.mark.parametrize("display", ["[{}]", "({})", "{{{}}}", "{{1: {}}}"])
def test_long_displays(display: str, item: str) -> None:
    """Tables of constants; what else is in them counts."""
    if item == "*y" and display == "{{1: {}}}":
        item = "2, **y"
    separator = ", 1: " if "1:" in display else ", "
    source = "a = " + display.format(separator.join([item] * (model.MOST_ITEMS + 1))) + "\n"
    assert_same(source)
    found = parse(whole(source)).body[0].value  # type: ignore[union-attr]  # the source is an assignment
    assert isinstance(found, model.Other)
    assert found.kind == "data"
    literal = item in ("1", "'a' 'b'", "(1, ['é', {}])", "...")
    assert len(found.parts) == (0 if literal else model.MOST_ITEMS + 1)


def test_every_kind_of_node_is_compared() -> None:
    seen: set[str] = set()
    kinds = {name: kind for name, kind in vars(model).items() if isinstance(kind, type)}

    def collect(node: object) -> None:
        if isinstance(node, tuple):
            for one in node:
                collect(one)
        elif type(node) in kinds.values():
            seen.add(type(node).__name__)
            for name in type(node).__match_args__:
                collect(getattr(node, name))

    for source in SNIPPETS:
        collect(parse(whole(source + "\n")))
    assert kinds.keys() - seen == {"SyntaxProblem"}


@pytest.mark.parametrize(
    ("source", "line"), [("print 'x'\n", 1), ("x = 1\ndef f(:\n", 2), ("\0\n", 1), ("x = '\udcff'\n", 1)]
)
def test_what_neither_reads(source: str, line: int) -> None:
    problem = parse(Document("x.py", source).whole()).problem
    assert problem is not None
    assert problem.span.first.line == line


def test_newer_syntax_is_read_by_older_pythons() -> None:
    text = "type A[T] = list[T]\ndef f[T](x: T) -> T:\n    return g(f'{x['k']}')\nf(1)\n"
    found = parse(whole(text))
    assert found.problem is None
    assert [type(one).__name__ for one in found.body] == ["Plain", "Function", "Evaluate"]


def test_odd_escapes_say_nothing() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert parse(whole("x = '\\d'\n")).problem is None
        assert parse(whole("x = '\\d'\nx = (\n")).problem is not None


def test_libcst_is_imported_for_what_ast_refuses_only() -> None:
    code = (
        "import sys; from gracelint.parsers.python import parse; from gracelint.source import Document\n"
        "read = lambda text: parse(Document('x.py', text).whole())\n"
        "read('x = 1\\n'); assert 'libcst' not in sys.modules\n"
        "read('x = (\\n'); assert 'libcst' in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
