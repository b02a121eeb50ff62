"""From the statements of Python's own syntax tree (`ast`) to the model's."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Literal

from . import model
from .ast_expressions import Expressions, symbol
from .patterns import of_ast

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ...source import Text


def read(text: Text) -> model.Module | None:
    """The model of a file's text; None where this Python refuses it, as it does newer syntax. May raise RecursionError."""
    try:
        tree = ast.parse(text.value)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return None
    return model.Module(text, _Reader(text).block(tree.body))


class _Reader(Expressions):
    """One module's conversion: its statements."""

    def block(self, body: Iterable[ast.stmt]) -> tuple[model.Statement, ...]:
        """The statements of a block."""
        statements: list[model.Statement] = []
        for node in body:
            convert = _STATEMENTS.get(type(node))
            if convert is not None:
                statements.append(convert(self, node))
            elif isinstance(node, ast.Import):
                text = self.text(node)
                statements += [model.Import(text, name.name, name.asname) for name in node.names]
            else:
                statements.append(model.Plain(self.text(node), type(node).__name__.lower()))
        return tuple(statements)

    def _import_from(self, node: ast.ImportFrom) -> model.Statement:
        names = () if node.names[0].name == "*" else tuple((name.name, name.asname) for name in node.names)
        return model.ImportFrom(self.text(node), node.module or "", node.level, names)

    def _assign(self, node: ast.Assign) -> model.Statement:
        return model.Assign(self.text(node), tuple(map(self.expression, node.targets)), self.expression(node.value))

    def _annotated(self, node: ast.AnnAssign) -> model.Statement:
        value = self.expression(node.value) if node.value is not None else None
        return model.Assign(self.text(node), (self.expression(node.target),), value)

    def _augmented(self, node: ast.AugAssign) -> model.Statement:
        target, value = self.expression(node.target), self.expression(node.value)
        return model.Assign(self.text(node), (target,), value, symbol(node.op))

    def _evaluate(self, node: ast.Expr) -> model.Statement:
        return model.Evaluate(self.text(node), self.expression(node.value))

    def _return(self, node: ast.Return) -> model.Statement:
        return model.Return(self.text(node), self.expression(node.value) if node.value is not None else None)

    def _raise(self, node: ast.Raise) -> model.Statement:
        return model.Raise(self.text(node), self.expression(node.exc) if node.exc is not None else None)

    def _scope(self, node: ast.Global | ast.Nonlocal) -> model.Statement:
        keyword: Literal["global", "nonlocal"] = "global" if isinstance(node, ast.Global) else "nonlocal"
        return model.Scope(self.text(node), keyword, tuple(node.names))

    def _delete(self, node: ast.Delete) -> model.Statement:
        return model.Plain(self.text(node), "del", self.each(node.targets))

    def _assert(self, node: ast.Assert) -> model.Statement:
        return model.Plain(self.text(node), "assert", self.each((node.test, node.msg)))

    def _function(self, node: ast.FunctionDef | ast.AsyncFunctionDef) -> model.Statement:
        text, parameters = self.text(node), self.parameters(node.args)
        outer, self.yields = self.yields, False
        body = self.block(node.body)
        generator, self.yields = self.yields, outer
        decorators = self.each(node.decorator_list)
        asynchronous = isinstance(node, ast.AsyncFunctionDef)
        return model.Function(text, node.name, parameters, decorators, body, asynchronous, generator)

    def _class(self, node: ast.ClassDef) -> model.Statement:
        text = self.text(node)
        bases = self.each(base.value if isinstance(base, ast.Starred) else base for base in node.bases)
        decorators = self.each(node.decorator_list)
        return model.Class(text, node.name, bases, decorators, self.block(node.body))

    def _if(self, node: ast.If) -> model.Statement:
        return model.If(self.text(node), self.expression(node.test), self.block(node.body), self.block(node.orelse))

    def _while(self, node: ast.While) -> model.Statement:
        return model.While(self.text(node), self.expression(node.test), self.block(node.body), self.block(node.orelse))

    def _for(self, node: ast.For | ast.AsyncFor) -> model.Statement:
        text, target, iterable = self.text(node), self.expression(node.target), self.expression(node.iter)
        body, otherwise = self.block(node.body), self.block(node.orelse)
        return model.For(text, target, iterable, body, otherwise, isinstance(node, ast.AsyncFor))

    def _with(self, node: ast.With | ast.AsyncWith) -> model.Statement:
        items = tuple(
            (
                self.expression(item.context_expr),
                self.expression(item.optional_vars) if item.optional_vars is not None else None,
            )
            for item in node.items
        )
        return model.With(self.text(node), items, self.block(node.body), isinstance(node, ast.AsyncWith))

    def _try(self, node: ast.Try) -> model.Statement:
        body, handlers = self.block(node.body), tuple(map(self._handler, node.handlers))
        return model.Try(self.text(node), body, handlers, self.block(node.orelse), self.block(node.finalbody))

    def _handler(self, node: ast.ExceptHandler) -> model.Handler:
        text = self.text(node)
        kind = self.expression(node.type) if node.type is not None else None
        return model.Handler(text, text.cut(0, len("except")), kind, node.name, self.block(node.body))

    def _match(self, node: ast.Match) -> model.Statement:
        arms = tuple(
            model.Arm(
                of_ast(self, arm.pattern),
                self.expression(arm.guard) if arm.guard is not None else None,
                self.block(arm.body),
            )
            for arm in node.cases
        )
        return model.Match(self.text(node), self.expression(node.subject), arms)


_STATEMENTS: dict[type[ast.stmt], Callable[..., model.Statement]] = {
    ast.ImportFrom: _Reader._import_from,
    ast.Assign: _Reader._assign,
    ast.AnnAssign: _Reader._annotated,
    ast.AugAssign: _Reader._augmented,
    ast.Expr: _Reader._evaluate,
    ast.Return: _Reader._return,
    ast.Raise: _Reader._raise,
    ast.Global: _Reader._scope,
    ast.Nonlocal: _Reader._scope,
    ast.Delete: _Reader._delete,
    ast.Assert: _Reader._assert,
    ast.FunctionDef: _Reader._function,
    ast.AsyncFunctionDef: _Reader._function,
    ast.ClassDef: _Reader._class,
    ast.If: _Reader._if,
    ast.While: _Reader._while,
    ast.For: _Reader._for,
    ast.AsyncFor: _Reader._for,
    ast.With: _Reader._with,
    ast.AsyncWith: _Reader._with,
    ast.Try: _Reader._try,
    ast.Match: _Reader._match,
}
if hasattr(ast, "TryStar"):  # since Python 3.11
    _STATEMENTS[ast.TryStar] = _Reader._try
