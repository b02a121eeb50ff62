"""Modules do not import each other in a circle: each can be imported by itself, whichever comes first."""

from __future__ import annotations

import ast
import graphlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
MODULES = {
    ".".join(part for part in path.relative_to(ROOT / source).with_suffix("").parts if part != "__init__"): path
    for source in ("lint", "rules")
    for path in (ROOT / source).rglob("*.py")
}


def executed(body: list[ast.stmt]) -> list[ast.stmt]:
    """The statements that an import of the module runs: not what is for type checkers, and no function's."""
    found: list[ast.stmt] = []
    for statement in body:
        if isinstance(statement, ast.If):
            checked = ast.unparse(statement.test) == "TYPE_CHECKING"
            found += executed([*(() if checked else statement.body), *statement.orelse])
        elif isinstance(statement, ast.Try):
            found += executed([*statement.body, *(each for handler in statement.handlers for each in handler.body)])
        else:
            found.append(statement)
    return found


def imported(module: str, path: Path) -> set[str]:
    """The modules of ours that an import of this one imports."""
    package = module.split(".") if path.name == "__init__.py" else module.split(".")[:-1]
    found: set[str] = set()
    for statement in executed(ast.parse(path.read_text(encoding="utf-8")).body):
        if isinstance(statement, ast.Import):
            found |= {alias.name for alias in statement.names}
        elif isinstance(statement, ast.ImportFrom):
            above = package[: len(package) + 1 - statement.level] if statement.level else []
            base = ".".join([*above, *([statement.module] if statement.module else [])])
            names = {f"{base}.{alias.name}" for alias in statement.names}
            found |= names if names <= MODULES.keys() else {base, *names}
    return (found & MODULES.keys()) - {module}


def test_no_module_needs_itself() -> None:
    graph = {module: imported(module, path) for module, path in MODULES.items()}
    assert len(graph["gracelint.engine"]) > 5
    graphlib.TopologicalSorter(graph).prepare()


def test_a_circle_is_found() -> None:
    with pytest.raises(graphlib.CycleError):
        graphlib.TopologicalSorter({"a": {"b"}, "b": {"a"}}).prepare()
