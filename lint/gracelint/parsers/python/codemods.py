"""Fixes of Python applications, as libcst codemods: the rest of the file keeps its formatting.

Each function takes the text of a module and the place of what is to be mended, and returns edits; None where nothing can be written. The
changed tree is written out and compared line by line with what was there, so that an edit is as small as the change, and can be written
into a heredoc as well.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from itertools import takewhile
from typing import TYPE_CHECKING

import libcst as cst

from .importing import imported, is_docstring
from .places import places

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...source import Edit, Text

_SPARE = "_signal"
_FOREVER = re.compile(r"(\w+(?:\.\w+)*)\.run_forever\(\)")


@dataclass(frozen=True, slots=True)
class Step:
    """A statement on the way to a place: ``block`` holds it at ``index``; ``owner`` is the statement whose block that is (None: the module)."""

    block: cst.Module | cst.IndentedBlock
    index: int
    owner: cst.CSTNode | None


def install_handler(source: Text, at: Text, signal: str, *, interrupt: bool) -> tuple[Edit, ...] | None:
    """Install a handler in front of the statement that is at rest at ``at``: it raises KeyboardInterrupt if the program handles that, else
    SystemExit."""
    module, way = located(source, at)
    if module is None or not way:
        return None
    name = _name_for_signal(module)
    handler = f"{name}.default_int_handler" if interrupt else "lambda *_: sys.exit(0)"
    changed = _inserted(module, _before_loops(_outermost(way)), f"{name}.signal({name}.{signal}, {handler})")
    needed = [("signal", None if name == "signal" else name), *([] if interrupt else [("sys", None)])]
    return edits_of(source, imported(changed, needed))


def install_loop_handler(source: Text, at: Text, signal: str, event: str | None) -> tuple[Edit, ...] | None:
    """In a coroutine: let the loop set the event that is waited for, or cancel the task. In front of ``loop.run_forever()``: let it stop the loop."""
    module, way = located(source, at)
    forever = _FOREVER.fullmatch(at.value)
    if module is None or not way or not (forever or any(isinstance(step.owner, cst.FunctionDef) for step in way)):
        return None
    name = _name_for_signal(module)
    loop = forever[1] if forever else "asyncio.get_running_loop()"
    callback = f"{loop}.stop" if forever else f"{event}.set" if event else "asyncio.current_task().cancel"
    changed = _inserted(module, _outermost(way), f"{loop}.add_signal_handler({name}.{signal}, {callback})")
    needed = [("signal", None if name == "signal" else name), *([] if forever else [("asyncio", None)])]
    return edits_of(source, imported(changed, needed))


def catch_exception(source: Text, clause: Text) -> tuple[Edit, ...] | None:
    """``except:`` and ``except BaseException:`` become ``except Exception:``. ``clause`` begins at the clause."""
    module = parsed(source)
    if module is None:
        return None
    spans = places(module)
    start = clause.start - source.start
    for node in all_nodes(module):
        if isinstance(node, cst.ExceptHandler) and spans[id(node)][0] == start:
            space = cst.SimpleWhitespace(" ")
            mended = node.with_changes(type=cst.Name("Exception"), whitespace_after_except=space)
            return edits_of(source, _module(module.deep_replace(node, mended)))
    return None


def move_before(source: Text, statement: Text, blocking: Text) -> tuple[Edit, ...] | None:
    """Move a statement in front of the one that blocks, in the same block."""
    module, way = located(source, statement)
    if module is None or not way or way[-1].index == 0:
        return None
    step = way[-1]
    spans = places(module)
    body = list(step.block.body)
    moved = body.pop(step.index)
    at = step.index - 1
    definitions = cst.FunctionDef | cst.ClassDef
    inside = [
        i
        for i in range(step.index)
        if _holds(spans, body[i], source, blocking) and not isinstance(body[i], definitions)
    ]
    at = inside[-1] if inside else at
    # The empty lines and comments in front of the statement that blocks stay where they are.
    behind = body[at]
    body[at : at + 1] = [
        moved.with_changes(leading_lines=getattr(behind, "leading_lines", ())),
        behind.with_changes(leading_lines=()),
    ]
    return edits_of(source, with_body(module, step.block, body))


# --- finding -----------------------------------------------------------------------------------------------------------


def parsed(source: Text) -> cst.Module | None:
    """The tree of a module; None where it cannot be read."""
    try:
        return cst.parse_module(source.value)
    except (cst.ParserSyntaxError, RecursionError, ValueError, UnicodeError):
        return None


def located(source: Text, at: Text) -> tuple[cst.Module | None, list[Step]]:
    """The module, and the statements around a place, outermost first."""
    module = parsed(source)
    if module is None:
        return None, []
    spans = places(module)
    way: list[Step] = []
    block: cst.Module | cst.IndentedBlock | None = module
    owner: cst.CSTNode | None = None
    while block is not None:
        index = next((i for i, one in enumerate(block.body) if _holds(spans, one, source, at)), None)
        if index is None:
            break
        way.append(Step(block, index, owner))
        owner = block.body[index]
        block = next((inner for inner in _blocks(owner) if _holds(spans, inner, source, at)), None)
    return module, way


def _holds(spans: dict[int, tuple[int, int]], node: cst.CSTNode, source: Text, at: Text) -> bool:
    start, end = spans[id(node)]
    return at.buffer is source.buffer and start <= at.start - source.start and at.end - source.start <= end


def _blocks(node: cst.CSTNode) -> list[cst.IndentedBlock]:
    """The blocks directly inside a statement."""
    found: list[cst.IndentedBlock] = []
    for name in ("body", "orelse", "finalbody"):
        inner = getattr(node, name, None)
        if isinstance(inner, cst.IndentedBlock):
            found.append(inner)
        elif isinstance(inner, cst.Else | cst.Finally | cst.If):
            found += _blocks(inner)
    for handler in getattr(node, "handlers", ()):
        found += _blocks(handler)
    return found


def _outermost(way: list[Step]) -> Step:
    """The statement to stand in front of: outside of loops, ``try`` and ``with``, inside of functions and ``if``."""
    chosen = way[-1]
    for step in reversed(way):
        chosen = step
        if step.owner is None or isinstance(step.owner, cst.FunctionDef | cst.If | cst.ClassDef):
            break
    return chosen


def _before_loops(step: Step) -> Step:
    """A place in front of the loops of the same block that come before it: they may take long."""
    before = step.block.body[: step.index]
    first = next((at for at, each in enumerate(before) if isinstance(each, cst.While)), step.index)
    return replace(step, index=first)


def all_nodes(module: cst.Module) -> list[cst.CSTNode]:
    """Every node of a module."""
    found: list[cst.CSTNode] = []
    stack: list[cst.CSTNode] = [module]
    while stack:
        node = stack.pop()
        found.append(node)
        stack += node.children
    return found


def _name_for_signal(module: cst.Module) -> str:
    """The name to reach the module ``signal`` by: a spare one where the program means something else by it."""
    for statement in module.body:
        for small in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
            if isinstance(small, cst.ImportFrom) and not isinstance(small.names, cst.ImportStar):
                if any((alias.evaluated_alias or alias.evaluated_name) == "signal" for alias in small.names):
                    return _SPARE
            elif isinstance(small, cst.Import):
                for alias in small.names:
                    if alias.evaluated_name == "signal" and alias.evaluated_alias:
                        return alias.evaluated_alias
    return "signal"


# --- writing -----------------------------------------------------------------------------------------------------------


def _module(node: object) -> cst.Module:
    assert isinstance(node, cst.Module)
    return node


def with_body(module: cst.Module, block: cst.Module | cst.IndentedBlock, body: Sequence[cst.CSTNode]) -> cst.Module:
    """The module with other statements in one of its blocks."""
    changed = block.with_changes(body=body)
    return _module(changed if block is module else module.deep_replace(block, changed))


def _inserted(module: cst.Module, step: Step, code: str) -> cst.Module:
    """A statement in front of another, behind the docstring. Empty lines come before both; a comment stays with what it speaks of."""
    body = list(step.block.body)
    at = step.index + (step.index == 0 and is_docstring(body[0]))
    lines = getattr(body[at], "leading_lines", ()) if at < len(body) else ()
    empty = list(takewhile(lambda line: line.comment is None, lines))
    line = cst.parse_statement(code, config=module.config_for_parsing).with_changes(leading_lines=empty)
    if empty and len(empty) == len(lines):
        body[at] = body[at].with_changes(leading_lines=())
    body.insert(at, line)
    return with_body(module, step.block, body)


def edits_of(source: Text, changed: cst.Module) -> tuple[Edit, ...] | None:
    """The changed lines."""
    before, after = source.value.splitlines(keepends=True), changed.code.splitlines(keepends=True)
    starts = [0]
    for line in before:
        starts.append(starts[-1] + len(line))
    edits: list[Edit] = []
    for tag, low, high, new_low, new_high in SequenceMatcher(None, before, after, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        edit = source.cut(starts[low], starts[high]).edit("".join(after[new_low:new_high]))
        if edit is None:
            return None
        edits.append(edit)
    return tuple(edits) or None
