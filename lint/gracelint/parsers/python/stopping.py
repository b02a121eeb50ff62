"""A handler that returns and lets the program go on, mended where the text follows.

- It sets a name of its own, which the program reads elsewhere: ``global`` (or ``nonlocal``) is missing.
- It stops the server in the thread that serves, and waits for that: a thread of its own does it.
- It sets an event of the loop, which sleeps on: the loop is to call it.
- It only says something: it ends the program as well.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from .codemods import all_nodes, edits_of, parsed
from .importing import imported, is_docstring
from .places import places

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ...source import Edit, Text

_SAYS = re.compile(r"(?:\w+\.)*(?:print|debug|info|warn|warning|error|critical|exception|log|write|flush)")


def end_the_program(source: Text, at: Text, *, loop: bool) -> tuple[str, tuple[Edit, ...]] | None:
    """What is to be done about a handler, and how; ``at`` is the call that installs it, or the one in it that cannot return. ``loop``: an
    event loop runs."""
    module = parsed(source)
    if module is None or at.buffer is not source.buffer:
        return None
    spans, place = places(module), (at.start - source.start, at.end - source.start)
    call = next((one for one in all_nodes(module) if isinstance(one, cst.Call) and spans[id(one)] == place), None)
    if call is None:
        return None
    if isinstance(call.func, cst.Attribute) and call.func.attr.value == "shutdown":
        message, changed, needed = "Let a thread stop the server", _in_a_thread(module, call), "threading"
    elif len(call.args) != 2:
        return None
    elif loop:
        message, changed, needed = "Let the event loop call it", _by_the_loop(module, call), "asyncio"
    else:
        message, changed, needed = _of_handler(module, call.args[1].value)
    if changed is None:
        return None
    edits = edits_of(source, imported(changed, [(needed, None)] if needed else []))
    return (message, edits) if edits else None


def _in_a_thread(module: cst.Module, call: cst.Call) -> cst.Module | None:
    if call.args:
        return None
    code = f"threading.Thread(target={module.code_for_node(call.func)}).start()"
    return _replaced(module, call, cst.parse_expression(code))


def _by_the_loop(module: cst.Module, call: cst.Call) -> cst.Module | None:
    """``signal.signal(number, lambda *_: event.set())`` in a coroutine."""
    handler = call.args[1].value
    sets = handler.body if isinstance(handler, cst.Lambda) else None
    if not isinstance(sets, cst.Call) or sets.args or not module.code_for_node(sets.func).endswith(".set"):
        return None
    within = [one for one in all_nodes(module) if isinstance(one, cst.FunctionDef) and _contains(one, call)]
    if not within or min(within, key=lambda one: len(module.code_for_node(one))).asynchronous is None:
        return None
    number, function = (module.code_for_node(node) for node in (call.args[0].value, sets.func))
    code = f"asyncio.get_running_loop().add_signal_handler({number}, {function})"
    return _replaced(module, call, cst.parse_expression(code))


def _of_handler(module: cst.Module, handler: cst.BaseExpression) -> tuple[str, cst.Module | None, str]:
    nothing: tuple[str, cst.Module | None, str] = "", None, ""
    if isinstance(handler, cst.Lambda):
        if not _says(handler.body, module):
            return nothing
        both = cst.parse_expression(f"({module.code_for_node(handler.body)}, sys.exit(0))")
        return "End the program", _replaced(module, handler.body, both), "sys"
    functions = [
        one
        for one in all_nodes(module)
        if isinstance(one, cst.FunctionDef) and isinstance(handler, cst.Name) and one.name.value == handler.value
    ]
    if len(functions) != 1 or not isinstance(functions[0].body, cst.IndentedBlock):
        return nothing
    function, body = functions[0], list(functions[0].body.body)
    missing = _declarations(module, function)
    if missing:
        line = cst.parse_statement(missing, config=module.config_for_parsing)
        body.insert(int(is_docstring(body[0])), line)
        return "Set the name that the program reads", _replaced(module, function, _with(function, body)), ""
    said = [small for one in body if isinstance(one, cst.SimpleStatementLine) for small in one.body]
    plain = all(isinstance(one, cst.SimpleStatementLine) for one in body)
    if not plain or not all(isinstance(one, cst.Pass) or _says(getattr(one, "value", None), module) for one in said):
        return nothing
    body.append(cst.parse_statement("sys.exit(0)", config=module.config_for_parsing))
    return "End the program", _replaced(module, function, _with(function, body)), "sys"


def _declarations(module: cst.Module, function: cst.FunctionDef) -> str:
    """The statement that makes the handler's names the program's; empty where it lacks none, or not all can be told."""
    declared = {
        item.name.value
        for node in _below(function)
        if isinstance(node, cst.Global | cst.Nonlocal)
        for item in node.names
    }
    own = dict.fromkeys(name for name in _assigned(function) if name not in declared)
    around = [one for one in all_nodes(module) if isinstance(one, cst.FunctionDef) and _contains(one, function)]
    enclosing = {name for one in around if one is not function for name in _assigned(one)}
    top = {name for one in module.body for name in _names(one)}
    inner, outer = [name for name in own if name in enclosing], [name for name in own if name in top]
    if inner:
        return f"nonlocal {', '.join(inner)}"
    return f"global {', '.join(outer)}" if outer else ""


def _assigned(function: cst.FunctionDef) -> Iterator[str]:
    for node in _below(function):
        yield from _names(node)


def _names(node: cst.CSTNode) -> Iterator[str]:
    """The names that a statement assigns to."""
    for small in node.body if isinstance(node, cst.SimpleStatementLine) else ():
        if isinstance(small, cst.Assign):
            targets = [target.target for target in small.targets]
        else:
            targets = [small.target] if isinstance(small, cst.AnnAssign) else []
        yield from (target.value for target in targets if isinstance(target, cst.Name))


def _below(function: cst.FunctionDef) -> Iterator[cst.CSTNode]:
    """The nodes of a function's body, without those of functions in it."""
    stack: list[cst.CSTNode] = [function.body]
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, cst.FunctionDef | cst.Lambda | cst.ClassDef):
            stack += node.children


def _says(value: object, module: cst.Module) -> bool:
    """Whether an expression is a message, or a docstring."""
    if isinstance(value, cst.SimpleString | cst.ConcatenatedString):
        return True
    return isinstance(value, cst.Call) and _SAYS.fullmatch(module.code_for_node(value.func)) is not None


def _contains(node: cst.CSTNode, inner: cst.CSTNode) -> bool:
    stack: list[cst.CSTNode] = [node]
    while stack:
        one = stack.pop()
        if one is inner:
            return True
        stack += one.children
    return False


def _with(function: cst.FunctionDef, body: list[cst.BaseStatement]) -> cst.FunctionDef:
    return function.with_changes(body=function.body.with_changes(body=body))


def _replaced(module: cst.Module, old: cst.CSTNode, new: cst.CSTNode) -> cst.Module:
    changed = module.deep_replace(old, new)
    assert isinstance(changed, cst.Module)
    return changed
