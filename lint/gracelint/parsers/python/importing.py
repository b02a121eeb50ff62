"""``import`` statements that a fix needs, put where a person would put them."""

from __future__ import annotations

import sys
from itertools import takewhile
from typing import TYPE_CHECKING, NamedTuple

import libcst as cst
from libcst.codemod import CodemodContext
from libcst.codemod.visitors import AddImportsVisitor

if TYPE_CHECKING:
    from collections.abc import Sequence


def imported(module: cst.Module, needed: Sequence[tuple[str, str | None]]) -> cst.Module:
    """Each module imported: among the imports of the standard library if the file begins with such, else in front of the others; by
    libcst's choice if there are none."""
    for name, alias in needed:
        places = [place for place in _imports(module) if "__future__" not in place.packages]
        if alias is None and any(name in place.names for place in places):
            continue
        if alias is not None or not places:
            context = CodemodContext()
            AddImportsVisitor.add_needed_import(context, name, asname=alias)
            module = AddImportsVisitor(context).transform_module(module)
            continue
        module = _imported_among(module, name, places)
    return module


class _Import(NamedTuple):
    """The ``import`` statement at an index, the modules it names as they are (``names``), and the ``packages`` that it is of."""

    at: int
    names: list[str]
    packages: set[str]

    @property
    def standard(self) -> bool:
        return sys.stdlib_module_names.issuperset(self.packages)


def _imported_among(module: cst.Module, name: str, places: Sequence[_Import]) -> cst.Module:
    """One module imported, in the alphabet's order among those of the standard library, ``import`` before ``from``."""
    own = [place for place in places if place.names and place.standard]
    after = [place.at + 1 for place in own if place.names[0] < name]
    head = own[0] if own else next((place for place in places if place.standard), places[0])
    at = max(after, default=head.at)
    body = list(module.body)
    line = cst.parse_statement(f"import {name}", config=module.config_for_parsing)
    if at == head.at:
        lines = getattr(body[at], "leading_lines", ())
        # A comment speaks of the imports behind it, of other packages in a group of their own.
        ours = lines if head.standard else list(takewhile(lambda each: each.comment is None, lines))
        rest = () if head.standard else (cst.EmptyLine(indent=False), *lines[len(ours) :])
        line = line.with_changes(leading_lines=ours)
        body[at] = body[at].with_changes(leading_lines=rest)
    body.insert(at, line)
    return module.with_changes(body=body)


def _imports(module: cst.Module) -> list[_Import]:
    """The ``import`` statements with which a module begins."""
    found = []
    for at, statement in enumerate(module.body):
        if at == 0 and is_docstring(statement):
            continue
        small = statement.body if isinstance(statement, cst.SimpleStatementLine) else ()
        if not small or not all(isinstance(each, cst.Import | cst.ImportFrom) for each in small):
            break
        plain = [alias for each in small if isinstance(each, cst.Import) for alias in each.names]
        origins = [
            module.code_for_node(each.module) if each.module and not each.relative else ""
            for each in small
            if isinstance(each, cst.ImportFrom)
        ]
        packages = {origin.partition(".")[0] for origin in (*origins, *(alias.evaluated_name for alias in plain))}
        names = [] if origins else [alias.evaluated_name for alias in plain if alias.asname is None]
        found.append(_Import(at, names, packages))
    return found


def is_docstring(statement: cst.CSTNode) -> bool:
    """Whether a statement is nothing but a string."""
    return (
        isinstance(statement, cst.SimpleStatementLine)
        and isinstance(statement.body[0], cst.Expr)
        and isinstance(statement.body[0].value, cst.SimpleString | cst.ConcatenatedString)
    )
