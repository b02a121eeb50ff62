"""From libcst's statements to the model's.

libcst reads any version of the language from 3.0 on with one parser of its own, so a file may be newer than the interpreter that runs gracelint.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import libcst as cst

from . import model
from .libcst_expressions import Expressions, symbol
from .patterns import of_libcst

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ...source import Text


def read(text: Text) -> model.Module:
    """The model of a file's text; what cannot be read has a ``problem``. May raise RecursionError."""
    source = text.value
    try:
        module = cst.parse_module(source)
        return model.Module(text, _Reader(text, module).block(module.body))
    except cst.ParserSyntaxError as error:
        before = source.split("\n")[: max(error.raw_line - 1, 0)]
        offset = sum(len(line) + 1 for line in before) + error.raw_column
        return model.unreadable(text, f"not Python: {_first_line(error.message)}", offset)
    except (ValueError, UnicodeError) as error:
        return model.unreadable(text, f"not Python: {_first_line(str(error))}", 0)


def _first_line(message: str) -> str:
    return message.strip().partition("\n")[0].rstrip(".")


class _Reader(Expressions):
    """One module's conversion: its statements."""

    def block(self, body: Sequence[cst.CSTNode] | cst.BaseSuite) -> tuple[model.Statement, ...]:
        """The statements of a block."""
        nodes = body.body if isinstance(body, cst.BaseSuite) else body
        statements: list[model.Statement] = []
        for node in nodes:
            if isinstance(node, cst.SimpleStatementLine):
                for small in node.body:
                    statements += self._small(small)
            elif isinstance(node, cst.BaseSmallStatement):
                statements += self._small(node)
            elif isinstance(node, cst.BaseCompoundStatement):
                statements.append(self._compound(node))
        return tuple(statements)

    def _small(self, node: cst.BaseSmallStatement) -> list[model.Statement]:
        text = self.text(node)
        match node:
            case cst.Import():
                return [model.Import(text, _dotted(name.name), _alias(name)) for name in node.names]
            case cst.ImportFrom():
                names = (
                    ()
                    if isinstance(node.names, cst.ImportStar)
                    else tuple((_dotted(n.name), _alias(n)) for n in node.names)
                )
                return [model.ImportFrom(text, _dotted(node.module) if node.module else "", len(node.relative), names)]
            case cst.Assign():
                return [
                    model.Assign(
                        text, tuple(self.expression(t.target) for t in node.targets), self.expression(node.value)
                    )
                ]
            case cst.AnnAssign():
                value = self.expression(node.value) if node.value is not None else None
                return [model.Assign(text, (self.expression(node.target),), value)]
            case cst.AugAssign():
                operator = symbol(node.operator).rstrip("=")
                return [model.Assign(text, (self.expression(node.target),), self.expression(node.value), operator)]
            case cst.Expr():
                return [model.Evaluate(text, self.expression(node.value))]
            case cst.Return():
                return [model.Return(text, self.expression(node.value) if node.value is not None else None)]
            case cst.Raise():
                return [model.Raise(text, self.expression(node.exc) if node.exc is not None else None)]
            case cst.Global() | cst.Nonlocal():
                keyword: Literal["global", "nonlocal"] = "global" if isinstance(node, cst.Global) else "nonlocal"
                return [model.Scope(text, keyword, tuple(item.name.value for item in node.names))]
            case cst.Del(target=cst.Tuple(lpar=[], elements=targets)):
                return [model.Plain(text, "del", tuple(self.expression(one.value) for one in targets))]
            case cst.Del() | cst.Assert():
                return [model.Plain(text, type(node).__name__.lower(), self.parts(node))]
        return [model.Plain(text, type(node).__name__.lower())]

    def _compound(self, node: cst.BaseCompoundStatement) -> model.Statement:
        text = self.text(node)
        match node:
            case cst.FunctionDef():
                return self._definition(text, node)
            case cst.ClassDef():
                bases = tuple(self.expression(base.value) for base in node.bases)
                decorators = tuple(self.expression(d.decorator) for d in node.decorators)
                return model.Class(text, node.name.value, bases, decorators, self.block(node.body))
            case cst.If():
                return model.If(text, self.expression(node.test), self.block(node.body), self._otherwise(node.orelse))
            case cst.While():
                return model.While(
                    text, self.expression(node.test), self.block(node.body), self._otherwise(node.orelse)
                )
            case cst.For():
                return model.For(
                    text,
                    self.expression(node.target),
                    self.expression(node.iter),
                    self.block(node.body),
                    self._otherwise(node.orelse),
                    node.asynchronous is not None,
                )
            case cst.With():
                items = tuple(
                    (self.expression(item.item), self.expression(item.asname.name) if item.asname else None)
                    for item in node.items
                )
                return model.With(text, items, self.block(node.body), node.asynchronous is not None)
            case cst.Try() | cst.TryStar():
                final = self.block(node.finalbody.body) if node.finalbody else ()
                handlers = tuple(self._handler(handler) for handler in node.handlers)
                return model.Try(text, self.block(node.body), handlers, self._otherwise(node.orelse), final)
            case cst.Match():
                arms = tuple(map(self._arm, node.cases))
                return model.Match(text, self.expression(node.subject), arms)
        return model.Plain(text, type(node).__name__.lower())

    def _definition(self, text: Text, node: cst.FunctionDef) -> model.Function:
        parameters = self.parameters(node.params)
        outer, self.yields = self.yields, False
        body = self.block(node.body)
        generator, self.yields = self.yields, outer
        decorators = tuple(self.expression(d.decorator) for d in node.decorators)
        asynchronous = node.asynchronous is not None
        return model.Function(text, node.name.value, parameters, decorators, body, asynchronous, generator)

    def _arm(self, node: cst.MatchCase) -> model.Arm:
        guard = self.expression(node.guard) if node.guard is not None else None
        return model.Arm(of_libcst(self, node.pattern), guard, self.block(node.body))

    def _otherwise(self, node: cst.If | cst.Else | None) -> tuple[model.Statement, ...]:
        if node is None:
            return ()
        return (self._compound(node),) if isinstance(node, cst.If) else self.block(node.body)

    def _handler(self, node: cst.ExceptHandler | cst.ExceptStarHandler) -> model.Handler:
        text = self.text(node)
        kind = self.expression(node.type) if node.type is not None else None
        name = node.name.name.value if node.name is not None and isinstance(node.name.name, cst.Name) else None
        return model.Handler(text, text.cut(0, len("except")), kind, name, self.block(node.body))


def _dotted(node: cst.BaseExpression) -> str:
    names: list[str] = []
    while isinstance(node, cst.Attribute):
        names.append(node.attr.value)
        node = node.value
    if isinstance(node, cst.Name):
        names.append(node.value)
    return ".".join(reversed(names))


def _alias(node: cst.ImportAlias) -> str | None:
    return node.asname.name.value if node.asname is not None and isinstance(node.asname.name, cst.Name) else None
