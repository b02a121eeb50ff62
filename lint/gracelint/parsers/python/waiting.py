"""A program that tells its children to end and goes: it waits for them first."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from .codemods import edits_of, located, with_body

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...source import Edit, Text

_TELLS = ("terminate", "send_signal")


def wait_for_the_told(source: Text, at: Text) -> tuple[Edit, ...] | None:
    """Wait for the processes that statements in the block of ``at``, in front of it, tell to end (``process.terminate()``, or a loop over
    several); None where there are none."""
    module, way = located(source, at)
    if module is None or not way:
        return None
    step = way[-1]
    body = list(step.block.body)
    telling = [place for place in range(step.index) if _told(body[place]) is not None]
    if not telling:
        return None
    waits = [wait for place in telling for wait in _waits(module, body[place])]
    body[telling[-1] + 1 : telling[-1] + 1] = waits
    return edits_of(source, with_body(module, step.block, body))


def _told(statement: cst.CSTNode) -> cst.BaseExpression | None:
    """What a statement tells to end: ``process`` of ``process.terminate()``, alone or as all that a loop does."""
    if isinstance(statement, cst.For) and isinstance(statement.body, cst.IndentedBlock) and statement.orelse is None:
        return _told(statement.body.body[0]) if len(statement.body.body) == 1 else None
    if not isinstance(statement, cst.SimpleStatementLine) or len(statement.body) != 1:
        return None
    call = statement.body[0].value if isinstance(statement.body[0], cst.Expr) else None
    if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute):
        return None
    return call.func.value if call.func.attr.value in _TELLS else None


def _waits(module: cst.Module, statement: cst.CSTNode) -> Iterator[cst.BaseStatement]:
    told = _told(statement)
    assert told is not None
    code = f"{module.code_for_node(told)}.wait()"
    if isinstance(statement, cst.For):
        target, iterable = (module.code_for_node(node) for node in (statement.target, statement.iter))
        code = f"for {target} in {iterable}:\n{module.default_indent}{code}\n"
    yield cst.parse_statement(code, module.config_for_parsing)
